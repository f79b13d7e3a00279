"""`hub example --fout`: for every rule in the registry the message that breaks it, with those that must precede it.

A module per kind of message has a row for each row of the registry, FOUTEN has them all; uitzonderingen.py says which
rules never come alone. What the hub must answer follows from the row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.cli.fouten.antwoord import FOUTEN_325
from services.cli.fouten.antwoord_23 import FOUTEN_304
from services.cli.fouten.declaratie import FOUTEN_323
from services.cli.fouten.declaratie_23 import FOUTEN_303
from services.cli.fouten.declaratie_23_niveau_2 import FOUTEN_303_NIVEAU_2
from services.cli.fouten.declaratie_niveau_2 import FOUTEN_323_NIVEAU_2
from services.cli.fouten.dossier import open_dossier
from services.cli.fouten.fout import Fout
from services.cli.fouten.retour import FOUTEN_302, FOUTEN_302_23
from services.cli.fouten.stuk import Stuk, Verwacht
from services.cli.fouten.toewijzing import FOUTEN_301, FOUTEN_301_23
from services.cli.fouten.uitzonderingen import UITZONDERINGEN, Uitzondering
from services.kernel.catalogue import Berichtsoort
from services.kernel.rules import Tekst, rule_table

# By release and number of the kind: WMO and JW are judged by the same rules.
FOUTEN: Final[Mapping[tuple[str, str], Sequence[Fout]]] = {
    ("2.3", "301"): FOUTEN_301_23,
    ("2.3", "302"): FOUTEN_302_23,
    ("2.3", "303"): (*FOUTEN_303_NIVEAU_2, *FOUTEN_303),
    ("2.3", "304"): FOUTEN_304,
    ("3.2", "301"): FOUTEN_301,
    ("3.2", "302"): FOUTEN_302,
    ("3.2", "323"): (*FOUTEN_323_NIVEAU_2, *FOUTEN_323),
    ("3.2", "325"): FOUTEN_325,
}
_GEEN_UITZONDERING: Final = Uitzondering("")
# What the hub says to an answer that it does not take in.
_ANTWOORD_ONJUIST: Final = {"302": "retour-onjuist", "304": "antwoord-onjuist", "325": "antwoord-onjuist"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """The messages in the order in which they are sent; the last one breaks the rule, and must get what it expects."""

    tekst: Tekst
    stukken: Sequence[Stuk]
    toelichting: str

    @property
    def fout(self) -> Stuk:
        return self.stukken[-1]


def fouten_van(soort: Berichtsoort) -> Sequence[Fout]:
    """The rows of one kind of message."""
    return FOUTEN[soort.release, soort.naam[-3:]]


def scenario(soort: Berichtsoort, fout: Fout, seed: int, vandaag: date) -> Scenario:
    """One row of the registry as messages made on this day, the same for the same seed."""
    stukken = fout.bouw(open_dossier(soort, fout.sleutel, seed, vandaag))
    uitzondering = UITZONDERINGEN.get((soort.release, soort.naam[-3:], *fout.sleutel[:3]), _GEEN_UITZONDERING)
    tekst = _tekst(soort, fout)
    laatste = replace(stukken[-1], verwacht=_verwacht(soort, tekst, uitzondering))
    return Scenario(tekst, [*stukken[:-1], laatste], uitzondering.reden)


def _tekst(soort: Berichtsoort, fout: Fout) -> Tekst:
    rijen = rule_table(soort.standaard, soort.release)
    gezocht = (soort.naam, *fout.sleutel)
    return next(t for t in rijen if (t.berichtsoort, t.regel, t.klasse, t.element, t.retourcode) == gezocht)


def _verwacht(soort: Berichtsoort, tekst: Tekst, uitzondering: Uitzondering) -> Verwacht:
    """An answer is not taken in; a 301, Header or Declaratie is refused as a whole, anything else for its own part."""
    if uitzondering.probleem:
        return Verwacht(409, None, probleem=uitzondering.probleem)
    regels = frozenset({(tekst.regel, tekst.retourcode), *uitzondering.ook})
    if probleem := _ANTWOORD_ONJUIST.get(soort.naam[-3:]):
        return Verwacht(400, None, regels, probleem)
    geheel = soort.naam[-3:] == "301" or tekst.niveau == 2 or tekst.klasse in ("Header", "Declaratie")
    return Verwacht(201, "afgekeurd" if geheel else "deels_afgekeurd", regels)
