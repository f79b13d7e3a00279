"""`hub regels`: every rule, whether the hub holds it, and if not why. docs/rules.md is made from it.

Rules stand in schemas/rules/<standaard>-<release>.csv, those that are not held in schemas/rules/excused.csv.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import groupby
from typing import Annotated, Final, Literal

import typer

from services.allocation.rules import REGELS as ALLOCATION
from services.cli.console import AlsJson, out, tabel, toon_json
from services.declaration.rules import REGELS as DECLARATION
from services.kernel.catalogue import CATALOGUE
from services.kernel.rules import RULES, Regel, Tekst, rule_table

EXCUSED: Final = "excused.csv"
_DOORGEVEN: Final = "allocation/forwarding.py"
_KOP: Final = """# Regels

Gemaakt met `hub regels --markdown > docs/rules.md`; wijzig dit bestand niet met de hand. De teksten staan in
`schemas/rules/`.

Niveau 1 is het schema (XSD) van het bericht; daarvan staan de regels in de schema's zelf. Niveau 2 kijkt binnen het
bericht, niveau 3 ook naar eerdere berichten, niveau 4 naar gegevens van buiten (contract, tarief, productlijst).
HUBnn is een regel van de hub zelf, waar de standaard er geen heeft (docs/decisions/0008).
"""


@dataclass(frozen=True, slots=True)
class Regelrij:
    """One rule for one berichtsoort. `reden` says why it is excused; None when it is implemented."""

    standaard: str
    release: str
    berichtsoort: str
    regel: str
    niveau: int
    retourcode: str | None
    status: Literal["implemented", "excused"]
    reden: str | None


def command(
    as_json: AlsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Als docs/rules.md.")] = False,
) -> None:
    """Toon elke regel van de standaard en of de hub hem toetst.

    Voorbeeld: hub regels --json
    """
    if markdown:
        typer.echo(as_markdown(), nl=False)
        return
    rijen = regels()
    if as_json:
        toon_json([asdict(rij) for rij in rijen])
        return
    table = tabel("Regels", "standaard", "release", "bericht", "regel", "niveau", "code", "status", "reden")
    for rij in rijen:
        table.add_row(*("" if waarde is None else str(waarde) for waarde in asdict(rij).values()))
    out.print(table)


def regels() -> list[Regelrij]:
    """Every rule, once per berichtsoort, however many elements it looks at; in a fixed order."""
    gehouden = {
        _rij(standaard, release, tekst) for standaard, release in _releases() for tekst in teksten(standaard, release)
    }
    return sorted([*gehouden, *_excused()], key=_volgorde)


def _rij(standaard: str, release: str, tekst: Tekst) -> Regelrij:
    wat = (tekst.berichtsoort, tekst.regel, tekst.niveau, tekst.retourcode or None)
    return Regelrij(standaard, release, *wat, "implemented", None)


def teksten(standaard: str, release: str) -> tuple[Tekst, ...]:
    return rule_table(standaard, release)


def _releases() -> list[tuple[str, str]]:
    """The releases that have a rule table; of another one there is only the schema."""
    releases = sorted({(soort.standaard, soort.release) for soort in CATALOGUE})
    return [release for release in releases if (RULES / f"{'-'.join(release)}.csv").is_file()]


@cache
def _excused() -> tuple[Regelrij, ...]:
    with open(RULES / EXCUSED, encoding="utf-8", newline="") as file:
        return tuple(
            Regelrij(
                standaard=row["standaard"],
                release=row["release"],
                berichtsoort=row["berichtsoort"],
                regel=row["regel"],
                niveau=int(row["niveau"]),
                retourcode=row["retourcode"] or None,
                status="excused",
                reden=f"{row['reden']} ({row['bron']})",
            )
            for row in csv.DictReader(file)
        )


def _volgorde(rij: Regelrij) -> tuple[str, str, str, int, str, str]:
    return rij.standaard, rij.release, rij.berichtsoort, rij.niveau, rij.regel, rij.retourcode or ""


def as_markdown() -> str:
    """docs/rules.md: per berichtsoort the rules that are held, with their sentences, and those that are not."""
    return "".join(_markdown())


def _markdown() -> Iterator[str]:
    yield _KOP
    for (standaard, release, soort), rijen in groupby(regels(), key=lambda r: (r.standaard, r.release, r.berichtsoort)):
        groep = list(rijen)
        excused = [rij for rij in groep if rij.status == "excused"]
        yield f"\n## {soort} ({standaard} {release})\n"
        getoetst = sum(rij.status == "implemented" for rij in groep)
        yield f"\n{getoetst} getoetst, {len(groep) - getoetst} niet.\n"
        yield "\n| Regel | Niveau | Retourcode | Klasse | Element | Melding | Waar |\n|---|---|---|---|---|---|---|\n"
        gehouden = [tekst for tekst in teksten(standaard, release) if tekst.berichtsoort == soort]
        for t in sorted(gehouden, key=lambda t: (t.niveau, t.regel, t.klasse, t.element)):
            wat = f"{t.regel} | {t.niveau} | {t.retourcode or '–'} | {t.klasse} | {t.element} | {_cel(t.melding)}"
            yield f"| {wat} | {_plaats(release, t)} |\n"
        if excused:
            yield "\nNiet getoetst:\n\n"
            yield from (f"- {rij.regel} (niveau {rij.niveau}): {rij.reden}\n" for rij in excused)


def _plaats(release: str, tekst: Tekst) -> str:
    """The file below services/ and the function that decides a rule."""
    sleutel = tekst.regel, tekst.klasse, tekst.element, tekst.retourcode
    functie = _functies(release, tekst.berichtsoort).get(sleutel)
    if functie is None:
        return f"`{_DOORGEVEN}`"  # what is passed on is held to its Identificatie only
    module = functie.__module__.removeprefix("services.").replace(".", "/")
    return f"`{module}.py` {functie.__qualname__.partition('.')[0]}"


@cache
def _functies(release: str, soort: str) -> dict[tuple[str, str, str, str | None], Callable[..., object]]:
    regels = {**ALLOCATION, **DECLARATION}.get((release, soort), ())
    return {
        (r.id, r.klasse, r.element, r.retourcode): r.toets if isinstance(r, Regel) else r.overtreders for r in regels
    }


def _cel(tekst: str) -> str:
    return tekst.replace("|", "\\|")
