"""Reading 323 and 325: what the values are, and where they stand."""

from datetime import date

import pytest
from declaration_judging import SCHEMAS, WMO323, WMO325, declaratie

from builders import bsn, insert_after, prestatie, remove, set_text, wmo323, wmo325
from services.declaration.message import Declaratieantwoord, read_antwoord, read_declaratie
from services.kernel.reading import Afwijzing, as_stream

CREDIT = prestatie(referentie="P0002", vorig="P0000", dc="C")


def antwoord(content: bytes) -> Declaratieantwoord:
    return read_antwoord(as_stream(content), WMO325, SCHEMAS)


def test_a_declaratie_has_the_values_of_its_header_and_totals() -> None:
    gelezen = declaratie()

    kop = gelezen.kop
    assert (kop.afzender, kop.ontvanger, kop.identificatie) == ("75000001", "0503", "D0001")
    assert (kop.dagtekening, kop.xsd_versie, kop.pad) == (date(2025, 2, 3), ("1.0.0", "1.0.0"), "/Bericht/Header")
    assert (gelezen.nummer, gelezen.begin, gelezen.eind) == ("DN0001", date(2025, 1, 1), date(2025, 1, 31))
    assert (gelezen.dagtekening, gelezen.totaal, gelezen.totaal_dc) == (date(2025, 2, 3), 48000, "D")


def test_DeclaratieDagtekening_is_not_the_Dagtekening_of_the_Header() -> None:
    gelezen = declaratie(declaratiedagtekening="2025-02-01")

    assert (gelezen.dagtekening, gelezen.kop.dagtekening) == (date(2025, 2, 1), date(2025, 2, 3))


def test_a_prestatie_has_all_its_values() -> None:
    (gelezen,) = declaratie().prestaties

    assert gelezen.sleutel == ("P0001", None)
    assert (gelezen.toewijzing, gelezen.categorie, gelezen.code) == (1001, "02", "SPF3")
    assert (gelezen.begin, gelezen.eind) == (date(2025, 1, 1), date(2025, 1, 31))
    assert (gelezen.volume, gelezen.eenheid, gelezen.tarief) == (4, "82", 12000)
    assert (gelezen.bedrag, gelezen.dc, gelezen.credit) == (48000, "D", False)


def test_a_credit_is_negative_and_names_its_debit() -> None:
    (gelezen,) = declaratie(CREDIT).prestaties

    assert (gelezen.bedrag, gelezen.dc, gelezen.credit, gelezen.vorig) == (-48000, "C", True, "P0000")


def test_a_negative_total_is_negative() -> None:
    gelezen = declaratie(CREDIT)

    assert (gelezen.totaal, gelezen.totaal_dc) == (-48000, "C")


def test_a_prestatie_without_ProductTarief_has_its_amount() -> None:
    (gelezen,) = declaratie(prestatie(eenheid="83", volume=5000)).prestaties

    assert (gelezen.tarief, gelezen.bedrag, gelezen.eenheid) == (None, 5000, "83")


def test_places_count_clients_and_lines_from_one() -> None:
    gelezen = declaratie(
        clienten={bsn(1): [prestatie()], bsn(2): [prestatie(referentie="A"), prestatie(referentie="B")]}
    )

    assert [client.pad for client in gelezen.clienten] == [
        "/Bericht/Declaratie/Clienten/Client[1]",
        "/Bericht/Declaratie/Clienten/Client[2]",
    ]
    *_, last = gelezen.prestaties
    assert (last.plaats, last.referentienummer) == ((2, 2), "B")
    assert last.pad == "/Bericht/Declaratie/Clienten/Client[2]/Prestaties/Prestatie[2]"


def test_line_numbers_are_those_of_the_file() -> None:
    content = wmo323()
    lines = content.decode().splitlines()
    gelezen = declaratie()
    (regel,) = gelezen.prestaties

    for subject, name in [
        (gelezen.kop, "Header"),
        (gelezen, "Declaratie"),
        (gelezen.clienten[0], "Client"),
        (regel, "Prestatie"),
    ]:
        assert subject.regelnummer is not None
        assert f":{name}>" in lines[subject.regelnummer - 1]


