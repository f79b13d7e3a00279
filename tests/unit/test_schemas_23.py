"""The schemas of release 2.3 take what the builders make, and hold what only this release has."""

import pytest
from builders_23 import (
    beperking,
    beschikking,
    prestatie23,
    product23,
    wmo301_23,
    wmo302_23,
    wmo303,
    wmo304,
)
from lxml import etree
from schema_model import SCHEMAS, maximal_message, own_schema

from builders import BASIS, bsn, client, contact, insert_after, relatie, remove, set_text, text

FOLDER = SCHEMAS / "iwmo" / "2.3"

FULL_301 = wmo301_23(
    product23(),
    product23(nummer=None, code=None, volume=None, einddatum=None, referentie="V1", reden="11", commentaar="Een\ntwee"),
    product23(nummer=1003, frequentie="5", volume=13),
    client=client(
        datumgebruik="2",
        voorvoegsel="van",
        partnernaam="Proef",
        partnervoorvoegsel="de",
        voornamen="Anna",
        naamgebruik="3",
        communicatie={"vorm": "1", "taal": "Fries"},
        juridischestatus="01",
        vertegenwoordiging="06",
        commentaar="Let op",
        relaties=[relatie(volgorde=1, geboortedatum="1980-01-02", geslacht="1")],
        contacten=[contact(telefoon="0152600000"), contact(soort="04", organisatie="Huize Proef")],
    ),
    beschikking=beschikking(
        grondslagen=["01", "07"],
        einddatum=None,
        commentaar="Kort",
        beperkingen=[beperking(duur="4", scores=[("0101", "3"), ("0611", "9")]), beperking(commentaar="Geen scores")],
    ),
)
DECLARATIE = wmo303(
    clienten={
        bsn(1): [prestatie23(), prestatie23(referentie="P0002", eenheid="83", volume=900, toewijzing=1002)],
        bsn(2): [prestatie23(referentie="P0003", vorig="P0000", dc="C")],
    }
)
FACTUUR = wmo303(
    prestatie23(tarief=48000, berekend=48000, btw_vrijstelling="2", btw_percentage=2100, btw_bedrag=8331),
    prestatie23(
        referentie="P0002", beschikkingnummer=1, btw_vrijstelling="1", verrekenpercentage=9000, commentaar="Kort"
    ),
    factuur=True,
    servicebureau="98000001",
    betaling="01",
    btw_id="NL999999999B01",
)
BUILT = {
    "301": ("WMO301", wmo301_23()),
    "301 with everything": ("WMO301", FULL_301),
    "302 accepting": ("WMO302", wmo302_23(wmo301_23())),
    "302 refusing in the Header": ("WMO302", wmo302_23(wmo301_23(), header_codes=["0001"], xslt="1.0.0")),
    "302 refusing a product": ("WMO302", wmo302_23(FULL_301, codes=["9300"])),
    "302 refusing a score": ("WMO302", wmo302_23(FULL_301, header_codes=["0200"], client_codes={"score": ["0233"]})),
    "303": ("WMO303", wmo303()),
    "303 of two clients": ("WMO303", DECLARATIE),
    "303 factuur": ("WMO303", FACTUUR),
    "304 approving": ("WMO304", wmo304(wmo303())),
    "304 refusing lines": ("WMO304", wmo304(DECLARATIE, refused={"P0001": ["0611", "9321"]})),
    "304 granting a part": ("WMO304", wmo304(DECLARATIE, partly={"P0001": 47000})),
    "304 refusing a Client": ("WMO304", wmo304(FACTUUR, client_codes={bsn(1): ["8187"]})),
    "304 refusing in the Header": ("WMO304", wmo304(FACTUUR, header_codes=["8856"], xslt="1.0.0")),
}

RETOURCODES = [
    "0001", "0013", "0030", "0200", "0233", "0551", "0611", "1112", "1142", "8001", "8004", "8017", "8021",
    "8187", "8214", "8847", "8848", "8849", "8853", "8854", "8855", "8856", "9019", "9056", "9063", "9069",
    "9071", "9074", "9300", "9307", "9308", "9309", "9311", "9319", "9321", "9322", "9326", "S300", "S329",
]  # fmt: skip


def is_valid(soort: str, message: bytes) -> bool:
    return bool(etree.XMLSchema(file=str(FOLDER / f"{soort}.xsd")).validate(etree.fromstring(message)))


def codes_of(name: str) -> list[str]:
    types = own_schema("WMO304", release="2.3").simple_types()
    return list(types[f"{{{BASIS('2.3')}}}{name}"].enumerations)


@pytest.mark.parametrize("soort, message", BUILT.values(), ids=BUILT)
def test_a_built_message_is_valid(soort: str, message: bytes) -> None:
    etree.XMLSchema(file=str(FOLDER / f"{soort}.xsd")).assertValid(etree.fromstring(message))


def test_the_retourcodes_are_those_of_the_release() -> None:
    assert codes_of("LDT_RetourCode") == RETOURCODES


def test_four_weeks_and_a_year_are_frequenties() -> None:
    assert codes_of("LDT_Frequentie") == ["1", "2", "3", "4", "5", "6"]


def test_the_eenheden_are_those_before_84() -> None:
    assert codes_of("LDT_Eenheid") == ["01", "04", "14", "16", "21", "81", "82", "83"]


