"""Random histories: what is kept with every booking = what is made again from the journal = a naive recomputation.

The naive one (naive_money.py) walks over days with the last version of each toewijzing and the last tariff, and takes
the answers of the gemeente for what was awarded; it knows no journal, no weights and no period table. Everything
happens a day apart, and what was reported on each of those days must still come out of the journal afterwards.

BERICHTENHUB_HISTORIES=2000 tries so many of each kind, other ones every time.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from builders_23 import prestatie23, wmo303
from declaration_hub import Hub, make_hub
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_money import (
    AREAS,
    BEGIN,
    DAG,
    LABELS,
    Bedragen,
    Deel,
    Price,
    Rijen,
    Version,
    World,
    begun,
    claimed_weeks,
    days,
    ended,
    four_weeks,
    half_up,
    naive_a,
    naive_d,
    naive_rows,
    over_days,
    over_pieces,
    over_weeks,
    stretch,
    touched,
)

from builders import bsn, prestatie, wmo323
from services.declaration import stand, tables
from services.declaration.afspraken import loading
from services.declaration.cijfers.closings import sluit
from services.declaration.feed import pull
from services.declaration.reports import Filter, journaal_check, verzilvering
from services.kernel.toegang.parties import Partij

BEHEER = Partij("beheer", "beheer", "Beheer")
START = date(2025, 6, 30)
EURO = {"SPF3": 480, "FIN2": 162}
KOP = "gemeente,aanbieder,productcode,van,tot,tarief,weekprijs,bekend_van,besluit"
TARIEVEN = "\n".join([KOP, *(f"0503,,{c},2023-01-01,,{e}.00,,2022-12-01,FICTIEF" for c, e in EURO.items()), ""])
BASIS = [Price(code, date(2023, 1, 1), date.max, 100 * euro, date(2022, 12, 1)) for code, euro in EURO.items()]
MANDATEN = "gemeente,van,tot,besluit,soorten\n0503,2023-01-01,,FICTIEF mandaat,WMO303 WMO323\n"
# Which client has which toewijzingen: under FULL the first three share periods wherever they have one resultaatgebied.
CLIENT = {1001: 1, 1002: 1, 1003: 1, 1004: 2, 1005: 2}
OTHERS = {1003: "75000002"}
SHAPE = {1001: "W", 1002: "P", 1003: "E", 1004: "M", 1005: "W"}
CODED = {"W": ("82", "2"), "E": ("83", "2"), "P": ("82", "6"), "M": ("83", "4")}
MEI = {"begin": "2025-05-01", "eind": "2025-05-31"}


def contracten(release: str, gebroken: str) -> str:
    """Both aanbieders for both areas."""
    lines = [
        f"{aanbieder},0503,{area},2023-01-01,2028-12-31,{release},declaratie,{gebroken},W"
        for aanbieder in ("75000001", "75000002")
        for area in AREAS.values()
    ]
    return "\n".join(["aanbieder,gemeente,resultaatgebied,van,tot,release,vorm,gebroken,mapping", *lines, ""])


class History(ABC):
    """One hub and one world, to which the same things happen, a day apart."""

    release: ClassVar[str]

    def __init__(self, folder: Path, gebroken: str) -> None:
        agreed = {"contracten": contracten(self.release, gebroken), "tarieven": TARIEVEN, "mandaten": MANDATEN}
        self.hub: Hub = make_hub(folder, START, **agreed)
        self.world = World(self.shape(gebroken), CLIENT.__getitem__, [*BASIS])
        self.frozen: dict[str, tuple[Any, ...]] = {}
        self.known: dict[date, Rijen] = {}
        self.sent = 0

    @abstractmethod
    def shape(self, gebroken: str) -> Any:
        """What the naive computation must know of these contracts."""

    def happen(self, what: str, who: int, n: int, amount: int) -> None:
        """One thing on the next day, and what a report of that day would say."""
        self.hub = self.hub.op(self.hub.dienst.vandaag() + DAG)
        getattr(self, what)(1001 + who, n, amount)
        self.note()

    def go_live(self) -> None:
        """Every number is read in at once, known since days of its own: a report of then shows what was known then."""
        # The last one known begins last, so that under FULL it takes periods of the others.
        for turn, who in enumerate(reversed(range(5))):
            known = date(2025, 3, 1) + turn * 20 * DAG
            self.grant(1001 + who, 4 - who, 150 + 2 * who)
            self.hub.feed[-1]["bekendOp"] = known.isoformat()
            self.world.pull()
            self.known[known] = naive_rows(self.world, naive_a(self.world), {}, ended(known))
        self.pull(0, 0, 0)

    def note(self) -> None:
        vandaag = self.hub.dienst.vandaag()
        self.known[vandaag] = naive_rows(self.world, naive_a(self.world), self.declared(), ended(vandaag))

    def declared(self) -> Bedragen:
        return naive_d(self.world, self.hub.rows(tables.prestatie))

    # --- what a gemeente tells ---

    def grant(self, nummer: int, n: int, amount: int) -> None:
        """A first version, or a next one of the same number; dates and product by chance."""
        van = BEGIN + (n * 11) * DAG
        version = Version(list(AREAS)[amount % 2], van, van + (amount % 160 + 3) * DAG)
        self.tell(nummer, self.sized(nummer, version, amount))

    def sized(self, nummer: int, version: Version, amount: int) -> Version:
        """With the volume that its shape asks for."""
        return version

    def shorten(self, nummer: int, n: int, amount: int) -> None:
        if version := self.world.actual(nummer):
            half = max((version.tot - version.van).days // 2, 1)
            self.tell(nummer, Version(version.code, version.van, version.van + half * DAG, version.volume))

    def remove(self, nummer: int, n: int, amount: int) -> None:
        if version := self.world.actual(nummer):
            self.tell(nummer, Version(version.code, version.van, version.van, version.volume, removed=True))

    def refuse(self, nummer: int, n: int, amount: int) -> None:
        """A 302: the version before it is actual again, or there is none."""
        stack = self.world.told.get(nummer)
        if stack:
            self.world.refused[nummer] = last = stack.pop()
            self.emit(nummer, stack[-1] if stack else last, "actueel" if stack else "vervallen")

    def resend(self, nummer: int, n: int, amount: int) -> None:
        """What was refused comes once more, and is accepted."""
        if version := self.world.refused.pop(nummer, None):
            self.tell(nummer, version)

    def tell(self, nummer: int, version: Version) -> None:
        self.world.told.setdefault(nummer, []).append(version)
        self.emit(nummer, version, "actueel")

    def emit(self, nummer: int, version: Version, status: str) -> None:
        self.hub.toewijs(
            nummer=nummer,
            aanbieder=OTHERS.get(nummer, "75000001"),
            bsnHash=self.hub.hash(bsn(CLIENT[nummer])),
            code=version.code,
            ingangsdatum=version.van.isoformat(),
            einddatum=version.tot.isoformat(),
            redenWijziging=self.reason if version.removed else None,
            status=status,
            release=self.release,
            volume=version.volume,
            **self.coded(nummer),
        )

    @abstractmethod
    def coded(self, nummer: int) -> dict[str, str]:
        """How a version writes its unit and frequency."""

    reason: ClassVar[str]

    def pull(self, nummer: int, n: int, amount: int) -> None:
        pull(self.hub.dienst, self.hub.bron)
        self.world.pull()

    def tariff(self, nummer: int, n: int, amount: int) -> None:
        """Up or down, from the first day of any month; known now, or known long and loaded only now."""
        vandaag = self.hub.dienst.vandaag()
        known = vandaag if amount % 4 else vandaag - timedelta(days=900)
        code, euro = list(EURO)[n % 2], EURO[list(EURO)[n % 2]] + amount % 80 - 40
        van = date(2025, n % 9 + 1, 1) if n % 3 else BEGIN
        tot = date(2025, 12, 31) if amount % 5 else date(2025, 9, 30)
        row = f"0503,,{code},{van},{tot},{euro}.00,,{known},FICTIEF {known}"
        with self.hub.dienst.database.write() as conn:
            loading.laad_tarieven(conn, f"{KOP}\n{row}\n", self.hub.moment)
        self.world.prices.append(Price(code, van, tot, 100 * euro, known))

    def close(self, nummer: int, n: int, amount: int) -> None:
        self.pull(nummer, n, amount)
        label, dienst = LABELS[n % 6], self.hub.dienst
        if label not in self.frozen:
            with dienst.database.write() as conn:
                sluit(conn, "0503", label, "Besluit", "0503", dienst.vandaag(), dienst.nu())
            rows = naive_rows(self.world, naive_a(self.world), self.declared(), [label])
            self.frozen[label] = rows.get(label, ())

    # --- what an aanbieder claims ---

    @abstractmethod
    def claim(self, nummer: int, n: int, amount: int) -> None:
        """Hand in a line about the n-th stretch of a toewijzing."""

    def credit(self, nummer: int, n: int, amount: int) -> None:
        """Any debit that was awarded and has no credit yet, for what it was awarded."""
        p = tables.prestatie.c
        open_ = self.hub.rows(tables.prestatie, p.status == "goedgekeurd", p.dc == "D", p.gecrediteerd_door.is_(None))
        if open_:
            row = open_[n % len(open_)]
            changes = {"begin": row.begin, "eind": row.eind, "bedrag": row.toegekend, "volume": row.volume}
            same = {"eenheid": row.eenheid, "tarief": row.tarief, "code": row.code}
            self.send(row.toewijzing, [], dc="C", vorig=row.referentienummer, **changes, **same)

    def send(self, nummer: int, parts: list[Deel], **changes: Any) -> None:
        """A declaration of one line; a debit is remembered with what it claims."""
        self.sent += 1
        referentie = f"P{self.sent}"
        self.world.lines[referentie] = parts
        line = {"referentie": referentie, "toewijzing": nummer, **changes}
        self.hub.post(self.message(bsn(CLIENT[nummer]), line, OTHERS.get(nummer, "75000001")), self.by(nummer))
        self.world.pull()

    def by(self, nummer: int) -> str:
        return OTHERS.get(nummer, "75000001")

    @abstractmethod
    def message(self, client: str, line: dict[str, Any], van: str) -> bytes:
        """The declaration of one line."""


class FourWeeks(History):
    """Release 2.3: one piece per four weeks, 303."""

    release, reason = "2.3", "01"

    def shape(self, gebroken: str) -> Any:
        return lambda nummer: gebroken

    def coded(self, nummer: int) -> dict[str, str]:
        return {"eenheid": "82", "frequentie": "3"}

    def claim(self, nummer: int, n: int, amount: int) -> None:
        """One or two whole periods of the toewijzing, at their price, at less, or at more than will be awarded."""
        version = self.world.actual(nummer)
        labels = [label for label in LABELS[n % 6 : n % 6 + 1 + amount % 2] if version and stretch(version, label)]
        if version and labels:
            shape = self.world.shape(nummer)
            parts = [(label, four_weeks(self.world, version, label, shape)) for label in labels]
            right = sum(price for _, price in parts)
            bedrag = max(right + (-amount, 0, amount, 0)[amount // 2 % 4], 1)
            van, tot = stretch(version, labels[0])[0], stretch(version, labels[-1])[-1]
            line = {"code": version.code, "begin": van, "eind": tot, "volume": len(labels), "bedrag": bedrag}
            self.send(nummer, parts, **line)

    def message(self, client: str, line: dict[str, Any], van: str) -> bytes:
        whole = {"begin": "2025-05-19", "eind": "2025-06-15", "dagtekening": self.hub.dienst.vandaag()}
        lines = {client: [prestatie23(**line)]}
        return wmo303(clienten=lines, nummer=f"F{self.sent}", aanbieder=van, **whole)


class Months(History):
    """Release 3.2: each number with a mapping of its own, 323."""

    release, reason = "3.2", "13"

    def shape(self, gebroken: str) -> Any:
        return SHAPE.__getitem__

    def coded(self, nummer: int) -> dict[str, str]:
        eenheid, frequentie = CODED[SHAPE[nummer]]
        return {"eenheid": eenheid, "frequentie": frequentie}

    def sized(self, nummer: int, version: Version, amount: int) -> Version:
        volume = {"W": 1, "E": 9001 + amount, "M": 40003 + amount, "P": max(len(touched(version)) - amount % 3, 1)}
        return Version(version.code, version.van, version.tot, volume[SHAPE[nummer]])

    def claim(self, nummer: int, n: int, amount: int) -> None:
        """A month of the toewijzing: all of it, or less."""
        version, month = self.world.actual(nummer), n % 5 + 1
        inside = (
            [day for day in days(version.van, version.tot) if (day.year, day.month) == (2025, month)] if version else []
        )
        if version and inside:
            van, tot = inside[0], inside[-1]
            claimed = getattr(self, f"claim_{SHAPE[nummer].lower()}")(nummer, version, van, tot, amount)
            self.send(nummer, claimed.pop("parts"), code=version.code, begin=van, eind=tot, **claimed)

    def claim_w(self, nummer: int, version: Version, van: date, tot: date, amount: int) -> dict[str, Any]:
        volume = max(len(claimed_weeks(version, van, tot)) - (amount % 3 == 0), 1)
        sundays = [day for day in days(van, tot) if day.weekday() == 6]
        tarief = half_up(Fraction(self.world.price(version.code, sundays[-1] if sundays else tot), 4))
        parts = over_weeks(version, van, tot)
        return {"parts": parts, "volume": volume, "tarief": tarief, "bedrag": volume * tarief, "eenheid": "82"}

    def claim_e(self, nummer: int, version: Version, van: date, tot: date, amount: int) -> dict[str, Any]:
        most = version.volume * len(claimed_weeks(version, van, tot))
        euros = max(most - (amount if amount % 3 == 0 else 0), 1)
        return {"parts": over_weeks(version, van, tot), "volume": euros, "bedrag": euros, "eenheid": "83"}

    def claim_m(self, nummer: int, version: Version, van: date, tot: date, amount: int) -> dict[str, Any]:
        euros = version.volume - (amount if amount % 3 == 0 else 0)
        return {"parts": over_days(van, tot), "volume": euros, "bedrag": euros, "eenheid": "83"}

    def claim_p(self, nummer: int, version: Version, van: date, tot: date, amount: int) -> dict[str, Any]:
        p = tables.prestatie.c
        open_ = (p.status == "goedgekeurd", p.dc == "D", p.gecrediteerd_door.is_(None), p.toewijzing == nummer)
        earlier = self.hub.rows(tables.prestatie, *open_)
        used = [label for row in earlier for label, _ in self.world.lines[row.referentienummer]]
        volume, tarief = 1 + amount % 2, self.world.price(version.code, version.van)
        parts = over_pieces(version, used, tot, volume)
        return {"parts": parts, "volume": volume, "tarief": tarief, "bedrag": volume * tarief, "eenheid": "82"}

    def message(self, client: str, line: dict[str, Any], van: str) -> bytes:
        who = {"afzender": van, "identificatie": f"D{self.sent}", "nummer": f"F{self.sent}"}
        return wmo323(clienten={client: [prestatie(**line)]}, dagtekening=self.hub.dienst.vandaag(), **who, **MEI)


KINDS = {"FULL": FourWeeks, "WEEK": FourWeeks, "DAY": FourWeeks, "3.2": Months}
TOLD = ("grant", "grant", "grant", "shorten", "remove", "refuse", "resend", "pull", "tariff", "tariff", "close")
WHAT = (*TOLD, "claim", "claim", "claim", "claim", "claim", "credit", "credit")
STEPS = st.tuples(st.sampled_from(WHAT), st.integers(0, 4), st.integers(0, 12), st.integers(0, 999))
MORE = os.environ.get("BERICHTENHUB_HISTORIES")


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=int(MORE or 5),
    derandomize=MORE is None,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=st.lists(STEPS, min_size=14, max_size=30))
def test_kept_is_rebuilt_is_recomputed_now_and_as_of_every_day(
    kind: str, steps: list[tuple[str, int, int, int]]
) -> None:
    with TemporaryDirectory() as folder:
        history = KINDS[kind](Path(folder), kind if kind != "3.2" else "WEEK")
        try:
            history.go_live()
            for step in steps:
                history.happen(*step)
            history.pull(0, 0, 0)
            history.note()
            check(history)
        finally:
            history.hub.dienst.database.close()


def check(history: History) -> None:
    hub, a, d = history.hub, naive_a(history.world), history.declared()
    kept = hub.rows(tables.stand)
    assert {(r.toewijzing, r.periode): r.toegewezen for r in kept if r.toegewezen} == {k: v for k, v in a.items() if v}
    assert {(r.toewijzing, r.periode): r.gedeclareerd for r in kept if r.gedeclareerd} == {
        k: v for k, v in d.items() if v
    }
    vandaag = hub.dienst.vandaag()
    assert reported(hub, None) == naive_rows(history.world, a, d, begun(vandaag))
    assert {day: reported(hub, day) for day in history.known} == history.known
    frozen = reported(hub, None, bevroren=True)
    assert {label: frozen.get(label, ()) for label in history.frozen} == history.frozen
    with hub.dienst.database.read() as conn:
        assert stand.afwijkingen(conn) == []
        assert journaal_check(conn).klopt
    with hub.dienst.database.write() as conn:
        stand.herbouw(conn)
    assert hub.rows(tables.stand) == kept


def reported(hub: Hub, peildatum: date | None, bevroren: bool = False) -> Rijen:
    """The report per period, of now or as it was known on a day."""
    with hub.dienst.database.read() as conn:
        asked = conn, ("periode",), Filter(gemeente="0503"), peildatum, hub.dienst.vandaag(), BEHEER
        rows: Sequence[dict[str, Any]] = verzilvering(*asked, bevroren=bevroren)
    keys = "toegewezen", "gedeclareerd", "percentage", "aantalToegewezen", "aantalGedeclareerd", "clienten"
    return {row["periode"]: tuple(row[key] for key in keys) for row in rows}
