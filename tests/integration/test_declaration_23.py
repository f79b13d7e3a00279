"""What becomes of a 303: the worked cases of release 2.3, to the cent, from the message to the journal."""

from datetime import date
from pathlib import Path

import pytest
from builders_23 import prestatie23, wmo303, wmo304
from declaration_hub import Hub
from four_week_hub import contracten, make_hub_23, retour_van, toewijs_23

from builders import bsn, prestatie, set_text, text, texts, wmo323
from services.declaration import tables
from services.declaration.afspraken import loading
from services.declaration.reports import Filter, journaal_check, verzilvering
from services.kernel import tables as kernel
from services.kernel.berichten import Uitkomst
from services.kernel.problems import Probleem
from services.kernel.reading import Afwijzing
from services.kernel.toegang import parties
from services.kernel.toegang.parties import Partij

P02 = {"begin": "2025-01-27", "eind": "2025-02-23"}
# 21 of the 28 days of P3 of 2025.
GEBROKEN = {"begin": "2025-03-03", "eind": "2025-03-23"}
P03 = {"begin": "2025-02-24", "eind": "2025-03-23", "dagtekening": "2025-03-24"}


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """A hub with one toewijzing at Delft, which gave a mandaat, and one at Rijswijk, which did not."""
    made = make_hub_23(tmp_path)
    toewijs_23(made)
    toewijs_23(made, gemeente="0603")
    return made


def codes(uitkomst: Uitkomst) -> list[str | None]:
    return [bevinding.retourcode for bevinding in uitkomst.bevindingen]


def klopt(hub: Hub) -> bool:
    with hub.dienst.database.read() as conn:
        return journaal_check(conn).klopt


def signalen(hub: Hub) -> list[str]:
    return [row.soort for row in hub.rows(tables.signaal)]


# --- the answer ------------------------------------------------------------------------------------------------------


def test_a_full_award_is_a_Header_with_8001(hub: Hub) -> None:
    uitkomst = hub.post(wmo303())

    antwoord = retour_van(hub, uitkomst)
    assert (uitkomst.oordeel, uitkomst.ingediend, uitkomst.toegekend) == ("goedgekeurd", 48000, 48000)
    assert (text(antwoord, "BerichtCode"), text(antwoord, "RetourCode")) == ("417", "8001")
    assert text(antwoord, "GemeenteReferentieNummer") == "H1"
    assert texts(antwoord, "RetourBedragen//TotaalBedrag") == ["48000", "48000"]
    assert text(antwoord, "Clienten") is None
    assert hub.gedeclareerd() == {"2025-P01": 48000}


def test_three_areas_stacked_and_one_wrong_price(hub: Hub) -> None:
    toewijs_23(hub, nummer=1002, code="ORH3", categorie="01")
    toewijs_23(hub, nummer=1003, code="FIN2", categorie="02")
    regels = [
        prestatie23(referentie="P1", tarief=48000),
        prestatie23(referentie="P2", toewijzing=1002, code="ORH3", categorie="01", tarief=30000),
        prestatie23(referentie="P3", toewijzing=1003, code="FIN2", tarief=16100),
    ]

    uitkomst = hub.post(wmo303(*regels))

    antwoord = retour_van(hub, uitkomst)
    assert (uitkomst.oordeel, uitkomst.toegekend, codes(uitkomst)) == ("deels_afgekeurd", 78000, ["0611"])
    assert (text(antwoord, "Header/RetourCodes/RetourCode"), text(antwoord, "Client/RetourCodes/RetourCode")) == (
        "0200",
        "0200",
    )
    assert texts(antwoord, "Prestatie//ReferentieNummer") == ["P3"]
    assert texts(antwoord, "Prestatie/RetourCodes/RetourCode") == ["0611"]
    assert texts(antwoord, "ToegekendeBedragPrestatie//Bedrag") == ["0", "0"]
    with hub.dienst.database.read() as conn:
        (rij,) = verzilvering(
            conn,
            ["gemeente"],
            Filter("0503", None, "2025-P01"),
            None,
            date(2025, 2, 10),
            Partij("beheer", "beheer", ""),
        )
    assert (rij["toegewezen"], rij["gedeclareerd"], rij["percentage"]) == (94000, 78000, 82.98)
    assert (rij["aantalGedeclareerd"], rij["aantalToegewezen"], rij["clienten"]) == (2, 3, 1)
    assert (rij["gemiddeldToegewezen"], rij["gemiddeldGedeclareerd"]) == (94000, 78000)


