"""Every cent of a 303, from message to journal: random histories against a second, naive computation in days.

Nothing of services.declaration computes here: weeks are found by walking over days, periods by ISO week numbers.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import groupby, product
from pathlib import Path
from typing import Any

import pytest
from builders_23 import prestatie23, wmo303
from declaration_hub import Hub, make_hub
from four_week_hub import MANDATEN, TARIEVEN, contracten, retour_van, toewijs_23

from builders import bsn, text
from services.declaration import tables
from services.declaration.feed import pull
from services.declaration.reports import Filter, journaal_check, verzilvering
from services.declaration.weeks import Week53
from services.kernel.toegang.parties import Partij

VANDAAG = date(2027, 4, 15)
DAG = timedelta(days=1)
CATEGORIE = {"SPF3": "02", "ORH3": "01", "FIN2": "02"}
# Eurocent per 4 weeks, from a day on.
PRIJS = {
    "SPF3": ((date(2023, 1, 1), 48000), (date(2026, 1, 1), 50400), (date(2027, 1, 1), 52000)),
    "ORH3": ((date(2023, 1, 1), 30000),),
    "FIN2": ((date(2023, 1, 1), 16000),),
}
SOORTEN = list(product(["FULL", "WEEK", "DAY"], ["declaratie", "factuur"], Week53))


# --- the naive computation -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    """A toewijzing as the test made it: one piece per four weeks."""

    nummer: int
    code: str
    van: date
    tot: date


@dataclass(frozen=True)
class Terms:
    """What the contract says."""

    gebroken: str
    vorm: str
    beleid: Week53


def days(van: date, tot: date) -> Iterator[date]:
    while van <= tot:
        yield van
        van += DAG


def week_of(day: date) -> date:
    return day - (day.isoweekday() - 1) * DAG


def period_of(day: date, beleid: Week53) -> str:
    """The label of the period in which the ISO week of this day lies."""
    year, week, _ = day.isocalendar()
    number = (week - 1) // 4 + 1
    if number == 14 and beleid is Week53.P13_LONG:
        number = 13
    return f"{year}-P{number:02d}"


def four_weeks_price(code: str, day: date) -> int:
    """By the Sunday of the week of this day."""
    sunday = week_of(day) + 6 * DAG
    return next(bedrag for van, bedrag in reversed(PRIJS[code]) if van <= sunday)


def whole_period(label: str, day: date, beleid: Week53) -> list[date]:
    """Every day of the period with this label, in which `day` lies."""
    around = days(day - 40 * DAG, day + 40 * DAG)
    return [other for other in around if period_of(other, beleid) == label]


@cache
def naive_price(code: str, van: date, tot: date, terms: Terms) -> int:
    """What one piece over days of one period costs, half up to a cent."""
    claimed = list(days(van, tot))
    if terms.gebroken == "FULL":
        claimed = whole_period(period_of(van, terms.beleid), van, terms.beleid)
    if terms.gebroken != "DAY":
        claimed = [day for week in {week_of(day) for day in claimed} for day in days(week, week + 6 * DAG)]
    exact = sum(Fraction(four_weeks_price(code, day), 28) for day in claimed)
    return int(exact + Fraction(1, 2))


@cache
def stretches(grant: Grant, terms: Terms) -> list[tuple[str, date, date]]:
    """The periods of a grant, each with its first and last day inside the grant."""
    grouped = groupby(days(grant.van, grant.tot), key=lambda day: period_of(day, terms.beleid))
    found = [(label, list(inside)) for label, inside in grouped]
    return [(label, inside[0], inside[-1]) for label, inside in found]


# --- the messages ----------------------------------------------------------------------------------------------------


def grants(rng: random.Random, number: int) -> list[Grant]:
    """One per client: under FULL nobody shares a period."""
    made = []
    for n in range(number):
        van = date(2025, 9, 1) + rng.randrange(420) * DAG
        tot = min(van + rng.randrange(3, 300) * DAG, date(2027, 3, 28))
        made.append(Grant(1001 + n, rng.choice(list(PRIJS)), van, tot))
    return made


def allocate(hub: Hub, granted: list[Grant]) -> None:
    for n, grant in enumerate(granted, 1):
        toewijs_23(
            hub,
            nummer=grant.nummer,
            bsnHash=hub.hash(bsn(n)),
            categorie=CATEGORIE[grant.code],
            code=grant.code,
            ingangsdatum=grant.van.isoformat(),
            einddatum=grant.tot.isoformat(),
        )
    pull(hub.dienst, hub.bron)


def line(grant: Grant, van: date, tot: date, terms: Terms, **changes: Any) -> dict[str, Any]:
    """A debit line for the price of its period."""
    made = {
        "toewijzing": grant.nummer,
        "categorie": CATEGORIE[grant.code],
        "code": grant.code,
        "begin": van,
        "eind": tot,
        "bedrag": naive_price(grant.code, van, tot, terms),
        "btw_vrijstelling": "1" if terms.vorm == "factuur" else None,
    }
    return prestatie23(**{**made, **changes})


def declaration(number: int, lines: dict[str, list[dict[str, Any]]], terms: Terms) -> bytes:
    return wmo303(
        clienten=lines,
        factuur=terms.vorm == "factuur",
        nummer=f"F{number}",
        begin="2027-03-01",
        eind="2027-03-28",
        dagtekening="2027-04-10",
    )


class Sender:
    """Writes a random history: right and wrong amounts, periods claimed twice, credits, corrections, repeats."""

    def __init__(self, rng: random.Random, hub: Hub, granted: list[Grant], terms: Terms) -> None:
        self.rng, self.hub, self.granted, self.terms = rng, hub, granted, terms
        self.references = 0
        self.answered: list[int] = []

    def send(self, number: int) -> None:
        """One 303; what its 304 says was awarded is kept."""
        lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for n, grant in self.rng.sample(list(enumerate(self.granted, 1)), 4):
            periods = stretches(grant, self.terms)
            for _, van, tot in self.rng.sample(periods, min(2, len(periods))):
                lines[bsn(n)].append(self.debit(grant, van, tot))
        for stored in self.creditable():
            if self.rng.random() < 0.2:
                lines[bsn(stored.toewijzing - 1000)].append(self.credit(stored))
        xml = declaration(number, lines, self.terms)
        outcome = self.hub.post(xml)
        assert outcome.oordeel in ("goedgekeurd", "deels_afgekeurd"), outcome.bevindingen
        self.answered.append(awarded_by(retour_van(self.hub, outcome)))
        if self.rng.random() < 0.1:
            assert not self.hub.post(xml).nieuw

    def debit(self, grant: Grant, van: date, tot: date) -> dict[str, Any]:
        right = naive_price(grant.code, van, tot, self.terms)
        bedrag = self.rng.choice([right, right, right + self.rng.randint(1, 9999), self.rng.randint(1, right)])
        return line(grant, van, tot, self.terms, referentie=self.reference(), bedrag=bedrag)

    def credit(self, stored: Any) -> dict[str, Any]:
        """Of a declaratie what was awarded, of a factuur what was submitted."""
        return prestatie23(
            referentie=self.reference(),
            vorig=stored.referentienummer,
            dc="C",
            bedrag=stored.bedrag if self.terms.vorm == "factuur" else stored.toegekend,
            btw_vrijstelling="1" if self.terms.vorm == "factuur" else None,
            **{name: getattr(stored, name) for name in ("toewijzing", "categorie", "code", "begin", "eind")},
            **{name: getattr(stored, name) for name in ("volume", "eenheid", "tarief")},
        )

    def reference(self) -> str:
        self.references += 1
        return f"P{self.references}"

    def creditable(self) -> list[Any]:
        """Debits that may be credited: awarded ones, and on a factuur refused ones too."""
        p = tables.prestatie.c
        status = ("goedgekeurd", "afgekeurd") if self.terms.vorm == "factuur" else ("goedgekeurd",)
        return list(self.hub.rows(tables.prestatie, p.status.in_(status), p.dc == "D", p.gecrediteerd_door.is_(None)))


def awarded_by(antwoord: bytes) -> int:
    """ToegekendTotaalBedrag of a 304, signed."""
    total = int(text(antwoord, "ToegekendTotaalBedrag/TotaalBedrag") or "")
    return -total if text(antwoord, "ToegekendTotaalBedrag/DebetCredit") == "C" else total


# --- the tests -------------------------------------------------------------------------------------------------------


def booked(hub: Hub, account: str) -> dict[tuple[int, str], int]:
    """{(toewijzing, period): eurocent} of an account."""
    found: dict[tuple[int, str], int] = defaultdict(int)
    for row in hub.rows(tables.journaal):
        if account in (row.van, row.naar):
            found[row.toewijzing, row.periode] += row.bedrag if row.naar == account else -row.bedrag
    return {key: amount for key, amount in found.items() if amount}


def made_hub(folder: Path, terms: Terms) -> Hub:
    made = contracten(terms.gebroken, terms.vorm)
    return make_hub(folder, VANDAAG, contracten=made, tarieven=TARIEVEN, mandaten=MANDATEN, beleid=terms.beleid)


@pytest.mark.parametrize(("gebroken", "vorm", "beleid"), SOORTEN)
def test_what_the_304s_award_is_what_is_booked(tmp_path: Path, gebroken: str, vorm: str, beleid: Week53) -> None:
    terms = Terms(gebroken, vorm, beleid)
    rng = random.Random(f"303 {terms}")
    hub = made_hub(tmp_path, terms)
    granted = grants(rng, 8)
    allocate(hub, granted)
    sender = Sender(rng, hub, granted, terms)
    for number in range(25):
        sender.send(number)

    lines = {row.referentienummer: row for row in hub.rows(tables.prestatie)}
    of_refused = [row for row in lines.values() if row.dc == "C" and lines[row.vorig].status == "afgekeurd"]
    d, a = booked(hub, "gedeclareerd"), booked(hub, "verplicht")
    assert sum(sender.answered) - sum(row.toegekend for row in of_refused) == sum(d.values())
    assert (len(of_refused) > 0) == (vorm == "factuur")
    assert a == {
        (grant.nummer, label): naive_price(grant.code, van, tot, terms)
        for grant in granted
        for label, van, tot in stretches(grant, terms)
    }
    assert all(0 <= amount <= a[key] for key, amount in d.items())
    for row in lines.values():
        if row.dc == "D" and row.berekend is not None:
            assert row.berekend == naive_price(row.code, row.begin, row.eind, terms)
        if row.dc == "D" and row.status == "goedgekeurd":
            assert row.toegekend == min(row.bedrag, row.berekend)
    with hub.dienst.database.read() as conn:
        assert journaal_check(conn).klopt
    assert {code for row in lines.values() for code in row.codes} >= {"9322"}


@pytest.mark.parametrize(("gebroken", "vorm", "beleid"), SOORTEN)
def test_everything_claimed_at_contract_tariff_is_100_in_every_period(
    tmp_path: Path, gebroken: str, vorm: str, beleid: Week53
) -> None:
    terms = Terms(gebroken, vorm, beleid)
    hub = made_hub(tmp_path, terms)
    granted = grants(random.Random(f"100 {terms}"), 20)
    allocate(hub, granted)
    lines: dict[str, list[dict[str, Any]]] = {}
    for n, grant in enumerate(granted, 1):
        for nr, (_, van, tot) in enumerate(stretches(grant, terms)):
            lines.setdefault(bsn(n), []).append(line(grant, van, tot, terms, referentie=f"P{n}-{nr}"))

    outcome = hub.post(declaration(1, lines, terms))

    assert outcome.bevindingen == ()
    with hub.dienst.database.read() as conn:
        kijker = Partij("beheer", "beheer", "Beheer")
        rows = verzilvering(conn, ("resultaatgebied", "periode"), Filter(), None, VANDAAG, kijker)
        assert journaal_check(conn).klopt
    assert len({row["resultaatgebied"] for row in rows}) == 3
    assert {(row["percentage"], row["open"]) for row in rows} == {(100.0, 0)}
