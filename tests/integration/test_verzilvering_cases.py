"""The edge cases of the definition of the verzilveringspercentage, each with its numbers, through messages.

One test per row of its table; docs/verzilvering.md says which. T is 480 euros per four weeks, release 2.3.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders_23 import prestatie23, wmo303
from declaration_hub import Hub, make_hub
from four_week_hub import MANDATEN, TARIEVEN, contracten, make_hub_23, toewijs_23

from builders import bsn, prestatie, wmo323
from services.declaration import tables
from services.declaration.afspraken import loading
from services.declaration.cijfers.closings import sluit
from services.declaration.cijfers.view import lees_blik
from services.declaration.feed import pull
from services.declaration.lijsten.bereik import Bereik
from services.declaration.lijsten.exceptions import lees_lijst
from services.declaration.lijsten.soorten import Lijstrij
from services.declaration.reports import Filter, journaal_check, verzilvering
from services.declaration.weeks import Week53, periodes_van
from services.kernel.toegang.parties import Partij

BEHEER = Partij("beheer", "beheer", "Beheer")
P = {p.nummer: p for p in periodes_van(2025, Week53.P13_LONG)}
KOP = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """Release 2.3, on Monday 5 January 2026."""
    return make_hub_23(tmp_path, date(2026, 1, 5))


def rows(hub: Hub, *groepeer: str, peildatum: date | None = None, **anders: Any) -> list[dict[str, Any]]:
    """The report as the operator sees it; keywords go to the filter, `bevroren` and `met` to the report."""
    pull(hub.dienst, hub.bron)
    report = {name: anders.pop(name) for name in ("bevroren", "met") if name in anders}
    with hub.dienst.database.read() as conn:
        assert journaal_check(conn).klopt
        return verzilvering(conn, groepeer, Filter(**anders), peildatum, hub.dienst.vandaag(), BEHEER, **report)


def total(hub: Hub, **anders: Any) -> dict[str, Any]:
    [row] = rows(hub, **anders)
    return row


def percentages(hub: Hub, *numbers: int) -> list[float | None]:
    per_period = {row["periode"]: row["percentage"] for row in rows(hub, "periode")}
    return [per_period[P[n].label] for n in numbers]


def cases(hub: Hub, naam: str, rijpheid: str | None = None) -> list[Lijstrij]:
    pull(hub.dienst, hub.bron)
    with hub.dienst.database.read() as conn:
        blik = lees_blik(conn, Filter(rijpheid=rijpheid), None, hub.dienst.vandaag(), False)
        return lees_lijst(conn, naam, Bereik(blik, None, blik.filter))


def claim(hub: Hub, nummer: str, *lines: dict[str, Any], **changes: Any) -> str:
    """A 303 about the last whole period; its oordeel."""
    begin, eind = date(2025, 12, 1), date(2025, 12, 28)
    whole = {"begin": begin, "eind": eind, "dagtekening": hub.dienst.vandaag()}
    return hub.post(wmo303(*lines, nummer=nummer, **{**whole, **changes})).oordeel


def line(n: int, **changes: Any) -> dict[str, Any]:
    """A debit of one piece over the whole period n."""
    return prestatie23(**{"referentie": f"P{n}", "begin": P[n].begin, "eind": P[n].eind, **changes})


def credit(n: int, **changes: Any) -> dict[str, Any]:
    return line(n, referentie=f"C{n}", vorig=f"P{n}", dc="C", **changes)


def load(hub: Hub, *tarieven: str) -> int:
    with hub.dienst.database.write() as conn:
        return loading.laad_tarieven(conn, "\n".join([KOP, *tarieven, ""]), hub.moment).geboekt


def second_trede(hub: Hub) -> None:
    """SPF2 beside SPF3, at 400 euros."""
    with hub.dienst.database.write() as conn:
        loading.laad_producten(conn, "code,resultaatgebied,trede,rang,categorie\nSPF2,SPF,2,12,02\n", hub.moment)
        loading.laad_productlijst(conn, "gemeente,productcode,van,tot\n0503,SPF2,2023-01-01,\n")
    load(hub, "0503,,SPF2,2023-01-01,,400.00,,2022-12-01,FICTIEF")


# --- the rows of the table, in its order -----------------------------------------------------------------------------


def test_a_credit_counts_in_the_original_period_also_a_year_later(hub: Hub) -> None:
    toewijs_23(hub)
    claim(hub, "F1", line(1), line(2))
    assert percentages(hub, 1, 2) == [100.0, 100.0]

    later = hub.op(date(2026, 12, 1))
    claim(later, "F2", credit(1), begin="2026-11-02", eind="2026-11-29")
    assert percentages(later, 1, 2) == [0.0, 100.0]

    # The credit and its correction net in the same period.
    claim(later, "F3", line(1, referentie="P1b", bedrag=36000), begin="2026-11-02", eind="2026-11-29")
    assert percentages(later, 1, 2) == [75.0, 100.0]


def test_a_refused_claim_and_one_not_yet_answered_are_not_in_D_but_in_columns_of_their_own(hub: Hub) -> None:
    toewijs_23(hub)
    toewijs_23(hub, gemeente="0603", bsnHash=hub.hash(bsn(2)))
    claim(hub, "F1", line(1), line(2, bedrag=50000), line(3, code="FIN2"))
    waiting = wmo303(
        clienten={bsn(2): [line(1)]}, gemeente="0603", nummer="F2", begin="2025-12-01", eind="2025-12-28",
        dagtekening=hub.dienst.vandaag(),
    )  # fmt: skip
    assert hub.post(waiting).oordeel == "doorgestuurd"

    delft, rijswijk = rows(hub, "gemeente", met=("ingediend",))
    assert delft["gedeclareerd"] == 96000
    # 480 awarded, 480 of 500 awarded, 480 refused.
    assert delft["ingediend"] == {"ingediend": 146000, "afgekeurd": 50000, "inBehandeling": 0}
    assert rijswijk["gedeclareerd"] == 0
    assert rijswijk["ingediend"] == {"ingediend": 48000, "afgekeurd": 0, "inBehandeling": 48000}


def test_a_raise_after_the_fact_lowers_V_until_the_corrected_claim_and_is_flagged(hub: Hub) -> None:
    toewijs_23(hub)
    claim(hub, "F1", line(1))
    assert percentages(hub, 1) == [100.0]

    load(hub, "0503,,SPF3,2024-12-30,2025-12-31,528.00,,2026-01-02,FICTIEF herstel")
    [row] = rows(hub, "periode", periode="2025-P01", met=("herstelactie",))
    assert (row["percentage"], row["toegewezen"], row["herstelactie"]) == (90.91, 52800, ["FICTIEF herstel"])

    claim(hub, "F2", credit(1), line(1, referentie="P1b", bedrag=52800))
    assert percentages(hub, 1) == [100.0]


def test_a_lowering_after_the_fact_lifts_V_above_a_hundred_and_lists_what_to_recover(hub: Hub) -> None:
    toewijs_23(hub, einddatum="2025-01-26")
    claim(hub, "F1", line(1))
    load(hub, "0503,,SPF3,2024-12-30,2025-12-31,432.00,,2026-01-02,FICTIEF verlaging")

    assert total(hub)["percentage"] == 111.11
    [case] = cases(hub, "boven-toegewezen")
    assert (case.toewijzing, case.bedrag, case.periode) == (1001, 4800, "2025-P01")


def test_a_removed_toewijzing_is_out_of_A_and_its_D_is_listed_and_in_no_percentage(hub: Hub) -> None:
    toewijs_23(hub)
    toewijs_23(hub, nummer=1002, bsnHash=hub.hash(bsn(2)), einddatum="2025-01-26")
    claim(hub, "F1", line(1))
    toewijs_23(hub, einddatum="2024-12-30", redenWijziging="01", toewijzingsdatum="2026-01-04")

    row = total(hub)
    assert (row["toegewezen"], row["gedeclareerd"], row["percentage"], row["clienten"]) == (48000, 48000, 0.0, 1)
    [case] = cases(hub, "declaratie-zonder-grondslag")
    assert (case.toewijzing, case.prestatie, case.bedrag) == (1001, "P1", 48000)


def test_a_shortened_toewijzing_ends_A_and_lists_what_was_declared_after_it(hub: Hub) -> None:
    toewijs_23(hub)
    claim(hub, "F1", line(1), line(2))
    toewijs_23(hub, einddatum="2025-01-26", toewijzingsdatum="2026-01-04")

    row = total(hub)
    assert (row["toegewezen"], row["gedeclareerd"], row["percentage"]) == (48000, 96000, 100.0)
    [case] = cases(hub, "declaratie-zonder-grondslag")
    assert (case.prestatie, case.bedrag) == ("P2", 48000)


@pytest.mark.parametrize(("gebroken", "bedrag"), [("FULL", 48000), ("WEEK", 36000), ("DAY", 36000)])
def test_a_broken_period_counts_in_A_as_it_is_paid(tmp_path: Path, gebroken: str, bedrag: int) -> None:
    hub = make_hub_23(tmp_path, date(2026, 1, 5), gebroken=gebroken)
    toewijs_23(hub, ingangsdatum="2025-03-03", einddatum="2025-03-23")
    claim(hub, "F1", line(3, begin="2025-03-03", bedrag=bedrag))

    row = total(hub)
    assert (row["toegewezen"], row["percentage"]) == (bedrag, 100.0)


def test_contracts_that_differ_are_reported_apart(tmp_path: Path) -> None:
    regels = contracten("FULL").replace("75000002,0503,SPF,2023-01-01,2028-12-31,2.3,declaratie,FULL", "75000002,"
                                        "0503,SPF,2023-01-01,2028-12-31,2.3,declaratie,DAY")  # fmt: skip
    hub = make_hub(tmp_path, date(2026, 1, 5), contracten=regels, tarieven=TARIEVEN, mandaten=MANDATEN)
    toewijs_23(hub, ingangsdatum="2025-03-03", einddatum="2025-03-23")
    toewijs_23(hub, nummer=1002, aanbieder="75000002", ingangsdatum="2025-03-03", einddatum="2025-03-23")

    assert [(row["aanbieder"], row["toegewezen"]) for row in rows(hub, "aanbieder")] == [
        ("75000001", 48000),
        ("75000002", 36000),
    ]


def test_D_above_A_is_shown_uncapped_and_capped_and_listed(hub: Hub) -> None:
    toewijs_23(hub, einddatum="2025-02-23")
    claim(hub, "F1", line(1))
    load(hub, "0503,,SPF3,2024-12-30,2025-12-31,400.00,,2026-01-02,FICTIEF verlaging")

    row = total(hub)
    assert (row["percentage"], row["percentageGemaximeerd"], row["open"]) == (60.0, 50.0, 32000)
    # Over both periods together it is not above what was allocated.
    assert cases(hub, "boven-toegewezen") == []
    claim(hub, "F2", line(2, bedrag=40000))
    assert [case.bedrag for case in cases(hub, "boven-toegewezen")] == [8000]


def test_what_is_not_mature_is_not_in_the_headline_and_shows_as_open(tmp_path: Path) -> None:
    # Period 1 ends on 26 January and is mature from 29 April; period 2 from 27 May.
    hub = make_hub_23(tmp_path, date(2025, 4, 29))
    toewijs_23(hub, einddatum="2025-02-23")
    claim(hub, "F1", line(1), begin="2025-03-24", eind="2025-04-20")

    assert total(hub)["percentage"] == 50.0
    headline = total(hub, rijpheid="rijp")
    assert (headline["percentage"], headline["rijpheid"], headline["open"]) == (100.0, "rijp", 0)
    rest = total(hub, rijpheid="voorlopig")
    assert (rest["percentage"], rest["rijpheid"], rest["open"]) == (0.0, "voorlopig", 48000)


def test_an_open_ended_toewijzing_counts_for_periods_that_ended_by_the_peildatum(hub: Hub) -> None:
    toewijs_23(hub, einddatum=None)
    pull(hub.op(date(2025, 1, 2)).dienst, hub.bron)

    assert [total(hub, peildatum=P[n].eind)["aantalToegewezen"] for n in (1, 2, 7)] == [1, 2, 7]
    assert rows(hub, peildatum=date(2025, 1, 25)) == []


def test_a_toewijzing_that_starts_in_the_past_moves_today_and_no_report_of_then(hub: Hub) -> None:
    toewijs_23(hub)
    pull(hub.op(date(2025, 1, 2)).dienst, hub.bron)
    then = hub.op(date(2025, 6, 2))
    snapshot = rows(then, "periode", peildatum=date(2025, 6, 1))
    toewijs_23(hub, nummer=1002, bsnHash=hub.hash(bsn(2)))

    assert rows(hub, "periode", peildatum=date(2025, 6, 1)) == snapshot
    assert [row["clienten"] for row in rows(hub, "periode")][:2] == [2, 2]


def test_stacked_areas_add_up_in_money_and_count_the_client_once_in_total(hub: Hub) -> None:
    toewijs_23(hub, einddatum="2025-01-26")
    toewijs_23(hub, nummer=1002, code="FIN2", einddatum="2025-01-26")

    assert (total(hub)["toegewezen"], total(hub)["clienten"]) == (64000, 1)
    assert [(row["resultaatgebied"], row["clienten"]) for row in rows(hub, "resultaatgebied")] == [
        ("FIN", 1),
        ("SPF", 1),
    ]


def test_A_and_D_stand_on_the_contractor_that_declares_whoever_helps_him(hub: Hub) -> None:
    toewijs_23(hub, einddatum="2025-01-26")
    claim(hub, "F1", line(1))

    [row] = rows(hub, "aanbieder")
    assert (row["aanbieder"], row["toegewezen"], row["gedeclareerd"]) == ("75000001", 48000, 48000)


def test_a_transition_term_gives_one_A_per_area_per_week_and_an_overlap_is_listed(hub: Hub) -> None:
    second_trede(hub)
    # The old one stays open to the end of its term, the new one starts on the Monday after it.
    toewijs_23(hub, einddatum="2025-03-23")
    toewijs_23(hub, nummer=1002, code="SPF2", ingangsdatum="2025-03-24", einddatum="2025-04-20")
    assert total(hub)["toegewezen"] == 3 * 48000 + 40000
    assert cases(hub, "twee-treden-in-een-gebied") == []

    toewijs_23(
        hub, nummer=1002, code="SPF2", ingangsdatum="2025-03-17", einddatum="2025-04-20", toewijzingstijd="11:00:00"
    )
    [case] = cases(hub, "twee-treden-in-een-gebied")
    assert (case.toewijzing, case.periode, case.bedrag) == (1002, "2025-P03", None)
    assert "1001" in case.tekst
    assert "17-3-2025" in case.tekst


def test_a_change_of_trede_inside_a_week_counts_that_week_twice_and_is_listed(hub: Hub) -> None:
    second_trede(hub)
    toewijs_23(hub, einddatum="2025-01-08")
    toewijs_23(hub, nummer=1002, code="SPF2", ingangsdatum="2025-01-09", einddatum="2025-01-26")

    assert total(hub)["toegewezen"] == 2 * 12000 + 3 * 10000
    [case] = cases(hub, "twee-treden-in-een-gebied")
    assert "6-1-2025" in case.tekst
    # Both claimed: the week is paid twice, and the smaller of the two is what it costs.
    assert claim(hub, "F1", line(1, eind="2025-01-08", bedrag=24000)) == "goedgekeurd"
    later = line(1, referentie="P2", toewijzing=1002, code="SPF2", begin="2025-01-09", bedrag=30000)
    assert claim(hub, "F2", later) == "goedgekeurd"
    [dubbel] = cases(hub, "dubbel-betaalde-week")
    assert (dubbel.periode, dubbel.bedrag, dubbel.toewijzing) == ("2025-P01", 10000, 1002)


def test_two_treden_are_listed_from_when_the_second_is_known_and_until_it_is_refused(hub: Hub) -> None:
    second_trede(hub)
    toewijs_23(hub, einddatum="2025-01-26")
    assert cases(hub, "twee-treden-in-een-gebied") == []
    toewijs_23(hub, nummer=1002, code="SPF2", einddatum="2025-01-26")
    assert len(cases(hub, "twee-treden-in-een-gebied")) == 1
    # A claim changes nothing about it.
    assert claim(hub, "F1", line(1, bedrag=48000)) == "goedgekeurd"
    assert len(cases(hub, "twee-treden-in-een-gebied")) == 1
    toewijs_23(hub, nummer=1002, code="SPF2", einddatum="2025-01-26", status="vervallen")
    assert cases(hub, "twee-treden-in-een-gebied") == []


def test_two_treden_are_listed_when_a_claim_tells_the_product_of_one(tmp_path: Path) -> None:
    hub = make_hub(tmp_path)
    second_trede(hub)
    hub.toewijs(einddatum="2025-01-26")
    hub.toewijs(nummer=1002, code=None, eenheid="83", volume=12000, einddatum="2025-01-26")
    assert cases(hub, "twee-treden-in-een-gebied") == []
    lijn = prestatie(toewijzing=1002, code="SPF2", eind="2025-01-26", eenheid="83", tarief=None, volume=48000)
    assert hub.post(wmo323(lijn)).oordeel == "goedgekeurd"

    [case] = cases(hub, "twee-treden-in-een-gebied")
    assert case.periode == "2025-P01"


def test_who_moves_counts_in_each_gemeente_and_once_in_the_region(hub: Hub) -> None:
    toewijs_23(hub, einddatum="2025-01-12")
    toewijs_23(hub, gemeente="0603", ingangsdatum="2025-01-13", einddatum="2025-01-26")

    assert [(row["gemeente"], row["toegewezen"], row["clienten"]) for row in rows(hub, "gemeente")] == [
        ("0503", 24000, 1),
        ("0603", 24000, 1),
    ]
    assert (total(hub)["toegewezen"], total(hub)["clienten"]) == (48000, 1)


def test_week_53_is_in_A_and_D_alike(tmp_path: Path) -> None:
    # 30 November 2026 to 3 January 2027: four weeks at 504 and one at 520.
    hub = make_hub_23(tmp_path, date(2027, 1, 11))
    toewijs_23(hub, ingangsdatum="2026-11-30", einddatum="2027-01-03")
    claim(
        hub, "F1", line(1, begin="2026-11-30", eind="2027-01-03", bedrag=63400), begin="2026-11-30", eind="2027-01-03"
    )

    [row] = rows(hub, "periode")
    assert (row["periode"], row["toegewezen"], row["percentage"]) == ("2026-P13", 63400, 100.0)


def test_without_a_tariff_a_row_is_in_no_percentage_and_on_the_list(hub: Hub) -> None:
    toewijs_23(hub, einddatum="2025-01-26")
    toewijs_23(hub, nummer=1002, bsnHash=hub.hash(bsn(2)), code="DAG4", categorie="07", einddatum="2025-01-26")
    claim(hub, "F1", line(1, bedrag=24000))

    row = total(hub)
    assert (row["aantalToegewezen"], row["percentage"], row["clienten"]) == (1, 50.0, 1)
    [case] = cases(hub, "ontbrekend-tarief")
    assert case.toewijzing == 1002


def test_a_tariff_of_nothing_cannot_be_loaded(hub: Hub) -> None:
    with pytest.raises(loading.Laadfout):
        load(hub, "0503,,DAG4,2025-01-01,,0.00,,2024-12-01,FICTIEF")


# --- frozen and restated ---------------------------------------------------------------------------------------------


def test_a_raise_over_nine_periods_dips_recovers_and_leaves_the_frozen_figures(tmp_path: Path) -> None:
    """480 to 528 over periods 1 to 9 of 2025: 100.00, then 90.91, 94.95 with four corrected, 100.00 with all nine."""
    hub = make_hub_23(tmp_path, date(2025, 9, 15))
    toewijs_23(hub, einddatum="2025-09-07")
    negen = range(1, 10)
    month = {"begin": "2025-08-11", "eind": "2025-09-07"}
    assert claim(hub, "F1", *(line(n) for n in negen), **month) == "goedgekeurd"
    assert total(hub)["percentage"] == 100.0
    frozen = rows(hub, "periode")
    with hub.dienst.database.write() as conn:
        for n in negen:
            sluit(conn, "0503", P[n].label, "Collegebesluit", "0503", hub.dienst.vandaag(), hub.dienst.nu())
    before = hub.count(tables.journaal)

    later = hub.op(date(2025, 10, 6))
    assert load(later, "0503,,SPF3,2024-12-30,2025-12-31,528.00,,2025-10-01,FICTIEF herstelbesluit 7") == 9
    differences = hub.rows(tables.journaal, tables.journaal.c.nr > before)
    assert {(row.van, row.naar, row.bedrag, row.besluit) for row in differences} == {
        ("begroting", "verplicht", 4800, "FICTIEF herstelbesluit 7")
    }
    assert [row.periode for row in differences] == [P[n].label for n in negen]
    assert total(later)["percentage"] == 90.91

    def correct(nummer: str, periods: range) -> None:
        corrected = [line(n, referentie=f"N{n}", bedrag=52800) for n in periods]
        assert claim(later, nummer, *map(credit, periods), *corrected, **month) == "goedgekeurd"

    correct("F2", range(1, 5))
    assert total(later)["percentage"] == 94.95
    correct("F3", range(5, 10))
    assert total(later)["percentage"] == 100.0

    closed = [{**row, "rijpheid": "afgesloten"} for row in frozen]
    assert rows(later, "periode", bevroren=True) == closed
    assert rows(later, "periode", peildatum=date(2025, 9, 15)) == closed
    both = rows(later, "periode", met=("bevroren",))
    assert [(row["toegewezen"], row["bevroren"]["toegewezen"]) for row in both] == [(52800, 48000)] * 9
