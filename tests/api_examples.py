"""The examples of the API documents, taken from a hub that is asked: after the demo's year, every operation once.

`python -m api_examples` writes them to schemas/openapi/; test_api_examples.py asks again and compares. What differs
from one run to the next (numbers of messages, moments) is made the same.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from fastapi.testclient import TestClient
from geheimen import VASTE_GEHEIMEN
from lxml import etree

from builders import product, set_text, wmo301
from services import together
from services.cli import demo_repair, example_loading
from services.cli.beheer import laad
from services.cli.demo import fasen
from services.cli.demo_cases import Administratie
from services.cli.demo_scenario import VANDAAG, ZONDER_MANDAAT, Zending, deelnemers
from services.cli.demo_sending import Antwoord, send
from services.cli.init import initialise
from services.declaration.afspraken.subcontractors import laad_onderaannemers
from services.kernel.openapi_examples import FOLDER
from services.kernel.settings import GEHEIMEN, Settings
from services.kernel.termijnen import meld_verlopen

XML = "application/xml"
JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GEMEENTE, AANBIEDER, PER_MAAND = "0503", "75000003", "75000001"
_ONDERAANNEMER = (
    "aanbieder,onderaannemer,gemeente,resultaatgebied,domein,toewijzing,van,tot\n"
    "75000001,75000002,0503,SPF,,,2025-01-01,2025-12-31\n"
)
MET_BUDGET = 987002
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What the hub's own clock wrote; a date alone is of the scenario, which has a fixed day.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)")
_GEZET = f"{VANDAAG.isoformat()}T09:15:00+00:00"
_TABLES = (JSON, "text/csv")
_LISTED = 2
_ROWS_OF_A_FILE = 3


@dataclass(frozen=True)
class Vraag:
    """One request: the operation, whose key, what stands in its path, its query, its body."""

    verrichting: str
    als: str
    pad: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    accept: str = "*/*"
    body_type: str = XML


@dataclass
class Hub:
    """A hub in this process after the demo's year, and what was sent to it."""

    client: TestClient
    keys: Mapping[str, str]
    antwoorden: list[Antwoord]

    def header(self, als: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[als]}"}

    def sent(self, soort: str, oordeel: str) -> Antwoord:
        """The first message of this kind that got this oordeel and that the hub answered."""
        return next(
            a
            for a in self.antwoorden
            if (a.zending.soort.naam, a.oordeel, a.status) == (soort, oordeel, 201) and len(a.zending.inhoud) < 4000
        )


def make_hub(data: Path) -> Hub:
    """The demo's year, in process and without a clock."""
    (data / GEHEIMEN).write_text(json.dumps(VASTE_GEHEIMEN), encoding="utf-8")
    os.environ["BERICHTENHUB_VANDAAG"] = VANDAAG.isoformat()
    settings = Settings(data=data)
    list(initialise(data, voorbeeld=True))
    keys = {**example_loading.read_keys(data), "dienst": VASTE_GEHEIMEN["dienst_sleutel"]}
    client = TestClient(together.build(settings), raise_server_exceptions=False)
    boeken: defaultdict[str, Administratie] = defaultdict(Administratie)
    zendingen = [zending for fase in fasen(deelnemers(), boeken).values() for zending in fase]
    antwoorden = list(send(client, keys, zendingen))
    demo_repair.herstellen(client, keys, data, boeken[demo_repair.AANBIEDER])
    laad(data, "contract onderaannemers", lambda conn, _: laad_onderaannemers(conn, _ONDERAANNEMER))
    made = Hub(client, keys, antwoorden)
    _let_terms_pass(made, settings)
    return made


def _let_terms_pass(hub: Hub, settings: Settings) -> None:
    """A message to each service that stays without an answer until its term is over, and what the hub tells of it."""
    onbeantwoord = {
        "allocation": (GEMEENTE, wmo301(_with_budget(), identificatie="TOEW2026002")),
        "declaration": (_forwarded(hub).partij, _another(_forwarded(hub).inhoud, "T")),
    }
    for naam, (als, body) in onbeantwoord.items():
        headers = hub.header(als) | {"Content-Type": XML}
        hub.client.post(f"/{naam}/v1/berichten", content=body, headers=headers).raise_for_status()
    later = together.samenstel(settings.model_copy(update={"vandaag": VANDAAG + timedelta(days=60)}))
    for dienst in later.diensten.values():
        meld_verlopen(dienst)
    later.sluit()


