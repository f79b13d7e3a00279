"""What only a service knows of its messages, for the endpoints that both services share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select

from services.kernel.berichten import Eerder, Uitkomst
from services.kernel.wiring import Dienst

# A query of one column: numbers of rows of `bericht`.
Berichtnummers = Select[Any]


@dataclass(frozen=True, slots=True)
class Antwoord:
    """The answer that a message gets: its kind, and the code of who gives it (`door`), to whom (`aan`).

    `door` HUB: the hub, in the name of who owes it. Without `berichtsoort` no message answers; `toelichting` says what
    happens, in Dutch.
    """

    berichtsoort: str | None
    door: str | None
    aan: str | None
    toelichting: str

    def json(self) -> dict[str, Any]:
        return {"berichtsoort": self.berichtsoort, "door": self.door, "aan": self.aan, "toelichting": self.toelichting}


@dataclass(frozen=True, slots=True)
class Vooruitblik:
    """What the hub checks of a message, and what becomes of it: `niveaus` are those it checks when nothing stops it."""

    niveaus: frozenset[int]
    antwoord: Antwoord


@dataclass(frozen=True, slots=True)
class Dienstkennis:
    """The messages that name a ToewijzingNummer, a declaratienummer or a client (by its keyed hash), as a query each.

    `verwanten` are the messages that a message belongs with, other than its answer; `vooruitblik` is asked of a trial.
    """

    toewijzing: Callable[[int], Berichtnummers]
    declaratienummer: Callable[[str], Berichtnummers] | None
    client: Callable[[str], Berichtnummers]
    verwanten: Callable[[Connection, Eerder], list[Eerder]]
    vooruitblik: Callable[[Dienst, Uitkomst], Vooruitblik]


# Levels 1 and 2 are in the message; 3 and 4 hold it against what else is known.
ALLEEN_HET_BERICHT: Final = frozenset({1, 2})
ALLE_NIVEAUS: Final = frozenset({1, 2, 3, 4})


def van_de_ander(soort: str | None, door: str, aan: str) -> Antwoord:
    """Whoever it is for judges it, and answers."""
    return Antwoord(soort, door, aan, f"{door} beoordeelt het bericht en antwoordt met een {soort} aan {aan}.")


def van_de_hub(soort: str | None, namens: str, aan: str) -> Antwoord:
    return Antwoord(soort, "hub", aan, f"De hub antwoordt namens {namens} met een {soort} aan {aan}.")


def zonder_bericht(verzender: str) -> Antwoord:
    """Refused, and no message of the standard may say so."""
    zin = f"Er komt geen antwoordbericht; {verzender} krijgt een gebeurtenis in de postbus."
    return Antwoord(None, None, None, zin)


def geen_antwoord(bestemming: str) -> Antwoord:
    """Of an answer: it goes to the other party."""
    return Antwoord(None, None, None, f"Op dit bericht volgt geen antwoord; het gaat naar {bestemming}.")
