"""Which files `hub send` sends, in which order, and where the answer to each is put.

Messages between the same two parties in the same standard may depend on each other (a 323 on its 301): they make one
group, which is sent one after another; groups go beside each other.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from rich.markup import escape

from services.cli.console import verkeerd
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Afwijzing, identify, read_partijen

Volgorde = Literal["partijen", "soort", "los"]
ANTWOORD: Final = ".antwoord.json"
RETOUR: Final = ".retour.xml"
_CIJFERS: Final = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Zending:
    """A file to send. `naar` is where its answer goes, under `naam`; `soort` and `verzender` as far as it says them.

    `groep` is the standard and the two parties, in order of code; empty when it does not say.
    """

    bestand: Path
    naar: Path
    naam: str
    soort: Berichtsoort | None
    verzender: str | None
    groep: tuple[str, ...]

    @property
    def dienst(self) -> Literal["allocation", "declaration"]:
        """Allocation says what is wrong with what is no message that the hub knows."""
        return "declaration" if self.soort and self.soort.dienst == "declaration" else "allocation"

    @property
    def antwoord(self) -> Path:
        return self._naast(ANTWOORD)

    @property
    def retour(self) -> Path:
        return self._naast(RETOUR)

    def _naast(self, ending: str) -> Path:
        return self.naar / f"{self.naam.removesuffix(self.bestand.suffix)}{ending}"


def zoek_zendingen(wat: Sequence[str], uit: Path | None) -> list[Zending]:
    """Everything in these files and folders, in this order; `-` reads names from stdin, a line each."""
    zendingen = [_lees(*plaats) for plaats in _plaatsen(wat, uit)]
    if not zendingen:
        verkeerd("Er zijn geen XML-bestanden om te versturen.")
    gezien: dict[Path, Path] = {}
    for zending in zendingen:
        eerder = gezien.setdefault(zending.antwoord, zending.bestand)
        if eerder != zending.bestand:
            beide = f"{escape(str(eerder))} en {escape(str(zending.bestand))}"
            verkeerd(f"De antwoorden op {beide} zouden hetzelfde bestand zijn. Geef hun map, of verstuur ze apart.")
    return list({zending.bestand: zending for zending in zendingen}.values())


def _plaatsen(wat: Iterable[str], uit: Path | None) -> Iterator[tuple[Path, Path, str]]:
    """A file, the folder for its answer and its name below that: in `uit`, as it stood below the folder given."""
    for pad in map(Path, _namen(wat)):
        waar = pad if pad.is_dir() else pad.parent
        for bestand in zoek_berichten([pad]):
            yield bestand, uit or waar, str(bestand.relative_to(waar))


def zoek_berichten(paden: Iterable[Path]) -> Iterator[Path]:
    """These files, and the XML files of these folders and those below; stops at what is neither."""
    for pad in paden:
        if pad.is_dir():
            yield from _in_map(pad)
        elif pad.is_file():
            yield pad
        else:
            verkeerd(f"{escape(str(pad))} bestaat niet, of is geen bestand of map.")


def _namen(wat: Iterable[str]) -> Iterator[str]:
    for naam in wat:
        if naam == "-":
            yield from filter(None, (regel.rstrip("\r\n") for regel in sys.stdin))
        else:
            yield naam


def _in_map(map_: Path) -> list[Path]:
    """The XML files of a folder and those below, by name as a person counts (2 before 10); no answers of before."""
    gevonden = (Path(waar) / naam for waar, _, namen in os.walk(map_) for naam in namen)
    berichten = [pad for pad in gevonden if pad.suffix.lower() == ".xml" and not pad.name.endswith(RETOUR)]
    return sorted(berichten, key=lambda pad: [_telbaar(deel) for deel in pad.relative_to(map_).parts])


def _telbaar(naam: str) -> list[tuple[int, int, str]]:
    delen = _CIJFERS.split(naam)
    return [(1, int(deel), deel) if deel.isdecimal() else (0, 0, deel) for deel in delen]


def _lees(bestand: Path, naar: Path, naam: str) -> Zending:
    soort: Berichtsoort | None = None
    verzender: str | None = None
    groep: tuple[str, ...] = ()
    # The hub says what is wrong with a message, and sending it that its file cannot be read.
    with suppress(Afwijzing, OSError), open(bestand, "rb") as stroom:
        soort = identify(stroom)
        verzender, bestemming = read_partijen(stroom, soort)
        if verzender and bestemming:
            groep = soort.standaard, *sorted((verzender, bestemming))
    return Zending(bestand, naar, naam, soort, verzender, groep)


def in_groepen(zendingen: Sequence[Zending], volgorde: Volgorde, tegelijk: int) -> list[list[Zending]]:
    """What must go one after another, per group; groups are independent of each other.

    soort: within a group first what allocation takes, by number, then declarations, then their answers.
    """
    if volgorde == "los" and tegelijk > 1:
        return [[zending] for zending in zendingen]
    groepen: dict[tuple[str, ...], list[Zending]] = {}
    for zending in zendingen:
        groepen.setdefault(zending.groep if tegelijk > 1 else (), []).append(zending)
    if volgorde == "soort":
        return [sorted(groep, key=_rang) for groep in groepen.values()]
    return list(groepen.values())


def _rang(zending: Zending) -> tuple[bool, str]:
    return zending.dienst == "declaration", zending.soort.naam[-3:] if zending.soort else ""
