"""The one mutable value of a verdict: what is approved and released so far, on top of the facts."""

from collections import Counter
from datetime import date

from services.declaration.contracts import (
    Contract,
    Mapping,
    Telwijze,
    Toewijzing,
    contract_for,
    mapping_of,
)
from services.declaration.message import Declaratie, Prestatie
from services.declaration.rules.feiten import Debetregel, Feiten, Gebruik, ProductSleutel
from services.declaration.tariffs import prijs_per_eenheid

_MINUUT, _UUR = "01", "04"
_MINUTEN_PER_UUR = 60
_NIETS = Gebruik({}, 0)

# What a mapping claims in (design §6): the unit of a contract where the toewijzing has no Omvang.
_EENHEID = {Mapping.W: "82", Mapping.E: "83", Mapping.P: "82", Mapping.M: "83"}


class Stand:
    """The running sums of one verdict. It belongs to one call of `judge` and is never kept."""

    def __init__(self, declaratie: Declaratie, feiten: Feiten) -> None:
        self.declaratie = declaratie
        self.feiten = feiten
        nummers = Counter(prestatie.referentienummer for prestatie in declaratie.prestaties)
        self._dubbel = {nummer for nummer, aantal in nummers.items() if aantal > 1}
        self._client = tuple(feiten.client_van[client.bsn] for client in declaratie.clienten)
        self._volume: dict[int, int] = {}
        self._bedrag: dict[int, int] = {}
        self._vrij: dict[ProductSleutel, set[str]] = {}
        self._contract: dict[tuple[int, str], Contract | None] = {}
        self._release: dict[tuple[str, str, date], str | None] = {}

    def toewijzing_van(self, prestatie: Prestatie) -> Toewijzing | None:
        """The toewijzing that the line counts on; None for an unknown one."""
        return self.toewijzing(prestatie.toewijzing)

    def toewijzing(self, nummer: int | None) -> Toewijzing | None:
        """The toewijzing of this number; None for an unknown one."""
        return None if nummer is None else self.feiten.toewijzingen.get(nummer)

    def is_gebruikt(self, referentienummer: str) -> bool:
        """Used before, or by another line of this message: then every line that shares the number hits (8021)."""
        return referentienummer in self.feiten.bezette_nummers or referentienummer in self._dubbel

    def client(self, prestatie: Prestatie) -> str:
        """The keyed hash of the Bsn that the line is declared for."""
        return self._client[prestatie.client - 1]

    def heeft_open_debet(self, prestatie: Prestatie) -> bool:
        """Whether an approved debit for the same toewijzing, product and period is not credited yet (9389)."""
        sleutel = _product_sleutel(prestatie)
        nummers = self.feiten.open_debet.get(sleutel)
        return bool(nummers) and not self._vrij.get(sleutel, set()).issuperset(nummers or ())

    def volume(self, toewijzing: Toewijzing) -> int:
        """What is approved on the toewijzing and not credited, as `omgerekend` counts."""
        gebruik = self.feiten.gebruikt.get(toewijzing.nummer, _NIETS)
        eerder = sum(omgerekend(aantal, eenheid, toewijzing) for eenheid, aantal in gebruik.volume.items())
        return eerder + self._volume.get(toewijzing.nummer, 0)

    def bedrag(self, toewijzing: Toewijzing) -> int:
        """The eurocents approved on the toewijzing and not credited."""
        gebruik = self.feiten.gebruikt.get(toewijzing.nummer, _NIETS)
        return gebruik.bedrag + self._bedrag.get(toewijzing.nummer, 0)

    def boek(self, prestatie: Prestatie, toewijzing: Toewijzing) -> None:
        """Add an approved debit line to the sums."""
        self._tel(toewijzing, omgerekend(prestatie.volume, prestatie.eenheid, toewijzing), prestatie.bedrag)

    def crediteer(self, debet: Debetregel, referentienummer: str) -> None:
        """An approved credit takes its debit line out of the sums; the same product-period may be declared again."""
        self._vrij.setdefault(_product_sleutel(debet), set()).add(referentienummer)
        toewijzing = self.toewijzing(debet.toewijzing)
        if toewijzing is not None:
            self._tel(toewijzing, -omgerekend(debet.volume, debet.eenheid, toewijzing), -debet.te_crediteren)

    def contract_eenheid(self, prestatie: Prestatie, toewijzing: Toewijzing) -> str | None:
        """The unit of the contract; None when there is no contract to tell."""
        contract = self._contract_van(prestatie, toewijzing)
        return _EENHEID[contract.mapping] if contract else None

    def contract_tarief(self, prestatie: Prestatie, toewijzing: Toewijzing) -> int | None:
        """The ProductTarief by contract; None when no tariff is known, and for what carries no price of ours."""
        vorm, tarieven = self._mapping(prestatie, toewijzing), self.feiten.tarieven
        return prijs_per_eenheid(toewijzing, vorm, tarieven, prestatie.code, prestatie.begin, prestatie.eind)

    def is_op_lijst(self, prestatie: Prestatie) -> bool:
        """Whether the gemeente has the product of the line on its list, in this Categorie, on a day that it claims."""
        product, looptijden = self.feiten.producten.get(prestatie.code), self.feiten.op_lijst.get(prestatie.code)
        if product is None or product.categorie != prestatie.categorie:
            return False
        return looptijden is None or any(
            van <= prestatie.eind and (tot is None or prestatie.begin <= tot) for van, tot in looptijden
        )

    def release_op(self, prestatie: Prestatie, toewijzing: Toewijzing) -> str | None:
        """The release of the contract that is valid on the first day claimed; None when there is none to tell."""
        sleutel = toewijzing.aanbieder, prestatie.code, prestatie.begin
        if sleutel not in self._release:
            self._release[sleutel] = self._zoek_release(*sleutel)
        return self._release[sleutel]

    def _zoek_release(self, aanbieder: str, code: str, dag: date) -> str | None:
        product = self.feiten.producten.get(code)
        wat = aanbieder, product.resultaatgebied if product else None
        geldig = [
            contract
            for contract in self.feiten.contracten
            if (contract.aanbieder, contract.resultaatgebied) == wat and contract.geldt_op(dag)
        ]
        return max(geldig, key=lambda contract: contract.van).release if geldig else None

    def _mapping(self, prestatie: Prestatie, toewijzing: Toewijzing) -> Telwijze | None:
        if toewijzing.volume is not None:
            return mapping_of(toewijzing, None)
        contract = self._contract_van(prestatie, toewijzing)
        return contract.mapping if contract else None

    def _contract_van(self, prestatie: Prestatie, toewijzing: Toewijzing) -> Contract | None:
        """The contract for the product of the line; a product off the list (S329) has none."""
        sleutel = toewijzing.nummer, prestatie.code
        if sleutel not in self._contract:
            product = self.feiten.producten.get(prestatie.code)
            release = self.declaratie.soort.release
            contracten = (contract for contract in self.feiten.contracten if contract.release == release)
            self._contract[sleutel] = contract_for(contracten, toewijzing, product) if product else None
        return self._contract[sleutel]

    def _tel(self, toewijzing: Toewijzing, volume: int, bedrag: int) -> None:
        self._volume[toewijzing.nummer] = self._volume.get(toewijzing.nummer, 0) + volume
        self._bedrag[toewijzing.nummer] = self._bedrag.get(toewijzing.nummer, 0) + bedrag


def omgerekend(aantal: int, eenheid: str | None, toewijzing: Toewijzing) -> int:
    """A volume in the unit that sums are kept in: minutes where hours are allocated, else as it is (TR341)."""
    return aantal * _MINUTEN_PER_UUR if toewijzing.eenheid == _UUR == eenheid else aantal


def zijn_minuten_op_uren(prestatie: Prestatie, toewijzing: Toewijzing) -> bool:
    """The only difference in unit that TR341 allows."""
    return toewijzing.eenheid == _UUR and prestatie.eenheid == _MINUUT


def _product_sleutel(regel: Prestatie | Debetregel) -> ProductSleutel:
    return regel.toewijzing, regel.begin, regel.eind, regel.categorie, regel.code
