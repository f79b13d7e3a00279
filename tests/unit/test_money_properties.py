"""What must hold for every toewijzing: claimed at contract price, each period is declared exactly as allocated.

The naive recomputation below walks day by day and shares no arithmetic with what it checks.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.declaration.afspraken.tariff_files import weiger
from services.declaration.contracts import Mapping, Toewijzing
from services.declaration.journal import ZONDER_PERIODE, gedeclareerd, toegewezen, verschil
from services.declaration.tariffs import Tarief, Tarieven, prijs_per_eenheid
from services.declaration.weeks import Periodes, Week53, max_periode, max_totaal, periodes_van, spread, weights

JAREN = range(2024, 2030)
TABELLEN = {beleid: Periodes(p for jaar in JAREN for p in periodes_van(jaar, beleid)) for beleid in Week53}
LAATSTE = date(2029, 12, 31)
EEN_DAG = timedelta(days=1)
VORM = {Mapping.W: ("82", "2"), Mapping.E: ("83", "2"), Mapping.P: ("82", "6"), Mapping.M: ("83", "4")}

# Every year another tariff, also amounts that are no multiple of four cents.
TARIEVEN = [
    Tarief("0503", None, "SPF3", date(jaar, 1, 1), date(jaar, 12, 31), 48000 + 1601 * n, None, date(2023, 1, 1), "F")
    for n, jaar in enumerate(JAREN)
]
LOOKUP = Tarieven(TARIEVEN)

OVER_WEEK_53 = (date(2026, 12, 16), date(2027, 1, 10))
ZONDER_ZONDAG = (date(2026, 12, 29), date(2027, 1, 2))
GEBROKEN_EIND = (date(2026, 11, 3), date(2027, 1, 1))


@st.composite
def looptijden(draw: st.DrawFn) -> tuple[date, date]:
    begin = draw(st.dates(date(2024, 6, 1), date(2027, 6, 30)))
    return begin, begin + timedelta(days=draw(st.integers(0, 500)))


def toewijzing(mapping: Mapping, looptijd: tuple[date, date], volume: int) -> Toewijzing:
    eenheid, frequentie = VORM[mapping]
    return Toewijzing(
        gemeente="0503",
        domein="wmo",
        nummer=1,
        aanbieder="75000001",
        client="c1",
        categorie="02",
        code="SPF3",
        ingangsdatum=looptijd[0],
        einddatum=looptijd[1],
        volume=volume,
        eenheid=eenheid,
        frequentie=frequentie,
        budget=None,
        reden_wijziging=None,
        toewijzingsdatum=date(2024, 1, 2),
        toewijzingstijd=time(9, 30),
        release="3.2",
    )


def dagen(begin: date, eind: date) -> list[date]:
    return [begin + n * EEN_DAG for n in range((eind - begin).days + 1)]


def product_periodes(gegrond: Toewijzing) -> list[tuple[date, date]]:
    """The calendar months of the toewijzing, cut to it."""
    per_maand: dict[tuple[int, int], list[date]] = defaultdict(list)
    for dag in dagen(gegrond.ingangsdatum, gegrond.einddatum or LAATSTE):
        per_maand[dag.year, dag.month].append(dag)
    return [(van[0], van[-1]) for van in per_maand.values()]


def alles_gedeclareerd(gegrond: Toewijzing, mapping: Mapping, tabel: Periodes) -> dict[str, int]:
    """Every month the maximum at contract price, as long as the total of TR322 allows."""
    geclaimd, over = defaultdict(int), max_totaal(gegrond) or 0
    stukken: dict[str, int] = defaultdict(int)
    for begin, eind in product_periodes(gegrond):
        volume = min(max_periode(gegrond, begin, eind) or 0, over)
        prijs = prijs_per_eenheid(gegrond, mapping, LOOKUP, "SPF3", begin, eind) or 1
        if not volume:
            continue
        over -= volume
        deel = gedeclareerd(gegrond, mapping, tabel, begin, eind, volume, volume * prijs, dict(stukken), LAATSTE)
        assert sum(deel.bedragen.values()) == volume * prijs
        for label, bedrag in deel.bedragen.items():
            geclaimd[label] += bedrag
        for label, aantal in deel.stukken.items():
            stukken[label] += aantal
    assert over == 0
    return dict(geclaimd)


def label_van(dag: date, tabel: Periodes) -> str:
    return next(p.label for p in tabel if p.begin <= dag <= p.eind)


def tarief_op(dag: date) -> int:
    return next(t.bedrag for t in TARIEVEN if t.van <= dag <= (t.tot or dag))


def naief_toegewezen(gegrond: Toewijzing, mapping: Mapping, tabel: Periodes) -> dict[str, int]:
    """A, written again from the page of the design: a loop over days, exact fractions."""
    alle = dagen(gegrond.ingangsdatum, gegrond.einddatum or LAATSTE)
    bedragen: dict[str, int] = defaultdict(int)
    volume = gegrond.volume or 0
    if mapping is Mapping.P:
        for dag in alle:
            label = label_van(dag, tabel)
            if label not in bedragen and len(bedragen) < volume:
                bedragen[label] = tarief_op(alle[0])
    elif mapping is Mapping.M:
        for begin, eind in product_periodes(gegrond):
            for week, bedrag in naief_verdeeld(volume, dagen(begin, eind)).items():
                bedragen[label_van(week, tabel)] += bedrag
    else:
        zondagen = [dag for dag in alle if dag.isoweekday() == 7]
        geprijsd = [(zondag, zondag) for zondag in zondagen]
        if alle[-1].isoweekday() != 7:
            geprijsd.append((alle[-1], zondagen[-1] if zondagen else alle[-1]))
        for geplaatst, prijsdag in geprijsd:
            weekprijs = int(Fraction(tarief_op(prijsdag), 4) + Fraction(1, 2)) if mapping is Mapping.W else 1
            bedragen[label_van(geplaatst, tabel)] += volume * weekprijs
    return dict(bedragen)


def naief_verdeeld(bedrag: int, over: list[date]) -> dict[date, int]:
    """Whole cents over the ISO weeks of these days, the largest remainder first, then the earliest."""
    telling: dict[date, int] = defaultdict(int)
    for dag in over:
        jaar, week, _ = dag.isocalendar()
        telling[date.fromisocalendar(jaar, week, 1)] += 1
    exact = {week: Fraction(bedrag * aantal, len(over)) for week, aantal in telling.items()}
    heel = {week: int(deel) for week, deel in exact.items()}
    while sum(heel.values()) < bedrag:
        week = max(exact, key=lambda w: (exact[w] - heel[w], -w.toordinal()))
        heel[week] += 1
    return {week: deel for week, deel in heel.items() if deel}


def volume_van(mapping: Mapping, looptijd: tuple[date, date], tabel: Periodes, euro: int) -> int:
    if mapping is Mapping.P:
        return len(tabel.geraakt(*looptijd))
    return 1 if mapping is Mapping.W else euro


@pytest.mark.parametrize("beleid", Week53)
@pytest.mark.parametrize("mapping", Mapping)
@settings(max_examples=40, deadline=None)
@given(looptijd=looptijden(), euro=st.integers(1, 200_000))
@example(looptijd=OVER_WEEK_53, euro=12001)
@example(looptijd=ZONDER_ZONDAG, euro=12001)
@example(looptijd=GEBROKEN_EIND, euro=12001)
def test_TR321_TR322_everything_claimed_at_contract_price_is_every_period_as_allocated(mapping, beleid, looptijd, euro):
    tabel = TABELLEN[beleid]
    gegrond = toewijzing(mapping, looptijd, volume_van(mapping, looptijd, tabel, euro))
    a = toegewezen(gegrond, mapping, tabel, LOOKUP, "SPF3", LAATSTE)
    assert a.ontbrekend == ()
    assert alles_gedeclareerd(gegrond, mapping, tabel) == a.bedragen


@pytest.mark.parametrize("beleid", Week53)
@pytest.mark.parametrize("mapping", Mapping)
@settings(max_examples=40, deadline=None)
@given(looptijd=looptijden(), euro=st.integers(1, 200_000))
@example(looptijd=OVER_WEEK_53, euro=12001)
@example(looptijd=ZONDER_ZONDAG, euro=12001)
@example(looptijd=GEBROKEN_EIND, euro=12001)
def test_a_recomputation_day_by_day_agrees(mapping, beleid, looptijd, euro):
    tabel = TABELLEN[beleid]
    gegrond = toewijzing(mapping, looptijd, volume_van(mapping, looptijd, tabel, euro))
    a = toegewezen(gegrond, mapping, tabel, LOOKUP, "SPF3", LAATSTE)
    assert a.bedragen == naief_toegewezen(gegrond, mapping, tabel)


@settings(max_examples=60, deadline=None)
@given(looptijd=looptijden(), verdeling=st.lists(st.integers(0, 4), max_size=20))
def test_P_pieces_claimed_in_any_order_and_number_end_where_they_were_allocated(looptijd, verdeling):
    tabel = TABELLEN[Week53.P13_LONG]
    volume = len(tabel.geraakt(*looptijd))
    gegrond = toewijzing(Mapping.P, looptijd, volume)
    prijs, stukken, geclaimd = tarief_op(looptijd[0]), defaultdict(int), defaultdict(int)
    maanden = product_periodes(gegrond)
    for nummer, wens in enumerate([*verdeling, volume]):
        begin, eind = maanden[min(nummer, len(maanden) - 1)]
        aantal = min(wens, volume - sum(stukken.values()))
        deel = gedeclareerd(gegrond, Mapping.P, tabel, begin, eind, aantal, aantal * prijs, dict(stukken), LAATSTE)
        for label, bedrag in deel.bedragen.items():
            geclaimd[label] += bedrag
            stukken[label] += deel.stukken[label]
    assert dict(geclaimd) == toegewezen(gegrond, Mapping.P, tabel, LOOKUP, "SPF3", LAATSTE).bedragen


@settings(max_examples=100)
@given(
    bedrag=st.integers(-(10**9), 10**9),
    gewichten=st.dictionaries(st.dates(), st.integers(0, 7), min_size=1).filter(lambda g: any(g.values())),
)
def test_a_spread_sums_to_its_amount_is_within_a_cent_and_mirrors(bedrag, gewichten):
    delen = spread(bedrag, gewichten)
    totaal = sum(gewichten.values())
    assert sum(delen.values()) == bedrag
    assert all(abs(delen.get(w, 0) - Fraction(bedrag * g, totaal)) < 1 for w, g in gewichten.items())
    assert spread(-bedrag, gewichten) == {week: -deel for week, deel in delen.items()}


@settings(max_examples=60)
@given(looptijd=looptijden(), bedrag=st.integers(0, 10**6))
def test_a_spread_over_days_agrees_with_one_counted_day_by_day(looptijd, bedrag):
    gegrond = toewijzing(Mapping.M, looptijd, 1)
    gewichten = weights(gegrond, *looptijd, None, LAATSTE)
    assert spread(bedrag, gewichten) == naief_verdeeld(bedrag, dagen(*looptijd))


@pytest.mark.parametrize("mapping", [Mapping.W, Mapping.E, Mapping.M, None])
@settings(max_examples=40)
@given(looptijd=looptijden())
def test_months_together_weigh_what_the_whole_toewijzing_weighs(mapping, looptijd):
    gegrond = toewijzing(Mapping.W, looptijd, 1)
    samen: dict[date, int] = defaultdict(int)
    for begin, eind in product_periodes(gegrond):
        for week, gewicht in weights(gegrond, begin, eind, mapping, LAATSTE).items():
            samen[week] += gewicht
    assert samen == weights(gegrond, *looptijd, mapping, LAATSTE)


@settings(max_examples=60)
@given(looptijd=looptijden())
def test_TR321_the_maximum_of_output_is_the_weights_of_the_line_and_TR322_their_sum(looptijd):
    gegrond = toewijzing(Mapping.W, looptijd, 1)
    maxima = [
        (max_periode(gegrond, *periode), sum(weights(gegrond, *periode, Mapping.W, LAATSTE).values()))
        for periode in product_periodes(gegrond)
    ]
    assert all(hoogste == gewogen for hoogste, gewogen in maxima)
    assert max_totaal(gegrond) == sum(gewogen for _, gewogen in maxima)


@pytest.mark.parametrize("mapping", [*Mapping, None])
@settings(max_examples=40)
@given(looptijd=looptijden(), regel=looptijden(), bedrag=st.integers(-(10**6), 10**6), volume=st.integers(0, 9))
def test_no_cent_of_a_line_is_lost_wherever_it_lies(mapping, looptijd, regel, bedrag, volume):
    tabel = Periodes(periodes_van(2025, Week53.P13_LONG))
    gegrond = toewijzing(mapping or Mapping.W, looptijd, 1)
    deel = gedeclareerd(gegrond, mapping, tabel, *regel, volume, bedrag, {}, LAATSTE)
    assert sum(deel.bedragen.values()) == bedrag
    assert set(deel.bedragen) <= {ZONDER_PERIODE} | {periode.label for periode in tabel}


@settings(max_examples=60)
@given(
    doel=st.dictionaries(st.sampled_from("abcd"), st.integers(-9, 9)),
    geboekt=st.dictionaries(st.sampled_from("abcd"), st.integers(-9, 9)),
)
def test_booking_the_difference_reaches_the_goal(doel, geboekt):
    extra = verschil(doel, geboekt)
    na = {label: geboekt.get(label, 0) + extra.get(label, 0) for label in "abcd"}
    assert na == {label: doel.get(label, 0) for label in "abcd"}


@settings(max_examples=60)
@given(wissel=st.dates(date(2024, 1, 2), date(2029, 12, 31)), looptijd=looptijden())
def test_W_a_tariff_change_that_was_not_refused_keeps_every_period_equal(wissel, looptijd):
    oud = replace(TARIEVEN[0], tot=wissel - EEN_DAG)
    nieuw = replace(TARIEVEN[0], van=wissel, tot=None, bedrag=52001)
    geweigerd = weiger([oud, nieuw], [], lambda _: {Mapping.W})
    zondagen = [d for d in dagen(wissel.replace(day=1), wissel + timedelta(days=31)) if d.isoweekday() == 7]
    in_de_maand = [dag for dag in zondagen if dag.month == wissel.month]
    assert bool(geweigerd) == any(een < wissel <= ander for een, ander in pairwise(in_de_maand))
    if geweigerd:
        return
    tabel, tarieven, gegrond = TABELLEN[Week53.P13_LONG], Tarieven([oud, nieuw]), toewijzing(Mapping.W, looptijd, 1)
    geclaimd: dict[str, int] = defaultdict(int)
    for begin, eind in product_periodes(gegrond):
        aantal = max_periode(gegrond, begin, eind) or 0
        prijs = prijs_per_eenheid(gegrond, Mapping.W, tarieven, "SPF3", begin, eind) or 0
        if aantal:
            deel = gedeclareerd(gegrond, Mapping.W, tabel, begin, eind, aantal, aantal * prijs, {}, LAATSTE)
            for label, bedrag in deel.bedragen.items():
                geclaimd[label] += bedrag
    assert geclaimd == toegewezen(gegrond, Mapping.W, tabel, tarieven, "SPF3", LAATSTE).bedragen
