"""Judged Prestaties of before the hub, read from a CSV row by row; history_checks.py holds the rows against each other.

Every error names row and column, and no value. Amounts in the file are eurocent without a sign, as in a message.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum.nl import bsn as elfproef

from services.declaration.rules.feiten import AFGEKEURD, DECLARATIE, FACTUUR, GOEDGEKEURD
from services.kernel.catalogue import supported
from services.kernel.celtypes import Kolom, bekijk
from services.kernel.loading import Cellen, lees_cellen
from services.kernel.reading import datum

Fout = tuple[int, str]  # the row, and what is wrong with it

VIER_WEKEN: Final = "2.3"  # the release of the four-week contract
# The 303s and 323s, by domein and release.
_SOORTEN: Final = {(soort.domein, soort.release): soort for soort in supported("declaration") if soort.antwoord}
_EUROCENT: Final = "(eurocent)"
_TYPEN: Final[Mapping[str, Kolom]] = {
    "gemeente": Kolom("LDT_Gemeente"),
    "aanbieder": Kolom("LDT_AgbCode"),
    "bsn": Kolom("LDT_BurgerServicenummer"),
    # In 3.2 a type of its own, with the same length.
    "declaratienummer": Kolom("LDT_IdentificatieBericht"),
    "declaratieperiode_begin": Kolom("LDT_Datum"),
    "declaratieperiode_eind": Kolom("LDT_Datum"),
    "referentienummer": Kolom("LDT_ReferentieNummer"),
    "vorig": Kolom("LDT_ReferentieNummer", leeg=True),
    "toewijzingnummer": Kolom("LDT_Nummer", leeg=True),
    "categorie": Kolom("LDT_ProductCategorie"),
    "productcode": Kolom("LDT_ProductCode"),
    "productperiode_begin": Kolom("LDT_Datum"),
    "productperiode_eind": Kolom("LDT_Datum"),
    "volume": Kolom("LDT_Volume"),
    "eenheid": Kolom("LDT_Eenheid"),
    "tarief": Kolom("LDT_Bedrag", leeg=True, waarin=_EUROCENT),
    "bedrag": Kolom("LDT_Bedrag", waarin=_EUROCENT),
    "debet_credit": Kolom("LDT_DebetCredit"),
    "toegekend": Kolom("LDT_Bedrag", leeg=True, waarin=_EUROCENT),
    "verwerkt_op": Kolom("LDT_Datum", leeg=True),
}
_DOMEIN, _RELEASE, _VORM, _STATUS, _WMO = "domein", "release", "vorm", "status", "wmo"
_KEUZEN: Final = {
    _DOMEIN: tuple(dict.fromkeys(domein for domein, _ in _SOORTEN)),
    _RELEASE: tuple(dict.fromkeys(release for _, release in _SOORTEN)),
    _VORM: (DECLARATIE, FACTUUR),
    _STATUS: (GOEDGEKEURD, AFGEKEURD),
}
_MAG_ONTBREKEN: Final = (_DOMEIN, "verwerkt_op")


@dataclass(frozen=True, slots=True)
class Declaratiesleutel:
    """What identifies a declaration: DeclaratieNummer, in 2.3 DeclarantFactuurNummer (TR324, TR333)."""

    aanbieder: str
    domein: str
    release: str
    nummer: str


@dataclass(frozen=True, slots=True)
class Regel:
    """One judged Prestatie: `rij` is its row, `bsn` stays in memory. Amounts are signed; a refused one was awarded 0.

    `verwerkt_op` is the day on which the gemeente judged it; where the file does not tell, DeclaratiePeriode's end.
    """

    rij: int
    gemeente: str
    bsn: str
    sleutel: Declaratiesleutel
    vorm: str
    declaratie_begin: date
    declaratie_eind: date
    referentienummer: str
    vorig: str | None
    toewijzing: int | None
    categorie: str
    code: str
    begin: date
    eind: date
    volume: int
    eenheid: str
    tarief: int | None
    bedrag: int
    dc: str
    status: str
    toegekend: int
    verwerkt_op: date

    @property
    def goedgekeurd(self) -> bool:
        return self.status == GOEDGEKEURD

    @property
    def declaratie(self) -> tuple[str, str, date, date, date]:
        """What the rows of one declaration have in common."""
        return self.gemeente, self.vorm, self.declaratie_begin, self.declaratie_eind, self.verwerkt_op


def lees_regels(tekst: str, vandaag: date) -> tuple[list[Regel], list[Fout]]:
    """The rows that are right by themselves, and what is wrong with the others; without a domein they are of the Wmo.

    Laadfout when the header is another one.
    """
    gelezen, mis = lees_cellen(tekst, (*_TYPEN, *_KEUZEN), _MAG_ONTBREKEN)
    regels: list[Regel] = []
    fouten = [(0, fout) for fout in mis]
    for rij, gevuld in gelezen:
        cellen = {**gevuld, _DOMEIN: gevuld[_DOMEIN] or _WMO}
        gevonden = [*_mis_met_cellen(cellen)]
        if not gevonden:
            regel = _regel(rij, cellen)
            gevonden = [*_mis_met_regel(regel, cellen, vandaag)]
            if not gevonden:
                regels.append(regel)
        fouten += [(rij, noem(rij, kolom, wat)) for kolom, wat in gevonden]
    return regels, fouten


def noem(rij: int, kolom: str, verwacht: str) -> str:
    """An error as a sentence."""
    return f"Rij {rij}, kolom {kolom}: verwacht {verwacht}"


def _mis_met_cellen(cellen: Cellen) -> Iterator[tuple[str, str]]:
    """(column, what was expected) of each cell that cannot be read."""
    for kolom, mogelijk in _KEUZEN.items():
        if cellen[kolom] not in mogelijk:
            yield kolom, " of ".join(mogelijk)
    soort = _SOORTEN.get((cellen[_DOMEIN], cellen[_RELEASE]))
    if soort is not None:
        yield from bekijk(cellen, _TYPEN, soort.standaard, soort.release)


def _mis_met_regel(regel: Regel, cellen: Cellen, vandaag: date) -> Iterator[tuple[str, str]]:
    """(column, what was expected) of what does not go together in one row."""
    if elfproef.checksum(regel.bsn) != 0:
        yield "bsn", "een bsn dat voldoet aan de elfproef"
    if regel.sleutel.release != VIER_WEKEN and regel.vorm == FACTUUR:
        yield _VORM, f"{DECLARATIE} (een factuur is er alleen in release {VIER_WEKEN})"
    if regel.sleutel.release != VIER_WEKEN and regel.toewijzing is None:
        yield "toewijzingnummer", f"een nummer (alleen in release {VIER_WEKEN} mag het leeg zijn)"
    if regel.declaratie_eind < regel.declaratie_begin:
        yield "declaratieperiode_eind", "een dag op of na declaratieperiode_begin"
    if regel.eind < regel.begin:
        yield "productperiode_eind", "een dag op of na productperiode_begin"
    if (regel.dc == "C") != (regel.vorig is not None):
        yield "vorig", "een nummer bij een credit, en alleen daarbij"
    if regel.verwerkt_op > vandaag:
        yield "verwerkt_op" if cellen["verwerkt_op"] else "declaratieperiode_eind", "een dag die niet na vandaag ligt"
    if mis := _mis_met_toegekend(regel, cellen):
        yield "toegekend", mis


def _mis_met_toegekend(regel: Regel, cellen: Cellen) -> str | None:
    """Only a declaratie of 2.3 is awarded in part, and only a debit."""
    bedrag, toegekend = abs(regel.bedrag), abs(regel.toegekend)
    if not regel.goedgekeurd:
        return None if cellen["toegekend"] in ("", "0") else "leeg of 0 bij wat is afgekeurd"
    if regel.sleutel.release == VIER_WEKEN and regel.vorm == DECLARATIE and regel.dc == "D":
        return None if 0 < toegekend <= bedrag or bedrag == 0 else "meer dan 0 en niet meer dan bedrag"
    return None if toegekend == bedrag else "gelijk aan bedrag, of leeg"


def _regel(rij: int, cellen: Cellen) -> Regel:
    teken = -1 if cellen["debet_credit"] == "C" else 1
    bedrag = int(cellen["bedrag"])
    toegekend = int(cellen["toegekend"] or bedrag) if cellen[_STATUS] == GOEDGEKEURD else 0
    eind = datum(cellen["declaratieperiode_eind"])
    return Regel(
        rij=rij,
        gemeente=cellen["gemeente"],
        bsn=cellen["bsn"],
        sleutel=Declaratiesleutel(cellen["aanbieder"], cellen[_DOMEIN], cellen[_RELEASE], cellen["declaratienummer"]),
        vorm=cellen[_VORM],
        declaratie_begin=datum(cellen["declaratieperiode_begin"]),
        declaratie_eind=eind,
        referentienummer=cellen["referentienummer"],
        vorig=cellen["vorig"] or None,
        toewijzing=int(cellen["toewijzingnummer"]) if cellen["toewijzingnummer"] else None,
        categorie=cellen["categorie"],
        code=cellen["productcode"],
        begin=datum(cellen["productperiode_begin"]),
        eind=datum(cellen["productperiode_eind"]),
        volume=int(cellen["volume"]),
        eenheid=cellen["eenheid"],
        tarief=int(cellen["tarief"]) if cellen["tarief"] else None,
        bedrag=teken * bedrag,
        dc=cellen["debet_credit"],
        status=cellen[_STATUS],
        toegekend=teken * toegekend,
        verwerkt_op=datum(cellen["verwerkt_op"]) if cellen["verwerkt_op"] else eind,
    )