@pytest.mark.parametrize("soort", ["WMO301", "WMO302", "WMO303", "WMO304"])
def test_no_message_has_an_xsdversie_or_a_budget(soort: str) -> None:
    message = maximal_message(own_schema(soort, release="2.3").root())

    assert text(message, "XsdVersie") is None
    assert text(message, "XsdVersieRetour") is None
    assert text(message, "Budget") is None


def test_a_toegewezen_product_needs_a_product_and_no_number() -> None:
    assert is_valid("WMO301", remove(wmo301_23(), "ToegewezenProduct/ToewijzingNummer"))
    assert not is_valid("WMO301", remove(wmo301_23(), "ToegewezenProduct/Product"))


@pytest.mark.parametrize(
    "code, taken",
    [
        ("00000000", True),
        ("98000001", True),
        ("98000010", True),
        ("98100000", True),
        ("98999999", True),
        ("98000000", False),
        ("75000001", False),
        ("00000001", False),
        ("9800001", False),
        ("980000001", False),
        ("000000000", False),
    ],
)
def test_a_servicebureau_has_its_own_range(code: str, taken: bool) -> None:
    for soort, message in (("WMO303", FACTUUR), ("WMO304", wmo304(FACTUUR))):
        assert is_valid(soort, set_text(message, "Servicebureau", code)) is taken


@pytest.mark.parametrize(
    "path, value, taken",
    [
        ("BtwPercentage", "9999", True),
        ("BtwPercentage", "10000", False),
        ("Verrekenpercentage", "99999", True),
        ("Verrekenpercentage", "100000", False),
        ("BtwIDNummer", "NL999999999B1", False),
        ("DeclarantFactuurNummer", "F 1", False),
        ("DeclarantFactuurNummer", "F12345678901", True),
        ("DeclarantFactuurNummer", "F123456789012", False),
        ("ValutaCode", "USD", False),
    ],
)
def test_what_a_factuur_adds_has_its_bounds(path: str, value: str, taken: bool) -> None:
    assert is_valid("WMO303", set_text(FACTUUR, path, value)) is taken


def test_the_totals_of_a_303_are_signed_sums() -> None:
    credit = wmo303(prestatie23(vorig="P0000", dc="C"), prestatie23(referentie="P0002", bedrag=1000))

    assert text(DECLARATIE, "DeclaratieFactuurTotaalBedrag/TotaalBedrag") == "900"
    assert text(credit, "DeclaratieFactuurTotaalBedrag/TotaalBedrag") == "47000"
    assert text(credit, "DeclaratieFactuurTotaalBedrag/DebetCredit") == "C"
    assert text(FACTUUR, "BtwTotaalBedrag/TotaalBedrag") == "8331"
    assert text(DECLARATIE, "BtwTotaalBedrag") is None


def test_a_factuur_has_codes_of_its_own() -> None:
    assert text(wmo303(factuur=True), "BerichtCode") == "448"
    assert text(wmo303(factuur=True), "BtwVrijstellingIndicatie") == "1"
    assert text(wmo304(wmo303(factuur=True)), "BerichtCode") == "449"
    assert text(wmo304(wmo303()), "BerichtCode") == "417"


def test_a_304_returns_only_what_is_not_granted_in_full() -> None:
    answer = wmo304(DECLARATIE, refused={"P0002": ["9322"]}, partly={"P0001": 47000})

    assert text(answer, "Header/RetourCodes/RetourCode") == "0200"
    assert text(answer, "IngediendTotaalBedrag/TotaalBedrag") == "900"
    # 900 off for the refused line and 1000 for the other: the credit note turns 900 D into 1000 C.
    assert text(answer, "ToegekendTotaalBedrag/TotaalBedrag") == "1000"
    assert text(answer, "ToegekendTotaalBedrag/DebetCredit") == "C"
    assert text(answer, "//Client", nr=2) is None
    assert text(answer, "Prestatie[1]/ToegekendeBedragPrestatie/GemeenteBerekendBedrag/Bedrag") == "47000"
    assert text(answer, "Prestatie[1]/RetourCodes") is None
    assert text(answer, "Prestatie[2]/ToegekendeBedragPrestatie/ToegekendBedrag/Bedrag") == "0"
    assert text(answer, "Prestatie[2]/RetourCodes/RetourCode") == "9322"
    assert text(answer, "Client/RetourCodes/RetourCode") == "0200"


def test_a_refused_credit_is_nothing_and_nothing_is_d() -> None:
    answer = wmo304(DECLARATIE, client_codes={bsn(2): ["8187"]})

    assert text(answer, "ToegekendBedrag/DebetCredit") == "D"
    assert text(answer, "ToegekendTotaalBedrag/TotaalBedrag") == "48900"
    assert text(answer, "Prestatie/RetourCodes/RetourCode") == "0233"
    assert text(answer, "Client/RetourCodes/RetourCode") == "8187"


def test_a_304_that_refuses_the_message_is_a_header_with_nothing_granted() -> None:
    answer = wmo304(DECLARATIE, header_codes=["0001"], refused={"P0001": ["0611"]})

    assert text(answer, "RetourCode") == "0001"
    assert text(answer, "ToegekendTotaalBedrag/TotaalBedrag") == "0"
    assert text(answer, "Clienten") is None


def test_an_inserted_base_element_is_of_the_release() -> None:
    message = insert_after(wmo303(), "ReferentieNummer", "iwmo:VorigReferentieNummer", "P0000")

    assert is_valid("WMO303", message)
