"""Reading 303 and 304: what the values are, what is None where an element is absent, and where they stand."""

from datetime import date

import pytest
from builders_23 import prestatie23, wmo303, wmo304
from declaration_judging_23 import BTW, CREDIT, declaratie, read_303, read_304

from builders import bsn, insert_after, remove, set_text
from services.kernel.reading import Afwijzing

BRIEF = prestatie23(toewijzing=None)
FULL = prestatie23(
    beschikkingnummer=17, verrekenpercentage=9000, tarief=48000, berekend=48000, **BTW, commentaar="Kort", bedrag=43200
)
TWO_CLIENTS = {bsn(1): [prestatie23()], bsn(2): [prestatie23(referentie="B"), prestatie23(referentie="C")]}
HEEN = wmo303(clienten=TWO_CLIENTS)


def test_a_declaratie_has_the_values_of_its_Header() -> None:
    gelezen = declaratie()

    kop = gelezen.kop
    assert (kop.afzender, kop.ontvanger, kop.identificatie) == ("75000001", "0503", "F0001")
    assert (kop.dagtekening, kop.xsd_versie, kop.pad) == (date(2025, 2, 3), ("", ""), "/Bericht/Header")
    assert (gelezen.nummer, gelezen.dagtekening) == ("F0001", date(2025, 2, 3))
    assert (gelezen.begin, gelezen.eind) == (date(2024, 12, 30), date(2025, 1, 26))
    assert (gelezen.totaal, gelezen.totaal_dc, gelezen.pad) == (48000, "D", "/Bericht/Header")


@pytest.mark.parametrize(("factuur", "vorm"), [(False, "declaratie"), (True, "factuur")])
def test_the_BerichtCode_tells_a_factuur_from_a_declaratie(factuur: bool, vorm: str) -> None:
    gelezen = declaratie(factuur=factuur)

    assert (gelezen.factuur, gelezen.vorm) == (factuur, vorm)


def test_what_a_Header_may_leave_out_is_None() -> None:
    gelezen = declaratie()

    assert (gelezen.servicebureau, gelezen.betaling_aan, gelezen.btw_id) == (None, "02", None)
    assert (gelezen.btw_totaal, gelezen.btw_totaal_dc) == (None, None)


def test_what_a_Header_may_have_is_read() -> None:
    gelezen = declaratie(
        prestatie23(**BTW), factuur=True, servicebureau="98000001", betaling="01", btw_id="NL999999999B01"
    )

    assert (gelezen.servicebureau, gelezen.betaling_aan, gelezen.btw_id) == ("98000001", "01", "NL999999999B01")
    assert (gelezen.btw_totaal, gelezen.btw_totaal_dc) == (8331, "D")


def test_totals_have_a_sign() -> None:
    gelezen = declaratie({**CREDIT, **BTW})

    assert (gelezen.totaal, gelezen.totaal_dc) == (-48000, "C")
    assert (gelezen.btw_totaal, gelezen.btw_totaal_dc) == (-8331, "C")


def test_a_prestatie_has_all_its_values() -> None:
    (gelezen,) = declaratie(FULL).prestaties

    assert (gelezen.sleutel, gelezen.beschikkingnummer, gelezen.toewijzing) == (("P0001", None), 17, 1001)
    assert (gelezen.categorie, gelezen.code) == ("02", "SPF3")
    assert (gelezen.begin, gelezen.eind) == (date(2024, 12, 30), date(2025, 1, 26))
    assert (gelezen.volume, gelezen.eenheid, gelezen.verrekenpercentage, gelezen.tarief) == (1, "82", 9000, 48000)
    assert (gelezen.berekend, gelezen.berekend_dc) == (48000, "D")
    assert (gelezen.btw_vrijstelling, gelezen.btw_percentage) == ("2", 2100)
    assert (gelezen.btw_bedrag, gelezen.btw_dc) == (8331, "D")
    assert (gelezen.bedrag, gelezen.dc, gelezen.credit) == (43200, "D", False)


