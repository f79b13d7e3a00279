"""The messages that are sent while something breaks: 301s of many clients, and a 323 on each of them.

Everything is of the FICTIEF example set, on the day of the demo, so that all of it is approved when nothing is lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from io import BytesIO

from services.cli import example_messages, example_set
from services.cli.example_messages import Declaratie, Kop, Regel
from services.declaration.contracts import Toewijzing

AANBIEDER = "75000001"
DELFT = "0503"
# Gave no mandaat: it judges for itself, and its 323s wait for its own answer.
RIJSWIJK = "0603"
CODE = "SPF3"
BEGIN, EIND = date(2025, 1, 1), date(2025, 12, 31)
TOEGEWEZEN_OP = date(2024, 12, 16)
GEDECLAREERD_OP = date(2025, 2, 5)


@dataclass(frozen=True)
class Bericht:
    """One message as it is sent: to which service, by whom."""

    dienst: str
    soort: str
    partij: str
    inhoud: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.inhoud).hexdigest()


@dataclass(frozen=True)
class Dossier:
    """A client with one toewijzing; `nummer` tells it from every other."""

    nummer: int
    gemeente: str = DELFT

    @property
    def toewijzing(self) -> Toewijzing:
        return example_set.toewijzing(AANBIEDER, self.gemeente, self.nummer, CODE, BEGIN, EIND, TOEGEWEZEN_OP)

    def wmo301(self, **changes: object) -> Bericht:
        """The 301 of it; changes are of the toewijzing."""
        persoon = example_set.persoon(self.nummer, self.gemeente)
        toewijzing = replace(self.toewijzing, **changes)  # type: ignore[arg-type]
        kop = Kop(self.gemeente, AANBIEDER, f"T{self.nummer}{'W' if changes else ''}", TOEGEWEZEN_OP)
        uit = BytesIO()
        example_messages.write_301(uit, kop, persoon, [toewijzing])
        return Bericht("allocation", "WMO301", self.gemeente, uit.getvalue())

    def wmo302(self) -> Bericht:
        """The aanbieder's receipt."""
        uit = BytesIO()
        heen = Kop(self.gemeente, AANBIEDER, f"T{self.nummer}", TOEGEWEZEN_OP)
        example_messages.write_302(uit, heen, f"R{self.nummer}", TOEGEWEZEN_OP)
        return Bericht("allocation", "WMO302", AANBIEDER, uit.getvalue())

    def wmo323(self, reeks: str = "D", maand: date = BEGIN) -> Bericht:
        """A 323 of the whole claim of one month; another `reeks` is another message with the same claim."""
        claim = example_set.maandclaim(self.toewijzing, maand)
        if claim is None:
            raise ValueError("nothing to claim")
        bsn = example_set.persoon(self.nummer, self.gemeente).bsn
        nummer = f"{reeks}{self.nummer}M{maand.month}"
        regel: Regel = example_set.regel(bsn, nummer, self.toewijzing, claim)
        begin, eind = example_set.tijdvak("3.2", maand)
        uit = BytesIO()
        kop = Kop(AANBIEDER, self.gemeente, nummer, GEDECLAREERD_OP)
        example_messages.write_323(uit, kop, Declaratie(nummer, begin, eind, [regel]))
        return Bericht("declaration", "WMO323", AANBIEDER, uit.getvalue())


def dossiers(eerste: int, aantal: int, gemeente: str = DELFT) -> Iterator[Dossier]:
    """That many clients, numbered from `eerste`."""
    return (Dossier(nummer, gemeente) for nummer in range(eerste, eerste + aantal))
