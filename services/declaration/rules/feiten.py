"""What a verdict may know besides the message: values, loaded in sets by whoever asks for the verdict.

Everything here belongs to one aanbieder, one gemeente and one domein, except `bezette_nummers` and `debetregels`: those
go over all gemeenten (TR314, TR323).
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from services.declaration.contracts import Contract, Product, Toewijzing
from services.declaration.message import Sleutel, XsdVersie
from services.declaration.tariffs import Tarieven

# ToewijzingNummer, ProductPeriode begin and end, ProductCategorie, ProductCode: what may be open once (TR389).
ProductSleutel = tuple[int, date, date, str, str]


@dataclass(frozen=True, slots=True)
class Debetregel:
    """An approved debit line that a credit names; amounts in eurocent, `client` is the keyed hash of its Bsn."""

    nr: int
    toewijzing: int
    categorie: str
    code: str
    begin: date
    eind: date
    volume: int
    eenheid: str
    tarief: int | None
    bedrag: int
    gecrediteerd: bool
    gemeente: str
    client: str


@dataclass(frozen=True, slots=True)
class Gebruik:
    """What the approved, not credited debit lines on one toewijzing add up to: volume per Eenheid, and eurocent."""

    volume: Mapping[str, int]
    bedrag: int


@dataclass(frozen=True, slots=True)
class Feiten:
    """The facts of one 323.

    `laatste_periode`: Begindatum of the last accepted DeclaratiePeriode. `toewijzingen`: actual versions that are not
    vervallen, so an absent number is unknown. `client_van`: Bsn → keyed hash, for every Bsn of the message.
    `bezette_nummers`: the ReferentieNummers of the message that were used before. `debetregels`: per
    VorigReferentieNummer of the message. `open_debet`: the ReferentieNummers of approved, not credited lines;
    `gebruikt`: their sums per ToewijzingNummer. `producten`: the product list of the gemeente, per code.
    """

    vandaag: date
    gemeente_bestaat: bool = True
    identificatie_bezet: bool = False
    nummer_bezet: bool = False
    laatste_periode: date | None = None
    toewijzingen: Mapping[int, Toewijzing] = field(default_factory=dict)
    client_van: Mapping[str, str] = field(default_factory=dict)
    bezette_nummers: Set[str] = frozenset()
    debetregels: Mapping[str, Debetregel] = field(default_factory=dict)
    open_debet: Mapping[ProductSleutel, Set[str]] = field(default_factory=dict)
    gebruikt: Mapping[int, Gebruik] = field(default_factory=dict)
    contracten: Sequence[Contract] = ()
    producten: Mapping[str, Product] = field(default_factory=dict)
    tarieven: Tarieven = field(default_factory=lambda: Tarieven(()))


@dataclass(frozen=True, slots=True)
class IngediendeRegel:
    """A line of the 323 that a 325 answers; `client` is the keyed hash of its Bsn, `bedrag` signed eurocent.

    `plaats` names the line in the verdict: (client, index) in the 323, or any other pair that is unique there.
    """

    plaats: tuple[int, int]
    client: str
    referentienummer: str
    vorig: str | None
    toewijzing: int
    categorie: str
    code: str
    begin: date
    eind: date
    volume: int
    eenheid: str
    tarief: int | None
    bedrag: int


@dataclass(frozen=True, slots=True)
class IngediendeDeclaratie:
    """The 323 that a 325 answers, as it was stored: `ingediend` is its signed total in eurocent."""

    nummer: str
    dagtekening: date
    xsd_versie: XsdVersie
    ingediend: int
    regels: Sequence[IngediendeRegel]
    _per_sleutel: Mapping[Sleutel, Sequence[IngediendeRegel]] = field(init=False, repr=False, compare=False)
    _per_client: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        per_sleutel: dict[Sleutel, list[IngediendeRegel]] = {}
        for regel in self.regels:
            per_sleutel.setdefault((regel.referentienummer, regel.vorig), []).append(regel)
        object.__setattr__(self, "_per_sleutel", per_sleutel)
        object.__setattr__(self, "_per_client", Counter(regel.client for regel in self.regels))

    def met(self, sleutel: Sleutel) -> Sequence[IngediendeRegel]:
        """The lines with this ProductReferentie; those of different Clienten may share one (8021)."""
        return self._per_sleutel.get(sleutel, ())

    def aantal(self, client: str) -> int:
        """How many lines the Client with this keyed hash has."""
        return self._per_client.get(client, 0)


@dataclass(frozen=True, slots=True)
class AntwoordFeiten:
    """The facts of one 325 of a gemeente.

    `declaratie`: the 323 of this aanbieder to this gemeente with the Identificatie that DeclaratieIdentificatie names,
    None when there is none. `client_van`: Bsn → keyed hash, for every Bsn of the 325.
    """

    vandaag: date
    declaratie: IngediendeDeclaratie | None
    client_van: Mapping[str, str]
    gemeente_bestaat: bool = True
    identificatie_bezet: bool = False
