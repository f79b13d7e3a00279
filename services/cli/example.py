"""`hub example`: valid messages to try a receiver with, the same ones for the same seed.

The 302 accepts the 301 of its seed, the 323 or 303 begins with what that 301 granted, the 325 or 304 grants it in full.
"""

import random
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, count, islice
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.markup import escape

from services.cli import example_fouten, example_parties, example_set
from services.cli import example_messages as messages
from services.cli import example_messages_23 as messages_23
from services.cli.console import AlsJson, Dag, bedoelde, bezig, note, vandaag_of, verkeerd, zeg
from services.cli.example_messages import Declaratie, Kop, Regel
from services.cli.example_messages_23 import SCHRIJF_301, SCHRIJF_302, Antwoord, DeclaratieFactuur
from services.cli.example_set import VIER_WEKEN, Claim
from services.declaration.contracts import Toewijzing
from services.kernel.catalogue import find

_DAG = timedelta(days=1)
PRESTATIES_MAXIMUM = 200_000
SEED_MAXIMUM = 99_999_999
# How many days into a period of four weeks a toewijzing begins: some begin with a broken one.
_BROKEN = (0, 0, 9)


@dataclass(frozen=True, slots=True)
class Vraag:
    """What an example is about: the parties, how many Prestaties, the day it is made on, and by which contract."""

    gemeente: str
    aanbieder: str
    prestaties: int
    seed: int
    vandaag: date
    release: str = messages.RELEASE
    factuur: bool = False
    letters: str = messages.WMO

    @property
    def vorm(self) -> str:
        """The vorm of the contract."""
        return example_set.FACTUUR if self.factuur else example_set.DECLARATIE

    @property
    def letter(self) -> str:
        """What its numbers begin with: those of a factuur are not those of a declaratie of the same seed."""
        return "F" if self.factuur else "V"

    @property
    def tijdvak(self) -> tuple[date, date]:
        """The DeclaratiePeriode: the last whole month or four weeks before `vandaag` that the set has tariffs for."""
        # The day after it is in a month or period that is not over yet, or that reaches beyond the tariffs.
        dag = min(self.vandaag, date(example_set.JAREN[-1] + 1, 1, 1))
        return self.vorige(example_set.tijdvak(self.release, dag)[0])

    def vorige(self, begin: date) -> tuple[date, date]:
        """The month or the four weeks before the one that begins on this day."""
        return example_set.tijdvak(self.release, begin - _DAG)

    @property
    def per_client(self) -> int:
        """Prestaties per Client, so that there are test BSNs enough."""
        return -(-self.prestaties // len(example_set.test_bsns()))


def toewijzingen(vraag: Vraag) -> Iterator[tuple[int, list[Toewijzing]]]:
    """Client after client: its number and its toewijzingen."""
    rng = random.Random(vraag.seed)  # an example comes back with its seed; nothing here is a secret
    codes = example_set.te_leveren(vraag.aanbieder, vraag.gemeente, vraag.release, vraag.vorm)
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
    begin, eind = vraag.tijdvak
    eerste = example_set.eerste_dag(vraag.release)
    for _ in range(rng.randint(0, 11) + vraag.per_client - 1):
        begin = vraag.vorige(begin)[0] if begin > eerste else eerste
    if vraag.release == VIER_WEKEN:
        begin += rng.choice(_BROKEN) * _DAG
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
        example_set.regel(bsn, f"{vraag.letter}{vraag.seed:08d}{nummer:07d}", toewijzing, claim)
        for nummer, (bsn, toewijzing, claim) in enumerate(claims, 1)
    ]


def _claims(vraag: Vraag, volgnummer: int, van_client: list[Toewijzing]) -> Iterator[tuple[str, Toewijzing, Claim]]:
    """What one client's toewijzingen claim, newest month or period first."""
    bsn = example_set.test_bsns()[volgnummer]
    begin, eind = vraag.tijdvak
    while any(toewijzing.ingangsdatum <= eind for toewijzing in van_client):
        for toewijzing in van_client:
            if claim := example_set.claim(toewijzing, begin):
                yield bsn, toewijzing, claim
        begin, eind = vraag.vorige(begin)


def _kop(vraag: Vraag, nummer: str, van: str, naar: str) -> Kop:
    return Kop(van, naar, f"{vraag.letter}{nummer}{vraag.seed:08d}", vraag.vandaag, vraag.letters)