def test_the_same_303_again_gets_the_same_answer_and_books_nothing(hub: Hub) -> None:
    eerste = hub.post(wmo303())
    geboekt = hub.count(tables.journaal)

    tweede = hub.post(wmo303())

    assert not tweede.nieuw
    assert (tweede.id, tweede.retour) == (eerste.id, eerste.retour)
    assert hub.count(tables.journaal) == geboekt


def test_a_period_claimed_once_more_is_a_double_claim(hub: Hub) -> None:
    hub.post(wmo303())

    uitkomst = hub.post(wmo303(prestatie23(referentie="P2"), nummer="F0002"))

    assert (uitkomst.oordeel, uitkomst.toegekend, codes(uitkomst)) == ("deels_afgekeurd", 0, ["9322"])
    assert hub.gedeclareerd() == {"2025-P01": 48000}


def test_a_line_without_a_tariff_is_awarded_never_above_the_price(hub: Hub) -> None:
    uitkomst = hub.post(wmo303(prestatie23(bedrag=60000)))

    antwoord = retour_van(hub, uitkomst)
    assert (uitkomst.oordeel, uitkomst.toegekend) == ("deels_afgekeurd", 48000)
    assert [(b.regel, b.retourcode) for b in uitkomst.bevindingen] == [("HUB07", None)]
    assert texts(antwoord, "ToegekendeBedragPrestatie//Bedrag") == ["48000", "48000"]
    assert texts(antwoord, "Prestatie/RetourCodes/RetourCode") == []
    (regel,) = hub.rows(tables.prestatie)
    assert (regel.status, regel.berekend, regel.toegekend, regel.te_betalen) == ("goedgekeurd", 48000, 48000, 48000)
    assert hub.gedeclareerd() == {"2025-P01": 48000}


def test_a_price_does_not_hide_in_BerekendBedrag(hub: Hub) -> None:
    uitkomst = hub.post(wmo303(prestatie23(berekend=60000, bedrag=59000, verrekenpercentage=10000)))

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("deels_afgekeurd", 48000)


@pytest.mark.parametrize(
    ("gebroken", "toegekend"),
    [("FULL", 48000), ("WEEK", 36000), ("DAY", 36000)],
)
def test_480_claimed_for_21_of_28_days_as_declaratie(tmp_path: Path, gebroken: str, toegekend: int) -> None:
    hub = make_hub_23(tmp_path, date(2025, 4, 1), gebroken=gebroken)
    toewijs_23(hub, ingangsdatum="2025-03-03")

    uitkomst = hub.post(wmo303(prestatie23(tarief=48000, **GEBROKEN), **P03))

    assert uitkomst.toegekend == toegekend
    assert uitkomst.oordeel == ("goedgekeurd" if toegekend == 48000 else "deels_afgekeurd")
    assert hub.toegewezen()["2025-P03"] == toegekend
    assert hub.gedeclareerd() == {"2025-P03": toegekend}


@pytest.mark.parametrize(
    ("gebroken", "codes_", "toegekend"),
    [("FULL", [], 48000), ("WEEK", ["9321"], 0), ("DAY", ["9321"], 0)],
)
def test_480_invoiced_for_21_of_28_days(tmp_path: Path, gebroken: str, codes_: list[str], toegekend: int) -> None:
    hub = make_hub_23(tmp_path, date(2025, 4, 1), gebroken=gebroken, vorm="factuur")
    toewijs_23(hub, ingangsdatum="2025-03-03")
    regel = prestatie23(tarief=48000, btw_vrijstelling="1", **GEBROKEN)

    uitkomst = hub.post(wmo303(regel, factuur=True, **P03))

    assert (codes(uitkomst), uitkomst.toegekend) == (codes_, toegekend)


def test_a_long_P13_is_one_period_at_504_and_520(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path, date(2027, 1, 15))
    toewijs_23(hub, ingangsdatum="2025-12-29", einddatum="2027-12-31")
    lang = {"begin": "2026-11-30", "eind": "2027-01-03"}

    uitkomst = hub.post(wmo303(prestatie23(tarief=63400, **lang), dagtekening="2027-01-04", **lang))

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("goedgekeurd", 63400)
    assert hub.toegewezen()["2026-P13"] == 63400
    assert hub.gedeclareerd() == {"2026-P13": 63400}


# --- crediting -------------------------------------------------------------------------------------------------------


