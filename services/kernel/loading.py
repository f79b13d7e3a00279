"""Reading a CSV file that a person hands over: every error named by row and column, and no cell quoted.

With a header, comma or semicolon, with or without BOM. Column names in any case, with or without underscores.
"""

import csv
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from services.kernel.bevinding import Bevinding

Rij = dict[str, Any]
Cellen = dict[str, str]
Kolommen = Mapping[str, tuple[Callable[[str], Any], str]]


class Laadfout(ValueError):
    """A file that is not loaded; `fouten` says why, in Dutch, row by row."""

    def __init__(self, fouten: Sequence[str]) -> None:
        super().__init__("\n".join(fouten))
        self.fouten = tuple(fouten)


def eis_zonder(fouten: Sequence[str]) -> None:
    """Laadfout when there are any."""
    if fouten:
        raise Laadfout(fouten)


def noem(bestand: str, bevinding: Bevinding) -> str:
    """A finding about a message in a file, as one sentence: file, line, element, and what is wrong."""
    regel = f", regel {bevinding.regelnummer}" if bevinding.regelnummer else ""
    element = f", {bevinding.element}" if bevinding.element else ""
    return f"{bestand}{regel}{element}: {bevinding.melding}"


def lees_cellen(
    tekst: str, kolommen: Collection[str], mag_ontbreken: Collection[str] = ()
) -> tuple[list[tuple[int, Cellen]], list[str]]:
    """The rows that have a cell for every column, with their number in the file, and what is wrong with the others.

    A column of `mag_ontbreken` that the file lacks is empty in every row. Laadfout when the header is another one.
    """
    regels = tekst.removeprefix("\ufeff").splitlines(keepends=True)
    scheiding = ";" if regels and ";" in regels[0] else ","
    lezer = csv.reader(regels, delimiter=scheiding, strict=True)
    rijen: list[tuple[int, Cellen]] = []
    fouten: list[str] = []
    try:
        kop = _kop(next(lezer, []), kolommen, mag_ontbreken)
        for cellen in lezer:
            if not any(cel.strip() for cel in cellen):
                continue
            if len(cellen) != len(kop):
                fouten.append(f"Rij {lezer.line_num}: {len(cellen)} kolommen, verwacht {len(kop)}")
                continue
            leeg = dict.fromkeys(kolommen, "")
            rijen.append((lezer.line_num, leeg | dict(zip(kop, (cel.strip() for cel in cellen), strict=True))))
    except csv.Error:
        fouten.append(f"Rij {lezer.line_num}: geen leesbare CSV (aanhalingstekens?)")
    return rijen, fouten


def _kop(gevonden: Sequence[str], kolommen: Collection[str], mag_ontbreken: Collection[str]) -> list[str]:
    bekend = {kolom.replace("_", ""): kolom for kolom in kolommen}
    kop = [bekend.get(naam.strip().lower().replace("_", ""), "") for naam in gevonden]
    if len(kop) != len(set(kop)) or not {*kolommen} - {*mag_ontbreken} <= {*kop} <= {*kolommen}:
        raise Laadfout([f"Rij 1: verwacht de kolommen {', '.join(kolommen)}"])
    return kop


def lees_csv(tekst: str, kolommen: Kolommen) -> list[tuple[int, Rij]]:
    """The rows with their number in the file; Laadfout with everything that is wrong, none of it quoted."""
    gelezen, fouten = lees_cellen(tekst, kolommen)
    rijen: list[tuple[int, Rij]] = []
    for nummer, cellen in gelezen:
        rij, mis = _lees_rij(nummer, cellen, kolommen)
        rijen.append((nummer, rij))
        fouten += mis
    eis_zonder(fouten)
    return rijen


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