def _with_budget() -> dict[str, Any]:
    """A toewijzing of an amount of money.

    An example with a null budget would stop the linter of the design rules: it takes any null whose name has `get` in
    it for an operation.
    """
    return product(nummer=MET_BUDGET, code=None, volume=None, budget=250000)


# --- what is asked ---------------------------------------------------------------------------------------------------


def _own(soort: str, hub: Hub) -> Iterator[Vraag]:
    """What both services have, about one message of this soort."""
    beoordeeld = hub.sent(soort, "goedgekeurd")
    wie, nummer = beoordeeld.zending.partij, {"id": beoordeeld.inhoud["id"]}
    yield Vraag("postValidatie", wie, body=_another(beoordeeld.zending.inhoud, "V"))
    yield Vraag("postBericht", wie, body=beoordeeld.zending.inhoud)
    yield Vraag("getBerichten", wie, query={"berichtsoort": soort, "limit": _LISTED})
    zoek = json.dumps({"berichtsoort": soort, "limit": _LISTED}).encode()
    yield Vraag("postZoekvraag", wie, body=zoek, body_type=JSON)
    yield Vraag("getBericht", wie, nummer)
    yield Vraag("getTijdlijn", wie, nummer)
    yield Vraag("getBevindingen", wie, nummer)
    yield Vraag("getPartij", wie)
    yield Vraag("getPartijen", wie)
    yield Vraag("getBerichtXml", wie, nummer)
    yield Vraag("getBerichtRetour", wie, nummer)
    yield Vraag("getPostbus", GEMEENTE, query={"limit": _LISTED})
    yield Vraag("postOntvangst", GEMEENTE, {"nr": "1"})
    yield Vraag("getTermijnen", GEMEENTE if soort == "WMO301" else ZONDER_MANDAAT, query={"limit": _LISTED})
    yield Vraag("getKwaliteit", GEMEENTE, query={"van": "2025-01-01", "tot": "2026-12-31"})


def of_allocation(hub: Hub) -> list[Vraag]:
    nieuw = wmo301(product(nummer=987001), identificatie="TOEW2026001")
    zonder_retour = wmo301(product(nummer=987003), identificatie="TOEW2026003")
    geweigerd = set_text(zonder_retour, "Einddatum", "2020-01-01")
    periode = {"van": "2025-01-01", "tot": "2026-12-31"}
    return [
        Vraag("postBericht", GEMEENTE, body=nieuw),
        Vraag("postBericht", GEMEENTE, body=geweigerd, accept=XML),
        Vraag("postBericht", GEMEENTE, body=geweigerd, accept=XML),
        Vraag("postBericht", GEMEENTE, body=zonder_retour, accept=XML),
        *_own("WMO301", hub),
        Vraag("getGebeurtenis", GEMEENTE, {"id": event(hub, "allocation", GEMEENTE)}),
        Vraag("getToewijzingen", GEMEENTE, query={"nummer": MET_BUDGET}),
        Vraag("getFeed", "dienst", query={"na": _before_budget(hub), "limit": 1}),
        Vraag("getClienten", "dienst", {"domein": "wmo", "gemeente": GEMEENTE}, toewijzing(hub)),
        Vraag("getKwaliteitToewijzingen", GEMEENTE, query=periode),
    ]