def test_a_factuur_with_a_refused_line_its_credit_and_its_correction(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path, vorm="factuur")
    toewijs_23(hub)
    fout = prestatie23(tarief=50000, btw_vrijstelling="1")
    credit = {**fout, "referentie": "P0002", "vorig": "P0001", "dc": "C"}
    goed = prestatie23(referentie="P0003", tarief=48000, btw_vrijstelling="1")

    geweigerd = hub.post(wmo303(fout, factuur=True))
    gecrediteerd = hub.post(wmo303(credit, factuur=True, nummer="F0002"))
    gecorrigeerd = hub.post(wmo303(goed, factuur=True, nummer="F0003"))

    assert [codes(u) for u in (geweigerd, gecrediteerd, gecorrigeerd)] == [["0611", "0611"], [], []]
    assert [u.toegekend for u in (geweigerd, gecrediteerd, gecorrigeerd)] == [0, -50000, 48000]
    antwoord = retour_van(hub, gecrediteerd)
    assert (text(antwoord, "BerichtCode"), text(antwoord, "RetourCode")) == ("449", "8001")
    assert texts(antwoord, "RetourBedragen//DebetCredit") == ["C", "C"]
    # What was invoiced, what was answered and what is paid are three things; D is what is paid, never below nothing.
    bedragen = [(d.gefactureerd, d.toegekend, d.te_betalen) for d in hub.rows(tables.declaratie)]
    assert bedragen == [(50000, 0, 0), (-50000, -50000, 0), (48000, 48000, 48000)]
    assert hub.gedeclareerd() == {"2025-P01": 48000}
    assert klopt(hub)


def test_a_declaratie_awarded_in_part_is_credited_for_its_award(hub: Hub) -> None:
    hub.post(wmo303(prestatie23(bedrag=60000)))
    te_veel = prestatie23(referentie="P0002", vorig="P0001", dc="C", bedrag=60000)
    credit = {**te_veel, "referentie": "P0003", "bedrag": 48000}

    assert codes(hub.post(wmo303(te_veel, nummer="F0002"))) == ["8017"]
    uitkomst = hub.post(wmo303(credit, prestatie23(referentie="P0004", bedrag=47000), nummer="F0003"))

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("goedgekeurd", -1000)
    assert hub.gedeclareerd() == {"2025-P01": 47000}
    assert codes(hub.post(wmo303({**credit, "referentie": "P0005"}, nummer="F0004"))) == ["8854"]
    assert klopt(hub)


def test_a_refused_line_of_a_declaratie_is_never_credited(hub: Hub) -> None:
    hub.post(wmo303(prestatie23(tarief=50000)))
    credit = prestatie23(referentie="P0002", vorig="P0001", dc="C", tarief=50000)

    assert codes(hub.post(wmo303(credit, nummer="F0002"))) == ["8853"]
    assert hub.gedeclareerd() == {}


# --- refused as a whole ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bericht", "code"),
    [
        ({"begin": "2025-01-01", "eind": "2025-01-31"}, "8214"),
        ({"factuur": True}, "8856"),
        ({"totaal": 1}, "0001"),
        ({"gemeente": "9999"}, "S300"),
        ({"dagtekening": "2025-02-11"}, "8848"),
    ],
)
def test_a_whole_refusal_is_a_Header_with_its_code_and_leaves_nothing(
    hub: Hub, bericht: dict[str, object], code: str
) -> None:
    uitkomst = hub.post(wmo303(**bericht))

    antwoord = retour_van(hub, uitkomst)
    assert (uitkomst.oordeel, uitkomst.toegekend) == ("afgekeurd", 0)
    assert texts(antwoord, "RetourCode") == [code]
    assert (texts(antwoord, "RetourBedragen//TotaalBedrag")[1], text(antwoord, "Clienten")) == ("0", None)
    assert hub.count(tables.prestatie, tables.declaratie) == 0


def test_a_number_is_free_again_after_a_whole_refusal(hub: Hub) -> None:
    hub.post(wmo303(totaal=1))

    assert hub.post(wmo303()).oordeel == "goedgekeurd"


def test_a_DeclarantFactuurNummer_that_was_used_is_0030(hub: Hub) -> None:
    hub.post(wmo303())

    uitkomst = hub.post(wmo303(prestatie23(referentie="P2")))

    assert (uitkomst.oordeel, codes(uitkomst)) == ("afgekeurd", ["0030"])


def test_a_DeclaratiePeriode_before_the_last_one_is_8214(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path, date(2025, 3, 1))
    toewijs_23(hub)
    hub.post(wmo303(prestatie23(**P02), dagtekening="2025-02-24", **P02))

    uitkomst = hub.post(wmo303(prestatie23(referentie="P2"), nummer="F0002"))

    assert (uitkomst.oordeel, codes(uitkomst)) == ("afgekeurd", ["8214"])


