"""What the demo sends: a region's year 2025 as messages, each with what the hub must make of it. Everything is FICTIEF.

Who gets what stands in schemas/codes/voorbeeld/demo.csv, a 301 a row; `geval` names what goes wrong with it. The
contract of aanbieder and gemeente says in which release all of that is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.cli import example_set
from services.cli.example_messages import Kop, Persoon
from services.cli.example_messages_23 import SCHRIJF_301, SCHRIJF_302
from services.cli.example_xml import as_bytes
from services.declaration.contracts import Toewijzing
from services.kernel.catalogue import Berichtsoort, find

VANDAAG = date(2026, 2, 15)
JAAR = 2025
ZONDER_MANDAAT = "0603"

# The 301s of these rows are refused, with which code: nothing of them is ever declared.
GEWEIGERDE_301 = {"geen-einddatum": "0001", "nummer-bezet": "9332"}
_WAAROVER = {
    "geen-einddatum": "zonder einddatum; de hub maakt de 302",
    "nummer-bezet": "nummer van een ander; de aanbieder maakt de 302",
}


@dataclass(frozen=True, slots=True)
class Deelnemer:
    """One row of demo.csv: a person, the toewijzingen at one aanbieder, and what is special about them."""

    persoon: Persoon
    gemeente: str
    aanbieder: str
    toewijzingen: tuple[Toewijzing, ...]
    geval: str

    @property
    def release(self) -> str:
        """The release of the contract, of which the toewijzingen are."""
        return self.toewijzingen[0].release


@dataclass(frozen=True, slots=True)
class Zending:
    """One message, who hands it in, and what must come back: status, oordeel, retourcodes and the award in eurocent.

    `te_betalen` is what the award moves in the journal: nothing where the credit of a refused line is awarded.
    """

    soort: Berichtsoort
    partij: str
    inhoud: bytes
    oordeel: str | None
    waarover: str = ""
    codes: frozenset[str] = frozenset()
    toegekend: int | None = None
    te_betalen: int = 0
    status: int = 201


def deelnemers() -> tuple[Deelnemer, ...]:
    """The rows of demo.csv; ToewijzingNummers follow the rows."""
    rows = example_set.rows("demo.csv")
    van_gemeente = {row["gemeente"]: 10 * nummer for nummer, row in reversed(list(enumerate(rows, 1)))}
    return tuple(
        # A number that is taken: that of the first toewijzing of the gemeente.
        _deelnemer(van_gemeente[row["gemeente"]] if row["geval"] == "nummer-bezet" else 10 * nummer, row)
        for nummer, row in enumerate(rows, 1)
    )


def _deelnemer(eerste: int, row: dict[str, str]) -> Deelnemer:
    begin, eind = date.fromisoformat(row["begin"]), date.fromisoformat(row["eind"])
    toewijzingen = tuple(
        example_set.toewijzing(
            row["aanbieder"], row["gemeente"], eerste + n, code, begin, eind, begin - timedelta(days=14)
        )
        for n, code in enumerate(row["producten"].split())
    )
    if row["geval"] == "geen-einddatum":
        toewijzingen = tuple(replace(t, einddatum=None) for t in toewijzingen)
    persoon = example_set.persoon(int(row["client"]), row["gemeente"])
    return Deelnemer(persoon, row["gemeente"], row["aanbieder"], toewijzingen, row["geval"])


def kop_301(rij: int, wie: Deelnemer) -> Kop:
    return Kop(wie.gemeente, wie.aanbieder, f"T{rij:05d}", wie.toewijzingen[0].toewijzingsdatum)


def toewijzen(wie: tuple[Deelnemer, ...]) -> Iterator[Zending]:
    """The 301s; the first one twice, as a sender does that saw no answer."""
    for rij, een in enumerate(wie, 1):
        zending = _zending_301(rij, een)
        yield zending
        if rij == 1:
            yield replace(zending, status=200, waarover="dezelfde 301 nog eens: hetzelfde antwoord, niets opgeslagen")


def _zending_301(rij: int, wie: Deelnemer) -> Zending:
    schrijf = SCHRIJF_301[wie.release]
    inhoud = as_bytes(lambda uit: schrijf(uit, kop_301(rij, wie), wie.persoon, wie.toewijzingen))
    code = GEWEIGERDE_301.get(wie.geval)
    oordeel, codes = ("afgekeurd", frozenset({code})) if code else ("goedgekeurd", frozenset[str]())
    soort = find("WMO301", wie.release)
    return Zending(soort, wie.gemeente, inhoud, oordeel, _WAAROVER.get(wie.geval, ""), codes)


def retouren(wie: tuple[Deelnemer, ...]) -> Iterator[Zending]:
    """The 302s of the aanbieders; one of them refuses its 301."""
    for rij, een in enumerate(wie, 1):
        if een.geval not in GEWEIGERDE_301:
            yield _zending_302(rij, een)


def _zending_302(rij: int, wie: Deelnemer) -> Zending:
    heen, schrijf = kop_301(rij, wie), SCHRIJF_302[wie.release]
    weigert = wie.geval == "geweigerd"
    dag = heen.dagtekening + timedelta(days=2)
    inhoud = as_bytes(lambda uit: schrijf(uit, heen, f"R{rij:05d}", dag, ["0001"] if weigert else []))
    waarover = "aanbieder weigert de 301: de toewijzing vervalt" if weigert else ""
    return Zending(find("WMO302", wie.release), wie.aanbieder, inhoud, "goedgekeurd", waarover)