def of_declaration(hub: Hub) -> list[Vraag]:
    jaar = {"van": "2026-01-01", "tot": "2026-12-31"}
    deels = hub.sent("WMO323", "deels_afgekeurd").zending
    toegewezen = toewijzing(hub)
    own = {"domein": "wmo", "gemeente": GEMEENTE, "nummer": str(toegewezen["nummer"])}
    kenmerken = {
        "cohort": "nieuw",
        "minutenPerWeek": 185,
        "reden": "bezwaar",
        "normenkader": "2023",
        "bron": "besluit (fictief)",
    }
    return [
        Vraag("postBericht", deels.partij, body=_another(deels.inhoud, "B")),
        Vraag("postBericht", deels.partij, body=_another(deels.inhoud, "X"), accept=XML),
        Vraag("postBericht", deels.partij, body=_another(deels.inhoud, "X"), accept=XML),
        *_without_mandaat(hub),
        *_own("WMO323", hub),
        Vraag("getGebeurtenis", ZONDER_MANDAAT, {"id": event(hub, "declaration", ZONDER_MANDAAT)}),
        Vraag("getJournaal", GEMEENTE, query={"limit": _LISTED}),
        Vraag("getGoedgekeurd", "dienst", own),
        Vraag("getTarieven", GEMEENTE, query={"limit": _LISTED}),
        Vraag("getPerioden", GEMEENTE, query={"jaar": 2025}),
        *(Vraag("getBetaalbaar", GEMEENTE, query=jaar | {"limit": _LISTED}, accept=kind) for kind in _TABLES),
        *(Vraag("getBetaalbaarTotalen", GEMEENTE, query=jaar, accept=kind) for kind in _TABLES),
        Vraag("getConcept", toegewezen["aanbieder"], query={"gemeente": GEMEENTE, "maand": "2025-01"}),
        Vraag("getContracten", GEMEENTE, query={"limit": _LISTED}),
        Vraag("getOnderaannemers", "beheer", query={"limit": _LISTED}),
        Vraag("getDeclaratieruimte", toegewezen["aanbieder"], query={"limit": _LISTED}),
        Vraag("putKenmerken", GEMEENTE, own, body=json.dumps(kenmerken).encode(), body_type=JSON),
        Vraag("getKenmerken", GEMEENTE),
        Vraag("getKwaliteitPrestaties", GEMEENTE, query={"van": "2025-01-01", "tot": "2026-12-31"}),
        Vraag("getLijsten", GEMEENTE),
        *(Vraag("getLijst", GEMEENTE, {"lijst": "niet-gedeclareerd"}, accept=kind) for kind in _TABLES),
        Vraag("getBegroting", GEMEENTE, query={"jaar": 2025}),
        Vraag("getPrognose", GEMEENTE, query={"jaar": 2025}),
        Vraag("getSturing", GEMEENTE, query={"van": "2025-01-01", "tot": "2025-12-31"}),
        Vraag("getSturingTreden", GEMEENTE, query={"dag": "2025-07-01"}),
        Vraag("getSturingOvergangen", GEMEENTE, query={"van": "2025-01-01", "tot": "2025-12-31"}),
        Vraag("getSturingAanbieders", GEMEENTE, query={"dag": "2025-07-01"}),
        *(
            Vraag("getVerzilveringToewijzingen", GEMEENTE, query={"jaar": 2025, "limit": _LISTED}, accept=kind)
            for kind in _TABLES
        ),
        Vraag("getSturingStapeling", GEMEENTE, query={"dag": "2025-07-01"}),
        Vraag("getSturingReeks", GEMEENTE),
        Vraag("getSturingDefinities", GEMEENTE),
        *(Vraag("getVerzilvering", GEMEENTE, query={"groepeer": "gemeente,periode"}, accept=kind) for kind in _TABLES),
        Vraag("postAfsluiting", GEMEENTE, {"periode": "2025-P10"}, body=b'{"besluit": "B-2026-014"}', body_type=JSON),
        Vraag("getAfsluiting", GEMEENTE, {"periode": "2025-P10"}),
        Vraag("getSignalen", GEMEENTE, query={"limit": _LISTED}),
        Vraag("getHerstel", demo_repair.GEMEENTE, query={"limit": _LISTED, "status": "gedaan"}),
    ]


def of(naam: str, hub: Hub) -> list[Vraag]:
    return of_allocation(hub) if naam == "allocation" else of_declaration(hub)


def _another(inhoud: bytes, letter: str) -> bytes:
    """The same message as a new one: its own Identificatie, and DeclaratieNummer where it has one."""
    for element in ("Identificatie", "DeclaratieNummer"):
        if f"{element}>".encode() in inhoud:
            inhoud = set_text(inhoud, element, f"{letter}2026001")
    return inhoud


def _without_mandaat(hub: Hub) -> Iterator[Vraag]:
    """A declaration that the gemeente judges itself: there is no answer yet."""
    zending = _forwarded(hub)
    yield Vraag("postBericht", zending.partij, body=_another(zending.inhoud, "D"), accept=XML)


def _forwarded(hub: Hub) -> Zending:
    """The last one: an earlier period may no longer be declared."""
    found = [a.zending for a in hub.antwoorden if (a.zending.soort.naam, a.oordeel) == ("WMO323", "doorgestuurd")]
    return found[-1]


def event(hub: Hub, dienst: str, partij: str) -> str:
    """The id of the first gebeurtenis in a postbus."""
    items = hub.client.get(f"/{dienst}/v1/postbus", params={"limit": 500}, headers=hub.header(partij)).json()["items"]
    return next(str(item["berichtId"]) for item in items if item["standaard"] is None)


