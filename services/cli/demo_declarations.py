"""The year of declarations, term after term, as a story tells it.

A story is data: its release, what is declared in each geval of demo.csv, and how its messages are written. That of 3.2
stands in demo_months.py, that of 2.3 in demo_four_weeks.py.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.cli.demo_cases import Administratie, Geval, Lijn, termijnen
from services.cli.demo_scenario import GEWEIGERDE_301, ZONDER_MANDAAT, Deelnemer, Zending
from services.cli.example_messages import Kop, Regel
from services.kernel.catalogue import Berichtsoort, find

_TOT_VERZENDEN, _TOT_ANTWOORD = timedelta(days=5), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Opgave:
    """What one aanbieder declares to one gemeente in one term."""

    aanbieder: str
    gemeente: str
    nummer: int
    begin: date
    eind: date
    lijnen: tuple[Lijn, ...]

    @property
    def sleutel(self) -> tuple[str, str, int]:
        return self.aanbieder, self.gemeente, self.nummer

    @property
    def regels(self) -> list[Regel]:
        return [lijn.regel for lijn in self.lijnen]

    @property
    def kop(self) -> Kop:
        """The Header of the declaration."""
        return Kop(self.aanbieder, self.gemeente, f"D{self.gemeente}{self.nummer:02d}", self.eind + _TOT_VERZENDEN)

    @property
    def kop_antwoord(self) -> Kop:
        """The Header of the gemeente's own answer."""
        nummer = f"A{self.aanbieder[-1]}{self.nummer:02d}"
        return Kop(self.gemeente, self.aanbieder, nummer, self.kop.dagtekening + _TOT_ANTWOORD)

    @property
    def afgekeurd(self) -> dict[str, list[str]]:
        """The codes of the lines that must be refused, by ReferentieNummer."""
        return {lijn.regel.referentie: sorted(lijn.codes) for lijn in self.lijnen if lijn.codes}

    def verwacht(self, soort: Berichtsoort, partij: str, inhoud: bytes, oordeel: str, waarover: str = "") -> Zending:
        """This message about it, with what it must award."""
        toegekend = sum(lijn.toegekend for lijn in self.lijnen)
        te_betalen = sum(lijn.toegekend for lijn in self.lijnen if lijn.betaalt)
        redenen = "; ".join(lijn.waarover for lijn in self.lijnen if lijn.waarover)
        waarover = f"{waarover}{redenen}" if redenen else ""
        return Zending(soort, partij, inhoud, oordeel, waarover, toegekend=toegekend, te_betalen=te_betalen)


@dataclass(frozen=True, slots=True)
class Verhaal:
    """How one release tells the year.

    `schrijf` writes a declaration, `schrijf_antwoord` the gemeente's own answer to it. `eerst` has messages that are
    not taken in, or award nothing: the right one follows. That of `nog_eens` is sent twice.
    """

    naam: str
    release: str
    soort: str
    gevallen: Mapping[str, Geval]
    eerst: Mapping[tuple[str, str, int], Callable[[Opgave], Zending]]
    nog_eens: tuple[str, str, int]
    schrijf: Callable[[Opgave], bytes]
    schrijf_antwoord: Callable[[Opgave], bytes]


def declareren(
    verhaal: Verhaal, wie: tuple[Deelnemer, ...], boeken: defaultdict[str, Administratie]
) -> Iterator[Zending]:
    """Term after term what every aanbieder declares to every gemeente; without mandaat the gemeente's answer follows.

    `boeken` per aanbieder: one series of ReferentieNummers for all that it declares, in whatever release.
    """
    groepen: dict[tuple[str, str], list[Deelnemer]] = defaultdict(list)
    for een in wie:
        if een.release == verhaal.release and een.geval not in GEWEIGERDE_301:
            groepen[een.aanbieder, een.gemeente].append(een)
    for nummer, termijn in enumerate(termijnen(verhaal.release), 1):
        for (aanbieder, gemeente), leden in groepen.items():
            lijnen = _lijnen(verhaal, boeken[aanbieder], leden, nummer)
            if lijnen:
                yield from _zendingen(verhaal, Opgave(aanbieder, gemeente, nummer, *termijn, lijnen))


def _lijnen(verhaal: Verhaal, boek: Administratie, leden: list[Deelnemer], nummer: int) -> tuple[Lijn, ...]:
    """All lines of one term; those of one Bsn stand together."""
    lijnen = [
        lijn for een in leden for t in een.toewijzingen for lijn in verhaal.gevallen[een.geval](boek, een, t, nummer)
    ]
    return tuple(sorted(lijnen, key=lambda lijn: lijn.regel.bsn))


def _zendingen(verhaal: Verhaal, opgave: Opgave) -> Iterator[Zending]:
    if opgave.gemeente == ZONDER_MANDAAT:
        yield from _via_de_gemeente(verhaal, opgave)
        return
    if eerst := verhaal.eerst.get(opgave.sleutel):
        yield eerst(opgave)
    zending = door_de_hub(verhaal, opgave)
    yield zending
    if opgave.sleutel == verhaal.nog_eens:
        waarover = f"dezelfde {verhaal.soort[3:]} nog eens: hetzelfde antwoord, niets opgeslagen"
        yield replace(zending, status=200, waarover=waarover)


def door_de_hub(verhaal: Verhaal, opgave: Opgave) -> Zending:
    """With mandaat the hub judges."""
    soort, codes = find(verhaal.soort, verhaal.release), frozenset[str]()
    geheel = all(lijn.toegekend == lijn.regel.waarde for lijn in opgave.lijnen)
    oordeel = "goedgekeurd" if geheel else "deels_afgekeurd"
    zending = opgave.verwacht(soort, opgave.aanbieder, verhaal.schrijf(opgave), oordeel)
    return replace(zending, codes=codes.union(*(lijn.codes for lijn in opgave.lijnen)))


def _via_de_gemeente(verhaal: Verhaal, opgave: Opgave) -> Iterator[Zending]:
    """Without mandaat the hub passes the declaration on, and the gemeente's own answer decides."""
    soort = find(verhaal.soort, verhaal.release)
    yield Zending(soort, opgave.aanbieder, verhaal.schrijf(opgave), "doorgestuurd")
    antwoord, inhoud = find(soort.antwoord or "", soort.release), verhaal.schrijf_antwoord(opgave)
    yield opgave.verwacht(antwoord, opgave.gemeente, inhoud, "goedgekeurd", "Rijswijk oordeelt zelf: ")
