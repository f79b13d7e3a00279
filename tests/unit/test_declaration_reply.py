"""The 325: every row of process.md §5, codes once per class, totals with sign, echoes letter for letter."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from declaration_judging import (
    SCHEMAS,
    VANDAAG,
    WMO325,
    client_hash,
    debetregel,
    declaratie,
    feiten,
    toewijzing,
)
from lxml import etree

from builders import bsn, prestatie, text, wmo323
from services.declaration.message import Antwoord, Declaratieantwoord, read_antwoord, read_declaratie
from services.declaration.reply import build_325
from services.declaration.rules.feiten import Feiten
from services.declaration.verdict import Oordeel, judge, judge_technisch, toets_niveau_2
from services.kernel.catalogue import find
from services.kernel.reading import as_stream

CREDIT = prestatie(referentie="P0002", vorig="P0000", dc="C")


def reply(content: bytes, facts: Feiten | None = None, oordeel: Oordeel | None = None) -> bytes:
    bericht = read_declaratie(as_stream(content), find("WMO323", "3.2"), SCHEMAS)
    if oordeel is None:
        technisch = toets_niveau_2(bericht)
        oordeel = judge_technisch(technisch) if technisch else judge(bericht, facts or feiten())
    return build_325(bericht, oordeel, BytesIO(content), "HA1", VANDAAG, SCHEMAS)


def read_back(content: bytes) -> Declaratieantwoord:
    """The reply as values; every reply keeps level 2 (TR342 is a part of it)."""
    antwoord = read_antwoord(as_stream(content), WMO325, SCHEMAS)
    assert toets_niveau_2(antwoord) == ()
    return antwoord


def answered(facts: Feiten | None = None, *prestaties: dict[str, Any], **anders: Any) -> Declaratieantwoord:
    return read_back(reply(wmo323(*prestaties, **anders), facts))


def klasse_of(antwoord: Declaratieantwoord) -> Antwoord:
    assert antwoord.antwoord is not None
    return antwoord.antwoord


def test_the_Header_is_of_a_message_of_its_own() -> None:
    antwoord = answered()

    kop = antwoord.kop
    assert (kop.afzender, kop.ontvanger) == ("0503", "75000001")
    assert (kop.identificatie, kop.dagtekening, kop.xsd_versie) == ("HA1", VANDAAG, ("1.0.0", "1.0.0"))
    assert (antwoord.declaratie_identificatie, antwoord.declaratie_dagtekening) == ("D0001", date(2025, 2, 3))


def test_XsdVersieDeclaratie_is_that_of_the_declaratie() -> None:
    content = wmo323().replace(b"BerichtXsdVersie>1.0.0<", b"BerichtXsdVersie>1.2.3<")

    antwoord = read_back(reply(content))

    assert (antwoord.xsd_versie_declaratie, antwoord.kop.xsd_versie) == (("1.0.0", "1.2.3"), ("1.0.0", "1.0.0"))


def test_codes_of_the_kind_and_no_XsltVersie() -> None:
    content = reply(wmo323())

    assert [text(content, name) for name in ("BerichtCode", "BerichtVersie", "BerichtSubversie")] == ["485", "3", "2"]
    assert text(content, "XsltVersie") is None


def test_utf8_without_bom_and_with_crlf() -> None:
    content = reply(wmo323())

    assert content.startswith(b"<?xml")
    assert content.count(b"\n") == content.count(b"\r\n")


# --- process.md §5, row by row ---


def test_level_2_fails_0001_and_nothing_below_the_Header() -> None:
    antwoord = answered(None, totaal=1)

    assert (antwoord.kop_codes, antwoord.antwoord) == (("0001",), None)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (feiten(vandaag=date(2025, 2, 1)), ("8848",)),
        (feiten(identificatie_bezet=True), ("9056",)),
        (feiten(gemeente_bestaat=False), ("S300",)),
        (feiten(identificatie_bezet=True, gemeente_bestaat=False), ("9056", "S300")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_an_error_in_the_Header_is_that_code_and_nothing_below(facts: Feiten, codes: tuple[str, ...]) -> None:
    antwoord = answered(facts)

    assert (antwoord.kop_codes, antwoord.antwoord) == (codes, None)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (feiten(nummer_bezet=True), ("9333",)),
        (feiten(laatste_periode=date(2025, 2, 1)), ("8214",)),
        (feiten(nummer_bezet=True, laatste_periode=date(2025, 2, 1)), ("9333", "8214")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_an_error_on_the_Declaratie_grants_0_D_and_returns_no_Clienten(facts: Feiten, codes: tuple[str, ...]) -> None:
    antwoord = answered(facts)

    klasse = klasse_of(antwoord)
    assert (antwoord.kop_codes, klasse.codes) == (("0200",), codes)
    assert (klasse.toegekend, klasse.toegekend_dc, klasse.ingediend) == (0, "D", 48000)
    assert text(reply(wmo323(), facts), "Clienten") is None


def test_everything_approved_is_8001_without_Clienten() -> None:
    antwoord = answered()

    klasse = klasse_of(antwoord)
    assert (antwoord.kop_codes, klasse.codes, klasse.nummer) == (("0200",), ("8001",), "DN0001")
    assert (klasse.ingediend, klasse.toegekend) == (48000, 48000)
    assert text(reply(wmo323()), "Clienten") is None


def test_some_rejected_returns_only_those_under_their_Client() -> None:
    lines = {
        bsn(1): [prestatie(), prestatie(referentie="B", toewijzing=9)],
        bsn(2): [prestatie(referentie="C", toewijzing=1002)],
    }
    facts = feiten(toewijzing(), toewijzing(nummer=1002, client=client_hash(bsn(2))))

    antwoord = answered(facts, clienten=lines)

    klasse = klasse_of(antwoord)
    assert (antwoord.kop_codes, klasse.codes) == (("0200",), ("0200",))
    assert (klasse.ingediend, klasse.toegekend) == (144000, 96000)
    (client,) = klasse.clienten
    assert (client.bsn, client.codes) == (bsn(1), ("0200",))
    assert [(line.referentienummer, line.codes) for line in client.prestaties] == [("B", ("9338",))]


def test_all_rejected_is_0200_and_grants_0_D() -> None:
    antwoord = answered(None, prestatie(volume=5, bedrag=1))

    klasse = klasse_of(antwoord)
    assert (klasse.codes, klasse.toegekend, klasse.toegekend_dc) == (("0200",), 0, "D")
    assert [line.codes for line in antwoord.prestaties] == [("9346", "9321")]


def test_the_second_client_comes_back_without_the_first() -> None:
    lines = {bsn(1): [prestatie()], bsn(2): [prestatie(referentie="B", toewijzing=9)]}

    antwoord = answered(None, clienten=lines)

    assert [(client.bsn, len(client.prestaties)) for client in antwoord.clienten] == [(bsn(2), 1)]


def test_an_error_on_a_Client_returns_all_its_lines_with_0233() -> None:
    lines = {
        bsn(1): [prestatie(), prestatie(referentie="B", toewijzing=9), {**CREDIT, "toewijzing": 8}],
        bsn(2): [prestatie(referentie="C", toewijzing=1002)],
    }
    facts = feiten(toewijzing(client=client_hash(bsn(2))), toewijzing(nummer=1002, client=client_hash(bsn(2))))

    antwoord = answered(facts, clienten=lines)

    klasse = klasse_of(antwoord)
    assert (klasse.codes, klasse.ingediend, klasse.toegekend) == (("0200",), 96000, 48000)
    (client,) = klasse.clienten
    assert (client.bsn, client.codes) == (bsn(1), ("8187",))
    assert [line.codes for line in client.prestaties] == [("0233",), ("0233",), ("0233",)]


# --- totals ---


def test_a_negative_total_is_C() -> None:
    content = reply(wmo323(CREDIT), feiten(debetregels={"P0000": debetregel()}))

    for name in ("TotaalIngediendBedrag", "TotaalToegekendBedrag"):
        assert [text(content, f"{name}/TotaalBedrag"), text(content, f"{name}/DebetCredit")] == ["48000", "C"]


def test_a_refused_debit_may_leave_a_negative_total() -> None:
    facts = feiten(debetregels={"P0000": debetregel()})

    antwoord = answered(facts, CREDIT, prestatie(volume=5))

    klasse = klasse_of(antwoord)
    assert (klasse.ingediend, klasse.toegekend, klasse.toegekend_dc) == (12000, -48000, "C")


def test_a_total_of_zero_is_D() -> None:
    antwoord = answered(feiten(debetregels={"P0000": debetregel()}), CREDIT, prestatie())

    klasse = klasse_of(antwoord)
    assert (klasse.ingediend, klasse.ingediend_dc, klasse.toegekend, klasse.toegekend_dc) == (0, "D", 0, "D")


# --- echoes and codes ---


def test_a_refused_line_comes_back_letter_for_letter() -> None:
    content = wmo323(prestatie(referentie=" Ré  1 ", volume=5))
    content = content.replace(b"GeleverdVolume>5<", b"GeleverdVolume> +005\t<")

    answer = reply(content)

    sent, returned = (etree.fromstring(xml).find(".//{*}Prestatie") for xml in (content, answer))
    assert sent is not None
    assert returned is not None
    leaves = [(etree.QName(e).localname, e.text) for e in sent.iter() if len(e) == 0]
    echoed = [(etree.QName(e).localname, e.text) for e in returned.iter() if len(e) == 0]
    assert echoed == [*leaves, ("RetourCode", "9321")]
    assert ("ReferentieNummer", " Ré  1 ") in echoed
    assert ("GeleverdVolume", " +005\t") in echoed


def test_a_credit_comes_back_with_its_VorigReferentieNummer() -> None:
    antwoord = answered(None, CREDIT)

    (line,) = antwoord.prestaties
    assert (line.sleutel, line.bedrag, line.codes) == (("P0002", "P0000"), -48000, ("8017",))


def test_euros_come_back_without_ProductTarief() -> None:
    antwoord = answered(None, prestatie(eenheid="83", volume=1))

    assert [line.tarief for line in antwoord.prestaties] == [None]


def test_codes_stand_once_in_a_class() -> None:
    oordeel = Oordeel("deels_afgekeurd", 0, regel_codes={(1, 1): ("9321", "9322", "9321")})

    antwoord = read_back(reply(wmo323(), oordeel=oordeel))

    assert [line.codes for line in antwoord.prestaties] == [("9321", "9322")]


def test_the_stream_may_stand_anywhere() -> None:
    content = wmo323(prestatie(volume=5))
    stream = BytesIO(content)
    stream.read()
    bericht = declaratie(prestatie(volume=5))

    answer = build_325(bericht, judge(bericht, feiten()), stream, "HA1", VANDAAG, SCHEMAS)

    assert text(answer, "Prestatie/RetourCodes/RetourCode") == "9321"
