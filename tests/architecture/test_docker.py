"""What docker/ says is true of this checkout. No engine runs here: every name in it is looked up instead."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from geheimen import VASTE_GEHEIMEN

from services.cli import app
from services.kernel.settings import Settings

HUB: Any = typer.main.get_command(app)
ONCE = {"init"}
LONG_LIVED = ("postgres", "rabbitmq", "allocation", "declaration", "relay", "consume")
PREFIX = "BERICHTENHUB_"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (Path(__file__).resolve().parents[2] / "docker" / "compose.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> list[list[str]]:
    """The instructions, each as its words."""
    text = (Path(__file__).resolve().parents[2] / "docker" / "Dockerfile").read_text(encoding="utf-8")
    without_comments = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [line.split() for line in without_comments.replace("\\\n", " ").splitlines() if line.strip()]


def understood(words: list[str]) -> None:
    """Parse a command line of `hub` without running it; raises for a command, option or choice there is not."""
    context = HUB.context_class(HUB, info_name="hub")
    name, command, rest = HUB.resolve_command(context, list(words))
    command.make_context(name, rest, parent=context)


def own(compose: dict[str, Any]) -> dict[str, Any]:
    """The services that run our image."""
    return {name: service for name, service in compose["services"].items() if "build" in service}


def test_the_services_are_those_of_the_design(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {*LONG_LIVED, *ONCE}
    assert set(own(compose)) == {"init", "allocation", "declaration", "relay", "consume"}


@pytest.mark.parametrize("name", ["init", "allocation", "declaration", "relay", "consume"])
def test_every_command_is_one_that_hub_has(compose: dict[str, Any], name: str) -> None:
    understood(compose["services"][name]["command"])


def test_the_command_of_the_image_is_one_that_hub_has(dockerfile: list[list[str]]) -> None:
    said = {words[0]: yaml.safe_load(" ".join(words[1:])) for words in dockerfile if words[0] in ("ENTRYPOINT", "CMD")}

    assert said["ENTRYPOINT"] == ["hub"]
    understood(said["CMD"])


@pytest.mark.parametrize("words", ["opruimen", "serve --nergens", "serve --service beide"])
def test_a_command_that_hub_has_not_is_seen(words: str) -> None:
    with pytest.raises(Exception, match=words.split()[-1]):
        understood(words.split())


@pytest.mark.parametrize("name", LONG_LIVED)
def test_what_keeps_running_is_watched_and_restarted(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]

    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= service["healthcheck"].keys()


def test_what_ends_by_itself_is_tried_again_and_not_for_ever(compose: dict[str, Any]) -> None:
    assert compose["services"]["init"]["restart"] == "on-failure:5"


@pytest.mark.parametrize("name", ["relay", "consume"])
def test_a_healthcheck_by_hub_is_a_command_that_hub_has(compose: dict[str, Any], name: str) -> None:
    _, hub, *words = compose["services"][name]["healthcheck"]["test"]

    assert (hub, words) == ("hub", ["gezond", name])
    understood(words)


@pytest.mark.parametrize("name", ["allocation", "declaration"])
def test_a_healthcheck_over_http_is_python_that_asks_readyz(compose: dict[str, Any], name: str) -> None:
    _, python, option, code = compose["services"][name]["healthcheck"]["test"]

    assert (python, option) == ("python", "-c")
    compile(code, "healthcheck", "exec")
    assert f'"http://127.0.0.1:8000/{name}/readyz"' in code


def test_every_variable_of_the_hub_is_a_setting(compose: dict[str, Any], dockerfile: list[list[str]]) -> None:
    named = {variable for service in own(compose).values() for variable in service["environment"]}
    named |= {word.partition("=")[0] for words in dockerfile if words[0] == "ENV" for word in words[1:]}
    ours = {variable for variable in named if variable.startswith(PREFIX)}

    assert len(ours) >= 6
    assert {variable.removeprefix(PREFIX).lower() for variable in ours} <= Settings.model_fields.keys()


def test_the_settings_take_what_compose_gives(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in compose["services"]["relay"]["environment"].items():
        monkeypatch.setenv(variable, re.sub(r"\$\{\w+:\?\}", "geheim", value))
    monkeypatch.setenv("BERICHTENHUB_DATA", str(tmp_path))

    settings = Settings(**VASTE_GEHEIMEN)

    assert settings.database_url("allocation") == "postgresql+psycopg://allocation:geheim@postgres:5432/allocation"
    assert settings.rabbitmq is not None
    assert settings.rabbitmq.get_secret_value() == "amqp://hub:geheim@rabbitmq:5672/"
    assert settings.allocation_url == "http://allocation:8000/allocation"


def test_no_password_stands_in_a_file_and_none_has_a_default(root: Path, compose: dict[str, Any]) -> None:
    text = (root / "docker" / "compose.yaml").read_text(encoding="utf-8")
    secrets = {name for name in re.findall(r"\$\{(\w+)", text) if "PASS" in name}
    example = dict(
        line.partition("=")[::2] for line in (root / "docker" / "env.example").read_text().splitlines() if "=" in line
    )

    assert (
        secrets == set(example) == {f"{who}_PASSWORD" for who in ("POSTGRES", "ALLOCATION", "DECLARATION", "RABBITMQ")}
    )
    assert set(example.values()) == {""}
    assert all(f"${{{name}:?}}" in text and f"${{{name}:-" not in text for name in secrets)
    for service in compose["services"].values():
        for variable, value in service.get("environment", {}).items():
            if "PASS" in variable:
                assert re.fullmatch(r"\$\{\w+:\?\}", value), variable
            assert not re.search(r"://\w+:(?!\$\{\w+:\?\}@)", value.replace("http://", "")), variable


def test_ports_are_open_to_this_machine_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_mounted_or_waited_for_is_there(root: Path, compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for source in (volume.partition(":")[0] for volume in service.get("volumes", [])):
            assert source in compose["volumes"] or (root / "docker" / source).exists(), source
        assert set(service.get("depends_on", ())) <= set(compose["services"])
    assert own(compose)["relay"]["depends_on"]["init"] == {"condition": "service_completed_successfully"}


def test_what_is_copied_is_there_and_not_kept_from_the_builder(root: Path, dockerfile: list[list[str]]) -> None:
    copied = [
        source for words in dockerfile if words[0] == "COPY" and "--from" not in words[1] for source in words[1:-1]
    ]
    ignore = (root / "docker" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()

    assert {"services", "schemas", "migrations", "docker/run.lock"} <= set(copied)
    assert [source for source in copied if not (root / source).exists()] == []
    assert {line.removeprefix("!") for line in ignore if line.startswith("!")} == set(copied)


def test_the_image_runs_as_nobody_of_the_machine(dockerfile: list[list[str]]) -> None:
    users = [words[1] for words in dockerfile if words[0] == "USER"]
    last = max(i for i, words in enumerate(dockerfile) if words[0] == "FROM")

    assert users == ["10001:10001"]
    assert dockerfile.index(["USER", "10001:10001"]) > last
    assert all(re.fullmatch(r"python:3\.\d+-slim", words[1]) for words in dockerfile if words[0] == "FROM")


def test_the_image_has_nothing_but_what_was_locked(root: Path, dockerfile: list[list[str]]) -> None:
    installs = [
        part
        for words in dockerfile
        if words[0] == "RUN"
        for part in " ".join(words).split("&&")
        if "pip install" in part
    ]

    assert all("--require-hashes" in part or "--no-index" in part for part in installs)
    pinned = {name: pins(root / name) for name in ("requirements.lock", "docker/run.lock", "docker/build.lock")}
    for lock in ("docker/run.lock", "docker/build.lock"):
        assert pinned[lock].items() <= pinned["requirements.lock"].items()
    assert not {"pytest", "mypy", "ruff", "hatchling"} & pinned["docker/run.lock"].keys()


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_script_of_the_databases_is_a_script(root: Path, compose: dict[str, Any]) -> None:
    script = root / "docker" / "postgres-init.sh"
    checked = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")
    asked = set(re.findall(r"\$(?!1|2)(\w+)", script.read_text(encoding="utf-8"))) - {"POSTGRES_USER"}
    assert asked <= compose["services"]["postgres"]["environment"].keys()


def test_the_linter_of_dockerfiles_finds_nothing(root: Path) -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    found = subprocess.run(
        shlex.split(f"{hadolint} {root / 'docker' / 'Dockerfile'}"), capture_output=True, text=True, check=False
    )

    assert (found.returncode, found.stdout) == (0, "")
