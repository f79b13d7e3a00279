"""The AsyncAPI document: its structure, that every reference resolves, and its page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from geheimen import VASTE_GEHEIMEN

from services.kernel import gebeurtenissen
from services.kernel.catalogue import supported
from services.kernel.delivery.asyncapi import document
from services.kernel.delivery.asyncapi_page import render, volg
from services.kernel.settings import Settings
from services.kernel.wiring import wire

SERVICES = Path(gebeurtenissen.__file__).parents[1]
KERNEL_EVENTS = {gebeurtenissen.BERICHT_AFGEKEURD, gebeurtenissen.BERICHT_GEWEIGERD, gebeurtenissen.TERMIJN_VERLOPEN}
EVENTS = {"allocation": KERNEL_EVENTS, "declaration": KERNEL_EVENTS | {gebeurtenissen.CIJFERS}}
Document = dict[str, Any]


@pytest.fixture(params=["allocation", "declaration"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Document:
    settings = Settings(data=tmp_path, **VASTE_GEHEIMEN)
    return {"dienst": request.param, **document(wire(request.param, settings), "berichtenhub")}


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


def test_the_document_has_what_asyncapi_3_asks_for(made: Document) -> None:
    assert made["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= made["info"].keys()
    assert all({"host", "protocol"} <= server.keys() for server in made["servers"].values())
    assert all({"address", "messages"} <= channel.keys() for channel in made["channels"].values())
    for operation in made["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert operation["channel"].keys() == {"$ref"}


def test_every_reference_resolves(made: Document) -> None:
    found = list(refs(made))

    assert len(found) > 50
    assert all(volg(made, ref) for ref in found)


def test_a_reference_to_nothing_would_be_seen(made: Document) -> None:
    with pytest.raises(KeyError):
        volg(made, "#/components/messages/WMO999-3.2")


def test_the_messages_of_an_operation_are_those_of_its_channel(made: Document) -> None:
    for operation in made["operations"].values():
        channel = operation["channel"]["$ref"]
        messages = [ref["$ref"] for ref in operation["messages"]]
        assert messages == [f"{channel}/messages/{name}" for name in volg(made, channel)["messages"]]


def test_each_parameter_of_an_address_is_described(made: Document) -> None:
    for channel in made["channels"].values():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == channel.get("parameters", {}).keys()


def test_a_service_takes_and_delivers_its_own_kinds_and_delivers_the_events(made: Document) -> None:
    kinds = {f"{soort.naam}-{soort.release}" for soort in supported(made["dienst"])}

    assert made["channels"]["insturen"]["messages"].keys() == {f"{kind}-in" for kind in kinds}
    for channel in ("wachtrij", "webhook"):
        assert made["channels"][channel]["messages"].keys() == kinds | EVENTS[made["dienst"]]


def sent(folder: Path) -> Iterator[str]:
    """The soort of every gebeurtenis that the code of a folder stores: what it hands to gebeurtenissen.leg_vast."""
    for module in folder.rglob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        of_kernel = module.name == "gebeurtenissen.py"
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                ("leg_vast",) if of_kernel else ("gebeurtenissen.leg_vast",)
            ):
                yield str(getattr(gebeurtenissen, ast.unparse(node.args[1]).removeprefix("gebeurtenissen.")))


def test_every_gebeurtenis_that_a_service_can_send_is_in_its_document_and_no_other(made: Document) -> None:
    can_come = {*sent(SERVICES / "kernel"), *sent(SERVICES / made["dienst"])}

    assert can_come == EVENTS[made["dienst"]]
    assert set(made["components"]["schemas"]["Gebeurtenis"]["properties"]["type"]["enum"]) == can_come
    assert all(made["components"]["messages"][soort]["summary"] for soort in can_come)


def test_the_page_tells_every_message_and_fetches_nothing(made: Document) -> None:
    page = render(made)

    assert all(f"{soort.naam} {soort.release}" in page for soort in supported(made["dienst"]))
    assert not re.search(r"""<script|<link|<img|@import|url\(|src=|href=["'](?!asyncapi\.json|docs)""", page)
    assert page.count("<h2") == 4
