"""What a gemeente sent before the hub was there: 301s, or the rows of a CSV, each read as the 301 it came in.

Levels 1 and 2; intake.py holds them against what is known, loading.py stores them. Every error names file and line or
row, element or column, and no value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from services.allocation.client_rules import bsn_voldoet_aan_elfproef
from services.allocation.header import Kop
from services.allocation.message import Client, ToegewezenProduct, Toewijzingsbericht, read_toewijzing
from services.allocation.rules import NIVEAU_2, onderwerpen, technische_bevindingen
from services.kernel import reading
from services.kernel.bevinding import Bevinding
from services.kernel.catalogue import Berichtsoort, supported
from services.kernel.celtypes import Kolom, bekijk
from services.kernel.loading import Cellen, Laadfout, eis_zonder, lees_cellen, noem
from services.kernel.reading import Afwijzing, Schemas, datum, tijd
from services.kernel.rules import Regel, check

Fout = tuple[int, str]  # the volgorde of a stuk, and what is wrong with it

# The 301s that have rules, by domein and release.
_SOORTEN: Final = {
    (soort.domein, soort.release): soort for soort in supported("allocation") if (soort.release, soort.naam) in NIVEAU_2
}

KOLOMMEN: Final[Mapping[str, Kolom]] = {
    "gemeente": Kolom("LDT_Gemeente"),
    "aanbieder": Kolom("LDT_AgbCode"),
    "bsn": Kolom("LDT_BurgerServicenummer"),
    "toewijzingnummer": Kolom("LDT_Nummer"),
    "categorie": Kolom("LDT_ProductCategorie", leeg=True),
    "productcode": Kolom("LDT_ProductCode", leeg=True),
    "ingangsdatum": Kolom("LDT_Datum"),
    "einddatum": Kolom("LDT_Datum", leeg=True),
    "volume": Kolom("LDT_Volume", leeg=True),
    "eenheid": Kolom("LDT_Eenheid", leeg=True),
    "frequentie": Kolom("LDT_Frequentie", leeg=True),
    "budget": Kolom("LDT_Budget", leeg=True, waarin="(eurocent)"),
    "reden_wijziging": Kolom("LDT_RedenWijziging", leeg=True),
    "toewijzingsdatum": Kolom("LDT_Datum"),
    "toewijzingstijd": Kolom("LDT_Tijd"),
}
_DOMEIN, _RELEASE, _WMO = "domein", "release", "wmo"
_KEUZEN: Final = {
    _DOMEIN: tuple(dict.fromkeys(domein for domein, _ in _SOORTEN)),
    _RELEASE: tuple(dict.fromkeys(release for _, release in _SOORTEN)),
}
_OMVANG: Final = ("volume", "eenheid", "frequentie")
# Of an element that a rule names: the column it stands in.
_KOLOM_VAN: Final = {
    "Afzender": "gemeente",
    "BerichtIdentificatie/Dagtekening": "toewijzingsdatum",
    "Omvang": "volume",
    "Product": "productcode",
    "RedenWijziging": "reden_wijziging",
}


@dataclass(frozen=True, slots=True)
class Stuk:
    """A 301 and where it was found: `plaats` is its file, or its row of a CSV, which has no `inhoud`.

    `volgorde` counts the files, or the rows. The header of a row is made up: the 301 it came in was dated its
    Toewijzingsdatum.
    """

    plaats: str
    volgorde: int
    bericht: Toewijzingsbericht
    inhoud: bytes | None = None
    sha256: str = ""

    @property
    def sleutel(self) -> tuple[str, str, str]:
        """What identifies a 301: its soort, Afzender and Identificatie."""
        return self.bericht.soort.naam, self.bericht.kop.afzender, self.bericht.kop.identificatie


def lees_bericht(naam: str, volgorde: int, inhoud: bytes, schemas: Schemas) -> Stuk:
    """The 301 of a file, of any release. Laadfout with everything that levels 1 and 2 say of it."""
    stream = reading.as_stream(inhoud)
    try:
        soort = reading.identify(stream)
        if soort not in _SOORTEN.values():
            namen = dict.fromkeys(soort.naam for soort in _SOORTEN.values())
            raise Laadfout([f"{naam}: verwacht een {' of '.join(namen)}"])
        bericht = read_toewijzing(stream, soort, schemas)
    except Afwijzing as fout:
        raise Laadfout([noem(naam, b) for b in fout.bevindingen] or [f"{naam}: {fout.detail}"]) from None
    eis_zonder([noem(naam, bevinding) for bevinding in technische_bevindingen(bericht)])
    return Stuk(naam, volgorde, bericht, inhoud, sha256(inhoud).hexdigest())


def lees_rijen(tekst: str) -> tuple[list[Stuk], list[Fout]]:
    """The rows of a CSV with KOLOMMEN, `release` and perhaps `domein` (without: wmo); what is wrong with the others.

    Laadfout when the header is another one.
    """
    gelezen, mis = lees_cellen(tekst, (*KOLOMMEN, *_KEUZEN), (_DOMEIN,))
    stukken = []
    fouten = [(0, fout) for fout in mis]
    for nummer, gevuld in gelezen:
        cellen = {**gevuld, _DOMEIN: gevuld[_DOMEIN] or _WMO}
        gevonden = [f"Rij {nummer}, kolom {kolom}: {fout}" for kolom, fout in _fouten(cellen)]
        soort = _soort(cellen)
        if gevonden or soort is None:
            fouten += [(nummer, fout) for fout in gevonden]
            continue
        stuk = Stuk(f"Rij {nummer}", nummer, _als_bericht(nummer, soort, cellen))
        bevindingen = list(_technisch(stuk.bericht))
        fouten += [(nummer, noem_bevinding(stuk, bevinding)) for bevinding in bevindingen]
        if not bevindingen:
            stukken.append(stuk)
    return stukken, fouten


def _fouten(cellen: Cellen) -> Iterator[tuple[str, str]]:
    soort = _soort(cellen)
    if soort is None:
        keuzen = {kolom: mogelijk for kolom, mogelijk in _KEUZEN.items() if cellen[kolom] not in mogelijk}
        yield from ((kolom, f"verwacht {' of '.join(mogelijk)}") for kolom, mogelijk in keuzen.items())
        return
    yield from ((kolom, f"verwacht {wat}") for kolom, wat in bekijk(cellen, KOLOMMEN, soort.standaard, soort.release))
    gevuld = [kolom for kolom in _OMVANG if cellen[kolom]]
    if 0 < len(gevuld) < len(_OMVANG):
        leeg = next(kolom for kolom in _OMVANG if not cellen[kolom])
        yield leeg, f"verwacht {', '.join(_OMVANG)} alle drie gevuld, of geen"
    if cellen["productcode"] and not cellen["categorie"]:
        yield "categorie", "verwacht een categorie bij de productcode"


def _soort(cellen: Cellen) -> Berichtsoort | None:
    """The 301 that a row came in."""
    return _SOORTEN.get((cellen[_DOMEIN], cellen[_RELEASE]))


def _als_bericht(nummer: int, soort: Berichtsoort, cellen: Cellen) -> Toewijzingsbericht:
    product = ToegewezenProduct(
        pad="",
        regelnummer=nummer,
        nummer=int(cellen["toewijzingnummer"]),
        referentie_aanbieder=None,
        categorie=cellen["categorie"] or None,
        code=cellen["productcode"] or None,
        toewijzingsdatum=datum(cellen["toewijzingsdatum"]),
        toewijzingstijd=tijd(cellen["toewijzingstijd"]),
        ingangsdatum=datum(cellen["ingangsdatum"]),
        einddatum=datum(cellen["einddatum"]) if cellen["einddatum"] else None,
        reden_wijziging=cellen["reden_wijziging"] or None,
        volume=int(cellen["volume"]) if cellen["volume"] else None,
        eenheid=cellen["eenheid"] or None,
        frequentie=cellen["frequentie"] or None,
        budget=int(cellen["budget"]) if cellen["budget"] else None,
    )
    kop = Kop("", nummer, cellen["gemeente"], cellen["aanbieder"], "", product.toewijzingsdatum)
    # Of the person nothing but the Bsn is kept, or judged.
    client = Client("", nummer, cellen["bsn"], date.min, None, False, "", None, None, (), (), None, (product,))
    return Toewijzingsbericht(soort, kop, client)


def _technisch(bericht: Toewijzingsbericht) -> Iterator[Bevinding]:
    """Level 2 of what a row has: its Bsn and its product."""
    van_product = [
        rule
        for rule in NIVEAU_2[bericht.soort.release, bericht.soort.naam]
        if isinstance(rule, Regel) and rule.klasse == "ToegewezenProduct"
    ]
    return check([bsn_voldoet_aan_elfproef, *van_product], bericht.soort, bericht, onderwerpen)


def noem_bevinding(stuk: Stuk, bevinding: Bevinding) -> str:
    """A finding as a sentence: which file and line or which row, which element or column, and what is wrong."""
    if stuk.inhoud is not None:
        return noem(stuk.plaats, bevinding)
    kolom = _KOLOM_VAN.get(bevinding.element, bevinding.element.lower())
    return f"{stuk.plaats}, kolom {kolom}: {bevinding.melding}"