def _heen(vraag: Vraag) -> Kop:
    """The Header of the 301."""
    return _kop(vraag, "301", vraag.gemeente, vraag.aanbieder)


def _declaratie(vraag: Vraag) -> Declaratie:
    return Declaratie(f"VD{vraag.seed:08d}", *vraag.tijdvak, regels(vraag))


def _declaratie_factuur(vraag: Vraag) -> DeclaratieFactuur:
    kop, inhoud = _kop(vraag, "303", vraag.aanbieder, vraag.gemeente), regels(vraag)
    personen = {regel.bsn: example_set.persoon_van(regel.bsn, vraag.gemeente) for regel in inhoud}
    return DeclaratieFactuur(kop, *vraag.tijdvak, inhoud, personen, vraag.factuur)


def _write_301(uit: BinaryIO, vraag: Vraag) -> None:
    volgnummer, producten = next(toewijzingen(vraag))
    SCHRIJF_301[vraag.release](uit, _heen(vraag), example_set.persoon(volgnummer, vraag.gemeente), producten)


def _write_302(uit: BinaryIO, vraag: Vraag) -> None:
    SCHRIJF_302[vraag.release](uit, _heen(vraag), f"{vraag.letter}302{vraag.seed:08d}", vraag.vandaag, ())


def _write_303(uit: BinaryIO, vraag: Vraag) -> None:
    messages_23.write_303(uit, _declaratie_factuur(vraag))


def _write_304(uit: BinaryIO, vraag: Vraag) -> None:
    messages_23.write_304(
        uit, _declaratie_factuur(vraag), Antwoord(f"{vraag.letter}304{vraag.seed:08d}", vraag.vandaag)
    )


def _write_323(uit: BinaryIO, vraag: Vraag) -> None:
    messages.write_323(uit, _kop(vraag, "323", vraag.aanbieder, vraag.gemeente), _declaratie(vraag))


def _write_325(uit: BinaryIO, vraag: Vraag) -> None:
    heen = _kop(vraag, "323", vraag.aanbieder, vraag.gemeente)
    kop = _kop(vraag, "325", vraag.gemeente, vraag.aanbieder)
    messages.write_325(uit, kop, heen, _declaratie(vraag), {})


_SCHRIJVERS: dict[tuple[str, str], Callable[[BinaryIO, Vraag], None]] = {
    ("301", "2.3"): _write_301,
    ("302", "2.3"): _write_302,
    ("303", "2.3"): _write_303,
    ("304", "2.3"): _write_304,
    ("301", "3.2"): _write_301,
    ("302", "3.2"): _write_302,
    ("323", "3.2"): _write_323,
    ("325", "3.2"): _write_325,
}
# (berichtsoort, release) of every example there is.
SOORTEN = tuple(
    (letters + nummer, release) for letters in (messages.WMO, messages.JW) for nummer, release in _SCHRIJVERS
)


def write(uit: BinaryIO, soort: str, vraag: Vraag) -> None:
    """Write the example of this berichtsoort ("WMO323"); ValueError when the set has no contract or tariff for it."""
    if not example_set.te_leveren(vraag.aanbieder, vraag.gemeente, vraag.release, vraag.vorm):
        wie = f"{vraag.aanbieder} met {vraag.gemeente}"
        raise ValueError(f"De voorbeeldset heeft geen contract van {wie} (release {vraag.release}, {vraag.vorm}).")
    eerste = example_set.eerste_dag(vraag.release)
    if vraag.vandaag < eerste or vraag.tijdvak[0] < eerste:
        raise ValueError(f"De voorbeeldset begint in {example_set.JAREN[0]}; kies een latere dag met --vandaag.")
    letters, nummer = soort[:-3], soort[-3:]
    _SCHRIJVERS[nummer, vraag.release](uit, replace(vraag, letters=letters))


