"""The examples of the API documents are what a hub answers, fit their own schemas, and are there for every answer."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import api_examples
import jsonschema
import pytest
from lxml import etree

from services import together
from services.kernel.openapi_examples import FOLDER
from services.kernel.reading import Schemas, identify
from services.kernel.settings import Settings

NAMEN = ("allocation", "declaration")
# A spreadsheet is no text, and 202 and 204 have no body.
WITHOUT_EXAMPLE = {api_examples.XLSX}
pytestmark = pytest.mark.dialects("sqlite")


@pytest.fixture
def documents(settings: Settings) -> dict[str, dict[str, Any]]:
    app = together.build(settings)
    return {route.name: route.app.openapi() for route in app.routes if getattr(route, "name", None) in NAMEN}


def test_the_examples_are_what_a_hub_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Restored afterwards: the recording sets the fixed day of the demo.
    monkeypatch.setenv("BERICHTENHUB_VANDAAG", "2026-02-15")
    hub = api_examples.make_hub(tmp_path)

    for naam in NAMEN:
        kept = (FOLDER / f"{naam}.json").read_text(encoding="utf-8")
        assert api_examples.record(naam, hub) == kept, f"stale: make voorbeelden ({naam})"


def contents(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(where, media type, content) of every request and answer with a body."""
    for item in document["paths"].values():
        for operation in item.values():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for status, body in bodies.items():
                for media_type, content in body.get("content", {}).items():
                    yield f"{operation['operationId']} {status}", media_type, content


def values(document: dict[str, Any], content: dict[str, Any]) -> list[Any]:
    """The examples of one content."""
    named = [document["components"]["examples"][name]["value"] for name in content.get("examples", ())]
    return [*named, *([content["example"]] if "example" in content else [])]


@pytest.mark.parametrize("naam", NAMEN)
def test_every_request_and_answer_has_an_example(documents: dict[str, dict[str, Any]], naam: str) -> None:
    document = documents[naam]
    without = [
        (where, media_type)
        for where, media_type, content in contents(document)
        if media_type not in WITHOUT_EXAMPLE and not values(document, content)
    ]

    # Taken by either name; one example serves.
    assert [one for one in without if one[1] != "text/xml"] == []


@pytest.mark.parametrize("naam", NAMEN)
def test_every_example_fits_the_schema_it_stands_with(documents: dict[str, dict[str, Any]], naam: str) -> None:
    document = documents[naam]
    seen = 0
    for where, media_type, content in contents(document):
        for value in values(document, content):
            checked = {**content["schema"], "components": document["components"]}
            wrong = list(jsonschema.Draft202012Validator(checked).iter_errors(value))
            assert wrong == [], (where, media_type)
            seen += 1

    assert seen > 90


@pytest.mark.parametrize("naam", NAMEN)
def test_every_message_among_them_is_valid(documents: dict[str, dict[str, Any]], naam: str) -> None:
    document, schemas = documents[naam], Schemas()
    messages = [
        value.encode()
        for _, media_type, content in contents(document)
        for value in values(document, content)
        if media_type == "application/xml"
    ]

    assert len(messages) >= 5
    for message in messages:
        assert schemas.xsd(identify(BytesIO(message))).validate(etree.fromstring(message))


@pytest.mark.parametrize("naam", NAMEN)
def test_a_problem_stands_with_the_status_it_has(documents: dict[str, dict[str, Any]], naam: str) -> None:
    document = documents[naam]
    for where, media_type, content in contents(document):
        if media_type == "application/problem+json":
            assert {value["status"] for value in values(document, content)} == {int(where.split()[1])}, where


@pytest.mark.parametrize("naam", NAMEN)
def test_a_document_stays_of_a_size_one_loads(documents: dict[str, dict[str, Any]], naam: str) -> None:
    assert len(str(documents[naam])) < 400_000
