"""The counting rules of docs/sturing.md, each on both sides of its boundary, and the balance that always holds."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.declaration.sturing import stromen as sturing
from services.declaration.sturing.definities import REDENEN, TELREGELS
from services.declaration.sturing.feiten import tijdvakken
from services.declaration.sturing.stand import Trede, stapeling, treden
from services.declaration.sturing.stromen import (
    AANBIEDERWISSEL,
    GEBIED_ERAF,
    GEBIED_ERBIJ,
    INSTROOM,
    NATUURLIJK,
    TREDE_OMHOOG,
    TREDE_OMLAAG,
    UITSTROOM,
    VERHUISD_IN,
    VERHUISD_UIT,
    Steun,
    Stroom,
    Tijdvak,
    einde_van_steun,
    tel,
    trajecten,
    verhuizingen,
    voorvallen,
)
from services.declaration.weeks import Periodes, Week53, periodes_van

JAAR = Tijdvak("2025", date(2025, 1, 1), date(2025, 12, 31))
DAG = timedelta(days=1)


def steun(begin: str, eind: str | None = None, gebied: str | None = "SPF", trede: int = 3, **changes: Any) -> Steun:
    """Support of client c1 at Delft by the first aanbieder; the rank of a trede of SPF is 10 higher."""
    rang = None if gebied is None else trede + 10 * ["ORH", "SPF", "FIN"].index(gebied)
    einde = date.fromisoformat(eind) if eind else date.max
    een = Steun("0503", "c1", "75000001", gebied, trede, rang, date.fromisoformat(begin), einde)
    return replace(een, **changes)


def aantallen(*gegeven: Steun, tijdvak: Tijdvak = JAAR) -> dict[str, int]:
    """What is counted in 2025, without what is 0."""
    (stroom,) = stromen(gegeven, [tijdvak])
    return {soort: aantal for soort, aantal in stroom.aantallen.items() if aantal}


def stromen(gegeven: Sequence[Steun], tijd: Sequence[Tijdvak], tolerantie: int = 28) -> list[Stroom]:
    return tel(voorvallen(gegeven, tolerantie), trajecten(gegeven, tolerantie), tijd)


# --- the real end of a toewijzing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "reden", "eind"),
    [
        pytest.param(None, None, ("2025-06-30", None), id="nothing told"),
        pytest.param("2025-05-31", "19", ("2025-05-31", "19"), id="stopped earlier"),
        pytest.param("2025-06-30", "02", ("2025-06-30", "02"), id="stopped on its last day"),
        pytest.param("2025-07-01", "19", ("2025-06-30", None), id="a stop after it is over ends nothing"),
        pytest.param("2025-05-31", "20", ("2025-06-30", None), id="a temporary stop is no end"),
    ],
)
def test_a_final_stop_of_a_307_cuts_a_toewijzing(stop: str | None, reden: str | None, eind: tuple[str, str]) -> None:
    dag = date.fromisoformat(stop) if stop else None

    gevonden, waarom = einde_van_steun(date(2025, 6, 30), dag, reden)

    assert (gevonden.isoformat(), waarom) == eind


def test_an_open_toewijzing_ends_when_a_307_says_so() -> None:
    assert einde_van_steun(None, date(2025, 5, 31), "21") == (date(2025, 5, 31), "21")
    assert einde_van_steun(None, None, None) == (date.max, None)


# --- in and out ------------------------------------------------------------------------------------------------------


def test_a_client_comes_on_the_first_day_and_leaves_on_the_last() -> None:
    for dag, tijdvak in (("2025-01-01", JAAR), ("2025-12-31", JAAR)):
        assert aantallen(steun(dag, "2026-06-30"), tijdvak=tijdvak) == {INSTROOM: 1}
        assert aantallen(steun("2024-03-01", dag)) == {UITSTROOM: 1}
    assert aantallen(steun("2024-12-31", "2026-01-01")) == {}


def test_an_open_end_is_no_outflow() -> None:
    assert aantallen(steun("2025-02-01")) == {INSTROOM: 1}


def test_a_gap_within_the_tolerance_is_no_flow_and_a_day_longer_is_two() -> None:
    # 28 days without support lie between 28 February and 29 March, 29 before 30 March.
    voor = steun("2024-01-01", "2025-02-28")

    assert aantallen(voor, steun("2025-03-29")) == {}
    assert aantallen(voor, steun("2025-03-30")) == {UITSTROOM: 1, INSTROOM: 1}


def test_the_tolerance_is_a_parameter() -> None:
    gegeven = [steun("2024-01-01", "2025-02-28"), steun("2025-03-02")]

    assert stromen(gegeven, [JAAR], tolerantie=1)[0].aantallen == {}
    assert stromen(gegeven, [JAAR], tolerantie=0)[0].aantallen == {UITSTROOM: 1, INSTROOM: 1}


def test_other_support_that_goes_on_keeps_a_client_in() -> None:
    assert aantallen(steun("2024-01-01", "2025-02-28"), steun("2024-06-01", gebied="FIN")) == {GEBIED_ERAF: 1}


@pytest.mark.parametrize(
    ("redenen", "counted"),
    [
        ((None,), NATUURLIJK),
        (("19",), "19"),
        # Two toewijzingen end on the same day: one of the two told why.
        ((None, "02"), "02"),
    ],
)
def test_the_reason_of_an_outflow_is_that_of_the_307_if_one_came(redenen: tuple[str | None, ...], counted: str) -> None:
    gegeven = [steun("2024-01-01", "2025-02-28", reden=reden) for reden in redenen]

    assert stromen(gegeven, [JAAR])[0].redenen == {counted: 1}


def test_the_reason_is_that_of_what_ended_last() -> None:
    gegeven = [steun("2024-01-01", "2025-01-31", reden="23"), steun("2024-01-01", "2025-02-28", gebied="FIN")]

    assert stromen(gegeven, [JAAR])[0].redenen == {NATUURLIJK: 1}


def test_the_reason_of_a_stop_after_which_a_client_came_back_is_none() -> None:
    gegeven = [steun("2024-01-01", "2025-01-31", reden="38"), steun("2025-02-10", aanbieder="75000002")]

    assert stromen(gegeven, [JAAR])[0].redenen == {}


# --- through ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("trede", "counted"), [(4, {TREDE_OMHOOG: 1}), (2, {TREDE_OMLAAG: 1}), (3, {})])
def test_a_trede_goes_up_or_down_by_its_rank(trede: int, counted: dict[str, int]) -> None:
    assert aantallen(steun("2024-01-01", "2025-02-28"), steun("2025-03-01", trede=trede)) == counted


def test_the_rank_decides_and_not_the_number_of_the_trede() -> None:
    higher = steun("2025-03-01", trede=1, rang=99)

    assert aantallen(steun("2024-01-01", "2025-02-28"), higher) == {TREDE_OMHOOG: 1}


def test_a_trede_of_another_resultaatgebied_is_another_area() -> None:
    gegeven = [steun("2024-01-01", "2025-02-28"), steun("2025-03-01", gebied="FIN", trede=5)]

    assert aantallen(*gegeven) == {GEBIED_ERBIJ: 1, GEBIED_ERAF: 1}


def test_a_trede_after_a_gap_follows_only_within_the_tolerance() -> None:
    voor, rest = steun("2024-01-01", "2025-02-28"), steun("2024-01-01", gebied="FIN")

    assert aantallen(voor, rest, steun("2025-03-29", trede=4)) == {TREDE_OMHOOG: 1}
    assert aantallen(voor, rest, steun("2025-03-30", trede=4)) == {GEBIED_ERAF: 1, GEBIED_ERBIJ: 1}


def test_what_overlaps_longer_than_the_tolerance_is_stacked_and_not_replaced() -> None:
    nieuw = steun("2025-03-01", trede=4)

    # 28 days beside each other, and 29.
    assert aantallen(steun("2024-01-01", "2025-03-28"), nieuw) == {TREDE_OMHOOG: 1}
    assert aantallen(steun("2024-01-01", "2025-03-29"), nieuw) == {}


def test_an_area_that_begins_with_the_client_or_ends_with_him_is_no_change() -> None:
    assert aantallen(steun("2025-02-01", "2025-09-30"), steun("2025-02-01", "2025-09-30", gebied="FIN")) == {
        INSTROOM: 1,
        UITSTROOM: 1,
    }
    later = steun("2025-02-02", "2025-09-29", gebied="FIN")
    assert aantallen(steun("2025-02-01", "2025-09-30"), later) == {
        INSTROOM: 1,
        UITSTROOM: 1,
        GEBIED_ERBIJ: 1,
        GEBIED_ERAF: 1,
    }


def test_another_aanbieder_in_the_same_area_is_no_flow() -> None:
    voor, na = steun("2024-01-01", "2025-02-28"), steun("2025-03-01", aanbieder="75000002")

    assert aantallen(voor, na) == {AANBIEDERWISSEL: 1}
    assert aantallen(voor, replace(na, aanbieder="75000001")) == {}
    assert aantallen(voor, replace(na, trede=4, rang=14)) == {AANBIEDERWISSEL: 1, TREDE_OMHOOG: 1}


def test_support_with_an_unknown_product_is_support_and_no_area() -> None:
    assert aantallen(steun("2025-02-01", gebied=None)) == {INSTROOM: 1}
    assert aantallen(steun("2024-01-01"), steun("2025-02-01", gebied=None)) == {}


# --- moving house ----------------------------------------------------------------------------------------------------


def test_moving_house_is_a_flow_for_two_gemeenten_and_none_for_the_region() -> None:
    delft, rijswijk = steun("2024-01-01", "2025-02-28"), steun("2025-03-15", gemeente="0603")

    assert aantallen(delft) == {UITSTROOM: 1}
    assert aantallen(rijswijk) == {INSTROOM: 1}
    assert aantallen(delft, rijswijk) == {}
    assert [v.soort for v in verhuizingen([delft], [rijswijk])] == [VERHUISD_UIT]
    assert [v.soort for v in verhuizingen([rijswijk], [delft])] == [VERHUISD_IN]


def test_who_comes_elsewhere_after_the_tolerance_did_not_move() -> None:
    delft = steun("2024-01-01", "2025-02-28")

    assert list(verhuizingen([delft], [steun("2025-03-29", gemeente="0603")]))
    assert not list(verhuizingen([delft], [steun("2025-03-30", gemeente="0603")]))
    assert not list(verhuizingen([delft], [steun("2025-03-15", gemeente="0603", client="c2")]))


def test_a_trede_that_changes_on_moving_changes_for_the_region_only() -> None:
    delft, rijswijk = steun("2024-01-01", "2025-02-28"), steun("2025-03-01", gemeente="0603", trede=4)

    assert aantallen(delft, rijswijk) == {TREDE_OMHOOG: 1}
    assert TREDE_OMHOOG not in aantallen(rijswijk)


# --- on a day --------------------------------------------------------------------------------------------------------


def test_treden_are_counted_by_rank_and_a_client_in_each_of_his_areas() -> None:
    gegeven = [
        steun("2025-01-01", gebied="FIN", trede=1),
        steun("2025-01-01", "2025-03-31"),
        steun("2025-01-01", client="c2"),
        steun("2025-04-01", client="c3"),
        steun("2025-01-01", gebied=None, client="c4"),
    ]

    assert treden(gegeven, date(2025, 3, 31)) == [Trede("SPF", 3, 13, 2), Trede("FIN", 1, 21, 1)]
    assert treden(gegeven, date(2025, 4, 1)) == [Trede("SPF", 3, 13, 2), Trede("FIN", 1, 21, 1)]
    assert treden(gegeven, date(2024, 12, 31)) == []


def test_a_client_with_two_toewijzingen_of_one_trede_counts_once() -> None:
    assert treden([steun("2025-01-01"), steun("2025-02-01")], date(2025, 3, 1)) == [Trede("SPF", 3, 13, 1)]


def test_stacking_is_the_number_of_areas_at_once() -> None:
    gegeven = [
        *(steun("2025-01-01"), steun("2025-01-01", gebied="FIN"), steun("2025-04-01", gebied="ORH")),
        *(steun("2025-01-01", client="c2"), steun("2025-01-01", client="c2", trede=4)),
        steun("2025-01-01", gebied=None, client="c3"),
    ]

    voor, na = (stapeling(gegeven, dag) for dag in (date(2025, 3, 31), date(2025, 4, 1)))

    assert (voor.clienten, voor.totaal, voor.gemiddeld) == ({1: 1, 2: 1}, 2, 1.5)
    assert (na.clienten, na.gemiddeld) == ({1: 1, 3: 1}, 2.0)
    assert stapeling([], date(2025, 1, 1)).gemiddeld is None


# --- stretches of time -----------------------------------------------------------------------------------------------

TABEL = Periodes(p for jaar in (2024, 2025) for p in periodes_van(jaar, Week53.P13_LONG))


@pytest.mark.parametrize(
    ("per", "labels"),
    [
        ("maand", ["2025-02", "2025-03", "2025-04"]),
        ("kwartaal", ["2025-K1", "2025-K2"]),
        ("jaar", ["2025"]),
        ("periode", ["2025-P02", "2025-P03", "2025-P04"]),
    ],
)
def test_time_is_cut_into_whole_stretches_and_goes_no_further_than_asked(per: str, labels: list[str]) -> None:
    found = tijdvakken(per, date(2025, 2, 10), date(2025, 4, 10), TABEL)

    assert [tijdvak.label for tijdvak in found] == labels
    assert found[-1].eind == date(2025, 4, 10)
    assert all(later.begin == eerder.eind + DAG for eerder, later in itertools.pairwise(found))


# --- the balance -----------------------------------------------------------------------------------------------------

_DAGEN = st.integers(0, 700).map(lambda n: date(2024, 6, 1) + n * DAG)
_STEUN = st.builds(
    lambda gemeente, client, aanbieder, gebied, trede, begin, duur: Steun(
        *(gemeente, client, aanbieder, gebied, trede, trede),
        *(begin, date.max if duur is None else begin + duur * DAG),
    ),
    st.sampled_from(["0503", "0603"]),
    st.sampled_from(["c1", "c2", "c3"]),
    st.sampled_from(["75000001", "75000002"]),
    st.sampled_from(["SPF", "FIN", None]),
    st.integers(1, 5),
    _DAGEN,
    st.one_of(st.none(), st.integers(0, 200)),
)


def naief(gegeven: Sequence[Steun], dag: date, tolerantie: int) -> int:
    """Clients with support on or before this day, and support after it, with no more than the tolerance between."""
    aantal = 0
    for client in {een.client for een in gegeven}:
        van_client = [een for een in gegeven if een.client == client]
        tot_nu = [min(een.eind, dag) for een in van_client if een.begin <= dag]
        straks = [max(een.begin, dag + DAG) for een in van_client if een.eind > dag]
        aantal += bool(tot_nu and straks) and (min(straks) - max(tot_nu)).days - 1 <= tolerantie
    return aantal


@settings(max_examples=200, deadline=None)
@given(
    gegeven=st.lists(_STEUN, max_size=10), tolerantie=st.sampled_from([0, 1, 28]), waar=st.sampled_from(["0503", ""])
)
def test_what_was_there_and_came_less_what_left_is_what_is_there(
    gegeven: list[Steun], tolerantie: int, waar: str
) -> None:
    """For a gemeente and for the region, in every quarter, and each quarter begins with what the last one left."""
    eigen = [een for een in gegeven if waar in ("", een.gemeente)]
    kwartalen = tijdvakken("kwartaal", date(2024, 4, 1), date(2026, 12, 31), TABEL)

    gevonden = stromen(eigen, kwartalen, tolerantie)

    for stroom in gevonden:
        telling = Counter(stroom.aantallen)
        assert stroom.stand_begin + telling[INSTROOM] - telling[UITSTROOM] == stroom.stand_eind
        assert stroom.stand_eind == naief(eigen, stroom.tijdvak.eind, tolerantie)
        assert sum(stroom.redenen.values()) == telling[UITSTROOM]
    for eerder, later in itertools.pairwise(gevonden):
        assert eerder.stand_eind == later.stand_begin


@settings(max_examples=100, deadline=None)
@given(gegeven=st.lists(_STEUN, max_size=10))
def test_the_flows_of_gemeenten_less_moving_are_no_less_than_those_of_the_region(gegeven: list[Steun]) -> None:
    """Who moves is counted by both gemeenten and by the region not at all."""
    per_gemeente: Counter[str] = Counter()
    for waar in ("0503", "0603"):
        eigen = [een for een in gegeven if een.gemeente == waar]
        per_gemeente += Counter(voorval.soort for voorval in voorvallen(eigen))
    regio = Counter(voorval.soort for voorval in voorvallen(gegeven))

    assert regio[INSTROOM] <= per_gemeente[INSTROOM]
    assert regio[UITSTROOM] <= per_gemeente[UITSTROOM]


# --- what is told of it ----------------------------------------------------------------------------------------------


def test_every_flow_has_its_rule_in_words() -> None:
    kinds = {INSTROOM, UITSTROOM, VERHUISD_IN, VERHUISD_UIT, TREDE_OMHOOG, TREDE_OMLAAG, GEBIED_ERBIJ, GEBIED_ERAF}

    assert kinds | {AANBIEDERWISSEL} <= TELREGELS.keys()
    assert all(NATUURLIJK in redenen for redenen in REDENEN.values())
    assert all(sturing.TIJDELIJK not in redenen for redenen in REDENEN.values())
