"""Every cent, from message to journal: 200 random declarations against a second, naive computation in days.

Nothing of services.declaration computes here: weeks are found by walking over days, periods by ISO week numbers.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from declaration_hub import Hub, make_hub

from builders import bsn, prestatie, wmo323
from services.declaration import tables
from services.declaration.feed import pull
from services.declaration.reports import Filter, journaal_check, verzilvering
from services.declaration.weeks import Week53
from services.kernel import tables as kernel
from services.kernel.toegang.parties import Partij

VANDAAG = date(2027, 4, 15)
DAG = timedelta(days=1)
CODES = {"W": "SPF3", "E": "ORH3", "P": "DAG4", "M": "FIN2"}
CATEGORIE = {"W": "02", "E": "01", "P": "07", "M": "02"}
# Eurocent per 4 weeks.
TARIEF = {
    "SPF3": ((date(2025, 1, 1), 48000), (date(2026, 1, 1), 50400), (date(2027, 1, 1), 52000)),
    "DAG4": ((date(2025, 1, 1), 80000), (date(2026, 1, 1), 82000), (date(2027, 1, 1), 82000)),
}
TARIEVEN = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit\n" + "".join(
    f"0503,,{code},{van},{van.replace(month=12, day=31)},{bedrag / 100:.2f},,2024-12-01,FICTIEF\n"
    for code, prijzen in TARIEF.items()
    for van, bedrag in prijzen
)
CONTRACTEN = "aanbieder,gemeente,resultaatgebied,van,tot,release,vorm,gebroken,mapping\n" + "".join(
    f"75000001,0503,{gebied},2025-01-01,2028-12-31,3.2,declaratie,WEEK,{vorm}\n"
    for gebied, vorm in (("SPF", "W"), ("ORH", "E"), ("DAG", "P"), ("FIN", "M"))
)


# --- the naive computation -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    """A toewijzing as the test made it."""

    nummer: int
    vorm: str
    van: date
    tot: date
    volume: int

    @property
    def code(self) -> str:
        return CODES[self.vorm]


def days(van: date, tot: date) -> Iterator[date]:
    while van <= tot:
        yield van
        van += DAG


def is_sunday(day: date) -> bool:
    return day.isoweekday() == 7


def period_of(day: date, beleid: Week53) -> str:
    """The label of the period in which the ISO week of this day lies."""
    year, week, _ = day.isocalendar()
    number = (week - 1) // 4 + 1
    if number == 14 and beleid is Week53.P13_LONG:
        number = 13
    return f"{year}-P{number:02d}"


def price(code: str, day: date) -> int:
    """Per 4 weeks."""
    return next(bedrag for van, bedrag in reversed(TARIEF[code]) if van <= day)


def weeks_of(grant: Grant, van: date, tot: date) -> list[tuple[date, date]]:
    """W and E: (a day of the week, the Sunday whose price counts) of each week claimed in [van, tot]."""
    own = [day for day in days(grant.van, grant.tot) if is_sunday(day)]
    found = [(day, day) for day in own if van <= day <= tot]
    anchor = own[-1] if own else grant.tot
    if not is_sunday(grant.tot) and van <= anchor <= tot:
        found.append((grant.tot, anchor))
    return found


def share_out(amount: int, claimed: list[date], beleid: Week53) -> dict[str, int]:
    """An amount over the weeks of these days, in whole cents by largest remainder, summed per period."""
    week_days: dict[date, int] = defaultdict(int)
    for day in claimed:
        week_days[day - (day.isoweekday() - 1) * DAG] += 1
    total = sum(week_days.values())
    exact = {week: Fraction(amount * count, total) for week, count in week_days.items()}
    cents = {week: int(share) for week, share in exact.items()}
    rest = amount - sum(cents.values())
    for week in sorted(exact, key=lambda week: (cents[week] - exact[week], week))[:rest]:
        cents[week] += 1
    per_period: dict[str, int] = defaultdict(int)
    for week, part in cents.items():
        per_period[period_of(week, beleid)] += part
    return {label: part for label, part in per_period.items() if part}


def touched(grant: Grant, beleid: Week53) -> list[str]:
    return list(dict.fromkeys(period_of(day, beleid) for day in days(grant.van, grant.tot)))


def naive_declared(
    grant: Grant, line: Any, amount: int, pieces: dict[str, int], beleid: Week53
) -> tuple[dict[str, int], dict[str, int]]:
    """D of one debit line per period, and for P the pieces it takes."""
    if grant.vorm == "P":
        return naive_pieces(grant, line, pieces, beleid)
    if grant.vorm == "M":
        claimed = list(days(max(line.begin, grant.van), min(line.eind, grant.tot)))
    else:
        claimed = [day for day, _ in weeks_of(grant, line.begin, line.eind)] or [line.eind]
    return share_out(amount, claimed, beleid), {}


def naive_pieces(
    grant: Grant, line: Any, pieces: dict[str, int], beleid: Week53
) -> tuple[dict[str, int], dict[str, int]]:
    each = price(grant.code, grant.van)
    free = [label for label in touched(grant, beleid) if not pieces.get(label)]
    taken = dict.fromkeys(free[: line.volume], 1)
    if line.volume > len(taken):
        last = period_of(line.eind, beleid)
        taken[last] = taken.get(last, 0) + line.volume - len(taken)
    return {label: each * count for label, count in taken.items()}, taken


def naive_allocated(grant: Grant, beleid: Week53) -> dict[str, int]:
    """A per period."""
    per_period: dict[str, int] = defaultdict(int)
    if grant.vorm == "P":
        return dict.fromkeys(touched(grant, beleid)[: grant.volume], price(grant.code, grant.van))
    if grant.vorm == "M":
        for month in months(grant):
            for label, part in share_out(grant.volume, list(days(*month)), beleid).items():
                per_period[label] += part
        return dict(per_period)
    for day, priced in weeks_of(grant, grant.van, grant.tot):
        each = price(grant.code, priced) // 4 if grant.vorm == "W" else 1
        per_period[period_of(day, beleid)] += grant.volume * each
    return dict(per_period)


def months(grant: Grant) -> list[tuple[date, date]]:
    """The ProductPeriodes of a grant."""
    per_month: dict[tuple[int, int], list[date]] = defaultdict(list)
    for day in days(grant.van, grant.tot):
        per_month[day.year, day.month].append(day)
    return [(found[0], found[-1]) for found in per_month.values()]


# --- the messages ----------------------------------------------------------------------------------------------------


def grants(rng: random.Random, per_mapping: int, beleid: Week53) -> list[Grant]:
    made = []
    for vorm in "WEPM":
        for _ in range(per_mapping):
            van = date(2025, 9, 1) + rng.randrange(420) * DAG
            tot = min(van + rng.randrange(3, 300) * DAG, date(2027, 3, 31))
            volume = {"W": rng.randint(1, 3), "E": rng.randint(1, 99999), "M": rng.randint(1, 99999), "P": 0}[vorm]
            grant = Grant(1001 + len(made), vorm, van, tot, volume)
            if vorm == "P":
                grant = Grant(grant.nummer, vorm, van, tot, len(touched(grant, beleid)))
            made.append(grant)
    return made


def allocate(hub: Hub, granted: list[Grant]) -> None:
    units = {"W": ("82", "2"), "E": ("83", "2"), "P": ("82", "6"), "M": ("83", "4")}
    for n, grant in enumerate(granted, 1):
        hub.toewijs(
            nummer=grant.nummer,
            bsnHash=hub.hash(bsn(n)),
            categorie=CATEGORIE[grant.vorm],
            code=grant.code,
            ingangsdatum=grant.van.isoformat(),
            einddatum=grant.tot.isoformat(),
            volume=grant.volume,
            eenheid=units[grant.vorm][0],
            frequentie=units[grant.vorm][1],
        )
    pull(hub.dienst, hub.bron)


def claim(grant: Grant, month: tuple[date, date], volume: int, referentie: str) -> dict[str, Any]:
    """A debit line at the contract's price."""
    line = dict(
        referentie=referentie,
        toewijzing=grant.nummer,
        categorie=CATEGORIE[grant.vorm],
        code=grant.code,
        begin=month[0],
        eind=month[1],
        volume=volume,
        eenheid="82" if grant.vorm in "WP" else "83",
    )
    if grant.vorm == "W":
        weeks = weeks_of(grant, *month)
        sundays = [day for day in days(*month) if is_sunday(day)]
        priced = sundays[-1] if sundays else (weeks[-1][1] if weeks else month[1])
        line["tarief"] = price(grant.code, priced) // 4
    elif grant.vorm == "P":
        line["tarief"] = price(grant.code, grant.van)
    return prestatie(**line)


