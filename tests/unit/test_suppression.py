"""What the region may not see it can neither work out: by hand, and by linear algebra over many answers at once."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linear_algebra import reduce, row_space

from services.declaration.cijfers.cells import Deel, cellen_van
from services.declaration.cijfers.suppression import (
    Atoom,
    Cel,
    Indeling,
    atoom_van,
    blokken,
    is_toonbaar,
)
from services.declaration.verzilvering import Plaats, Rijsleutel, Stand, per_rij, plaats_van, tel_per_plaats
from services.kernel.privacy.kleine_aantallen import MINSTE_CLIENTEN

STAND = Stand("0503", "wmo", "75000001", "c1", "SPF", 3, "2025-P03", 48000, 48000)
GROEPEN = ("gemeente", "cluster", "resultaatgebied", "trede", "periode", "cohort")
GROEPERINGEN = [groep for grootte in range(4) for groep in combinations(GROEPEN, grootte)]


def clients(number: int, first: int = 0, **where: object) -> list[Stand]:
    """So many clients with a toewijzing in one cell."""
    return [replace(STAND, client=f"c{first + n}", **where) for n in range(number)]


def clienten_per_plaats(standen: Collection[Stand]) -> dict[Plaats, frozenset[str]]:
    """The clients with a grant for every combination of keys that occurs."""
    gevonden: dict[Plaats, set[str]] = {}
    for stand in standen:
        if stand.toegewezen > 0:
            gevonden.setdefault(plaats_van(stand), set()).add(stand.client)
    return {plaats: frozenset(wie) for plaats, wie in gevonden.items()}


def tabel_van(standen: Collection[Stand]) -> dict[Atoom, Cel]:
    """The table that these units make."""
    return cellen_van([Deel(tel_per_plaats(standen), clienten_per_plaats(standen), {})])


def shown(standen: Collection[Stand], groepering: Collection[str]) -> dict[Rijsleutel, bool]:
    """Per row whether the region sees it."""
    indeling = blokken(tabel_van(list(standen)))
    return {
        sleutel: is_toonbaar(plaatsen, indeling) for sleutel, plaatsen in per_rij(tel_per_plaats(standen), groepering)
    }


def test_a_cell_of_five_clients_is_shown_and_one_of_four_is_not():
    assert list(shown(clients(5), ("gemeente",)).values()) == [True]
    assert list(shown(clients(4), ("gemeente",)).values()) == [False]


def test_a_small_cell_takes_the_smallest_beside_it_along():
    standen = [
        *clients(4, trede=1),
        *clients(9, 10, trede=2),
        *clients(7, 20, trede=3),
        *clients(8, 30, trede=4),
    ]
    assert list(shown(standen, ("trede",)).values()) == [False, True, False, True]
    assert list(shown(standen, ("resultaatgebied",)).values()) == [True]


def test_small_cells_beside_each_other_cover_each_other():
    standen = [*clients(3, trede=1), *clients(3, 10, trede=2), *clients(7, 20, trede=3)]
    assert list(shown(standen, ("trede",)).values()) == [False, False, True]


def test_one_client_in_two_small_cells_counts_once():
    standen = [*clients(4, trede=1), *clients(4, trede=2), *clients(7, 20, trede=3)]
    assert list(shown(standen, ("trede",)).values()) == [False, False, False]
    assert list(shown(standen, ()).values()) == [True]


def test_a_small_resultaatgebied_is_covered_by_another_of_its_cluster_first():
    standen = [
        *clients(2, resultaatgebied="FIN"),
        *clients(20, 10, resultaatgebied="SPF"),
        *clients(6, 40, resultaatgebied="ORH"),
    ]
    assert list(shown(standen, ("resultaatgebied",)).values()) == [False, True, False]
    assert list(shown(standen, ("cluster",)).values()) == [True, True]


def test_the_few_cells_of_a_year_do_not_hide_the_total_of_another():
    standen = [
        *clients(6, periode="2025-P01"),
        *clients(9, 10, periode="2026-P01"),
        *clients(2, 30, periode="2026-P04"),
    ]
    assert list(shown([*standen], ("periode",)).values()) == [True, False, False]
    few = [*clients(6, periode="2025-P01"), *clients(2, 30, periode="2026-P04")]
    assert list(shown(few, ("periode",)).values()) == [False, False]


def test_without_five_clients_anywhere_nothing_is_shown():
    standen = [*clients(2, trede=1), *clients(2, 2, periode="2025-P04")]
    for groepering in GROEPERINGEN:
        assert set(shown(standen, groepering).values()) == {False}


def test_claims_without_a_grant_are_about_nobody_and_are_covered():
    standen = [*clients(9), replace(STAND, client="x", trede=5, toegewezen=0, gedeclareerd=100)]
    assert list(shown(standen, ("trede",)).values()) == [False, False]
    assert list(shown(standen, ()).values()) == [True]


def test_part_of_a_block_is_not_shown_whatever_filter_makes_it():
    standen = [*clients(9), *clients(2, 20, gemeente="0603")]
    indeling = blokken(tabel_van(standen))
    delft = [plaats for plaats in tel_per_plaats(standen) if plaats.gemeente == "0503"]
    assert not is_toonbaar(delft, indeling)
    assert is_toonbaar(tel_per_plaats(standen), indeling)


# --- by linear algebra -----------------------------------------------------------------------------------------------


@st.composite
def regions(draw: st.DrawFn) -> list[Stand]:
    """A small region: cells of one to nine clients, some clients in more than one of them."""
    perioden = "2025-P01", "2025-P02", "2026-P01"
    places = list(product(("0503", "0603"), ("ORH", "SPF", "FIN"), (1, 2), perioden, ("oud", None)))
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=14, unique=True))
    standen: list[Stand] = []
    for gemeente, gebied, trede, periode, cohort in chosen:
        number, first = draw(st.integers(1, 9)), draw(st.integers(0, 60))
        where = {"gemeente": gemeente, "resultaatgebied": gebied, "trede": trede, "periode": periode, "cohort": cohort}
        standen += clients(number, first, **where)
    return standen


def answers(standen: list[Stand], indeling: Indeling) -> Iterable[set[Plaats]]:
    """The places of every row that is shown, over all groupings, whole and per gemeente and per period."""
    cellen = tel_per_plaats(standen)
    for gemeente, periode in product((None, "0503", "0603"), ("", "2025", "2026", "2025-P01", "2025-P02")):
        gekozen = [p for p in cellen if gemeente in (None, p.gemeente) and p.periode.startswith(periode)]
        for groepering in GROEPERINGEN:
            yield from (
                set(plaatsen) for _, plaatsen in per_rij(gekozen, groepering) if is_toonbaar(plaatsen, indeling)
            )


@settings(deadline=None)
@given(regions())
def test_no_combination_of_answers_gives_a_small_cell(standen: list[Stand]):
    indeling = blokken(tabel_van(standen))
    atomen = sorted({atoom_van(plaats) for plaats in tel_per_plaats(standen)}, key=str)
    seen = {frozenset(atoom_van(plaats) for plaats in row) for row in answers(standen, indeling)}
    rows = row_space([Fraction(atoom in row) for atoom in atomen] for row in sorted(seen, key=str))

    for groepering in GROEPERINGEN:
        for _, plaatsen in per_rij(tel_per_plaats(standen), groepering):
            cel = {atoom_van(plaats) for plaats in plaatsen}
            about = {s.client for s in standen if atoom_van(_plaats(s)) in cel}
            if len(about) < MINSTE_CLIENTEN:
                left = reduce([Fraction(atoom in cel) for atoom in atomen], rows)
                assert any(left), f"{cel} can be worked out"


@settings(deadline=None)
@given(regions())
def test_every_block_is_about_five_clients_and_no_cell_is_in_two(standen: list[Stand]):
    indeling = blokken(tabel_van(standen))
    for atoom, blok in indeling.items():
        assert atoom in blok
        assert all(indeling[ander] == blok for ander in blok)
        assert len({s.client for s in standen if atoom_van(_plaats(s)) in blok}) >= MINSTE_CLIENTEN


@given(regions(), st.randoms())
def test_the_same_region_has_the_same_blocks_in_whatever_order_it_is_read(standen, random):
    anders = list(standen)
    random.shuffle(anders)
    assert blokken(tabel_van(anders)) == blokken(tabel_van(standen))


def _plaats(s: Stand) -> Plaats:
    return Plaats(s.gemeente, s.aanbieder, s.periode, s.resultaatgebied, s.trede, s.cohort)


@pytest.mark.parametrize("vector, inside", [([1, 1, 0], True), ([0, 1, 1], False), ([2, 0, 0], True)])
def test_the_algebra_of_this_test_knows_what_follows_from_what(vector, inside):
    rows = row_space([[Fraction(1), Fraction(1), Fraction(0)], [Fraction(0), Fraction(1), Fraction(0)]])
    assert (not any(reduce([Fraction(n) for n in vector], rows))) is inside
