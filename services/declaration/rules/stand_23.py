"""The running sums of a verdict on a 303: `Stand` and the money per four weeks. Amounts are eurocent."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.declaration import four_weeks
from services.declaration.contracts import Contract, Gebroken, Telwijze, Toewijzing, contract_for, mapping_of
from services.declaration.contracts import Mapping as Vorm
from services.declaration.journal import gedeclareerd, laatste_dag
from services.declaration.message import Declaratie303, Prestatie303
from services.declaration.rules.feiten import GOEDGEKEURD, Debetregel, Feiten
from services.declaration.rules.stand import Stand
from services.declaration.tariffs import prijs_per_eenheid

_EUROS, _STUKS = "83", "82"
# From here on every Prestatie names its ToewijzingNummer (TR303, IV051).
_NUMMER_VERPLICHT = date(2017, 6, 12)


@dataclass(frozen=True, slots=True)
class Berekening:
    """GemeenteBerekendBedrag of a line, and per period label where it is counted per four weeks."""

    totaal: int
    per_periode: dict[str, int] | None = None


class Stand303(Stand):
    """The running sums of one verdict on a 303. It belongs to one call of `judge` and is never kept."""

    declaratie: Declaratie303

    def __init__(self, declaratie: Declaratie303, feiten: Feiten) -> None:
        super().__init__(declaratie, feiten)
        self._d: Counter[tuple[int, str]] = Counter()
        self._afspraak: dict[tuple[int, str], Contract | None] = {}

    def toewijzing_van(self, prestatie: Prestatie303) -> Toewijzing | None:
        """By ToewijzingNummer; without one by the other keys, if only one of before June 2017 fits (TR303).

        A removed toewijzing counts as never sent: 2.3 has no code of its own for it.
        """
        if prestatie.toewijzing is not None:
            toewijzing = self.toewijzing(prestatie.toewijzing)
        else:
            gevonden = [oud for oud in self.feiten.oude_toewijzingen if self._past(prestatie, oud)]
            toewijzing = gevonden[0] if len(gevonden) == 1 else None
        return None if toewijzing is None or toewijzing.verwijderd else toewijzing

    def _past(self, prestatie: Prestatie303, oud: Toewijzing) -> bool:
        return (
            oud.toewijzingsdatum < _NUMMER_VERPLICHT
            and oud.client == self.client(prestatie)
            and oud.categorie == prestatie.categorie
            and oud.code in (None, prestatie.code)
            and oud.ingangsdatum <= prestatie.begin
            and (oud.einddatum is None or prestatie.eind <= oud.einddatum)
        )

    def mag_declareren(self, toewijzing: Toewijzing) -> bool:
        """The Aanbieder of the Header, or one that it keeps the administration of (TR311)."""
        return (
            toewijzing.aanbieder == self.declaratie.kop.afzender
            or toewijzing.aanbieder in self.feiten.administratie_van
        )

    def prijzen(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> frozenset[int] | None:
        """What a piece may cost: the price of each period that the line touches; None: nothing to compare with."""
        wat = prestatie.code, prestatie.begin, prestatie.eind
        telwijze, tarieven = self._telwijze(prestatie, toewijzing), self.feiten.tarieven
        if isinstance(telwijze, Gebroken):
            return four_weeks.periodeprijs(toewijzing, self.feiten.periodes, tarieven, *wat)
        prijs = prijs_per_eenheid(toewijzing, telwijze, tarieven, *wat)
        return None if prijs is None else frozenset({prijs})

    def bereken(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> Berekening | None:
        """GemeenteBerekendBedrag, whatever optional fields of the line are empty; None: no tariff to compute with."""
        feiten, telwijze = self.feiten, self._telwijze(prestatie, toewijzing)
        if isinstance(telwijze, Gebroken):
            wat = prestatie.code, prestatie.begin, prestatie.eind, prestatie.volume
            laatste = self._laatste_dag(prestatie, toewijzing)
            tabel = feiten.periodes, feiten.tarieven
            per_periode = four_weeks.berekend(toewijzing, telwijze, *tabel, *wat, laatste)
            return None if per_periode is None else Berekening(sum(per_periode.values()), per_periode)
        if prestatie.eenheid == _EUROS:
            # The volume of euros is the amount itself, and TR321 and TR322 hold it to the grant.
            return Berekening(prestatie.volume)
        prijzen = self.prijzen(prestatie, toewijzing)
        return None if prijzen is None else Berekening(max(prijzen) * prestatie.volume)

    def verdeel(
        self, prestatie: Prestatie303, toewijzing: Toewijzing, berekening: Berekening, toegekend: int
    ) -> Mapping[str, int]:
        """D of the line per period, when this much is awarded; empty where A per period is not known or not per week.

        Pieces in total (mapping P) name no period of their own: TR322 counts them.
        """
        telwijze = self._telwijze(prestatie, toewijzing)
        if toewijzing.volume is None or telwijze is None or telwijze is Vorm.P:
            return {}
        periode = prestatie.begin, prestatie.eind
        laatste, tabel = self._laatste_dag(prestatie, toewijzing), self.feiten.periodes
        per_periode = berekening.per_periode
        wat = prestatie.volume, toegekend, dict[str, int](), laatste, per_periode
        return gedeclareerd(toewijzing, telwijze, tabel, *periode, *wat).bedragen

    def past_in_toegewezen(self, toewijzing: Toewijzing, verdeling: Mapping[str, int], *, per_vier_weken: bool) -> bool:
        """Whether D stays within A in every period, with this added."""
        for label, bedrag in verdeling.items():
            vak = toewijzing.nummer, label
            a = self.feiten.toegewezen.get(vak, 0 if per_vier_weken else None)
            if a is not None and self.feiten.gedeclareerd.get(vak, 0) + self._d[vak] + bedrag > a:
                return False
        return True

    def ken_toe(self, prestatie: Prestatie303, toewijzing: Toewijzing, verdeling: Mapping[str, int]) -> None:
        """Add an awarded debit line to the sums."""
        self.boek(prestatie, toewijzing)
        for label, bedrag in verdeling.items():
            self._d[toewijzing.nummer, label] += bedrag

    def crediteer(self, debet: Debetregel, referentienummer: str) -> None:
        """Take the debit of an accepted credit out of the sums; of a refused debit nothing is in them."""
        if debet.status != GOEDGEKEURD:
            return
        self.geef_vrij(debet, referentienummer)
        for label, bedrag in debet.per_periode.items():
            if debet.toewijzing is not None:
                self._d[debet.toewijzing, label] -= bedrag

    def _telwijze(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> Telwijze | None:
        """As A counts it; pieces on a toewijzing without Omvang are those of the contract: per four weeks."""
        contract = self._contract_voor(prestatie, toewijzing)
        if toewijzing.volume is None and prestatie.eenheid == _STUKS and contract is not None:
            return contract.gebroken
        return mapping_of(toewijzing, contract)

    def _laatste_dag(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> date:
        return laatste_dag(self._contract_voor(prestatie, toewijzing), self.feiten.periodes)

    def _contract_voor(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> Contract | None:
        """The contract that A of the toewijzing rests on, of whatever release."""
        sleutel = toewijzing.nummer, prestatie.code
        if sleutel not in self._afspraak:
            product = self.feiten.producten.get(toewijzing.code or prestatie.code)
            self._afspraak[sleutel] = contract_for(self.feiten.contracten, toewijzing, product)
        return self._afspraak[sleutel]