def test_text_is_kept_letter_for_letter() -> None:
    (gelezen,) = declaratie(prestatie(referentie=" A  b ")).prestaties

    assert gelezen.referentienummer == " A  b "


def test_a_comment_inside_a_value_is_no_part_of_it() -> None:
    content = wmo323().replace(b">P0001<", b">P0<!-- -->001<")

    (gelezen,) = read_declaratie(as_stream(content), WMO323, SCHEMAS).prestaties
    assert gelezen.referentienummer == "P0001"


@pytest.mark.parametrize("path", ["Header", "Declaratie", "DeclaratiePeriode", "Bsn", "Prestatie", "ProductReferentie"])
def test_a_declaratie_that_its_XSD_refuses_is_an_Afwijzing_with_findings(path: str) -> None:
    with pytest.raises(Afwijzing) as refused:
        read_declaratie(as_stream(remove(wmo323(), path)), WMO323, SCHEMAS)

    assert refused.value.type == "xsd-ongeldig"
    assert refused.value.bevindingen


def test_what_follows_the_Declaratie_is_checked_too() -> None:
    with pytest.raises(Afwijzing) as refused:
        read_declaratie(as_stream(insert_after(wmo323(), "/Bericht/Declaratie", "Naschrift")), WMO323, SCHEMAS)

    assert refused.value.type == "xsd-ongeldig"


def test_a_cut_off_declaratie_is_no_xml() -> None:
    with pytest.raises(Afwijzing) as refused:
        read_declaratie(as_stream(wmo323()[:-20]), WMO323, SCHEMAS)

    assert refused.value.type == "geen-xml"


def test_a_year_of_five_digits_is_out_of_range() -> None:
    with pytest.raises(Afwijzing) as refused:
        read_declaratie(as_stream(set_text(wmo323(), "ProductPeriode/Einddatum", "12025-01-31")), WMO323, SCHEMAS)

    assert refused.value.type == "waarde-buiten-bereik"


def test_an_antwoord_names_the_declaratie_it_answers() -> None:
    gelezen = antwoord(wmo325(wmo323()))

    assert (gelezen.declaratie_identificatie, gelezen.declaratie_dagtekening) == ("D0001", date(2025, 2, 3))
    assert (gelezen.xsd_versie_declaratie, gelezen.kop_codes) == (("1.0.0", "1.0.0"), ("0200",))
    assert gelezen.antwoord is not None
    assert (gelezen.antwoord.nummer, gelezen.antwoord.codes) == ("DN0001", ("8001",))
    assert (gelezen.antwoord.ingediend, gelezen.antwoord.toegekend) == (48000, 48000)
    assert gelezen.clienten == ()


def test_an_antwoord_returns_refused_lines_with_codes_and_Bsn() -> None:
    heen = wmo323(clienten={bsn(1): [prestatie()], bsn(2): [prestatie(referentie="B", toewijzing=1002)]})

    gelezen = antwoord(wmo325(heen, {"P0001": ("9321", "9322"), "B": ("9338",)}))

    assert [(regel.bsn, regel.referentienummer, regel.codes) for regel in gelezen.prestaties] == [
        (bsn(1), "P0001", ("9321", "9322")),
        (bsn(2), "B", ("9338",)),
    ]
    assert [regel.pad for regel in gelezen.prestaties] == [
        "/Bericht/DeclaratieAntwoord/Clienten/Client[1]/Prestaties/Prestatie[1]",
        "/Bericht/DeclaratieAntwoord/Clienten/Client[2]/Prestaties/Prestatie[1]",
    ]
    assert [client.codes for client in gelezen.clienten] == [("0200",), ("0200",)]


def test_an_antwoord_may_be_a_Header_alone_and_have_an_XsltVersie() -> None:
    gelezen = antwoord(wmo325(wmo323(), header_codes=("0001",), xslt="2.1.0"))

    assert (gelezen.antwoord, gelezen.kop_codes) == (None, ("0001",))
    assert gelezen.xsd_versie_declaratie == ("1.0.0", "1.0.0")


def test_an_antwoord_that_its_XSD_refuses_is_an_Afwijzing() -> None:
    with pytest.raises(Afwijzing) as refused:
        antwoord(remove(wmo325(wmo323()), "TotaalToegekendBedrag"))

    assert refused.value.type == "xsd-ongeldig"
