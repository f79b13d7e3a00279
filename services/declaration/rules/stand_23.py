"""The running sums of a verdict on a 303: `Stand` and the money per four weeks. Amounts are eurocent."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from services.declaration import four_weeks
from services.declaration.contracts import Contract, Gebroken, Telwijze, Toewijzing, contract_for, mapping_of
from services.declaration.contracts import Mapping as Vorm
from services.declaration.journal import gedeclareerd, laatste_dag
from services.declaration.message import Declaratie303, Prestatie303
from services.declaration.rules.feiten import GOEDGEKEURD, Debetregel, Feiten, Vak
from services.declaration.rules.stand import Stand

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
        self._d: Counter[Vak] = Counter()
        self._afspraak: dict[tuple[int, str], Contract | None] = {}
        self._berekend: dict[tuple[int, int], Berekening | None] = {}
        self._verdeeld: dict[tuple[int, int], dict[str, int]] = {}

    # --- which toewijzing ---

    def toewijzing_van(self, prestatie: Prestatie303) -> Toewijzing | None:  # type: ignore[override]
        """By ToewijzingNummer; without one by the other keys, if only one of before June 2017 fits (TR303).

        A removed toewijzing counts as never sent: 2.3 has no code of its own for it.
        """
        if prestatie.toewijzing is not None:
            toewijzing = self.toewijzing(prestatie.toewijzing)
        else:
            oude = (oud for oud in self.feiten.oude_toewijzingen if not oud.verwijderd)
            gevonden = [oud for oud in oude if self._past(prestatie, oud)]
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
        eigen = toewijzing.aanbieder == self.declaratie.kop.afzender
        return eigen or toewijzing.aanbieder in self.feiten.administratie_van

    # --- what it may cost ---

    def prijzen(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> frozenset[int] | None:
        """What a piece may cost: the price of each period that the line touches; None: nothing to compare with."""
        wat = prestatie.code, prestatie.begin, prestatie.eind
        telwijze, feiten = self._telwijze(prestatie, toewijzing), self.feiten
        return four_weeks.periodeprijs(toewijzing, telwijze, feiten.periodes, feiten.tarieven, *wat)

    def berekening(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> Berekening | None:
        """GemeenteBerekendBedrag, whatever optional fields of the line are empty; None: no tariff to compute with."""
        if prestatie.plaats not in self._berekend:
            self._berekend[prestatie.plaats] = self._bereken(prestatie, toewijzing)
        return self._berekend[prestatie.plaats]

    def _bereken(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> Berekening | None:
        feiten, telwijze = self.feiten, self._telwijze(prestatie, toewijzing)
        if isinstance(telwijze, Gebroken):
            begin, eind, laatste = prestatie.begin, prestatie.eind, self._laatste_dag(prestatie, toewijzing)
            tabel, code, volume = feiten.periodes, prestatie.code, prestatie.volume
            per_periode = four_weeks.berekend(
                toewijzing, telwijze, tabel, feiten.tarieven, code, begin, eind, volume, laatste
            )
            return None if per_periode is None else Berekening(sum(per_periode.values()), per_periode)
        if prestatie.eenheid == _EUROS:
            # The volume of euros is the amount itself, and TR321 and TR322 hold it to the grant.
            return Berekening(prestatie.volume)
        prijzen = self.prijzen(prestatie, toewijzing)
        return None if prijzen is None else Berekening(max(prijzen) * prestatie.volume)

    # --- what is awarded ---

    def toekenning(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> int:
        """What a line gets that nothing refuses: as submitted, of a declaratie at most GemeenteBerekendBedrag."""
        berekening = self.berekening(prestatie, toewijzing)
        if berekening is None or self.declaratie.factuur:
            return prestatie.bedrag
        return min(prestatie.bedrag, berekening.totaal)

    def is_toe_te_kennen(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> bool:
        """Whether the amount can be awarded: whole on a factuur, at least in part on a declaratie.

        An award of nothing would be a refusal without a code.
        """
        berekening = self.berekening(prestatie, toewijzing)
        if berekening is None or prestatie.bedrag <= berekening.totaal:
            return True
        return not self.declaratie.factuur and berekening.totaal > 0

    def is_gebroken(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> bool:
        """Whether the line claims a period that the toewijzing does not fill."""
        per_vier_weken = isinstance(self._telwijze(prestatie, toewijzing), Gebroken)
        heel = four_weeks.is_hele_periodes(prestatie.begin, prestatie.eind, self.feiten.periodes)
        return per_vier_weken and not heel

    def past_in_toegewezen(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> bool:
        """Whether D stays within A in every period, with the award of this line added.

        Pieces in total (mapping P) name no period of their own: TR322 counts them. Without a tariff there is no A.
        """
        for label, bedrag in self._verdeling(prestatie, toewijzing).items():
            rest = self._over(prestatie, toewijzing, label)
            if rest is not None and bedrag > rest:
                return False
        return True

    def ruimte(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> int | None:
        """The most this line can still be awarded, by GeleverdVolume and by what A leaves; None: no tariff is known.

        Of a line that falls in more than one period all of it or nothing. Asked of a line that is never judged with the
        same sums: what is computed of a line is kept.
        """
        berekening = self.berekening(prestatie, toewijzing)
        if berekening is None:
            return None
        verdeling = self._verdeel(replace(prestatie, bedrag=berekening.totaal), toewijzing)
        over = {label: self._over(prestatie, toewijzing, label) for label in verdeling}
        if len(over) == 1:
            (rest,) = over.values()
            return berekening.totaal if rest is None else min(berekening.totaal, rest)
        past = all((rest := over[label]) is None or bedrag <= rest for label, bedrag in verdeling.items())
        return berekening.totaal if past else 0

    def _over(self, prestatie: Prestatie303, toewijzing: Toewijzing, label: str) -> int | None:
        """What A leaves in a period for D; None: A is not known."""
        vak = toewijzing.nummer, label
        a = self.feiten.toegewezen.get(vak)
        if not a:
            zonder = self._zonder_a(prestatie, toewijzing, label)
            a = a if zonder is None else zonder
        return None if a is None else a - self.feiten.gedeclareerd.get(vak, 0) - self._d[vak]

    def _zonder_a(self, prestatie: Prestatie303, toewijzing: Toewijzing, label: str) -> int | None:
        """What D stays within in a period without A; None: A is not known.

        Priced per four weeks, such a period went to another toewijzing (FULL) or to no piece of a year (Frequentie 5).
        """
        telwijze, feiten = self._telwijze(prestatie, toewijzing), self.feiten
        geprijsd = toewijzing.code is not None or toewijzing.eenheid == _EUROS
        if not geprijsd or not isinstance(telwijze, Gebroken):
            return None
        waarmee = feiten.periodes, feiten.tarieven, prestatie.code
        return four_weeks.ruimte_zonder_a(toewijzing, telwijze, *waarmee, label)

    def _verdeling(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> dict[str, int]:
        """D of the line per period, as it will be booked; empty where it is not held to A."""
        if prestatie.plaats not in self._verdeeld:
            self._verdeeld[prestatie.plaats] = self._verdeel(prestatie, toewijzing)
        return self._verdeeld[prestatie.plaats]

    def _verdeel(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> dict[str, int]:
        telwijze, berekening = self._telwijze(prestatie, toewijzing), self.berekening(prestatie, toewijzing)
        if berekening is None or toewijzing.volume is None or telwijze is None or telwijze is Vorm.P:
            return {}
        return gedeclareerd(
            toewijzing,
            telwijze,
            self.feiten.periodes,
            prestatie.begin,
            prestatie.eind,
            prestatie.volume,
            self.toekenning(prestatie, toewijzing),
            {},
            self._laatste_dag(prestatie, toewijzing),
            berekening.per_periode,
        ).bedragen

    def ken_toe(self, prestatie: Prestatie303, toewijzing: Toewijzing) -> None:
        """Add an awarded debit line to the sums."""
        self.boek(prestatie, toewijzing)
        for label, bedrag in self._verdeling(prestatie, toewijzing).items():
            self._d[toewijzing.nummer, label] += bedrag

    def crediteer(self, debet: Debetregel, referentienummer: str) -> None:
        """Take the debit of an accepted credit out of the sums; of a refused debit nothing is in them."""
        if debet.status != GOEDGEKEURD:
            return
        super().crediteer(debet, referentienummer)
        for label, bedrag in debet.per_periode.items():
            if debet.toewijzing is not None:
                self._d[debet.toewijzing, label] -= bedrag

    # --- by which contract ---

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
