"""docs/berichtenhub.http: a request for every operation of both OpenAPI documents, and not stale."""

import json
import re
from functools import cache

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli import app
from services.cli.http_bestand import als_http
from services.cli.openapi import documenten
from services.kernel.rules import ROOT

documents = cache(documenten)


def openapi(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["openapi", *arguments])


def test_docs_berichtenhub_http_is_what_openapi_prints() -> None:
    assert (ROOT / "docs" / "berichtenhub.http").read_text("utf-8") == openapi("--http").stdout


def test_every_operation_has_one_request_with_its_path_filled_in() -> None:
    made = als_http(documents().items())

    operations = [
        f"{dienst}_{operation['operationId']}"
        for dienst, document in documents().items()
        for item in document["paths"].values()
        for operation in item.values()
    ]
    assert re.findall(r"^# @name (\S+)$", made, re.MULTILINE) == operations
    requests = re.findall(r"^(?:GET|POST|PUT) (\S+)$", made, re.MULTILINE)
    assert len(requests) == len(operations)
    assert all(request.startswith("{{hub}}/") and "{" not in request[7:] for request in requests)


def test_what_a_request_must_say_is_in_it_and_the_rest_beside_it() -> None:
    made = als_http(documents().items())

    assert re.search(r"/allocation/v1/toewijzingen/wmo/0503/clienten\?aanbieder=75000001&nummer=\d+\n", made)
    assert "# Prefer: wait=30" in made
    assert '{\n  "besluit": "B-2026-014"\n}' in made


@pytest.mark.parametrize("dienst", ["allocation", "declaration"])
def test_the_document_itself_is_json(dienst: str) -> None:
    assert json.loads(openapi(dienst).stdout)["servers"] == [{"url": f"/{dienst}/v1"}]


@pytest.mark.parametrize("arguments", [(), ("allocation", "--http")])
def test_one_of_the_two_must_be_asked(arguments: tuple[str, ...]) -> None:
    assert openapi(*arguments).exit_code == 2