def test_what_a_prestatie_may_leave_out_is_None() -> None:
    (gelezen,) = declaratie(BRIEF).prestaties

    assert (gelezen.beschikkingnummer, gelezen.toewijzing, gelezen.verrekenpercentage) == (None, None, None)
    assert (gelezen.tarief, gelezen.berekend, gelezen.berekend_dc) == (None, None, None)
    assert (gelezen.btw_vrijstelling, gelezen.btw_percentage) == (None, None)
    assert (gelezen.btw_bedrag, gelezen.btw_dc) == (None, None)
    assert (gelezen.bedrag, gelezen.vorig) == (48000, None)


def test_a_credit_is_negative_in_every_amount_and_names_its_debit() -> None:
    (gelezen,) = declaratie({**CREDIT, **BTW, "tarief": 48000, "berekend": 48000}).prestaties

    assert (gelezen.bedrag, gelezen.berekend, gelezen.btw_bedrag) == (-48000, -48000, -8331)
    assert (gelezen.dc, gelezen.berekend_dc, gelezen.btw_dc) == ("C", "C", "C")
    assert (gelezen.credit, gelezen.sleutel, gelezen.tarief) == (True, ("P0002", "P0000"), 48000)


def test_each_amount_has_its_own_letter() -> None:
    content = set_text(wmo303(prestatie23(**BTW)), "BtwBedrag/DebetCredit", "C")

    (gelezen,) = read_303(content).prestaties

    assert (gelezen.bedrag, gelezen.btw_bedrag, gelezen.btw_dc) == (48000, -8331, "C")


def test_the_productsleutel_has_the_product_in_it() -> None:
    (gelezen,) = declaratie(CREDIT).prestaties

    assert gelezen.productsleutel == ("02", "SPF3", "P0002", "P0000")


def test_a_client_has_its_birth_date_and_what_is_unknown_of_it() -> None:
    whole = read_303(wmo303()).clienten[0]
    partly = read_303(insert_after(wmo303(), "Geboortedatum/Datum", "DatumGebruik", "2")).clienten[0]

    assert (whole.bsn, whole.geboortedatum, whole.datumgebruik) == (bsn(1), date(1950, 5, 17), None)
    assert (partly.geboortedatum, partly.datumgebruik) == (date(1950, 5, 17), "2")


def test_places_count_clients_and_lines_from_one() -> None:
    gelezen = declaratie(clienten=TWO_CLIENTS)

    assert [client.pad for client in gelezen.clienten] == ["/Bericht/Clienten/Client[1]", "/Bericht/Clienten/Client[2]"]
    *_, last = gelezen.prestaties
    assert (last.plaats, last.referentienummer) == ((2, 2), "C")
    assert last.pad == "/Bericht/Clienten/Client[2]/Prestaties/Prestatie[2]"


def test_line_numbers_are_those_of_the_file() -> None:
    lines = wmo303().decode().splitlines()
    gelezen = declaratie()
    (regel,) = gelezen.prestaties

    for subject, name in [
        (gelezen.kop, "Header"),
        (gelezen, "Header"),
        (gelezen.clienten[0], "Client"),
        (regel, "Prestatie"),
    ]:
        assert subject.regelnummer is not None
        assert f":{name}>" in lines[subject.regelnummer - 1]


@pytest.mark.parametrize("path", ["Header", "BetalingAanID", "Geboortedatum", "Prestatie", "DeclaratieFactuurBedrag"])
def test_a_declaratie_that_its_XSD_refuses_is_an_Afwijzing_with_findings(path: str) -> None:
    with pytest.raises(Afwijzing) as refused:
        read_303(remove(wmo303(), path))

    assert refused.value.type == "xsd-ongeldig"
    assert refused.value.bevindingen


def test_a_cut_off_declaratie_is_no_xml() -> None:
    with pytest.raises(Afwijzing) as refused:
        read_303(wmo303()[:-20])

    assert refused.value.type == "geen-xml"


@pytest.mark.parametrize("path", ["FactuurDagtekening", "DeclaratiePeriode/Einddatum", "ProductPeriode/Begindatum"])
def test_a_year_of_five_digits_is_out_of_range(path: str) -> None:
    with pytest.raises(Afwijzing) as refused:
        read_303(set_text(wmo303(), path, "12025-01-31"))

    assert refused.value.type == "waarde-buiten-bereik"


# --- 304 ---


