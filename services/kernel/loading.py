"""Reading a CSV file that a person hands over: every error named by row and column, and no cell quoted.

With a header, comma or semicolon, with or without BOM. Column names in any case, with or without underscores.
"""

import csv
import io
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from services.kernel.bevinding import Bevinding

Rij = dict[str, Any]
Cellen = dict[str, str]
Kolommen = Mapping[str, tuple[Callable[[str], Any], str]]

# What people keep by hand has fewer; a file of millions is refused before it fills the memory.
MAX_RIJEN: Final = 100_000
# So many errors are named; the others are counted.
MAX_FOUTEN: Final = 1_000

_BOM = "\ufeff"
_SCHEIDINGEN = {",": "komma", ";": "puntkomma"}


class Laadfout(ValueError):
    """A file that is not loaded; `fouten` says why, in Dutch, row by row: the first thousand of `aantal`."""

    def __init__(self, fouten: Sequence[str]) -> None:
        self.fouten = tuple(fouten[:MAX_FOUTEN])
        self.aantal = len(fouten)
        super().__init__("\n".join(self.fouten))


class TeVeelRijen(Laadfout):
    """A file with more rows than are read: `rijen` were, and `alle` is wrong so far."""

    def __init__(self, fouten: Sequence[str], rijen: Sequence[tuple[int, Cellen]]) -> None:
        super().__init__(fouten)
        self.alle = list(fouten)
        self.rijen = rijen


@dataclass(frozen=True, slots=True)
class Leeswijze:
    """How a file was read; `decimaal` is None where no amount has decimals."""

    scheiding: str
    bom: bool
    decimaal: str | None = None

    def __str__(self) -> str:
        decimaal = f"{self.decimaal} als decimaalteken" if self.decimaal else "geen decimalen"
        return f"{self.scheiding} als scheidingsteken, {decimaal}, {'met' if self.bom else 'zonder'} BOM"


def eis_zonder(fouten: Sequence[str]) -> None:
    """Laadfout when there are any."""
    if fouten:
        raise Laadfout(fouten)


def noem(bestand: str, bevinding: Bevinding) -> str:
    """A finding about a message in a file, as one sentence: file, line, element, and what is wrong."""
    regel = f", regel {bevinding.regelnummer}" if bevinding.regelnummer else ""
    element = f", {bevinding.element}" if bevinding.element else ""
    return f"{bestand}{regel}{element}: {bevinding.melding}"


def eerste_rijen(regels: Iterable[str], aantal: int = MAX_RIJEN) -> str:
    """The text of a file up to and including the first row that is too many: enough to refuse it."""
    bron = iter(regels)
    kop = next(bron, "")
    gelezen = [kop]
    lezer = csv.reader(_onthoud(bron, gelezen), delimiter=_scheiding(kop), strict=True)
    gevuld = (True for cellen in lezer if any(cel.strip() for cel in cellen))
    with suppress(csv.Error):  # whoever reads the text finds it again
        deque(islice(gevuld, aantal + 1), maxlen=0)
    return "".join(gelezen)


def _onthoud(regels: Iterator[str], gelezen: list[str]) -> Iterator[str]:
    for regel in regels:
        gelezen.append(regel)
        yield regel


def leeswijze(tekst: str, bedragen: Collection[str] = ()) -> Leeswijze:
    """Which of the ways to write a CSV this one has; `bedragen`: its cells with amounts."""
    tekens = {naam for teken, naam in ((".", "punt"), (",", "komma")) if any(teken in cel for cel in bedragen)}
    return Leeswijze(_SCHEIDINGEN[_scheiding(tekst)], tekst.startswith(_BOM), " en ".join(sorted(tekens)) or None)


def lees_cellen(
    tekst: str, kolommen: Collection[str], mag_ontbreken: Collection[str] = (), ten_hoogste: int | None = None
) -> tuple[list[tuple[int, Cellen]], list[str]]:
    """The rows that have a cell for every column, with their number in the file, and what is wrong with the others.

    A column of `mag_ontbreken` that the file lacks is empty in every row. Laadfout when the header is another one;
    TeVeelRijen with more than `ten_hoogste`.
    """
    rijen, fouten = _lees(tekst, kolommen, mag_ontbreken, ten_hoogste)
    leeg = dict.fromkeys(kolommen, "")
    return [(nummer, leeg | cellen) for nummer, cellen in rijen], fouten


