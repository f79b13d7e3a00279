"""`hub regels`: every rule, whether the hub holds it, and if not why. docs/rules.md is made from it.

Rules stand in schemas/rules/<standaard>-<release>.csv, those that are not held in schemas/rules/excused.csv.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import groupby
from typing import Annotated, Final, Literal

import typer

from services.cli.console import out, tabel
from services.kernel.catalogue import CATALOGUE
from services.kernel.rules import RULES, Tekst, rule_table

EXCUSED: Final = "excused.csv"
_KOP: Final = """# Regels

Gemaakt met `hub regels --markdown > docs/rules.md`; wijzig dit bestand niet met de hand. De teksten staan in
`schemas/rules/`.

Niveau 1 is het schema (XSD) van het bericht; daarvan staan de regels in de schema's zelf. Niveau 2 kijkt binnen het
bericht, niveau 3 ook naar eerdere berichten, niveau 4 naar gegevens van buiten (contract, tarief, productlijst).
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
    as_json: Annotated[bool, typer.Option("--json", help="Als JSON.")] = False,
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
        typer.echo(json.dumps([asdict(rij) for rij in rijen], ensure_ascii=False, indent=2))
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
                reden=row["reden"],
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
    for (standaard, release, soort), groep in groupby(regels(), key=lambda r: (r.standaard, r.release, r.berichtsoort)):
        excused = [rij for rij in groep if rij.status == "excused"]
        yield f"\n## {soort} ({standaard} {release})\n"
        yield "\n| Regel | Niveau | Retourcode | Klasse | Element | Melding |\n|---|---|---|---|---|---|\n"
        gehouden = [tekst for tekst in teksten(standaard, release) if tekst.berichtsoort == soort]
        for t in sorted(gehouden, key=lambda t: (t.niveau, t.regel, t.klasse, t.element)):
            yield f"| {t.regel} | {t.niveau} | {t.retourcode or '–'} | {t.klasse} | {t.element} | {_cel(t.melding)} |\n"
        if excused:
            yield "\nNiet getoetst:\n\n"
            yield from (f"- {rij.regel} (niveau {rij.niveau}): {rij.reden}\n" for rij in excused)


def _cel(tekst: str) -> str:
    return tekst.replace("|", "\\|")
