"""`hub example`: valid messages to try a receiver with, the same ones for the same seed.

The 302 accepts the 301 of its seed, the 323 begins with what that 301 granted, the 325 grants the 323 in full.
"""

import random
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, count, islice
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.markup import escape

from services.cli import example_messages as messages
from services.cli import example_set
from services.cli.console import Dag, note, out, stop, vandaag_of
from services.cli.example_messages import Declaratie, Kop, Regel
from services.cli.example_set import Maandclaim
from services.declaration.contracts import Toewijzing
from services.declaration.weeks import maand_van

_DAG = timedelta(days=1)
PRESTATIES_MAXIMUM = 200_000
SEED_MAXIMUM = 99_999_999


@dataclass(frozen=True, slots=True)
class Vraag:
    """What an example is about: the parties, how many Prestaties, and the day it is made on."""

    gemeente: str
    aanbieder: str
    prestaties: int
    seed: int
    vandaag: date

    @property
    def maand(self) -> tuple[date, date]:
        """The DeclaratiePeriode: the last whole month before `vandaag` for which the example set has tariffs."""
        laatste = date(example_set.JAREN[-1], 12, 31)
        return maand_van(min(self.vandaag.replace(day=1) - _DAG, laatste))

    @property
    def per_client(self) -> int:
        """Prestaties per Client, so that there are test BSNs enough."""
        return -(-self.prestaties // len(example_set.test_bsns()))


def toewijzingen(vraag: Vraag) -> Iterator[tuple[int, list[Toewijzing]]]:
    """Client after client: its number and its toewijzingen."""
    rng = random.Random(vraag.seed)  # an example comes back with its seed; nothing here is a secret
    codes = example_set.te_leveren(vraag.aanbieder, vraag.gemeente)
    volgnummers = list(range(len(example_set.test_bsns())))
    rng.shuffle(volgnummers)
    nummer = count(100_000_000 + vraag.seed * 10_007 % 800_000_000)
    for volgnummer in volgnummers:
        yield volgnummer, [_toewijzing(vraag, rng, next(nummer), code) for code in _stapeling(rng, codes)]


def _stapeling(rng: random.Random, codes: list[str]) -> list[str]:
    """One to three codes of different resultaatgebieden."""
    gebied = example_set.voorbeeld().producten
    gekozen = {gebied[code].resultaatgebied: code for code in rng.sample(codes, min(3, len(codes)))}
    return list(gekozen.values())


def _toewijzing(vraag: Vraag, rng: random.Random, nummer: int, code: str) -> Toewijzing:
    """Begins before the DeclaratiePeriode, long enough ago for the Prestaties it must carry; ends with its year."""
    begin, eind = vraag.maand
    for _ in range(rng.randint(0, 11) + vraag.per_client - 1):
        begin = (begin - _DAG).replace(day=1)
    begin = max(begin, date(example_set.JAREN[0], 1, 1))
    jaareinde = date(eind.year, 12, 31)
    return example_set.toewijzing(
        vraag.aanbieder, vraag.gemeente, nummer, code, begin, jaareinde, min(begin, vraag.vandaag) - 14 * _DAG
    )


def regels(vraag: Vraag) -> list[Regel]:
    """As many Prestaties as asked, client by client."""
    per_client = (
        islice(_claims(vraag, volgnummer, van_client), max(vraag.per_client, len(van_client)))
        for volgnummer, van_client in toewijzingen(vraag)
    )
    claims = islice(chain.from_iterable(per_client), vraag.prestaties)
    return [
        example_set.regel(bsn, f"V{vraag.seed:08d}{nummer:07d}", toewijzing, claim)
        for nummer, (bsn, toewijzing, claim) in enumerate(claims, 1)
    ]


def _claims(
    vraag: Vraag, volgnummer: int, van_client: list[Toewijzing]
) -> Iterator[tuple[str, Toewijzing, Maandclaim]]:
    """What one client's toewijzingen claim, newest month first."""
    bsn = example_set.test_bsns()[volgnummer]
    maand = vraag.maand[0]
    while any(toewijzing.ingangsdatum <= maand for toewijzing in van_client):
        for toewijzing in van_client:
            if claim := example_set.maandclaim(toewijzing, maand):
                yield bsn, toewijzing, claim
        maand = (maand - _DAG).replace(day=1)


def _kop(vraag: Vraag, soort: str, van: str, naar: str) -> Kop:
    return Kop(van, naar, f"V{soort[3:]}{vraag.seed:08d}", vraag.vandaag)


def _declaratie(vraag: Vraag) -> Declaratie:
    return Declaratie(f"VD{vraag.seed:08d}", *vraag.maand, regels(vraag))


def _wmo301(uit: BinaryIO, vraag: Vraag) -> None:
    volgnummer, producten = next(toewijzingen(vraag))
    persoon = example_set.persoon(volgnummer, vraag.gemeente)
    messages.wmo301(uit, _kop(vraag, "WMO301", vraag.gemeente, vraag.aanbieder), persoon, producten)


def _wmo302(uit: BinaryIO, vraag: Vraag) -> None:
    heen = _kop(vraag, "WMO301", vraag.gemeente, vraag.aanbieder)
    messages.wmo302(uit, heen, f"V302{vraag.seed:08d}", vraag.vandaag)


def _wmo323(uit: BinaryIO, vraag: Vraag) -> None:
    messages.wmo323(uit, _kop(vraag, "WMO323", vraag.aanbieder, vraag.gemeente), _declaratie(vraag))


def _wmo325(uit: BinaryIO, vraag: Vraag) -> None:
    heen = _kop(vraag, "WMO323", vraag.aanbieder, vraag.gemeente)
    kop = _kop(vraag, "WMO325", vraag.gemeente, vraag.aanbieder)
    messages.wmo325(uit, kop, heen, _declaratie(vraag), {})


_SCHRIJVERS: dict[str, Callable[[BinaryIO, Vraag], None]] = {
    "WMO301": _wmo301,
    "WMO302": _wmo302,
    "WMO323": _wmo323,
    "WMO325": _wmo325,
}


def write(uit: BinaryIO, soort: str, vraag: Vraag) -> None:
    """Write the example of this berichtsoort ("WMO323"); ValueError when the set has no contract or tariff for it."""
    if not example_set.te_leveren(vraag.aanbieder, vraag.gemeente):
        raise ValueError(f"De voorbeeldset heeft geen contract van {vraag.aanbieder} met {vraag.gemeente}.")
    if vraag.maand[0].year < example_set.JAREN[0]:
        raise ValueError(f"De voorbeeldset begint in {example_set.JAREN[0]}; kies een latere dag met --vandaag.")
    _SCHRIJVERS[soort](uit, vraag)


def command(
    soort: Annotated[str, typer.Argument(help="Berichtsoort: WMO301, WMO302, WMO323 of WMO325.")],
    release: Annotated[str, typer.Option(help="Release van de standaard.")] = messages.RELEASE,
    prestaties: Annotated[int, typer.Option(min=1, max=PRESTATIES_MAXIMUM, help="Aantal Prestaties.")] = 10,
    seed: Annotated[
        int | None, typer.Option(min=0, max=SEED_MAXIMUM, help="Zelfde getal, zelfde bericht.", show_default=False)
    ] = None,
    uit: Annotated[Path | None, typer.Option(help="Map voor het bestand; anders naar de uitvoer.")] = None,
    gemeente: Annotated[str, typer.Option(help="CBS-code van de gemeente.")] = "0503",
    aanbieder: Annotated[str, typer.Option(help="AGB-code van de aanbieder.")] = "75000001",
    vandaag: Dag = None,
) -> None:
    """Schrijf een geldig voorbeeldbericht met verzonnen personen en FICTIEVE tarieven.

    Voorbeeld: hub example WMO323 --release 3.2 --prestaties 100 --seed 7 --uit voorbeelden
    """
    soort = soort.upper()
    if soort not in _SCHRIJVERS or release != messages.RELEASE:
        bekend = ", ".join(f"{naam} {messages.RELEASE}" for naam in _SCHRIJVERS)
        stop(f"Van {escape(soort)} {escape(release)} is er geen voorbeeld. Wel van: {bekend}.")
    getal = secrets.randbelow(SEED_MAXIMUM + 1) if seed is None else seed
    vraag = Vraag(gemeente, aanbieder, prestaties, getal, vandaag_of(vandaag))
    try:
        _to_file_or_output(uit, soort, vraag)
    except ValueError as fout:
        stop(str(fout))


def _to_file_or_output(map_: Path | None, soort: str, vraag: Vraag) -> None:
    if map_ is None:
        write(sys.stdout.buffer, soort, vraag)
        note(f"{soort} met seed {vraag.seed}")
        return
    map_.mkdir(parents=True, exist_ok=True)
    bestand = map_ / f"{soort}-{vraag.seed}.xml"
    with open(bestand, "wb") as file:
        write(file, soort, vraag)
    out.print(str(bestand))
