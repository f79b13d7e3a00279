"""The 304 (release-2.3 §3.2): only the bad news comes back, letter for letter, and its totals explain it (TR320)."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from builders_23 import prestatie23, wmo303
from declaration_judging import client_hash
from declaration_judging_23 import (
    BTW,
    BTW_ID,
    CREDIT,
    IN_P2,
    LATER,
    SCHEMAS,
    contract,
    debetregel,
    feiten,
    read_303,
    read_304,
    toewijzing,
)
from lxml import etree

from builders import bsn, insert_after, text
from services.declaration.message import AntwoordClient304, Declaratieantwoord304
from services.declaration.reply import build_304, build_antwoord
from services.declaration.rules.feiten import AFGEKEURD, FACTUUR, Feiten
from services.declaration.verdict import Oordeel, judge, judge_technisch, toets_niveau_2

TODAY = date(2025, 4, 10)
INVOICED = feiten(contracten=(contract(vorm=FACTUUR),), vandaag=TODAY)


def verdict_on(content: bytes, facts: Feiten | None = None) -> Oordeel:
    bericht = read_303(content)
    technisch = toets_niveau_2(bericht)
    return judge_technisch(technisch) if technisch else judge(bericht, facts or feiten(vandaag=TODAY))


def reply(content: bytes, facts: Feiten | None = None, oordeel: Oordeel | None = None) -> bytes:
    oordeel = oordeel or verdict_on(content, facts)
    return build_304(read_303(content), oordeel, BytesIO(content), "HG1", TODAY, SCHEMAS)


def read_back(content: bytes) -> Declaratieantwoord304:
    """The reply as values; every reply keeps level 2 (TR320 is a part of it)."""
    antwoord = read_304(content)
    assert toets_niveau_2(antwoord) == ()
    return antwoord


def answered(facts: Feiten | None = None, *prestaties: dict[str, Any], **anders: Any) -> Declaratieantwoord304:
    return read_back(reply(wmo303(*prestaties, **anders), facts))


def header_only(antwoord: Declaratieantwoord304, content: bytes) -> tuple[tuple[str, ...], int, str]:
    """Codes and award of an answer without Clienten."""
    assert (antwoord.clienten, text(content, "Clienten")) == ((), None)
    return antwoord.kop_codes, antwoord.antwoord.toegekend, antwoord.antwoord.toegekend_dc


def leaves(element: Any) -> list[tuple[str, str]]:
    """Name and text of every leaf, in document order."""
    return [(etree.QName(leaf).localname, leaf.text) for leaf in element.iter() if len(leaf) == 0]


def at(content: bytes, name: str, nr: int = 1) -> Any:
    return etree.fromstring(content).findall(f".//{{*}}{name}")[nr - 1]


# --- Header ---


def test_the_Header_says_who_answers_what() -> None:
    antwoord = answered()

    kop = antwoord.kop
    assert (kop.afzender, kop.ontvanger, kop.identificatie, kop.dagtekening) == ("0503", "75000001", "HG1", TODAY)
    assert (antwoord.declaratie_identificatie, antwoord.declaratie_dagtekening) == ("F0001", date(2025, 2, 3))


@pytest.mark.parametrize(("factuur", "code"), [(False, "417"), (True, "449")])
def test_416_is_answered_by_417_and_448_by_449(factuur: bool, code: str) -> None:
    content = reply(wmo303(factuur=factuur), INVOICED if factuur else None)

    assert [text(content, name) for name in ("BerichtCode", "BerichtVersie", "BerichtSubversie")] == [code, "2", "3"]
    assert text(content, "XsltVersie") is None


@pytest.mark.parametrize("full", [False, True], ids=["least", "most"])
def test_the_Header_repeats_that_of_the_303_letter_for_letter(full: bool) -> None:
    most = {"servicebureau": "98000001", "betaling": "01", "btw_id": BTW_ID, "factuur": True}
    content = wmo303(prestatie23(**BTW), **most) if full else wmo303()
    content = content.replace(b"FactuurDagtekening>2025-02-03<", b"FactuurDagtekening> 2025-02-03\t<")

    answer = reply(content, INVOICED if full else None)

    sent = [leaf for leaf in leaves(at(content, "Header"))[1:] if leaf[0] not in ("TotaalBedrag", "DebetCredit")]
    returned = leaves(at(answer, "Header"))[1:]
    assert returned[: len(sent)] == sent
    assert ("FactuurDagtekening", " 2025-02-03\t") in sent
    assert [name for name, _ in returned[len(sent) :]] == [
        *("GemeenteReferentieNummer", "RetourDagtekening"),
        *("TotaalBedrag", "DebetCredit", "TotaalBedrag", "DebetCredit", "RetourCode"),
    ]


def test_utf8_without_bom_and_with_crlf() -> None:
    content = reply(wmo303())

    assert content.startswith(b"<?xml")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_a_303_is_answered_by_a_304() -> None:
    content = wmo303()

    answer = build_antwoord(read_303(content), verdict_on(content), BytesIO(content), "HG1", TODAY, SCHEMAS)

    assert answer == reply(content)


# --- the whole: a Header alone ---


@pytest.mark.parametrize("factuur", [False, True])
def test_everything_approved_is_8001_and_a_Header_alone(factuur: bool) -> None:
    content = reply(wmo303(prestatie23(btw_vrijstelling="1"), factuur=factuur), INVOICED if factuur else None)

    assert header_only(read_back(content), content) == (("8001",), 48000, "D")
    assert read_back(content).antwoord.ingediend == 48000


@pytest.mark.parametrize(
    ("facts", "anders", "codes"),
    [
        (feiten(), {"totaal": 1}, ("0001",)),
        (feiten(vandaag=date(2025, 2, 2)), {}, ("8848",)),
        (feiten(vandaag=date(2024, 12, 29)), {}, ("8848", "8847")),
        (feiten(gemeente_bestaat=False), {}, ("S300",)),
        (feiten(nummer_bezet=True), {}, ("0030",)),
        (feiten(contracten=(contract(vorm=FACTUUR),)), {}, ("8855",)),
        (feiten(), {"factuur": True}, ("8856",)),
        (feiten(), {"eind": "2025-01-25"}, ("8214",)),
        (feiten(laatste_periode=date(2025, 1, 27)), {}, ("8214",)),
        (feiten(laatste_periode=date(2025, 1, 27)), {"eind": "2025-01-25"}, ("8214",)),
        (feiten(nummer_bezet=True, laatste_periode=date(2025, 1, 27)), {}, ("0030", "8214")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_a_whole_refusal_grants_0_D_in_a_Header_alone(
    facts: Feiten, anders: dict[str, Any], codes: tuple[str, ...]
) -> None:
    content = reply(wmo303(**anders), facts)

    assert header_only(read_back(content), content) == (codes, 0, "D")


def test_the_credit_of_a_refused_factuur_line_is_answered_8001() -> None:
    debet = debetregel(vorm=FACTUUR, status=AFGEKEURD, toegekend=0, per_periode={})
    facts = feiten(contracten=(contract(vorm=FACTUUR),), debetregels={"P0000": debet})
    content = reply(wmo303({**CREDIT, "btw_vrijstelling": "1"}, factuur=True), facts)

    assert header_only(read_back(content), content) == (("8001",), -48000, "C")


# --- lines ---


def the_client(antwoord: Declaratieantwoord304) -> AntwoordClient304:
    (client,) = antwoord.clienten
    return client


def test_a_refused_line_comes_back_under_its_Client_with_0_and_0() -> None:
    lines = {bsn(1): [prestatie23(), prestatie23(referentie="B", toewijzing=9)], bsn(2): [prestatie23(referentie="C")]}
    lines[bsn(2)][0]["toewijzing"] = 1002
    facts = feiten(toewijzing(), toewijzing(nummer=1002, client=client_hash(bsn(2))))

    antwoord = answered(facts, clienten=lines)

    assert (antwoord.kop_codes, antwoord.antwoord.ingediend, antwoord.antwoord.toegekend) == (("0200",), 144000, 96000)
    client = the_client(antwoord)
    assert (client.bsn, client.codes) == (bsn(1), ("0200",))
    (line,) = client.prestaties
    assert (line.referentienummer, line.codes) == ("B", ("0551",))
    assert (line.gemeente_berekend, line.gemeente_berekend_dc, line.toegekend, line.toegekend_dc) == (0, "D", 0, "D")


def test_all_refused_is_0200_and_grants_0_D() -> None:
    antwoord = answered(None, prestatie23(volume=2, tarief=1))

    assert (antwoord.kop_codes, antwoord.antwoord.toegekend, antwoord.antwoord.toegekend_dc) == (("0200",), 0, "D")
    assert [line.codes for line in antwoord.prestaties] == [("9321", "0611")]


def test_a_refused_Client_returns_all_its_lines_with_0233() -> None:
    lines = {
        bsn(1): [prestatie23(), prestatie23(referentie="B", toewijzing=9), {**CREDIT, "toewijzing": 8}],
        bsn(2): [prestatie23(referentie="C", toewijzing=1002)],
    }
    facts = feiten(toewijzing(client=client_hash(bsn(2))), toewijzing(nummer=1002, client=client_hash(bsn(2))))

    antwoord = answered(facts, clienten=lines)

    assert (antwoord.kop_codes, antwoord.antwoord.toegekend) == (("0200",), 48000)
    client = the_client(antwoord)
    assert (client.bsn, client.codes) == (bsn(1), ("8187",))
    assert [(line.codes, line.gemeente_berekend, line.toegekend) for line in client.prestaties] == [
        (("0233",), 0, 0)
    ] * 3


def test_a_line_awarded_in_part_comes_back_with_the_award_twice_and_no_code() -> None:
    antwoord = answered(None, prestatie23(bedrag=50000))

    assert (antwoord.kop_codes, antwoord.antwoord.ingediend, antwoord.antwoord.toegekend) == (("0200",), 50000, 48000)
    (line,) = the_client(antwoord).prestaties
    assert (line.bedrag, line.gemeente_berekend, line.toegekend, line.codes) == (50000, 48000, 48000, ())
    assert the_client(antwoord).codes == ("0200",)


def test_a_refused_line_beside_one_awarded_in_part() -> None:
    lines = prestatie23(bedrag=50000), prestatie23(referentie="B", **IN_P2), prestatie23(referentie="C", toewijzing=9)

    antwoord = answered(feiten(vandaag=TODAY), *lines, **LATER)

    assert [(line.referentienummer, line.codes, line.toegekend) for line in antwoord.prestaties] == [
        ("P0001", (), 48000),
        ("C", ("0551",), 0),
    ]
    assert antwoord.antwoord.toegekend == 96000


def test_a_refused_credit_comes_back_with_0_D() -> None:
    antwoord = answered(None, CREDIT)

    (line,) = antwoord.prestaties
    assert (line.sleutel, line.bedrag, line.codes) == (("P0002", "P0000"), -48000, ("8017",))
    assert (line.toegekend, line.toegekend_dc) == (0, "D")
    assert (antwoord.antwoord.ingediend, antwoord.antwoord.toegekend_dc) == (-48000, "D")


def test_the_second_client_comes_back_without_the_first() -> None:
    antwoord = answered(None, clienten={bsn(1): [prestatie23()], bsn(2): [prestatie23(referentie="B", toewijzing=9)]})

    assert [(client.bsn, len(client.prestaties)) for client in antwoord.clienten] == [(bsn(2), 1)]


def test_codes_stand_once_in_a_class() -> None:
    oordeel = Oordeel("deels_afgekeurd", 0, regel_codes={(1, 1): ("9321", "9322", "9321")})

    assert [line.codes for line in read_back(reply(wmo303(), oordeel=oordeel)).prestaties] == [("9321", "9322")]


# --- letter for letter ---

WHOLE_LINE = prestatie23(
    referentie=" Ré  1 ",
    **{**BTW, "beschikkingnummer": 17, "verrekenpercentage": 9000, "tarief": 1, "berekend": 48001, "volume": 48001},
    commentaar="Een\n twee ",
)


@pytest.mark.parametrize(
    "line", [WHOLE_LINE, prestatie23(toewijzing=None), prestatie23(referentie="B", eenheid="83", volume=9)]
)
def test_a_refused_line_comes_back_letter_for_letter(line: dict[str, Any]) -> None:
    content = wmo303(line, btw_id=BTW_ID).replace(b"GeleverdVolume>", b"GeleverdVolume> +00", 1)

    answer = reply(content)

    own = {"ToegekendeBedragPrestatie", "RetourCodes"}
    returned = at(answer, "Prestatie")
    for child in [child for child in returned if etree.QName(child).localname in own]:
        returned.remove(child)
    assert leaves(returned) == leaves(at(content, "Prestatie"))
    assert any(name == "GeleverdVolume" and value.startswith(" +00") for name, value in leaves(returned))


def test_a_line_awarded_in_part_comes_back_letter_for_letter() -> None:
    content = wmo303(prestatie23(bedrag=50000, commentaar=" Kort ", beschikkingnummer=1))

    returned = at(reply(content), "Prestatie")
    returned.remove(returned.find("{*}ToegekendeBedragPrestatie"))

    assert leaves(returned) == leaves(at(content, "Prestatie"))


def test_a_returned_Client_comes_back_letter_for_letter() -> None:
    content = wmo303(clienten={bsn(1): [prestatie23()], bsn(2): [prestatie23(referentie="B", toewijzing=9)]})
    content = insert_after(content, "Client[2]/Naam", "Commentaar", " Let  op ")

    sent, returned = at(content, "Client", 2), at(reply(content), "Client")

    for client in (sent, returned):
        client.remove(client.find("{*}Prestaties"))
    returned.remove(returned.find("{*}RetourCodes"))
    assert leaves(returned) == leaves(sent)
    assert ("Commentaar", " Let  op ") in leaves(returned)


def test_the_stream_may_stand_anywhere() -> None:
    content = wmo303(prestatie23(volume=2))
    stream = BytesIO(content)
    stream.read()

    answer = build_304(read_303(content), verdict_on(content), stream, "HG1", TODAY, SCHEMAS)

    assert answer == reply(content)