# --- one ledger over both releases -----------------------------------------------------------------------------------


def test_a_ReferentieNummer_of_a_303_is_used_for_a_323_and_the_other_way_round(hub: Hub) -> None:
    hub.post(wmo303())

    uitkomst = hub.post(wmo323(prestatie(referentie="P0001")))

    assert "8021" in codes(uitkomst)


def test_a_323_on_a_contract_of_2_3_is_8214_on_the_line_and_says_so(hub: Hub) -> None:
    uitkomst = hub.post(wmo323())

    (bevinding,) = [b for b in uitkomst.bevindingen if b.regel == "HUB02"]
    assert bevinding.retourcode == "8214"
    assert "303" in bevinding.advies


def test_the_release_goes_by_the_first_day_of_the_ProductPeriode(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path, date(2025, 3, 1), tot="2025-01-26")
    overgang = contracten(tot="2025-01-26") + "75000001,0503,SPF,2025-01-27,2028-12-31,3.2,declaratie,WEEK,W\n"
    with hub.dienst.database.write() as conn:
        loading.laad_contracten(conn, overgang, hub.moment)
    toewijs_23(hub)

    voor = hub.post(wmo303())
    na = hub.post(wmo303(prestatie23(referentie="P2", **P02), nummer="F2", dagtekening="2025-02-24", **P02))

    assert (voor.oordeel, codes(na)) == ("goedgekeurd", ["8214"])
    assert "323" in na.bevindingen[0].advies


def test_a_credit_is_free_of_the_release_of_the_contract(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path)
    toewijs_23(hub)
    hub.post(wmo303())
    with hub.dienst.database.write() as conn:
        loading.laad_contracten(conn, contracten().replace(",2.3,", ",3.2,"), hub.moment)

    uitkomst = hub.post(wmo303(prestatie23(referentie="P2", vorig="P0001", dc="C"), nummer="F2"))

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("goedgekeurd", -48000)
    assert hub.gedeclareerd() == {}


# --- without mandaat: the gemeente's own 304 -------------------------------------------------------------------------


def naar_rijswijk(hub: Hub, *regels: dict[str, object], **anders: object) -> bytes:
    content = wmo303(*regels, gemeente="0603", **anders)
    assert hub.post(content).oordeel == "doorgestuurd"
    return content


def test_the_gemeente_awards_in_part_and_refuses(hub: Hub) -> None:
    toewijs_23(hub, gemeente="0603", nummer=1002)
    heen = naar_rijswijk(hub, prestatie23(), prestatie23(referentie="P2", toewijzing=1002))

    uitkomst = hub.post(wmo304(heen, partly={"P0001": 40000}, refused={"P2": ["0611"]}), als="0603")

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("goedgekeurd", 40000)
    statussen = [(r.status, r.toegekend, r.te_betalen, r.codes) for r in hub.rows(tables.prestatie)]
    assert statussen == [("goedgekeurd", 40000, 40000, []), ("afgekeurd", 0, 0, ["0611"])]
    assert hub.gedeclareerd() == {"2025-P01": 40000}
    assert klopt(hub)


@pytest.mark.parametrize(
    ("antwoord", "regel"),
    [
        ({"partly": {"P0001": 40000}, "toegekend": 41000}, "TR320"),
        ({"partly": {"P0001": 50000}}, "OP287"),
        ({"dagtekening": "2025-02-11"}, "CS064"),
    ],
)
def test_a_304_that_does_not_fit_is_not_taken_in(hub: Hub, antwoord: dict[str, object], regel: str) -> None:
    heen = naar_rijswijk(hub)

    with pytest.raises(Afwijzing, match="antwoord-onjuist") as raised:
        hub.post(wmo304(heen, **antwoord), als="0603")

    assert regel in {bevinding.regel for bevinding in raised.value.bevindingen}
    assert hub.gedeclareerd() == {}


def test_a_304_to_nothing_and_a_second_one_are_409(hub: Hub) -> None:
    heen = naar_rijswijk(hub)
    hub.post(wmo304(heen), als="0603")

    with pytest.raises(Afwijzing, match="al-beantwoord"):
        hub.post(wmo304(heen, referentie="G2"), als="0603")
    with pytest.raises(Afwijzing, match="geen-heenbericht"):
        hub.post(wmo304(wmo303(gemeente="0603", nummer="F9"), referentie="G3"), als="0603")


