"""Release 2.3: claimed at contract tariff, each period is declared exactly as allocated. FULL, WEEK, DAY, week 53.

The naive recomputation below walks day by day and shares no arithmetic with what it checks.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.declaration import four_weeks
from services.declaration.contracts import Gebroken, Toewijzing
from services.declaration.journal import ZONDER_PERIODE, gedeclareerd, toegewezen
from services.declaration.tariffs import Tarief, Tarieven
from services.declaration.weeks import Periode, Periodes, Week53, max_periode, max_totaal, periodes_van

JAREN = range(2024, 2030)
TABELLEN = {beleid: Periodes(p for jaar in JAREN for p in periodes_van(jaar, beleid)) for beleid in Week53}
LAATSTE = date(2029, 12, 31)

# Every year another tariff from another weekday, and no multiples of four cents; SPF4 has its own week price in 2026.
TARIEVEN = [
    Tarief("0503", None, code, date(jaar, 1, 1), date(jaar, 12, 31), bedrag + 1601 * n, week, date(2023, 1, 1), "F")
    for code, bedrag in (("SPF3", 48000), ("SPF4", 60003))
    for n, jaar in enumerate(JAREN)
    for week in [15001 if (code, jaar) == ("SPF4", 2026) else None]
]
LOOKUP = Tarieven(TARIEVEN)

OVER_WEEK_53 = (date(2026, 12, 16), date(2027, 1, 10))
BINNEN_EEN_WEEK = (date(2026, 12, 29), date(2027, 1, 2))
BEGINDAGEN = st.dates(date(2024, 6, 1), date(2027, 6, 30))


@st.composite
def looptijden(draw: st.DrawFn) -> tuple[date, date]:
    begin = draw(BEGINDAGEN)
    return begin, begin + timedelta(days=draw(st.integers(0, 400)))


def toewijzing(looptijd: tuple[date, date], volume: int = 1, **anders: object) -> Toewijzing:
    gegrond = Toewijzing(
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
        eenheid="82",
        frequentie="3",
        budget=None,
        reden_wijziging=None,
        toewijzingsdatum=date(2024, 1, 2),
        toewijzingstijd=time(9, 30),
        release="2.3",
    )
    return replace(gegrond, **anders)


def lijnen(gegrond: Toewijzing, per_lijn: int, tabel: Periodes) -> list[list[Periode]]:
    """The periods of the toewijzing, `per_lijn` at a time: one ProductPeriode each."""
    geraakt = tabel.geraakt(gegrond.ingangsdatum, gegrond.einddatum or LAATSTE)
    return [list(geraakt[n : n + per_lijn]) for n in range(0, len(geraakt), per_lijn)]


def gedeclareerd_tegen_tarief(
    gegrond: Toewijzing, gebroken: Gebroken, groepen: list[list[Periode]], tabel: Periodes
) -> dict[str, int]:
    """Every line at its maximum volume and at what it is computed at, as far as TR322 allows."""
    geclaimd, over = defaultdict(int), max_totaal(gegrond, tabel) or 0
    for groep in groepen:
        begin, eind = max(groep[0].begin, gegrond.ingangsdatum), min(groep[-1].eind, gegrond.einddatum or LAATSTE)
        assert four_weeks.past_op_periodes(begin, eind, gegrond, tabel)
        volume = max_periode(gegrond, begin, eind, tabel) or 0
        over -= volume
        hoogste = four_weeks.berekend(
            gegrond, gebroken, tabel, LOOKUP, gegrond.code or "", begin, eind, volume, LAATSTE
        )
        assert hoogste is not None
        deel = gedeclareerd(gegrond, gebroken, tabel, begin, eind, volume, sum(hoogste.values()), {}, LAATSTE, hoogste)
        assert deel.bedragen == hoogste
        for label, bedrag in deel.bedragen.items():
            geclaimd[label] += bedrag
    assert over >= 0
    return dict(geclaimd)


def naief(gegrond: Toewijzing, gebroken: Gebroken, tabel: Periodes) -> dict[str, int]:
    """A, written again from the page of the design: a loop over days, exact fractions, rounded at the end."""
    begin, eind = gegrond.ingangsdatum, gegrond.einddatum or LAATSTE
    exact: dict[str, Fraction] = defaultdict(Fraction)
    for periode in tabel:
        binnen = [dag for dag in dagen(periode.begin, periode.eind) if begin <= dag <= eind]
        if not binnen:
            continue
        telt = dagen(periode.begin, periode.eind) if gebroken is Gebroken.FULL else binnen
        weken = defaultdict(int)
        for dag in telt:
            weken[dag + timedelta(days=7 - dag.isoweekday())] += 1
        for zondag, aantal in weken.items():
            weekprijs = weekprijs_op(gegrond, zondag)
            exact[periode.label] += weekprijs * aantal / 7 if gebroken is Gebroken.DAY else weekprijs
    return {label: int(bedrag + Fraction(1, 2)) for label, bedrag in exact.items()}


def dagen(begin: date, eind: date) -> list[date]:
    return [begin + timedelta(days=n) for n in range((eind - begin).days + 1)]


def weekprijs_op(gegrond: Toewijzing, zondag: date) -> Fraction:
    volume = gegrond.volume or 0
    if gegrond.eenheid == "83":
        return Fraction(volume, 4)
    tarief = next(t for t in TARIEVEN if t.productcode == gegrond.code and t.van <= zondag <= (t.tot or zondag))
    return Fraction(tarief.weekprijs) * volume if tarief.weekprijs else Fraction(tarief.bedrag * volume, 4)


@pytest.mark.parametrize("beleid", Week53)
@pytest.mark.parametrize("gebroken", Gebroken)
@settings(max_examples=40, deadline=None)
@given(
    looptijd=looptijden(),
    volume=st.integers(1, 3),
    per_lijn=st.integers(1, 4),
    code=st.sampled_from(["SPF3", "SPF4"]),
)
@example(looptijd=OVER_WEEK_53, volume=1, per_lijn=3, code="SPF4")
@example(looptijd=BINNEN_EEN_WEEK, volume=1, per_lijn=1, code="SPF3")
def test_TR321_TR322_pieces_claimed_at_contract_tariff_are_every_period_as_allocated(
    gebroken, beleid, looptijd, volume, per_lijn, code
):
    tabel, gegrond = TABELLEN[beleid], toewijzing(looptijd, volume, code=code)
    a = toegewezen(gegrond, gebroken, tabel, LOOKUP, code, LAATSTE)
    assert a.ontbrekend == ()
    assert a.bedragen == naief(gegrond, gebroken, tabel)
    assert gedeclareerd_tegen_tarief(gegrond, gebroken, lijnen(gegrond, per_lijn, tabel), tabel) == a.bedragen


@pytest.mark.parametrize("beleid", Week53)
@pytest.mark.parametrize("gebroken", Gebroken)
@settings(max_examples=30, deadline=None)
@given(looptijd=looptijden(), euro=st.integers(28, 200_000), per_lijn=st.integers(1, 4))
@example(looptijd=OVER_WEEK_53, euro=48002, per_lijn=3)
def test_TR321_TR322_euros_claimed_as_granted_are_every_period_as_allocated(gebroken, beleid, looptijd, euro, per_lijn):
    tabel, gegrond = TABELLEN[beleid], toewijzing(looptijd, euro, eenheid="83")
    a = toegewezen(gegrond, gebroken, tabel, Tarieven([]), "SPF3", LAATSTE)
    assert a.bedragen == naief(gegrond, gebroken, tabel)
    assert gedeclareerd_tegen_tarief(gegrond, gebroken, lijnen(gegrond, per_lijn, tabel), tabel) == a.bedragen


@pytest.mark.parametrize("beleid", Week53)
@settings(max_examples=40, deadline=None)
@given(
    looptijden=st.lists(looptijden(), min_size=1, max_size=4),
    codes=st.lists(st.sampled_from(["SPF3", "SPF4"]), min_size=4, max_size=4),
)
@example(
    looptijden=[(date(2026, 10, 1), date(2026, 12, 20)), (date(2026, 12, 21), date(2027, 2, 1))],
    codes=["SPF3", "SPF4"] * 2,
)
def test_FULL_pays_each_period_of_a_client_once_whatever_changes_inside_it(beleid, looptijden, codes):
    tabel = TABELLEN[beleid]
    groep = [
        toewijzing(looptijd, code=code, nummer=nummer)
        for nummer, (looptijd, code) in enumerate(zip(looptijden, codes, strict=False))
    ]
    weg = four_weeks.verloren(groep, tabel, lambda _: LAATSTE)
    betaald: list[str] = []
    for gegrond in groep:
        eigen = weg[gegrond.nummer]
        a = toegewezen(gegrond, Gebroken.FULL, tabel, LOOKUP, gegrond.code, LAATSTE, eigen)
        te_declareren = [g for g in lijnen(gegrond, 1, tabel) if g[0].label not in eigen]
        gekregen = {label: bedrag for label, bedrag in a.bedragen.items() if label not in eigen}
        assert gedeclareerd_tegen_tarief(gegrond, Gebroken.FULL, te_declareren, tabel) == gekregen
        assert all(a.bedragen[label] == 0 for label in eigen)
        betaald += gekregen
    geraakt = {p.label for gegrond in groep for p in tabel.geraakt(gegrond.ingangsdatum, gegrond.einddatum)}
    assert sorted(betaald) == sorted(geraakt)


@settings(max_examples=80, deadline=None)
@given(
    looptijd=looptijden(),
    regel=looptijden(),
    gebroken=st.sampled_from(Gebroken),
    volume=st.integers(0, 9),
    bedrag=st.integers(-(10**6), 10**6),
)
def test_no_cent_of_a_line_is_lost_wherever_it_lies(looptijd, regel, gebroken, volume, bedrag):
    tabel = Periodes(periodes_van(2025, Week53.P13_LONG))
    gegrond = toewijzing(looptijd)
    hoogste = four_weeks.berekend(gegrond, gebroken, tabel, LOOKUP, "SPF3", *regel, volume, LAATSTE)
    deel = gedeclareerd(gegrond, gebroken, tabel, *regel, volume, bedrag, {}, LAATSTE, hoogste)
    assert sum(deel.bedragen.values()) == bedrag
    assert set(deel.bedragen) <= {ZONDER_PERIODE} | {periode.label for periode in tabel}


@settings(max_examples=80, deadline=None)
@given(
    looptijd=looptijden(),
    gebroken=st.sampled_from(Gebroken),
    per_lijn=st.integers(1, 4),
    deel=st.fractions(0, 1),
)
def test_an_award_below_what_was_computed_stays_below_it_in_every_period(looptijd, gebroken, per_lijn, deel):
    tabel, gegrond = TABELLEN[Week53.P13_LONG], toewijzing(looptijd)
    for groep in lijnen(gegrond, per_lijn, tabel):
        regel = max(groep[0].begin, looptijd[0]), min(groep[-1].eind, looptijd[1])
        hoogste = four_weeks.berekend(gegrond, gebroken, tabel, LOOKUP, "SPF3", *regel, len(groep), LAATSTE)
        assert hoogste is not None
        gekregen = four_weeks.verdeeld(int(sum(hoogste.values()) * deel), hoogste, tabel)
        assert all(bedrag <= hoogste[label] for label, bedrag in gekregen.items())