def full_volume(grant: Grant, month: tuple[date, date]) -> int:
    """What the grant gives for a month, as its mapping counts; for P one piece."""
    if grant.vorm in "WE":
        return grant.volume * len(weeks_of(grant, *month))
    return grant.volume if grant.vorm == "M" else 1


def declaration(number: int, lines: dict[str, list[dict[str, Any]]]) -> bytes:
    return wmo323(
        clienten=lines,
        identificatie=f"D{number}",
        nummer=f"N{number}",
        begin="2027-03-01",
        eind="2027-03-31",
        dagtekening="2027-04-10",
    )


class Sender:
    """Writes random declarations: debits, credits, overruns, numbers used twice, messages sent twice."""

    def __init__(self, rng: random.Random, hub: Hub, granted: list[Grant]) -> None:
        self.rng, self.hub, self.granted = rng, hub, granted
        self.references = self.sent = 0

    def send(self, number: int) -> None:
        self.sent = self.references
        lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for n, grant in self.rng.sample(list(enumerate(self.granted, 1)), 4):
            for month in self.rng.sample(months(grant), min(2, len(months(grant)))):
                lines[bsn(n)].append(self.debit(grant, month))
        credits = [line for line in self.open_debits() if self.rng.random() < 0.15]
        for line in credits:
            lines[bsn(line.toewijzing - 1000)].append(self.credit(line))
        xml = declaration(number, lines)
        outcome = self.hub.post(xml)
        assert outcome.oordeel in ("goedgekeurd", "deels_afgekeurd"), outcome.bevindingen
        if self.rng.random() < 0.1:
            assert not self.hub.post(xml).nieuw

    def debit(self, grant: Grant, month: tuple[date, date]) -> dict[str, Any]:
        most = full_volume(grant, month)
        volume = self.rng.choice([most, most, most + 1, self.rng.randint(0, most), self.rng.randint(0, 4)])
        return claim(grant, month, volume, self.reference())

    def credit(self, line: Any) -> dict[str, Any]:
        return prestatie(
            referentie=self.reference(),
            vorig=line.referentienummer,
            dc="C",
            bedrag=line.bedrag,
            **{name: getattr(line, name) for name in ("toewijzing", "categorie", "code", "begin", "eind")},
            **{name: getattr(line, name) for name in ("volume", "eenheid", "tarief")},
        )

    def reference(self) -> str:
        """A new number, or one in fifty times one of an earlier message."""
        if self.sent and self.rng.random() < 0.02:
            return f"P{self.rng.randint(1, self.sent)}"
        self.references += 1
        return f"P{self.references}"

    def open_debits(self) -> list[Any]:
        p = tables.prestatie.c
        open_ = (p.status == "goedgekeurd", p.dc == "D", p.gecrediteerd_door.is_(None), p.bedrag > 0)
        return list(self.hub.rows(tables.prestatie, *open_))


