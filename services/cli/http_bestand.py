"""docs/berichtenhub.http: a request for every operation of both OpenAPI documents, for JetBrains and VS Code.

What may be asked besides stands above a request as comments, to be taken over: all filters at once find nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

Document = Mapping[str, Any]

_KOP: Final = """\
# Elk verzoek van berichtenhub, voor de REST-client van JetBrains of VS Code.
# Gemaakt met `hub openapi --http > docs/berichtenhub.http`; wijzig dit bestand niet met de hand.
#
# Vul de sleutel van uw partij in (hub partij sleutel, of sleutels.json na hub init --voorbeeld), en zet een bericht
# naast dit bestand: hub example WMO323 --release 3.2 --seed 7 > bericht.xml

@hub = http://localhost:8000
@sleutel = VUL-IN
"""
# For what a document gives no example of.
_NAAR_SOORT: Final[Mapping[str, object]] = {"integer": 1, "number": 1, "boolean": True, "string": "tekst", "array": []}
_NAAR_VORM: Final = {"date": "2025-01-01", "date-time": "2025-01-01T09:00:00+00:00"}


def als_http(documenten: Iterable[tuple[str, Document]]) -> str:
    """The file; of each service its operations in the order of its document."""
    delen = [verzoek for naam, document in documenten for verzoek in _verzoeken(naam, document)]
    return "\n".join([_KOP, *delen])


def _verzoeken(dienst: str, document: Document) -> Iterator[str]:
    pad = urlsplit(document["servers"][0]["url"]).path
    bekend = _voorbeelden(document)
    for adres, verrichtingen in document["paths"].items():
        for methode, verrichting in verrichtingen.items():
            yield "\n".join(_regels(dienst, f"{pad}{adres}", methode, verrichting, document, bekend))


def _regels(
    dienst: str, adres: str, methode: str, verrichting: Document, document: Document, bekend: Mapping[str, Any]
) -> Iterator[str]:
    parameters = [_volg(parameter, document) for parameter in verrichting.get("parameters", ())]
    yield f"### {dienst}: {verrichting['summary']}"
    yield f"# @name {dienst}_{verrichting['operationId']}"
    vraag = []
    for parameter in parameters:
        naam, waarde = parameter["name"], _tekst(_van_parameter(parameter, document, bekend))
        if parameter["in"] == "path":
            adres = adres.replace(f"{{{naam}}}", quote(waarde, safe=""))
        elif parameter["in"] == "query" and parameter.get("required"):
            vraag.append(f"{naam}={quote(waarde, safe=',')}")
        else:
            yield _als_keuze(parameter, waarde)
    yield f"{methode.upper()} {{{{hub}}}}{adres}{'?' if vraag else ''}{'&'.join(vraag)}"
    yield "Authorization: Bearer {{sleutel}}"
    yield from _inhoud(verrichting, document, bekend)
    yield ""


def _als_keuze(parameter: Document, waarde: str) -> str:
    uitleg = parameter.get("description", "").split("\n", 1)[0]
    zo = f"{parameter['name'].title()}: {waarde}" if parameter["in"] == "header" else f"{parameter['name']}={waarde}"
    return f"# {zo}  {uitleg}".rstrip()


def _inhoud(verrichting: Document, document: Document, bekend: Mapping[str, Any]) -> Iterator[str]:
    inhoud = verrichting.get("requestBody", {}).get("content", {})
    if not inhoud:
        return
    soort = "application/json" if "application/json" in inhoud else next(iter(inhoud))
    yield f"Content-Type: {soort}"
    yield ""
    if soort == "application/json":
        yield json.dumps(_waarde("", inhoud[soort], document, bekend), ensure_ascii=False, indent=2)
    else:
        yield "< ./bericht.xml"


def _voorbeelden(document: Document) -> dict[str, Any]:
    """{name: value} of every key in the examples of the document's models; the first that says something holds."""
    gevonden: dict[str, Any] = {}
    for schema in document["components"]["schemas"].values():
        for voorbeeld in _eigen(schema):
            for naam, waarde in voorbeeld.items() if isinstance(voorbeeld, dict) else ():
                if waarde is not None and not isinstance(waarde, dict | list):
                    gevonden.setdefault(naam, waarde)
    return gevonden


def _eigen(houder: Document) -> list[Any]:
    """The examples that stand at a model, a parameter or a body; OpenAPI knows three ways to write them."""
    meer = houder.get("examples", ())
    waarden = [een["value"] for een in meer.values() if "value" in een] if isinstance(meer, Mapping) else list(meer)
    return [*([houder["example"]] if "example" in houder else []), *waarden]


def _van_parameter(parameter: Document, document: Document, bekend: Mapping[str, Any]) -> Any:
    return _waarde(parameter["name"], parameter, document, bekend)


def _waarde(naam: str, houder: Document, document: Document, bekend: Mapping[str, Any]) -> Any:
    """An example value: of its own, of what may be filled in, of a model that has this name, or of its kind."""
    buiten = _volg(houder.get("schema", houder), document)
    schema = _schema(buiten, document)
    eigen = [*_eigen(houder), *_eigen(buiten), *_eigen(schema)]
    if eigen:
        return eigen[0]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_waarde(naam, schema["items"], document, bekend)]
    if naam in bekend:
        return bekend[naam]
    if "properties" in schema:
        return {sleutel: _waarde(sleutel, deel, document, bekend) for sleutel, deel in schema["properties"].items()}
    for grens in ("default", "const", "minimum"):
        if schema.get(grens) is not None:
            return schema[grens]
    return _NAAR_VORM.get(schema.get("format", ""), _NAAR_SOORT.get(schema.get("type", "string"), "tekst"))


def _schema(schema: Document, document: Document) -> Document:
    """The model behind a reference, and the first of several kinds that is not null."""
    schema = _volg(schema, document)
    keuzes = [een for een in schema.get("anyOf", ()) if een.get("type") != "null"]
    return _schema(keuzes[0], document) if keuzes else schema


def _volg(deel: Document, document: Document) -> Document:
    if "$ref" not in deel:
        return deel
    doel: Any = document
    for naam in deel["$ref"].removeprefix("#/").split("/"):
        doel = doel[naam]
    return _volg(doel, document)


def _tekst(waarde: Any) -> str:
    if isinstance(waarde, list):
        return ",".join(map(_tekst, waarde))
    return str(waarde).lower() if isinstance(waarde, bool) else str(waarde)