def test_a_refusal_as_a_whole_by_the_gemeente_counts_as_not_sent(hub: Hub) -> None:
    heen = naar_rijswijk(hub)

    hub.post(wmo304(heen, header_codes=("8855",)), als="0603")

    assert [row.telt for row in hub.rows(kernel.bericht) if row.berichtsoort == "WMO303"] == [False]
    assert hub.gedeclareerd() == {}
    assert hub.post(wmo303(gemeente="0603", dagtekening="2025-02-04")).oordeel == "doorgestuurd"


# --- whose toewijzing ------------------------------------------------------------------------------------------------


def test_a_number_of_another_aanbieder_and_client_refuses_its_line_and_not_the_client(hub: Hub) -> None:
    toewijs_23(hub, nummer=2001, aanbieder="75000002", bsnHash=hub.hash(bsn(2)))

    uitkomst = hub.post(wmo303(prestatie23(), prestatie23(referentie="P2", toewijzing=2001)))

    assert (codes(uitkomst), uitkomst.toegekend) == (["9311"], 48000)


def test_an_administration_declares_for_the_aanbieder_that_gave_it_a_machtiging(hub: Hub) -> None:
    van_ander = wmo303(aanbieder="75000002")
    assert codes(hub.post(van_ander, als="75000002")) == ["9311"]

    with hub.dienst.database.write() as conn:
        parties.machtig(conn, "75000002", "75000001", date(2023, 1, 1))
    uitkomst = hub.post(wmo303(prestatie23(referentie="P9"), aanbieder="75000002", nummer="F9"), als="75000002")

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("goedgekeurd", 48000)
    # The claim of the aanbieder itself does not fit any more: it is counted on the toewijzing, whoever declared.
    assert codes(hub.post(wmo303())) == ["9322"]


def test_a_period_that_another_toewijzing_got_under_FULL_is_not_paid_twice(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path, date(2025, 4, 1), gebroken="FULL")
    toewijs_23(hub, einddatum="2025-03-09")
    toewijs_23(hub, nummer=1002, ingangsdatum="2025-03-10")
    oud = prestatie23(begin="2025-02-24", eind="2025-03-09")
    nieuw = prestatie23(referentie="P2", toewijzing=1002, begin="2025-03-10", eind="2025-03-23")

    uitkomst = hub.post(wmo303(oud, nieuw, **P03))

    assert (codes(uitkomst), uitkomst.toegekend) == (["9322"], 48000)
    assert hub.toegewezen()["2025-P03"] == 48000


def test_without_a_tariff_a_line_is_awarded_as_submitted_and_listed(tmp_path: Path) -> None:
    hub = make_hub_23(tmp_path)
    toewijs_23(hub, code="DAG4", categorie="07")

    uitkomst = hub.post(wmo303(prestatie23(code="DAG4", categorie="07", bedrag=12345)))

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("goedgekeurd", 12345)
    assert "toegekend-zonder-tarief" in signalen(hub)
    assert "ontbrekend-tarief" in signalen(hub)


def test_an_unknown_toewijzing_is_0551_and_503_when_allocation_is_away(hub: Hub) -> None:
    assert codes(hub.post(wmo303(prestatie23(toewijzing=4242)))) == ["0551"]
    hub.weg = True

    with pytest.raises(Probleem, match="toewijzingen-onbereikbaar"):
        hub.post(wmo303(prestatie23(referentie="P2", toewijzing=4243), nummer="F2"))


def test_a_number_of_another_client_refuses_the_client(hub: Hub) -> None:
    uitkomst = hub.post(wmo303(clienten={bsn(2): [prestatie23()]}))

    antwoord = retour_van(hub, uitkomst)
    assert (codes(uitkomst), uitkomst.toegekend) == (["8187"], 0)
    assert texts(antwoord, "Client/RetourCodes/RetourCode") == ["8187"]
    assert texts(antwoord, "Prestatie/RetourCodes/RetourCode") == ["0233"]


def test_a_trial_says_the_same_and_stores_nothing(hub: Hub) -> None:
    uitkomst = hub.post(wmo303(prestatie23(bedrag=60000)), proef=True)

    assert (uitkomst.oordeel, uitkomst.toegekend) == ("deels_afgekeurd", 48000)
    assert hub.count(kernel.bericht, tables.declaratie, tables.prestatie) == 0
    assert hub.gedeclareerd() == {}


def test_a_message_that_breaks_the_schema_is_refused_with_its_places(hub: Hub) -> None:
    with pytest.raises(Afwijzing, match="xsd-ongeldig") as raised:
        hub.post(set_text(wmo303(), "Eenheid", "99"))

    assert raised.value.bevindingen[0].element == "Eenheid"