Soort = Annotated[
    str, typer.Argument(help="WMO of JW met 301, 302, 323 of 325 (release 3.2), of met 301 tot en met 304 (2.3).")
]
Release = Annotated[str, typer.Option(help="Release van de standaard: 3.2 (per maand) of 2.3 (per vier weken).")]
Prestaties = Annotated[int, typer.Option(min=1, max=PRESTATIES_MAXIMUM, help="Aantal Prestaties.")]
Seed = Annotated[
    int | None, typer.Option(min=0, max=SEED_MAXIMUM, help="Zelfde getal, zelfde bericht.", show_default=False)
]
Uit = Annotated[Path | None, typer.Option(help="Map voor de bestanden; anders naar de uitvoer.", show_default=False)]
Gemeente = Annotated[str | None, typer.Option(help="CBS-code van de gemeente.", show_default=False)]
Aanbieder = Annotated[str | None, typer.Option(help="AGB-code van de aanbieder.", show_default=False)]
Factuur = Annotated[
    bool, typer.Option("--factuur", help="Release 2.3: van een contract met facturen in plaats van declaraties.")
]
Regelnummer = Annotated[
    str | None,
    typer.Option(
        metavar="REGEL", help="Een bericht dat deze regel schendt; kiest zelf de partijen.", show_default=False
    ),
]


def command(
    soort: Soort,
    release: Release = messages.RELEASE,
    prestaties: Prestaties = 10,
    seed: Seed = None,
    uit: Uit = None,
    gemeente: Gemeente = None,
    aanbieder: Aanbieder = None,
    factuur: Factuur = False,
    fout: Regelnummer = None,
    vandaag: Dag = None,
    as_json: AlsJson = False,
) -> None:
    """Schrijf een geldig voorbeeldbericht met verzonnen personen en FICTIEVE tarieven.

    Zonder gemeente of aanbieder: die van het eerste contract in de voorbeeldset.

    Hetzelfde seed hoort bij elkaar: retour bij toewijzing, declaratie bij wat is toegewezen, antwoord bij declaratie.

    Voorbeeld: hub example WMO323 --release 3.2 --prestaties 100 --seed 7 --uit voorbeelden

    Voorbeeld: hub example WMO303 --release 2.3 --factuur --seed 7

    Met --fout en --uit: per plaats van de regel een map met de berichten in de volgorde van verzenden en verwacht.json,
    dat zegt wie ze waarheen stuurt en wat de hub moet antwoorden.

    Voorbeeld: hub example WMO323 --release 3.2 --fout TR307 --uit fouten
    """
    soort = soort.upper()
    _eis_vraag(soort, release, fout is not None and bool(gemeente or aanbieder or factuur), as_json and uit is None)
    getal = secrets.randbelow(SEED_MAXIMUM + 1) if seed is None else seed
    try:
        if fout is not None:
            example_fouten.schrijf(find(soort, release), fout, getal, vandaag_of(vandaag), uit, as_json)
            return
        vorm = example_set.FACTUUR if factuur else example_set.DECLARATIE
        domein = find(soort, release).domein
        partijen = example_parties.contractpartijen(domein, release, vorm, gemeente, aanbieder)
        vraag = Vraag(*partijen, prestaties, getal, vandaag_of(vandaag), release, factuur)
        _to_file_or_output(uit, soort, vraag, as_json)
    except ValueError as onmogelijk:
        verkeerd(escape(str(onmogelijk)))


def _eis_vraag(soort: str, release: str, kiest_met_fout: bool, json_zonder_map: bool) -> None:
    if (soort, release) not in SOORTEN:
        bekend = ", ".join(f"{naam} {bekende}" for naam, bekende in SOORTEN)
        lijkt = bedoelde(soort, {naam for naam, _ in SOORTEN})
        verkeerd(f"Van {escape(soort)} {escape(release)} is er geen voorbeeld.{lijkt} Wel van: {bekend}.")
    if kiest_met_fout:
        verkeerd("--fout kiest zelf gemeente, aanbieder en vorm; laat --gemeente, --aanbieder en --factuur weg.")
    if json_zonder_map:
        verkeerd("--json noemt de geschreven bestanden; geef --uit. Zonder map is het bericht zelf de uitvoer.")


def _to_file_or_output(map_: Path | None, soort: str, vraag: Vraag, as_json: bool) -> None:
    if map_ is None:
        write(sys.stdout.buffer, soort, vraag)
        note(f"{soort} met seed {vraag.seed}")
        return
    map_.mkdir(parents=True, exist_ok=True)
    # Those of 3.2 keep the short name.
    merken = [vraag.release] * (vraag.release != messages.RELEASE) + [vraag.vorm] * vraag.factuur
    bestand = map_ / f"{'-'.join([soort, *merken, str(vraag.seed)])}.xml"
    with bezig(f"{soort} schrijven"), open(bestand, "wb") as file:
        write(file, soort, vraag)
    zeg(as_json, escape(str(bestand)), bestanden=[str(bestand)])
