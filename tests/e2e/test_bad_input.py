"""What bad input gets (design §9), over HTTP against a real server: told apart by type, nothing half done, no BSN."""

import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from running_hub import Hub, serving

from builders import bsn, client, prestatie, product, remove, set_text, wmo301, wmo323
from services.cli import example_set
from services.kernel.catalogue import find
from services.kernel.reading import Schemas

CAP = 200_000
BSN = re.compile(r"(?<!\d)9999\d{5}(?!\d)")
SCHEMAS = Schemas()

# What the two toewijzingen of Delft to 75000001 grant: one stuk SPF3 a week in 2025.
EIGEN, VAN_EEN_ANDER = 1001, 1002


def _week_price() -> int:
    t = example_set.toewijzing("75000001", "0503", 1, "SPF3", date(2025, 1, 1), date(2025, 12, 31), date(2024, 12, 16))
    claim = example_set.maandclaim(t, date(2025, 1, 1))
    assert claim is not None
    assert claim.tarief is not None
    return claim.tarief


TARIEF = _week_price()


@pytest.fixture(scope="module")
def hub(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with a small cap, and two clients with a toewijzing each."""
    data = tmp_path_factory.mktemp("bad-input") / "var"
    shutil.copytree(example_data, data)
    with serving(data, BERICHTENHUB_MAX_BYTES=str(CAP)) as running:
        for n, nummer in enumerate((EIGEN, VAN_EEN_ANDER), 1):
            inhoud = wmo301(product(nummer=nummer), client=client(bsn=bsn(n)), identificatie=f"T{nummer}")
            assert running.post("allocation", "0503", inhoud).json()["oordeel"] == "goedgekeurd"
        yield running


def line(**changes: Any) -> dict[str, Any]:
    """January, in full and at the right price."""
    return prestatie(**{"tarief": TARIEF, "toewijzing": EIGEN, **changes})


def declaratie(key: str, *lines: dict[str, Any], **changes: Any) -> bytes:
    """A valid 323; `key` makes its numbers its own."""
    made = lines or (line(referentie=f"R{key}"),)
    return wmo323(*made, **{"identificatie": f"I{key}", "nummer": f"N{key}", **changes})


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(data / "declaration.sqlite") as connection:
        return connection.execute(query).fetchall()


# --- what is refused before anybody judges ---------------------------------------------------------------------------

DOCTYPE = b'<!DOCTYPE Bericht [<!ENTITY a "b">]>'
EXTERNAL = b'<!DOCTYPE Bericht SYSTEM "file:///etc/passwd">'


def after_declaration(inhoud: bytes, inserted: bytes) -> bytes:
    end = inhoud.index(b"?>") + 2
    return inhoud[:end] + inserted + inhoud[end:]


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (lambda valid: b"dit is geen xml", "geen-xml"),
        (lambda valid: b"", "geen-xml"),
        (lambda valid: valid[: len(valid) // 2], "geen-xml"),
        (lambda valid: after_declaration(valid, DOCTYPE), "doctype-geweigerd"),
        (lambda valid: after_declaration(valid, EXTERNAL), "doctype-geweigerd"),
        (lambda valid: after_declaration(valid, DOCTYPE).replace(b">DN", b">&a;DN"), "doctype-geweigerd"),
        (lambda valid: valid.decode().encode("utf-16"), "verkeerde-codering"),
        (lambda valid: valid.replace(b"UTF-8", b"ISO-8859-1", 1), "verkeerde-codering"),
        (lambda valid: valid.replace(b"/3_2/wmo323/", b"/9_9/wmo323/"), "onbekende-berichtsoort"),
        (lambda valid: valid.replace(b"/3_2/wmo323/", b"/3_2/wmo999/"), "onbekende-berichtsoort"),
        (lambda valid: b"<Bericht/>", "onbekende-berichtsoort"),
    ],
    ids=["text", "empty", "cut", "doctype", "external", "entity", "utf16", "latin1", "release", "soort", "namespace"],
)
def test_what_is_no_message_gets_400_with_its_own_type(hub: Hub, broken: Callable[[bytes], bytes], kind: str) -> None:
    reply = hub.post("declaration", "75000001", broken(declaratie("PROLOOG")))

    assert reply.status_code == 400, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["type"].endswith(f"/{kind}")
    assert hub.get("/declaration/v1/berichten", identificatie="IPROLOOG").json()["items"] == []


def test_an_unknown_kind_names_what_is_supported(hub: Hub) -> None:
    reply = hub.post("declaration", "75000001", b'<Bericht xmlns="urn:onbekend"/>')

    assert "WMO323 (3.2)" in reply.json()["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/xml; charset=iso-8859-1"])
def test_another_media_type_gets_415(hub: Hub, content_type: str) -> None:
    reply = hub.post("declaration", "75000001", declaratie("TYPE"), content_type=content_type)

    assert reply.status_code == 415, reply.text


def test_more_than_the_cap_gets_413(hub: Hub) -> None:
    large = (
        declaratie("GROOT").replace(b"</Bericht", b" " * CAP + b"</Bericht").replace(b"</wmo323:Bericht", b" " * CAP)
    )

    assert hub.post("declaration", "75000001", large).status_code == 413


def test_more_than_the_cap_in_chunks_gets_413(hub: Hub) -> None:
    chunks = (b"<!-- " + b"x" * 10_000 + b" -->" for _ in range(30))
    headers = hub.key("75000001") | {"content-type": "application/xml"}

    reply = hub.client.post("/declaration/v1/berichten", content=chunks, headers=headers)

    assert reply.status_code == 413


@pytest.mark.parametrize("key", [None, "Bearer onbekend", "Basic abc"])
def test_without_a_key_of_ours_it_gets_401(hub: Hub, key: str | None) -> None:
    headers = {"content-type": "application/xml"} | ({"authorization": key} if key else {})

    reply = hub.client.post("/declaration/v1/berichten", content=declaratie("SLEUTEL"), headers=headers)

    assert reply.status_code == 401
    assert reply.headers["www-authenticate"].startswith("Bearer")


# --- level 1 ---------------------------------------------------------------------------------------------------------


def test_every_xsd_violation_is_told_with_line_path_element_and_what_was_expected(hub: Hub) -> None:
    broken = set_text(declaratie("XSD"), "Eenheid", "stuks")
    broken = set_text(broken, "DeclaratieNummer", "met spatie!")

    reply = hub.post("declaration", "75000001", broken)

    body = reply.json()
    assert (reply.status_code, body["type"].rsplit("/", 1)[-1]) == (400, "xsd-ongeldig")
    assert body["aantalBevindingen"] == len(body["bevindingen"]) == 2
    nummer, eenheid = body["bevindingen"]
    assert (nummer["element"], nummer["pad"]) == ("DeclaratieNummer", "/Bericht/Declaratie/DeclaratieNummer")
    assert eenheid["pad"] == "/Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]/Eenheid"
    assert broken.splitlines()[eenheid["regelnummer"] - 1].strip().find(b"stuks") > 0
    assert "82" in eenheid["melding"]
    assert {bevinding["regel"] for bevinding in body["bevindingen"]} == {"XSD"}
    assert "stuks" not in reply.text


def test_an_xsd_violation_leaves_a_refusal_row_without_content(hub: Hub) -> None:
    before = rows(hub.data, "SELECT count(*) FROM weigering")[0][0]

    hub.post("declaration", "75000001", remove(declaratie("RIJ"), "DeclaratieDagtekening"))

    found = rows(hub.data, "SELECT partij, type, berichtsoort, bevindingen FROM weigering ORDER BY nr DESC LIMIT 1")
    assert rows(hub.data, "SELECT count(*) FROM weigering")[0][0] == before + 1
    assert found[0][:3] == ("75000001", "xsd-ongeldig", "WMO323")
    assert hub.get("/declaration/v1/berichten", identificatie="IRIJ").json()["items"] == []


# --- who may -------------------------------------------------------------------------------------------------------


def test_somebody_elses_code_as_sender_gets_403_and_stands_in_the_audit_trail(hub: Hub) -> None:
    before = rows(hub.data, "SELECT count(*) FROM audit WHERE partij = '75000002'")[0][0]

    reply = hub.post("declaration", "75000002", declaratie("ANDER"))

    assert reply.status_code == 403
    assert rows(hub.data, "SELECT count(*) FROM audit WHERE partij = '75000002'")[0][0] == before + 1
    assert hub.get("/declaration/v1/berichten", identificatie="IANDER").json()["items"] == []


# --- ten broken messages, the rule each breaks, and where its code stands in the 325 --------------------------------

HEADER, DECLARATIE, CLIENT, PRESTATIE = "Header", "DeclaratieAntwoord", "Client", "Prestatie"

Broken = tuple[str, Callable[[str], bytes], str, str, str]
TEN: list[Broken] = [
    ("bsn", lambda k: set_text(declaratie(k), "Bsn", "999900007"), "CS002", "0001", HEADER),
    ("total", lambda k: declaratie(k, totaal=1), "TR358", "0001", HEADER),
    ("half-month", lambda k: declaratie(k, eind="2025-01-30"), "CS340", "0001", HEADER),
    ("no-tariff", lambda k: remove(declaratie(k), "ProductTarief"), "CD087", "0001", HEADER),
    (
        "twice",
        lambda k: declaratie(k, line(referentie=f"R{k}1"), line(referentie=f"R{k}2")),
        "TR416",
        "0001",
        HEADER,
    ),
    ("tomorrow", lambda k: declaratie(k, dagtekening="2026-02-16"), "TR135", "8848", HEADER),
    (
        "unknown-number",
        lambda k: declaratie(k, line(referentie=f"R{k}", toewijzing=4242)),
        "TR338",
        "9338",
        PRESTATIE,
    ),
    (
        "other-client",
        lambda k: declaratie(k, line(referentie=f"R{k}", toewijzing=VAN_EEN_ANDER)),
        "TR304",
        "8187",
        CLIENT,
    ),
    ("other-tariff", lambda k: declaratie(k, line(referentie=f"R{k}", tarief=TARIEF + 4)), "TR418", "0611", PRESTATIE),
    ("too-much", lambda k: declaratie(k, line(referentie=f"R{k}", volume=5)), "TR321", "9321", PRESTATIE),
]


@pytest.mark.parametrize(
    ("key", "make", "rule", "code", "place"), [(f"TIEN{n}", *broken[1:]) for n, broken in enumerate(TEN)],
    ids=[broken[0] for broken in TEN],
)  # fmt: skip
def test_a_broken_message_names_its_rule_and_gets_an_answer_of_the_right_shape(
    hub: Hub, key: str, make: Callable[[str], bytes], rule: str, code: str, place: str
) -> None:
    reply = hub.post("declaration", "75000001", make(key))
    body = reply.json()

    assert reply.status_code == 201, reply.text
    assert [(b["regel"], b["retourcode"]) for b in body["bevindingen"]] == [(rule, code)]
    assert all(b["pad"] and b["melding"] and b["advies"] for b in body["bevindingen"])
    assert body["oordeel"] == ("afgekeurd" if place == HEADER else "deels_afgekeurd")
    assert body["toegekend"] == 0
    answer = etree.fromstring(hub.get(body["retour"]["href"], "75000001").content)
    assert SCHEMAS.xsd(find("WMO325", "3.2")).validate(answer)
    assert codes(answer, place) == [code]
    assert present(answer, "DeclaratieAntwoord") is (place != HEADER)
    assert present(answer, "Client") is (place in (CLIENT, PRESTATIE))
    if place != HEADER:
        assert codes(answer, HEADER) == codes(answer, DECLARATIE) == ["0200"]
        assert codes(answer, CLIENT) == [code if place == CLIENT else "0200"]
        assert codes(answer, PRESTATIE) == [code if place == PRESTATIE else "0233"]


def codes(answer: etree._Element, place: str) -> list[str]:
    """The codes that stand on the (one) element of this name itself."""
    return [str(code.text) for code in answer.iterfind(f".//{{*}}{place}/{{*}}RetourCodes/{{*}}RetourCode")]


def present(answer: etree._Element, name: str) -> bool:
    return answer.find(f".//{{*}}{name}") is not None


def test_a_301_of_level_2_gets_a_302_with_0001_in_its_header(hub: Hub) -> None:
    broken = wmo301(product(nummer=2001, einddatum=None), identificatie="T2001")

    body = hub.post("allocation", "0503", broken).json()

    assert [(b["regel"], b["retourcode"]) for b in body["bevindingen"]] == [("CD076", "0001")]
    answer = etree.fromstring(hub.get(body["retour"]["href"], "0503").content)
    assert codes(answer, HEADER) == ["0001"]
    assert not present(answer, "Client")


# --- the answer itself, and one answer only --------------------------------------------------------------------------


def test_accept_xml_gives_a_325_that_our_schema_accepts(hub: Hub) -> None:
    inhoud = declaratie("XML", line(referentie="RXML", begin="2025-03-01", eind="2025-03-31", volume=5),
                        begin="2025-03-01", eind="2025-03-31", dagtekening="2025-04-03")  # fmt: skip

    reply = hub.post("declaration", "75000001", inhoud, accept="application/xml")

    assert reply.status_code == 201, reply.text
    assert reply.headers["content-type"] == "application/xml"
    answer = etree.fromstring(reply.content)
    assert SCHEMAS.xsd(find("WMO325", "3.2")).validate(answer)
    assert codes(answer, DECLARATIE) == ["8001"]
    assert answer.findtext(".//{*}DeclaratieIdentificatie/{*}Identificatie") == "IXML"


def test_the_same_message_again_gets_the_first_answer(hub: Hub) -> None:
    inhoud = declaratie("NOGEENS", line(referentie="RNOG", toewijzing=4242))

    first = hub.post("declaration", "75000001", inhoud)
    again = hub.post("declaration", "75000001", inhoud)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_killed_half_way_leaves_nothing_half_and_the_retry_gets_one_answer(example_data: Path, tmp_path: Path) -> None:
    """Wherever the kill lands: before the commit nothing is there, after it the retry gets the stored answer."""
    data = tmp_path / "var"
    shutil.copytree(example_data, data)
    lines = [line(referentie=f"K{n:05d}", toewijzing=10_000 + n) for n in range(3_000)]
    inhoud = declaratie("GEDOOD", *lines)
    with serving(data) as hub:
        sender = threading.Thread(target=_post_ignoring_the_end, args=(hub, inhoud))
        sender.start()
        sender.join(timeout=0.6)
        hub.process.kill()
        sender.join()
        hub.process.wait()

    with serving(data) as hub:
        retry = hub.post("declaration", "75000001", inhoud)
        again = hub.post("declaration", "75000001", inhoud)

    assert retry.status_code in (200, 201), retry.text
    assert again.status_code == 200
    assert again.json() == retry.json()
    assert rows(data, "SELECT count(*) FROM bericht WHERE berichtsoort = 'WMO323'") == [(1,)]
    assert rows(data, "SELECT count(*) FROM bericht WHERE berichtsoort = 'WMO325'") == [(1,)]
    assert rows(data, "SELECT count(*) FROM prestatie") == [(len(lines),)]


def _post_ignoring_the_end(hub: Hub, inhoud: bytes) -> None:
    try:
        hub.post("declaration", "75000001", inhoud)
    except httpx.TransportError:
        return  # the server was killed: that is the point


def test_no_bsn_stands_in_the_log_or_in_the_audit_trail(hub: Hub) -> None:
    bericht = set_text(declaratie("LOG"), "Bsn", bsn(7))
    hub.post("declaration", "75000001", bericht)
    hub.post("declaration", "75000002", bericht)  # in somebody else's name: that is put in the trail

    assert '"gebeurtenis"' in hub.log
    assert not BSN.search(hub.log)
    trail = rows(hub.data, "SELECT * FROM audit")
    assert trail
    assert not BSN.search(repr(trail))