def test_an_antwoord_says_who_answers_what() -> None:
    gelezen = read_304(wmo304(wmo303()))

    kop = gelezen.kop
    assert (kop.afzender, kop.ontvanger, kop.identificatie) == ("0503", "75000001", "G0001")
    assert (kop.dagtekening, kop.pad) == (date(2025, 2, 10), "/Bericht/Header")
    assert (gelezen.declaratie_identificatie, gelezen.declaratie_dagtekening) == ("F0001", date(2025, 2, 3))
    assert (gelezen.kop_codes, gelezen.antwoord.codes, gelezen.antwoord.nummer) == (("8001",), ("8001",), "F0001")
    assert (gelezen.antwoord.ingediend, gelezen.antwoord.toegekend) == (48000, 48000)
    assert gelezen.clienten == ()


@pytest.mark.parametrize("factuur", [False, True])
def test_the_BerichtCode_of_an_antwoord_tells_what_it_answers(factuur: bool) -> None:
    assert read_304(wmo304(wmo303(factuur=factuur))).factuur is factuur


def test_an_antwoord_may_repeat_a_Servicebureau_and_have_an_XsltVersie() -> None:
    heen = wmo303(servicebureau="98000001", betaling="01")

    gelezen = read_304(wmo304(heen, header_codes=("0001",), xslt="2.1.0"))

    assert (gelezen.kop_codes, gelezen.antwoord.toegekend, gelezen.clienten) == (("0001",), 0, ())


def test_totals_of_an_antwoord_have_a_sign() -> None:
    antwoord = read_304(wmo304(wmo303(CREDIT))).antwoord

    assert (antwoord.ingediend, antwoord.ingediend_dc) == (-48000, "C")
    assert (antwoord.toegekend, antwoord.toegekend_dc) == (-48000, "C")


def test_an_antwoord_returns_refused_lines_with_codes_and_Bsn() -> None:
    gelezen = read_304(wmo304(HEEN, refused={"P0001": ("9321", "9322"), "C": ("0551",)}))

    assert [(regel.bsn, regel.referentienummer, regel.codes) for regel in gelezen.prestaties] == [
        (bsn(1), "P0001", ("9321", "9322")),
        (bsn(2), "C", ("0551",)),
    ]
    assert [regel.pad for regel in gelezen.prestaties] == [
        "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]",
        "/Bericht/Clienten/Client[2]/Prestaties/Prestatie[1]",
    ]
    assert [client.codes for client in gelezen.clienten] == [("0200",), ("0200",)]
    assert [(r.gemeente_berekend, r.gemeente_berekend_dc, r.toegekend, r.toegekend_dc) for r in gelezen.prestaties] == [
        (0, "D", 0, "D"),
        (0, "D", 0, "D"),
    ]


def test_a_line_that_is_awarded_in_part_has_amounts_and_no_codes() -> None:
    gelezen = read_304(wmo304(HEEN, partly={"P0001": 47000}))

    (regel,) = gelezen.prestaties
    assert (regel.bedrag, regel.gemeente_berekend, regel.toegekend, regel.codes) == (48000, 47000, 47000, ())
    assert [client.codes for client in gelezen.clienten] == [()]


def test_a_returned_line_has_its_values_whatever_it_leaves_out() -> None:
    full, brief = FULL, {**BRIEF, "referentie": "P0002"}

    first, second = read_304(wmo304(wmo303(full, brief), refused={"P0001": ("0611",), "P0002": ("0551",)})).prestaties

    assert (first.toewijzing, first.tarief, first.bedrag, first.codes) == (1001, 48000, 43200, ("0611",))
    assert (second.toewijzing, second.tarief, second.bedrag, second.codes) == (None, None, 48000, ("0551",))
    assert second.productsleutel == ("02", "SPF3", "P0002", None)


@pytest.mark.parametrize("path", ["RetourHeader", "RetourBedragen", "Header/RetourCodes", "ToegekendeBedragPrestatie"])
def test_an_antwoord_that_its_XSD_refuses_is_an_Afwijzing(path: str) -> None:
    with pytest.raises(Afwijzing) as refused:
        read_304(remove(wmo304(HEEN, refused={"P0001": ("9321",)}), path))

    assert refused.value.type == "xsd-ongeldig"
