"""Random histories: what is kept with every booking = what is made again from the journal = a naive recomputation.

The naive one walks over days with the last version of each toewijzing and the last tariff, and takes the answers of the
gemeente for what was awarded; it knows no journal, no weights and no period table.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from builders_23 import prestatie23, wmo303
from declaration_hub import Hub
from four_week_hub import make_hub_23, toewijs_23
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import bsn
from services.declaration import stand, tables
from services.declaration.afspraken import loading
from services.declaration.cijfers.closings import sluit
from services.declaration.feed import pull
from services.declaration.reports import Filter, journaal_check, verzilvering
from services.kernel.parties import Partij

BEHEER = Partij("beheer", "beheer", "Beheer")
DAG = timedelta(days=1)
BEGIN = date(2024, 12, 30)
LABELS = [f"2025-P{n:02d}" for n in range(1, 14)]
KOP = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
CODES = {"SPF3": 480, "FIN2": 160}

Bedragen = Mapping[tuple[int, str], int]  # (toewijzing, period) → eurocent


# --- the naive computation -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """What a 301 says of a toewijzing."""

    code: str
    van: date
    tot: date
    removed: bool = False


@dataclass
class World:
    """What happened so far, as told in the messages."""

    gebroken: str
    versions: dict[int, list[Version]] = field(default_factory=dict)
    tariffs: dict[str, int] = field(default_factory=lambda: dict(CODES))

    def actual(self, nummer: int) -> Version | None:
        stack = self.versions[nummer]
        return stack[-1] if stack and not stack[-1].removed else None


def period_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-P{(week - 1) // 4 + 1:02d}"


def stretch(version: Version, label: str) -> list[date]:
    """The days of a period inside a toewijzing."""
    days = [version.van + n * DAG for n in range((version.tot - version.van).days + 1)]
    return [day for day in days if period_of(day) == label]


def price(world: World, version: Version, days: list[date]) -> int:
    """Half up: a week touched is a quarter of the tariff, a day a seventh of its week."""
    tarief = 100 * world.tariffs[version.code]
    weeks = {day.isocalendar()[:2] for day in days}
    parts = Fraction(len(weeks), 4) if world.gebroken == "WEEK" else Fraction(len(days), 28)
    return int(tarief * parts + Fraction(1, 2))


def naive_a(world: World) -> Bedragen:
    found = {}
    for nummer in world.versions:
        version = world.actual(nummer)
        for label in LABELS if version else ():
            days = stretch(version, label)
            if days:
                found[nummer, label] = price(world, version, days)
    return found


def naive_d(hub: Hub) -> Bedragen:
    """Awarded lines, a credit for what its debit was awarded; each lies in one period."""
    lines = {row.referentienummer: row for row in hub.rows(tables.prestatie)}
    found: dict[tuple[int, str], int] = defaultdict(int)
    for row in lines.values():
        if row.status == "goedgekeurd" and row.dc == "D":
            found[row.toewijzing, period_of(row.begin)] += row.toegekend
        elif row.status == "goedgekeurd":
            found[row.toewijzing, period_of(row.begin)] -= lines[row.vorig].toegekend
    return found


def naive_rows(a: Bedragen, d: Bedragen, vandaag: date) -> dict[str, tuple[Any, ...]]:
    """Per period that has begun: A, D, percentage, counts and clients; a client has one toewijzing."""
    rows = {}
    for label in (label for label in LABELS if BEGIN + (int(label[-2:]) - 1) * 28 * DAG <= vandaag):
        granted = [key for key, amount in a.items() if key[1] == label and amount > 0]
        sum_a = sum(a[key] for key in granted)
        sum_d = sum(amount for key, amount in d.items() if key[1] == label)
        used = sum(d.get(key, 0) for key in granted)
        share = Fraction(used * 10_000, sum_a) if sum_a else None
        percentage = None if share is None else int(abs(share) + Fraction(1, 2)) / 100 * (1 if share >= 0 else -1)
        if granted or any(key[1] == label and amount for key, amount in d.items()):
            counted = sum(d.get(key, 0) > 0 for key in granted)
            rows[label] = (sum_a, sum_d, percentage, len(granted), counted, len(granted))
    return rows


# --- what can happen -------------------------------------------------------------------------------------------------


class History:
    """One hub and one world, to which the same things happen, a day apart."""

    def __init__(self, folder: Path, gebroken: str) -> None:
        self.hub = make_hub_23(folder, date(2025, 6, 30), gebroken=gebroken)
        self.world = World(gebroken)
        self.frozen: dict[str, tuple[Any, ...]] = {}
        self.sent = 0

    def happen(self, what: str, who: int, n: int, amount: int) -> None:
        self.hub = self.hub.op(self.hub.dienst.vandaag() + DAG)
        nummer, label = 1001 + who, LABELS[n % 6]
        getattr(self, what)(nummer, label, n, amount)

    def grant(self, nummer: int, label: str, n: int, amount: int) -> None:
        """A first version, or a next one of the same number; dates and product by chance."""
        van = BEGIN + (n * 11) * DAG
        self.tell(nummer, Version(list(CODES)[amount % 2], van, van + (amount % 160 + 3) * DAG))

    def shorten(self, nummer: int, label: str, n: int, amount: int) -> None:
        if version := self.current(nummer):
            days = (version.tot - version.van).days
            self.tell(nummer, Version(version.code, version.van, version.van + max(days // 2, 1) * DAG))

    def remove(self, nummer: int, label: str, n: int, amount: int) -> None:
        if version := self.current(nummer):
            self.tell(nummer, Version(version.code, version.van, version.van, removed=True))

    def refuse(self, nummer: int, label: str, n: int, amount: int) -> None:
        """A 302: the version before it is actual again, or there is none."""
        stack = self.world.versions.get(nummer)
        if stack:
            last = stack.pop()
            self.emit(nummer, stack[-1] if stack else last, "actueel" if stack else "vervallen")

    def pull(self, nummer: int, label: str, n: int, amount: int) -> None:
        pull(self.hub.dienst, self.hub.bron)

    def claim(self, nummer: int, label: str, n: int, amount: int) -> None:
        """A whole period of the toewijzing, at its price or at less."""
        version = self.current(nummer)
        days = stretch(version, label) if version else []
        if version and days:
            right = price(self.world, version, days)
            bedrag = right if amount % 3 else max(right - amount, 1)
            self.send(nummer, version.code, begin=days[0], eind=days[-1], bedrag=bedrag)

    def credit(self, nummer: int, label: str, n: int, amount: int) -> None:
        p = tables.prestatie.c
        open_ = (p.status == "goedgekeurd", p.dc == "D", p.gecrediteerd_door.is_(None), p.toewijzing == nummer)
        for row in self.hub.rows(tables.prestatie, *open_)[:1]:
            changes = {"begin": row.begin, "eind": row.eind, "bedrag": row.toegekend}
            self.send(nummer, row.code, dc="C", vorig=row.referentienummer, **changes)

    def tariff(self, nummer: int, label: str, n: int, amount: int) -> None:
        code = list(CODES)[n % 2]
        self.world.tariffs[code] = euro = CODES[code] + amount % 60
        known = self.hub.dienst.vandaag()
        row = f"0503,,{code},2024-12-30,2025-12-31,{euro}.00,,{known},FICTIEF {known}"
        with self.hub.dienst.database.write() as conn:
            loading.laad_tarieven(conn, f"{KOP}\n{row}\n", self.hub.moment)

    def close(self, nummer: int, label: str, n: int, amount: int) -> None:
        pull(self.hub.dienst, self.hub.bron)
        if label not in self.frozen:
            with self.hub.dienst.database.write() as conn:
                vandaag, nu = self.hub.dienst.vandaag(), self.hub.dienst.nu()
                sluit(conn, "0503", label, "Besluit", "0503", vandaag, nu)
            rows = naive_rows(naive_a(self.world), naive_d(self.hub), vandaag)
            self.frozen[label] = rows.get(label, ())

    def current(self, nummer: int) -> Version | None:
        return self.world.actual(nummer) if nummer in self.world.versions else None

    def tell(self, nummer: int, version: Version) -> None:
        self.world.versions.setdefault(nummer, []).append(version)
        self.emit(nummer, version, "actueel")

    def emit(self, nummer: int, version: Version, status: str) -> None:
        toewijs_23(
            self.hub,
            nummer=nummer,
            bsnHash=self.hub.hash(bsn(nummer - 1000)),
            code=version.code,
            ingangsdatum=version.van.isoformat(),
            einddatum=version.tot.isoformat(),
            redenWijziging="01" if version.removed else None,
            status=status,
        )

    def send(self, nummer: int, code: str, **changes: Any) -> None:
        self.sent += 1
        line = prestatie23(referentie=f"P{self.sent}", toewijzing=nummer, code=code, **changes)
        whole = {"begin": "2025-05-19", "eind": "2025-06-15", "dagtekening": self.hub.dienst.vandaag()}
        self.hub.post(wmo303(clienten={bsn(nummer - 1000): [line]}, nummer=f"F{self.sent}", **whole))


WHAT = ("grant", "grant", "shorten", "remove", "refuse", "pull", "claim", "claim", "claim", "credit", "tariff", "close")
STEPS = st.tuples(st.sampled_from(WHAT), st.integers(0, 2), st.integers(0, 12), st.integers(0, 999))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["WEEK", "DAY"]), st.lists(STEPS, min_size=4, max_size=22))
def test_kept_is_rebuilt_is_recomputed(gebroken: str, steps: list[tuple[str, int, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        history = History(Path(folder), gebroken)
        for who in range(3):
            history.happen("grant", who, who, 150)
        for step in steps:
            history.happen(*step)
        pull(history.hub.dienst, history.hub.bron)
        try:
            check(history)
        finally:
            history.hub.dienst.database.close()


def check(history: History) -> None:
    hub, a, d = history.hub, naive_a(history.world), naive_d(history.hub)
    vandaag = hub.dienst.vandaag()
    kept = hub.rows(tables.stand)
    assert {(r.toewijzing, r.periode): r.toegewezen for r in kept if r.toegewezen} == {k: v for k, v in a.items() if v}
    assert {(r.toewijzing, r.periode): r.gedeclareerd for r in kept if r.gedeclareerd} == {
        k: v for k, v in d.items() if v
    }
    with hub.dienst.database.read() as conn:
        assert stand.afwijkingen(conn) == []
        assert journaal_check(conn).klopt
        asked = conn, ("periode",), Filter(gemeente="0503")
        now = verzilvering(*asked, None, vandaag, BEHEER)
        today = verzilvering(*asked, vandaag, vandaag, BEHEER)
        frozen = verzilvering(*asked, None, vandaag, BEHEER, bevroren=True)
    assert {row["periode"]: figures(row) for row in now} == naive_rows(a, d, vandaag)
    ended = {row["periode"] for row in today}
    assert today == [row for row in now if row["periode"] in ended]
    found = {row["periode"]: figures(row) for row in frozen}
    assert {label: found.get(label, ()) for label in history.frozen} == history.frozen
    with hub.dienst.database.write() as conn:
        stand.herbouw(conn)
    assert hub.rows(tables.stand) == kept


def figures(row: dict[str, Any]) -> tuple[Any, ...]:
    keys = "toegewezen", "gedeclareerd", "percentage", "aantalToegewezen", "aantalGedeclareerd", "clienten"
    return tuple(row[key] for key in keys)