# --- the tests -------------------------------------------------------------------------------------------------------


def booked(hub: Hub, account: str, key: str) -> dict[int, dict[str, int]]:
    """What came in on an account less what went out: {toewijzing or prestatie: {period: eurocent}}."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in hub.rows(tables.journaal):
        if account in (row.van, row.naar):
            found[getattr(row, key)][row.periode] += row.bedrag if row.naar == account else -row.bedrag
    return {nr: {label: part for label, part in parts.items() if part} for nr, parts in found.items()}


def expected_d(hub: Hub, granted: list[Grant], beleid: Week53) -> dict[int, dict[str, int]]:
    """D per Prestatie, computed line by line in the order in which they were awarded."""
    by_number = {grant.nummer: grant for grant in granted}
    pieces: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    taken: dict[str, dict[str, int]] = {}
    amounts: dict[str, dict[str, int]] = {}
    expected: dict[int, dict[str, int]] = {}
    approved = hub.rows(tables.prestatie, tables.prestatie.c.status == "goedgekeurd")
    for line in sorted(approved, key=lambda line: (line.declaratie, line.dc, line.nr)):
        of_grant = pieces[line.toewijzing]
        if line.dc == "C":
            expected[line.nr] = {label: -part for label, part in amounts[line.vorig].items()}
            for label, count in taken[line.vorig].items():
                of_grant[label] -= count
            continue
        own, counts = naive_declared(by_number[line.toewijzing], line, line.bedrag, of_grant, beleid)
        for label, count in counts.items():
            of_grant[label] += count
        expected[line.nr] = amounts[line.referentienummer] = own
        taken[line.referentienummer] = counts
    return {nr: parts for nr, parts in expected.items() if any(parts.values())}


@pytest.mark.parametrize("beleid", list(Week53))
def test_every_cent_is_where_a_second_computation_puts_it(tmp_path: Path, beleid: Week53) -> None:
    rng = random.Random(f"berichtenhub {beleid}")
    hub = make_hub(tmp_path, VANDAAG, contracten=CONTRACTEN, tarieven=TARIEVEN, beleid=beleid)
    granted = grants(rng, 5, beleid)
    allocate(hub, granted)
    sender = Sender(rng, hub, granted)
    for number in range(100):
        sender.send(number)

    d = {nr: parts for nr, parts in booked(hub, "gedeclareerd", "prestatie").items() if parts}
    assert d == expected_d(hub, granted, beleid)
    a = booked(hub, "verplicht", "toewijzing")
    assert a == {grant.nummer: naive_allocated(grant, beleid) for grant in granted}
    with hub.dienst.database.read() as conn:
        controle = journaal_check(conn)
    assert controle.klopt
    awarded = sum(row.toegekend for row in hub.rows(kernel.bericht) if row.berichtsoort == "WMO323")
    assert awarded == controle.geboekt == sum(sum(parts.values()) for parts in d.values())
    # The run met what it is about: awards, credits, refusals of every kind of amount.
    lines = hub.rows(tables.prestatie)
    assert {(line.dc, line.status) for line in lines} >= {
        ("D", "goedgekeurd"),
        ("C", "goedgekeurd"),
        ("D", "afgekeurd"),
    }
    codes = {code for line in lines for code in line.codes}
    assert codes >= {"8021", "9321", "9322", "9389"}


@pytest.mark.parametrize("beleid", list(Week53))
def test_everything_claimed_at_contract_tariff_is_100_in_every_period(tmp_path: Path, beleid: Week53) -> None:
    rng = random.Random(f"100 {beleid}")
    hub = make_hub(tmp_path, VANDAAG, contracten=CONTRACTEN, tarieven=TARIEVEN, beleid=beleid)
    granted = grants(rng, 10, beleid)
    allocate(hub, granted)
    lines: dict[str, list[dict[str, Any]]] = {}
    for n, grant in enumerate(granted, 1):
        left = grant.volume
        for month in months(grant):
            volume = full_volume(grant, month)
            if grant.vorm == "P":
                last = month == months(grant)[-1]
                volume = left if last else min(left, 1)
                left -= volume
            if volume:
                reference = f"P{sum(map(len, lines.values()))}"
                lines.setdefault(bsn(n), []).append(claim(grant, month, volume, reference))

    outcome = hub.post(declaration(1, lines))

    assert outcome.bevindingen == ()
    with hub.dienst.database.read() as conn:
        kijker = Partij("beheer", "beheer", "Beheer")
        rows = verzilvering(conn, ("resultaatgebied", "periode"), Filter(), None, VANDAAG, kijker)
        assert journaal_check(conn).klopt
    assert len({row["resultaatgebied"] for row in rows}) == 4
    assert ("2026-P14" in {row["periode"] for row in rows}) == (beleid is Week53.P14_WEEK)
    assert {(row["percentage"], row["open"]) for row in rows} == {(100.0, 0)}


def test_a_long_period_13_across_a_tariff_change_prices_itself(tmp_path: Path) -> None:
    """Four weeks at 504 and the fifth, whose Sunday is 3 January 2027, at 520: 634 euro."""
    hub = make_hub(tmp_path, VANDAAG, contracten=CONTRACTEN, tarieven=TARIEVEN)
    hub.toewijs(ingangsdatum="2026-11-30", einddatum="2027-01-03")
    pull(hub.dienst, hub.bron)

    assert hub.toegewezen() == {"2026-P13": 63400}
