"""Control totals of `hub laad`: what came in per gemeente, beside what the gemeente says should have."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from services.cli.beheer import lees
from services.cli.console import euro, out, tabel
from services.kernel.loading import Kolommen, Laadfout, lees_csv

# Per gemeente, by the names of the columns; amounts in eurocent.
Totalen = Mapping[str, Mapping[str, int]]

TOEWIJZINGEN: Final = ("toewijzingen", "clienten", "toegewezen")
PRESTATIES: Final = ("prestaties", "debet", "credit", "gedeclareerd")
_BEDRAGEN: Final = frozenset({"toegewezen", "debet", "credit", "gedeclareerd"})
_KOP: Final = {"clienten": "cliënten"}

Totaalbestand = Annotated[
    Path | None,
    typer.Option(
        "--totalen",
        exists=True,
        dir_okay=False,
        help="CSV met per gemeente wat erin hoort te zitten; bij elk verschil wordt niets geladen.",
        show_default=False,
    ),
]


def lees_totalen(bestand: Path | None, namen: Sequence[str]) -> Totalen | None:
    """The totals of a file: gemeente and these columns. Laadfout when it does not fit."""
    if bestand is None:
        return None
    getal = int, "een geheel getal (bedragen in eurocent)"
    kolommen: Kolommen = {"gemeente": (str, "een gemeente"), **dict.fromkeys(namen, getal)}
    try:
        rijen = [rij for _, rij in lees_csv(lees(bestand), kolommen)]
    except Laadfout as fout:
        raise Laadfout([f"{bestand.name}, {regel[0].lower()}{regel[1:]}" for regel in fout.fouten]) from None
    if len({rij["gemeente"] for rij in rijen}) < len(rijen):
        raise Laadfout([f"{bestand.name}: verwacht elke gemeente eenmaal"])
    return {rij["gemeente"]: {naam: rij[naam] for naam in namen} for rij in rijen}


def verschillen(gevonden: Totalen, verwacht: Totalen | None) -> list[str]:
    """Every total that is another one than expected, in Dutch; a gemeente that one of the two lacks has nothing."""
    return [] if verwacht is None else list(_verschillen(gevonden, verwacht))


def _verschillen(gevonden: Totalen, verwacht: Totalen) -> Iterator[str]:
    for gemeente in sorted({*gevonden, *verwacht}):
        hier, daar = gevonden.get(gemeente, {}), verwacht.get(gemeente, {})
        for naam in hier or daar:
            waarden = hier.get(naam, 0), daar.get(naam, 0)
            if waarden[0] != waarden[1]:
                ingelezen, totaal = (_tekst(naam, waarde) for waarde in waarden)
                yield f"Gemeente {gemeente}, {naam}: ingelezen {ingelezen}, in het totalenbestand {totaal}"


def toon_totalen(titel: str, namen: Sequence[str], gevonden: Totalen) -> None:
    """Print the totals per gemeente, and together."""
    koppen = [_KOP.get(naam, naam) for naam in namen]
    table = tabel(f"Controletotalen: {titel}", "gemeente", *koppen, rechts=tuple(koppen))
    for gemeente, waarden in sorted(gevonden.items()):
        table.add_row(gemeente, *(_tekst(naam, waarden[naam]) for naam in namen))
    table.add_section()
    table.add_row("samen", *(_tekst(naam, sum(w[naam] for w in gevonden.values())) for naam in namen))
    out.print(table)


def _tekst(naam: str, waarde: int) -> str:
    return euro(waarde) if naam in _BEDRAGEN else f"{waarde}"
