"""What the 301s of before the hub bring, held against what is known and against each other; nothing is stored here."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from services.allocation.message import ToegewezenProduct
from services.allocation.rules import Feiten
from services.allocation.running_state import Fout, Stuk, noem_bevinding
from services.allocation.store import (
    ANDERE_TOEWIJZING,
    GELIJK_STEMPEL,
    Aanvulling,
    Bereik,
    Versie,
    Versies,
    bereik_van,
    sorteer,
)
from services.allocation.verdict import judge
from services.kernel.codelists import gemeente_bestaat
from services.kernel.read_in import Sleutel

_VAN_PRODUCT: Final = (
    *("referentie_aanbieder", "categorie", "code", "toewijzingsdatum", "toewijzingstijd", "ingangsdatum", "einddatum"),
    *("reden_wijziging", "volume", "eenheid", "frequentie", "budget"),
)


@dataclass(frozen=True, slots=True)
class Bekend:
    """What the hub knows: `berichten` has (sha256, telt) of the 301s by soort, Afzender and Identificatie.

    `partijen` that take part: {code: soort}; `hash` gives the keyed hash of a Bsn.
    """

    versies: Mapping[Bereik, Versies]
    berichten: Mapping[Sleutel, Sequence[tuple[str, bool]]]
    partijen: Mapping[str, str]
    hash: Callable[[str], str]


class Opname:
    """What a load brings on top of what is known; it belongs to one load.

    `versies` has what is known and what is new: of a new one nr is -1, -2, ... in the order of `nieuw`. `herhaald`: the
    versions that a 301 repeats, by nr. `aanwezig`: how many stukken the hub has already.
    """

    def __init__(self, bekend: Bekend, vandaag: date) -> None:
        self.versies: dict[Bereik, dict[int, list[Versie]]] = defaultdict(lambda: defaultdict(list))
        self.berichten: list[Stuk] = []
        self.nieuw: list[tuple[Stuk, ToegewezenProduct]] = []
        self.herhaald: list[tuple[int, Stuk]] = []
        self.signalen: list[tuple[str, ToegewezenProduct, Stuk]] = []
        self.aanwezig = 0
        self._bekend = bekend
        self._vandaag = vandaag
        self._gezien: dict[Sleutel, list[tuple[str, bool]]] = defaultdict(list)
        for bereik, versies in bekend.versies.items():
            for nummer, van_nummer in versies.items():
                self.versies[bereik][nummer] = [*van_nummer]

    def neem_op(self, stuk: Stuk) -> list[str]:
        """Add one; what is wrong with it, if anything, and then it adds nothing."""
        eerder = [*self._bekend.berichten.get(stuk.sleutel, ()), *self._gezien[stuk.sleutel]] if stuk.inhoud else []
        gelijk = [telt for sha256, telt in eerder if sha256 == stuk.sha256]
        if gelijk:
            self.aanwezig += 1
            return [] if any(gelijk) else [f"{stuk.plaats}: verwacht een bericht dat niet eerder is afgekeurd"]
        client = self._bekend.hash(stuk.bericht.client.bsn)
        if fouten := self._oordeel(stuk, client, bezet=any(telt for _, telt in eerder)):
            return fouten
        aanvulling = sorteer(stuk.bericht, client, self.versies[bereik_van(stuk.bericht)])
        return self._voeg_toe(stuk, client, aanvulling) if stuk.inhoud else self._voeg_rij_toe(stuk, client, aanvulling)

    def _oordeel(self, stuk: Stuk, client: str, bezet: bool) -> list[str]:
        bericht = stuk.bericht
        if vreemd := self._niet_aangesloten(stuk):
            return vreemd
        versies = self.versies[bereik_van(bericht)]
        feiten = Feiten(
            vandaag=self._vandaag,
            identificatie_bezet=bezet,
            gemeente_bestaat=all(
                gemeente_bestaat(bericht.kop.afzender, product.ingangsdatum) for product in bericht.client.producten
            ),
            client=client,
            toewijzingen={n: versies[n][0].toewijzing for n in bericht.nummers if versies.get(n)},
        )
        return [noem_bevinding(stuk, bevinding) for bevinding in judge(bericht, (), feiten).bevindingen]

    def _niet_aangesloten(self, stuk: Stuk) -> list[str]:
        wie = {"gemeente": stuk.bericht.kop.afzender, "aanbieder": stuk.bericht.kop.ontvanger}
        vreemd = [soort for soort, code in wie.items() if self._bekend.partijen.get(code) != soort]
        waar = {soort: stuk.plaats if stuk.inhoud else f"{stuk.plaats}, kolom {soort}" for soort in vreemd}
        return [f"{waar[soort]}: verwacht een {soort} die op deze hub is aangesloten" for soort in vreemd]

    def _voeg_toe(self, stuk: Stuk, client: str, aanvulling: Aanvulling) -> list[str]:
        self._gezien[stuk.sleutel].append((stuk.sha256, True))
        self.berichten.append(stuk)
        self.herhaald += [(nr, stuk) for nr in aanvulling.herhaald]
        self.signalen += [(soort, product, stuk) for soort, product in aanvulling.signalen]
        for product in aanvulling.nieuw.values():
            self._voeg_versie_toe(stuk, product, client)
        return []

    def _voeg_rij_toe(self, stuk: Stuk, client: str, aanvulling: Aanvulling) -> list[str]:
        """A person chose these rows: what a message may leave open is an error in them."""
        soorten = {soort for soort, _ in aanvulling.signalen}
        if ANDERE_TOEWIJZING in soorten:
            return [f"{stuk.plaats}, kolom toewijzingnummer: verwacht een nummer dat geen andere toewijzing heeft"]
        if GELIJK_STEMPEL in soorten or any(nr < 0 for nr in aanvulling.herhaald):
            kolom = "kolom toewijzingsdatum"
            return [f"{stuk.plaats}, {kolom}: verwacht een nummer eenmaal, of een versie van een ander tijdstip"]
        self.aanwezig += bool(aanvulling.herhaald)
        for product in aanvulling.nieuw.values():
            self._voeg_versie_toe(stuk, product, client)
        return []

    def _voeg_versie_toe(self, stuk: Stuk, product: ToegewezenProduct, client: str) -> None:
        self.nieuw.append((stuk, product))
        bericht = stuk.bericht
        versie = Versie(
            nummer=product.nummer or 0,
            aanbieder=bericht.kop.ontvanger,
            release=bericht.soort.release,
            **{naam: getattr(product, naam) for naam in _VAN_PRODUCT},
            nr=-len(self.nieuw),
            client=client,
        )
        self.versies[bereik_van(bericht)][versie.nummer].append(versie)


def neem_op(stukken: Sequence[Stuk], bekend: Bekend, vandaag: date) -> tuple[Opname, list[Fout]]:
    """What these bring, taken in the order in which they were sent, and what is wrong with them."""
    opname = Opname(bekend, vandaag)
    fouten = [(stuk.volgorde, fout) for stuk in sorted(stukken, key=_verzonden) for fout in opname.neem_op(stuk)]
    return opname, fouten


def _verzonden(stuk: Stuk) -> tuple[Any, ...]:
    """301s by their Dagtekening; rows, that are dated their Toewijzingsdatum, by their time as well."""
    stempel = time.min if stuk.inhoud else stuk.bericht.client.producten[0].toewijzingstijd
    return stuk.bericht.kop.dagtekening, stempel, stuk.volgorde