def toewijzing(hub: Hub) -> dict[str, Any]:
    """A toewijzing of the gemeente, as the parameters that ask for it."""
    query = {"aanbieder": PER_MAAND, "gemeente": GEMEENTE, "status": "actueel", "limit": 1}
    [found] = hub.client.get("/allocation/v1/toewijzingen", params=query, headers=hub.header(GEMEENTE)).json()["items"]
    return {"nummer": found["nummer"], "aanbieder": PER_MAAND}


def _before_budget(hub: Hub) -> int:
    items = hub.client.get("/allocation/v1/feed", params={"limit": 500}, headers=hub.header("dienst")).json()["items"]
    return next(int(item["nr"]) - 1 for item in items if item["nummer"] == MET_BUDGET)


# --- what is refused -------------------------------------------------------------------------------------------------


def refusals(naam: str, hub: Hub) -> Iterator[Vraag]:
    """Requests that a service refuses each for a reason of its own."""
    soort = "WMO301" if naam == "allocation" else "WMO323"
    zending = hub.sent(soort, "goedgekeurd").zending
    wie, goed = zending.partij, _another(zending.inhoud, "W")
    einde = goed.index(b"?>") + 2
    of_message = {
        "geen-xml": goed[:-20],
        "doctype-geweigerd": goed[:einde] + b"<!DOCTYPE Bericht>" + goed[einde:],
        "verkeerde-codering": goed.replace(b"UTF-8", b"ISO-8859-1", 1),
        "onbekende-berichtsoort": goed.replace(b"/3_2/", b"/9_9/"),
        "xsd-ongeldig": set_text(goed, "BerichtCode", "999"),
        "waarde-buiten-bereik": set_text(goed, "Dagtekening", "12026-01-01"),
    }
    answer = "WMO302" if naam == "allocation" else "WMO325"
    answered = next(a.zending for a in hub.antwoorden if a.zending.soort.naam == answer)
    nummer = "IdentificatieRetour" if naam == "allocation" else "Identificatie"
    again = set_text(answered.inhoud, nummer, "ANTW2026001")
    for verrichting in ("postBericht", "postValidatie"):
        for body in of_message.values():
            yield Vraag(verrichting, wie, body=body)
        yield Vraag(verrichting, "0603" if naam == "allocation" else "75000004", body=goed)
        yield Vraag(verrichting, answered.partij, body=again)
    yield Vraag("postOntvangst", GEMEENTE, {"nr": "999999"})
    yield Vraag("postOntvangst", GEMEENTE, {"nr": "1"}, {"partij": "75000002"})
    if naam == "declaration":
        yield from _refusals_of_declaration()


def _refusals_of_declaration() -> Iterator[Vraag]:
    concept = {"gemeente": GEMEENTE, "maand": "2025-01"}
    kenmerken = {"domein": "wmo", "gemeente": GEMEENTE, "nummer": "999999999"}
    afsluiting = {"body": b'{"besluit": "B-2026-014"}', "body_type": JSON}
    yield Vraag("getConcept", PER_MAAND, query={"gemeente": GEMEENTE, "maand": "2026-01"})
    yield Vraag("getConcept", PER_MAAND, query={"gemeente": GEMEENTE, "maand": "2025-01", "reeks": "P"})
    yield Vraag("getConcept", PER_MAAND, query={**concept, "aanbieder": "75000002"})
    yield Vraag("putKenmerken", GEMEENTE, kenmerken, body=b"{}", body_type=JSON)
    yield Vraag("putKenmerken", "0603", kenmerken, body=b"{}", body_type=JSON)
    yield Vraag("postAfsluiting", GEMEENTE, {"periode": "2030-P10"}, **afsluiting)
    yield Vraag("postAfsluiting", PER_MAAND, {"periode": "2025-P10"}, **afsluiting)
    yield Vraag("getLijst", GEMEENTE, {"lijst": "onbekend"})


# --- asking ----------------------------------------------------------------------------------------------------------


