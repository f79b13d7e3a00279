"""A real hub behind a proxy: whose certificate header it believes, and that the use of a key outlives the process."""

import shutil
from pathlib import Path

import pytest
from running_hub import Hub, run_hub, serving

OIN = "00000001001234567000"


@pytest.fixture
def data(example_data: Path, tmp_path: Path) -> Path:
    """A hub that knows Delft by an OIN."""
    copied = tmp_path / "var"
    shutil.copytree(example_data, copied)
    assert run_hub("partij", "oin", "0503", OIN, "--data", str(copied)).returncode == 0
    return copied


def status(hub: Hub, **headers: str) -> int:
    """What a request with a certificate gets, and these headers."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return hub.client.get("/allocation/v1/postbus", headers={"x-subject": OIN, **named}).status_code


def test_the_proxy_is_believed_and_the_last_use_of_a_key_is_kept(data: Path) -> None:
    proxy = {"BERICHTENHUB_PROXY_SUBJECT_HEADER": "X-Subject", "BERICHTENHUB_PROXY_ADRESSEN": "127.0.0.1"}
    with serving(data, **proxy) as hub:
        assert status(hub) == 200
        assert status(hub, authorization=hub.key("0503")["authorization"]) == 200
        hub.stop()

    listed = run_hub("partij", "sleutel", "lijst", "0503", "--data", str(data)).stdout
    [row] = [line for line in listed.splitlines() if "0503" in line]
    assert row.rstrip(" │").split("│")[-1].strip() not in ("", "–", "-")


def test_an_address_that_a_caller_claims_is_not_believed(data: Path) -> None:
    proxy = {"BERICHTENHUB_PROXY_SUBJECT_HEADER": "X-Subject", "BERICHTENHUB_PROXY_ADRESSEN": "10.9.9.9"}
    with serving(data, **proxy) as hub:
        assert [status(hub), status(hub, x_forwarded_for="10.9.9.9")] == [401, 401]
