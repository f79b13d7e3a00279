"""A log line is JSON, and holds neither a BSN nor the text of an exception."""

import io
import json
import logging

import pytest

from services.kernel.waarneming import logs

BSN = "999900006"
BERICHT_ID = "123456789"  # stands for any run of nine digits


def test_a_line_is_json_with_what_was_given(log: io.StringIO) -> None:
    logs.log().info("bericht", berichtsoort="WMO323", codes=["9308"], grootte=512, ms=1.5, nieuw=True, retour=None)

    line = json.loads(log.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "gebeurtenis": "bericht",
        "level": "info",
        "berichtsoort": "WMO323",
        "codes": ["9308"],
        "grootte": 512,
        "ms": 1.5,
        "nieuw": True,
        "retour": None,
    }


@pytest.mark.parametrize(
    "value",
    [
        BSN,
        int(BSN),
        f"client {BSN} onbekend",
        f"BSN{BSN}",
        [BSN],
        {"wie": {"bsn": BSN}},
        {BSN: "ja"},
        (1, {BSN}),
        ValueError(BSN),
        BSN.encode(),
    ],
)
def test_nine_digits_are_masked_wherever_they_stand(log: io.StringIO, value: object) -> None:
    logs.log().info("bericht", veld=value)

    assert BSN not in log.getvalue()
    assert logs.MASKER in log.getvalue()


def test_nine_digits_are_masked_in_the_event_itself(log: io.StringIO) -> None:
    logs.log().info(f"client {BSN}")

    assert BSN not in log.getvalue()


@pytest.mark.parametrize("value", ["75000001", "1234567890", "a1b2-99990000", 25_000_000, "2025-02-03"])
def test_fewer_or_more_digits_are_left_alone(value: object) -> None:
    assert logs.mask(value) == value


def test_an_id_with_nine_digits_in_a_row_is_left_alone() -> None:
    message_id = f"6f1c2a8e-3d1b-4c57-9a1f-a{BERICHT_ID}bc"

    assert logs.mask(f"bericht {message_id}") == f"bericht {message_id}"


def test_an_exception_is_told_by_kind_and_place_and_not_by_its_text(log: io.StringIO) -> None:
    try:
        int("Jansen")
    except ValueError:
        logs.log().error("onverwachte fout", exc_info=True)

    line = json.loads(log.getvalue())
    assert "Jansen" not in log.getvalue()
    assert line["fout"][0]["soort"] == "builtins.ValueError"
    assert "test_logs.py" in line["fout"][0]["waar"][0]


def test_the_cause_of_an_exception_is_told_as_well(log: io.StringIO) -> None:
    cause = KeyError("Jansen")
    error = RuntimeError("Pietersen")
    error.__cause__ = cause

    logs.log().error("onverwachte fout", exc_info=error)

    assert [link["soort"] for link in json.loads(log.getvalue())["fout"]] == [
        "builtins.RuntimeError",
        "builtins.KeyError",
    ]


def test_the_url_of_an_http_client_is_not_logged(log: io.StringIO) -> None:
    """httpx writes each URL, with its query, at INFO."""
    logging.getLogger("httpx").info("HTTP Request: GET /toewijzingen?naam=Jansen")

    assert log.getvalue() == ""


def test_our_lines_are_guarded_where_logging_was_not_configured(caplog: pytest.LogCaptureFixture) -> None:
    logs.log().error("onverwachte fout", veld=BSN, exc_info=ValueError("Jansen"))

    assert BSN not in caplog.text
    assert "Jansen" not in caplog.text
    assert logs.MASKER in caplog.text


def test_lines_of_libraries_are_masked_in_the_same_way(log: io.StringIO) -> None:
    try:
        raise ValueError("Jansen")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("client %s", BSN)

    line = json.loads(log.getvalue())
    assert BSN not in log.getvalue()
    assert "Jansen" not in log.getvalue()
    assert line["logger"] == "uvicorn.error"
    assert line["fout"][0]["soort"] == "builtins.ValueError"