@dataclass
class Opname:
    """What was recorded of one service."""

    naam: str
    hub: Hub
    operations: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Any] = field(default_factory=dict)

    def ask(self, vraag: Vraag) -> tuple[str, Any]:
        """The status and the body as it stands in the document: text, or what the JSON holds."""
        method, template, _ = self.places[vraag.verrichting]
        headers = {"Accept": vraag.accept, "Content-Type": vraag.body_type} | self.hub.header(vraag.als)
        path = f"/{self.naam}/v1{template.format(**vraag.pad)}"
        reply = self.hub.client.request(method, path, params=vraag.query, content=vraag.body, headers=headers)
        media_type = reply.headers.get("content-type", "").partition(";")[0]
        return str(reply.status_code), (media_type, _shown(media_type, reply.text))

    def accepted(self, vraag: Vraag) -> None:
        status, (media_type, body) = self.ask(vraag)
        if status >= "300":
            raise AssertionError(f"{self.naam} {vraag.verrichting}: {status} {body}")
        described = self.places[vraag.verrichting][2]["responses"].get(status)
        if described is None or media_type not in described.get("content", {"": None}):
            raise AssertionError(f"{self.naam} {vraag.verrichting}: no {status} {media_type} in the document")
        kept = self.operations.setdefault(vraag.verrichting, {"parameters": {}, "request": {}, "responses": {}})
        kept["parameters"] = {**vraag.query, **vraag.pad} | kept["parameters"]
        if vraag.body is not None:
            kept["request"].setdefault(vraag.body_type, _shown(vraag.body_type, vraag.body.decode()))
        kept["responses"].setdefault(status, {}).update({media_type: body} if media_type else {})

    def denied(self, vraag: Vraag) -> None:
        """What the same question gets from others, and in the name of somebody else, as far as it is refused."""
        method, _, described = self.places[vraag.verrichting]
        names = {parameter["name"] for parameter in described.get("parameters", ())}
        asked = [replace(vraag, als=als) for als in sorted(self.hub.keys)]
        if "partij" in names:
            asked.append(replace(vraag, query={**vraag.query, "partij": "75000002"}))
        for other in asked if method == "get" else ():
            status, (_, body) = self.ask(other)
            if status in ("403", "404"):
                self._keep(vraag.verrichting, status, body)

    def refused(self, vraag: Vraag) -> None:
        status, (_, body) = self.ask(vraag)
        if status < "400" or status >= "500":
            raise AssertionError(f"{self.naam} {vraag.verrichting}: {status} is no refusal, {body}")
        self._keep(vraag.verrichting, status, body)

    def _keep(self, verrichting: str, status: str, body: dict[str, Any]) -> None:
        if status not in self.places[verrichting][2]["responses"]:
            raise AssertionError(f"{self.naam} {verrichting}: no {status} in the document")
        name = body["type"].rpartition("/")[2]
        self.problems.setdefault(verrichting, {}).setdefault(status, {}).setdefault(name, body)

    @cached_property
    def places(self) -> dict[str, tuple[str, str, dict[str, Any]]]:
        """Method, path and description of every operation of the document."""
        document = self.hub.client.get(f"/{self.naam}/v1/openapi.json").json()
        return {
            operation["operationId"]: (method, path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
        }


def _shown(media_type: str, text: str) -> Any:
    if "json" in media_type:
        return _short(json.loads(text))
    if media_type == XML:
        return _with_indent(text)
    return "".join(text.splitlines(keepends=True)[:_ROWS_OF_A_FILE])


def _short(value: Any) -> Any:
    """The same with at most two in every list: an example shows the shape."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    return [_short(item) for item in value[:_LISTED]] if isinstance(value, list) else value


def _with_indent(text: str) -> str:
    tree = etree.fromstring(text.encode(), etree.XMLParser(remove_blank_text=True))
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", pretty_print=True).decode()


def record(naam: str, hub: Hub) -> str:
    """The recording of one service as the JSON that is kept."""
    opname = Opname(naam, hub)
    for vraag in of(naam, hub):
        opname.accepted(vraag)
    for vraag in of(naam, hub):
        opname.denied(vraag)
    for vraag in refusals(naam, hub):
        opname.refused(vraag)
    kept = {"operations": opname.operations, "problems": opname.problems}
    return _same_every_time(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def _same_every_time(text: str) -> str:
    """Numbers of messages and moments as they are in every run."""
    seen: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], str(uuid5(NAMESPACE_OID, f"voorbeeld {len(seen)}")))

    return _UUID.sub(number, _MOMENT.sub(_GEZET, text))


def main() -> None:
    with TemporaryDirectory() as folder:
        hub = make_hub(Path(folder))
        FOLDER.mkdir(exist_ok=True)
        for naam in ("allocation", "declaration"):
            (FOLDER / f"{naam}.json").write_text(record(naam, hub), encoding="utf-8")
            sys.stdout.write(f"{FOLDER / naam}.json\n")


if __name__ == "__main__":
    main()
