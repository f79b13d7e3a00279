"""The prognose of a year: the formula, what is released and still to come, and the calendar year beside the periods."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toewijzingen import per_vier_weken, per_week

from services.declaration.cijfers.prognose import (
    Post,
    Prognoserij,
    aan_de_overkant,
    deel_voor,
    gesplitst,
    kalender,
    onderdruk,
    rijen,
    rondom,
    samen,
)
from services.declaration.contracts import Gebroken, Mapping, Telwijze, Toewijzing
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periodes, Week53, periodes_van

VER = date(2030, 12, 31)


def tabel(beleid: Week53 = Week53.P13_LONG) -> Periodes:
    return Periodes(p for jaar in range(2023, 2030) for p in periodes_van(jaar, beleid))


def post(nummer: int, a: int, d: int, client: str = "c1", **anders: Any) -> Post:
    return replace(Post("0503", "SPF", client, f"2025-P{nummer:02d}", a, d), **anders)


def rijp_tot(laatste: int, afgesloten: int = 0) -> Callable[[str, str], str]:
    def rijpheid(_gemeente: str, label: str) -> str:
        nummer = int(label[-2:])
        return "afgesloten" if nummer <= afgesloten else "rijp" if nummer <= laatste else "voorlopig"

    return rijpheid


RIJP_TOT_P2 = rijp_tot(2)


def rij(*posten: Post, begroting: int | None = None, rijpheid: Callable[[str, str], str] = RIJP_TOT_P2) -> Prognoserij:
    begroot = {} if begroting is None else {("0503", "SPF"): begroting}
    [gevonden] = rijen(samen(posten), begroot, rijpheid, 2025)
    return gevonden


# --- the formula -----------------------------------------------------------------------------------------------------


def test_ripe_periods_count_as_declared_and_the_others_at_the_verzilvering_of_the_ripe_ones() -> None:
    # P1 and P2 are ripe: 86400 of 96000 is 90 %. P3 has 43200 already, P4 nothing yet.
    gevonden = rij(post(1, 48000, 48000), post(2, 48000, 38400), post(3, 48000, 43200), post(4, 48000, 0))

    assert (gevonden["verzilvering"], gevonden["gedeclareerdRijp"]) == (90.0, 86400)
    assert gevonden["prognose"] == 86400 + 43200 + 43200


def test_a_period_never_counts_for_less_than_what_is_declared_in_it() -> None:
    half = (post(1, 48000, 24000), post(2, 48000, 24000))

    assert rij(*half, post(3, 48000, 30000))["prognose"] == 48000 + 30000
    assert rij(*half, post(3, 48000, 24000))["prognose"] == 48000 + 24000
    assert rij(*half, post(3, 48000, 23999))["prognose"] == 48000 + 24000


def test_without_a_ripe_period_everything_allocated_counts_and_the_row_says_so() -> None:
    gevonden = rij(post(3, 48000, 0), post(4, 48000, 0))

    assert (gevonden["prognose"], gevonden["verzilvering"], gevonden["zonderRijpePerioden"]) == (96000, None, True)


def test_money_without_a_grant_counts_as_declared_and_lifts_no_percentage() -> None:
    gevonden = rij(post(1, 48000, 24000), post(1, 0, 10000, "c2"), post(3, 48000, 0))

    assert gevonden["verzilvering"] == 50.0
    assert gevonden["prognose"] == 34000 + 24000


def test_a_half_cent_goes_up_once_per_period() -> None:
    gevonden = rij(post(1, 2, 1), post(3, 1, 0), post(4, 1, 0))

    assert gevonden["prognose"] == 1 + 1 + 1


def test_the_room_is_the_begroting_less_the_prognose_and_unknown_without_one() -> None:
    assert rij(post(1, 48000, 48000), begroting=50000)["ruimte"] == 2000
    assert rij(post(1, 48000, 48000))["ruimte"] is None


def test_a_begroting_without_any_toewijzing_has_a_row() -> None:
    gevonden = rij(begroting=50000)

    assert (gevonden["prognose"], gevonden["ruimte"], gevonden["clienten"]) == (0, 50000, 0)


# --- released, and still to come -------------------------------------------------------------------------------------


def test_what_is_released_is_A_less_D_of_closed_periods_and_what_would_be_that_of_ripe_ones() -> None:
    posten = post(1, 48000, 40000), post(2, 48000, 45000), post(3, 48000, 10000)

    gevonden = rij(*posten, rijpheid=rijp_tot(2, afgesloten=1))
    assert (gevonden["vrijval"], gevonden["vrijvalBijAfsluiten"]) == (8000, 3000)
    assert gevonden["nogTeOntvangen"] == 3000 + 38000


def test_more_declared_than_allocated_is_nothing_to_come() -> None:
    assert rij(post(1, 48000, 50000), post(1, 48000, 40000, "c2"))["nogTeOntvangen"] == 8000


# --- the calendar year -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jaar", "zondagen", "erbij", "eraf"),
    [
        (2025, 52, [], []),
        (2026, 52, [], [date(2026, 12, 28)]),  # 53 weeks in the ISO year
        (2027, 52, [date(2026, 12, 28)], [date(2027, 12, 27)]),
        (2028, 53, [date(2027, 12, 27)], []),
    ],
)
def test_the_weeks_that_differ_are_named_by_their_sunday(
    jaar: int, zondagen: int, erbij: list[date], eraf: list[date]
) -> None:
    gevonden = kalender(jaar, tabel())

    assert (gevonden.zondagen, list(gevonden.erbij), list(gevonden.eraf)) == (zondagen, erbij, eraf)


def test_week_53_is_named_in_words() -> None:
    assert kalender(2026, tabel()).tekst == (
        "Kalenderjaar 2026 heeft 52 zondagen: week 53 (28-12-2026 t/m 03-01-2027) telt in de perioden van 2026, "
        "haar zondag valt in 2027."
    )
    assert kalender(2025, tabel()).tekst.endswith("tellen dezelfde weken.")


def test_a_part_of_a_period_in_another_calendar_year_is_taken_out_and_that_of_the_year_before_comes_in() -> None:
    laatste = post(13, 60000, 30000, deel=Fraction(4, 5))
    vorige = replace(post(1, 48000, 48000, deel=Fraction(1, 4)), periode="2024-P13", eigen=False)
    gevonden = rij(post(1, 48000, 48000), laatste, vorige)

    assert gevonden["toegewezen"] == 108000
    assert gevonden["kalenderToegewezen"] == 48000 + 48000 + 12000
    assert gevonden["kalenderGedeclareerd"] == 48000 + 24000 + 12000
    assert gevonden["kalenderVerschil"] == 0
    assert gevonden["nogTeOntvangen"] == 24000


PRIJZEN = Tarieven(
    [
        Tarief("0503", None, "SPF3", date(2026, 1, 1), date(2026, 12, 31), 50400, None, date(2025, 12, 1), "F"),
        Tarief("0503", None, "SPF3", date(2027, 1, 1), None, 52000, None, date(2025, 12, 1), "F"),
    ]
)


@pytest.mark.parametrize(
    ("toewijzing", "telwijze", "voor"),
    [
        # Four weeks at 126.00 and one, with its Sunday in 2027, at 130.00.
        (per_week("2026-01-01", "2027-06-30"), Mapping.W, Fraction(50400, 63400)),
        (per_vier_weken("2026-01-01", "2027-06-30"), Gebroken.WEEK, Fraction(50400, 63400)),
        # In euros each week has its grant.
        (per_week("2026-01-01", "2027-06-30", eenheid="83", volume=12600), Mapping.E, Fraction(4, 5)),
        # Starts in the fourth week: one week on each side.
        (per_week("2026-12-21", "2027-06-30"), Mapping.W, Fraction(12600, 25600)),
        (per_week("2026-12-28", "2027-06-30"), Mapping.W, Fraction(0)),
        # A piece of four weeks belongs to no week.
        (per_week("2026-01-01", "2027-06-30", frequentie="6", volume=20), Mapping.P, Fraction(4, 5)),
        (per_vier_weken("2026-12-28", "2027-06-30"), Gebroken.FULL, Fraction(4, 5)),
        (per_week("2026-01-01", "2027-06-30", vervallen=True), Mapping.W, Fraction(4, 5)),
    ],
)
def test_a_long_P13_is_cut_by_what_its_weeks_cost(toewijzing: Toewijzing, telwijze: Telwijze, voor: Fraction) -> None:
    gesneden, delen = gesplitst(tabel(), 2026)

    assert list(delen) == ["2026-P13"]
    assert deel_voor(toewijzing, telwijze, gesneden, delen["2026-P13"], PRIJZEN, VER) == voor


# Hours have a price of their own.
UURPRIJZEN = Tarieven(
    [
        Tarief("0503", None, "SPF3", date(2026, 1, 1), date(2026, 12, 31), 50400, None, date(2025, 12, 1), "F"),
        Tarief("0503", None, "SPF3", date(2027, 1, 1), None, 52000, None, date(2025, 12, 1), "F"),
        Tarief("0503", None, "SPF3", date(2025, 1, 1), None, 6600, None, date(2024, 12, 1), "F", "uur"),
    ]
)
SHAPES: list[tuple[Telwijze | None, dict[str, object]]] = [
    (Mapping.W, {}),
    (Mapping.E, {"eenheid": "83", "volume": 9999}),
    (Mapping.M, {"eenheid": "83", "frequentie": "4", "volume": 10001}),
    (None, {"eenheid": "83", "frequentie": "6", "volume": 777777}),
    (None, {"budget": 777777, "volume": None, "eenheid": None, "frequentie": None}),
    (None, {"eenheid": "04", "frequentie": "2", "volume": 3}),
    (Gebroken.WEEK, {"frequentie": "3", "release": "2.3"}),
    (Gebroken.DAY, {"frequentie": "3", "release": "2.3"}),
]


@settings(max_examples=300, deadline=None)
@given(
    shape=st.sampled_from(SHAPES),
    begin=st.dates(date(2025, 12, 1), date(2027, 1, 20)),
    duur=st.one_of(st.none(), st.integers(0, 500)),
)
def test_what_lies_beside_a_cut_period_is_all_that_decides_its_parts(
    shape: tuple[Telwijze | None, dict[str, object]], begin: date, duur: int | None
) -> None:
    telwijze, anders = shape
    eind = None if duur is None else (begin + timedelta(days=duur)).isoformat()
    toewijzing = per_week(begin.isoformat(), eind, **anders)
    gesneden, delen = gesplitst(tabel(), 2026)
    wat = delen["2026-P13"], UURPRIJZEN, VER

    rond = rondom(gesneden, delen["2026-P13"])
    assert deel_voor(toewijzing, telwijze, rond, *wat) == deel_voor(toewijzing, telwijze, gesneden, *wat)


def test_a_week_with_a_period_of_its_own_lies_whole_in_the_next_calendar_year() -> None:
    periodes = tabel(Week53.P14_WEEK)

    assert gesplitst(periodes, 2026)[1] == {}
    assert aan_de_overkant(periodes, 2026) == {"2026-P14"}
    assert aan_de_overkant(periodes, 2027) == {"2026-P14"}
    assert aan_de_overkant(tabel(), 2026) == frozenset()


KALENDER = {"nogTeOntvangen", "kalenderToegewezen", "kalenderGedeclareerd", "kalenderVerschil", "clienten"}
RIJP = {"gedeclareerdRijp", "verzilvering", "prognose", "ruimte"}
DICHT = {"vrijval", "vrijvalBijAfsluiten"}


# --- who may see it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("not_whole", "hidden"),
    [
        (set(), set()),
        ({"afgesloten"}, DICHT),
        ({"rijp"}, RIJP | DICHT),
        ({"kalender"}, KALENDER),
        ({"jaar"}, {"toegewezen", "gedeclareerd"} | RIJP | DICHT | KALENDER),
    ],
)
def test_what_may_not_be_told_is_taken_from_a_row_with_all_that_follows_from_it(
    not_whole: set[str], hidden: set[str]
) -> None:
    heel = rij(post(1, 48000, 24000), begroting=50000)
    gevonden = onderdruk(heel, **{naam: naam not in not_whole for naam in ("jaar", "rijp", "afgesloten", "kalender")})

    assert None not in heel.values()
    assert {naam for naam, waarde in gevonden.items() if waarde is None} == hidden
    assert {naam: waarde for naam, waarde in gevonden.items() if naam not in hidden}.items() <= heel.items()
