"""The examples in the OpenAPI document: what a hub answered after the demo's year, recorded in schemas/openapi/.

`make voorbeelden` records them again; a test asks the same questions and compares. What any operation may be refused
for comes from the functions that refuse it.
"""

import json
from functools import cache
from typing import Any, Final

from services.kernel import problems
from services.kernel.problems import MEDIA_TYPE, Probleem
from services.kernel.rules import ROOT

FOLDER: Final = ROOT / "schemas" / "openapi"
_VERZOEK: Final = "0d5a5c2e-2a3f-4a55-8a53-4b1f2b8a9d10"
# Per status, what is said where nothing else was recorded of an operation.
_ALGEMEEN: Final[dict[str, tuple[Probleem, ...]]] = {
    "400": (problems.ongeldige_invoer(["limit"]),),
    "401": (problems.niet_ingelogd(known=True),),
    "403": (problems.niet_namens(),),
    "404": (problems.niet_gevonden(),),
    "408": (problems.te_langzaam(),),
    "413": (problems.te_groot(25_000_000),),
    "415": (problems.verkeerd_type("Stuur een bericht als application/xml."),),
    "429": (problems.te_vaak(30),),
    "500": (problems.onverwacht(),),
    "503": (problems.bezet(),),
}


def add(document: dict[str, Any], naam: str) -> None:
    """Put the examples of the service `naam` in its document."""
    kept = recorded(naam)
    shared: dict[str, Any] = {}
    for item in document["paths"].values():
        for operation in item.values():
            name = operation["operationId"]
            _of_success(operation, kept["operations"].get(name, {}), shared)
            _of_problems(operation, kept["problems"].get(name, {}), shared)
    document["components"]["examples"] = dict(sorted(shared.items()))


@cache
def recorded(naam: str) -> dict[str, Any]:
    """{operations: {name: {parameters, request, responses}}, problems: {name: {status: {type: body}}}}."""
    found: dict[str, Any] = json.loads((FOLDER / f"{naam}.json").read_text(encoding="utf-8"))
    return found


def _of_success(operation: dict[str, Any], kept: dict[str, Any], shared: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in kept.get("parameters", {}):
            parameter["example"] = _as_value(parameter["schema"], kept["parameters"][parameter["name"]])
    for media_type, body in kept.get("request", {}).items():
        operation["requestBody"]["content"][media_type]["example"] = body
    for status, bodies in kept.get("responses", {}).items():
        for media_type, body in bodies.items():
            name = f"{operation['operationId']}-{status}-{media_type.rpartition('/')[2].replace('+', '-')}"
            shared[name] = {"summary": operation["summary"], "value": body}
            content = operation["responses"][status]["content"][media_type]
            content["examples"] = {name: {"$ref": f"#/components/examples/{name}"}}


def _as_value(schema: dict[str, Any], value: Any) -> Any:
    """What stands in a path is text; the document shows the number that it is."""
    return int(value) if schema.get("type") == "integer" else [value] if schema.get("type") == "array" else value


def _of_problems(operation: dict[str, Any], kept: dict[str, Any], shared: dict[str, Any]) -> None:
    """By reference, because most are of many operations."""
    for status, reply in operation["responses"].items():
        if status < "400":
            continue
        bodies = dict(kept.get(status, {}))
        for probleem in _ALGEMEEN.get(status, ()):
            if not bodies or status in _ALTIJD:
                bodies.setdefault(probleem.type, problems.body(probleem, _VERZOEK))
        for type, body in bodies.items():
            shared.setdefault(type, {"summary": body["title"], "value": body})
        named = {type: {"$ref": f"#/components/examples/{type}"} for type in bodies}
        reply["content"][MEDIA_TYPE]["examples"] = named


# What may come beside the reasons of the operation itself.
_ALTIJD: Final = ("401", "413", "415", "429", "500", "503")