def lees_csv(tekst: str, kolommen: Kolommen, mag_ontbreken: Collection[str] = ()) -> list[tuple[int, Rij]]:
    """The rows with their number in the file; Laadfout with everything that is wrong, none of it quoted.

    A column of `mag_ontbreken` that the file lacks is in no row.
    """
    rijen, fouten = lees_rijen(tekst, kolommen, mag_ontbreken)
    eis_zonder(fouten)
    return rijen


def lees_rijen(
    tekst: str, kolommen: Kolommen, mag_ontbreken: Collection[str] = ()
) -> tuple[list[tuple[int, Rij]], list[str]]:
    """As lees_csv, but the good rows beside what is wrong with the others: there may be more to say of them."""
    try:
        gelezen, fouten = _lees(tekst, kolommen, mag_ontbreken, MAX_RIJEN)
    except TeVeelRijen as fout:
        cellen_mis = (mis for nummer, cellen in fout.rijen for mis in _lees_rij(nummer, cellen, kolommen)[1])
        raise Laadfout([*fout.alle, *cellen_mis]) from None
    rijen: list[tuple[int, Rij]] = []
    for nummer, cellen in gelezen:
        rij, mis = _lees_rij(nummer, cellen, kolommen)
        fouten += mis
        if not mis:
            rijen.append((nummer, rij))
    return rijen, fouten


def _lees(
    tekst: str, kolommen: Collection[str], mag_ontbreken: Collection[str], ten_hoogste: int | None
) -> tuple[list[tuple[int, Cellen]], list[str]]:
    """The rows with the cells that the file has, and what is wrong with the others."""
    regels = io.StringIO(tekst.removeprefix(_BOM), newline="")
    lezer = csv.reader(regels, delimiter=_scheiding(tekst), strict=True)
    rijen: list[tuple[int, Cellen]] = []
    fouten: list[str] = []
    try:
        kop = _kop(next(lezer, []), kolommen, mag_ontbreken)
        for cellen in lezer:
            if not any(cel.strip() for cel in cellen):
                continue
            if len(rijen) + len(fouten) == ten_hoogste:
                # Named first: it is what to do something about before anything else.
                grens = f"{ten_hoogste:,}".replace(",", ".")
                te_lang = f"Rij {lezer.line_num} en verder: een bestand heeft ten hoogste {grens} rijen"
                raise TeVeelRijen([te_lang, *fouten], rijen)
            if len(cellen) != len(kop):
                fouten.append(f"Rij {lezer.line_num}: {len(cellen)} kolommen, verwacht {len(kop)}")
                continue
            rijen.append((lezer.line_num, dict(zip(kop, (cel.strip() for cel in cellen), strict=True))))
    except csv.Error:
        fouten.append(f"Rij {lezer.line_num}: geen leesbare CSV (aanhalingstekens?)")
    return rijen, fouten


def _scheiding(tekst: str) -> str:
    einde = tekst.find("\n")
    return ";" if ";" in (tekst if einde < 0 else tekst[:einde]) else ","


def _kop(gevonden: Sequence[str], kolommen: Collection[str], mag_ontbreken: Collection[str]) -> list[str]:
    bekend = {kolom.replace("_", ""): kolom for kolom in kolommen}
    kop = [bekend.get(naam.strip().lower().replace("_", ""), "") for naam in gevonden]
    if len(kop) != len(set(kop)) or not {*kolommen} - {*mag_ontbreken} <= {*kop} <= {*kolommen}:
        raise Laadfout([f"Rij 1: verwacht de kolommen {', '.join(kolommen)}"])
    return kop


def _lees_rij(nummer: int, cellen: Cellen, kolommen: Kolommen) -> tuple[Rij, list[str]]:
    rij: Rij = {}
    fouten = []
    for kolom, cel in cellen.items():
        lees, verwacht = kolommen[kolom]
        try:
            rij[kolom] = lees(cel)
        except ValueError:
            fouten.append(f"Rij {nummer}, kolom {kolom}: verwacht {verwacht}")
    if not fouten and rij.get("tot") is not None and rij["tot"] < rij["van"]:
        fouten.append(f"Rij {nummer}: tot ligt voor van")
    return rij, fouten
