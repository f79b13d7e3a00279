"""What a verdict may know besides the message: values, loaded in sets by whoever asks for the verdict.

Everything here belongs to one aanbieder, one gemeente and one domein, except `bezette_nummers` and `debetregels`: those
go over all gemeenten and over 303 and 323 alike (TR314, TR323).
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from services.declaration.contracts import Contract, Product, Toewijzing
from services.declaration.message import Sleutel, XsdVersie
from services.declaration.tariffs import Tarieven
from services.declaration.weeks import Periodes

# ToewijzingNummer, ProductPeriode begin and end, ProductCategorie, ProductCode: what may be open once (TR389).
ProductSleutel = tuple[int | None, date, date, str, str]
# ToewijzingNummer and the label of a 4-week period.
Vak = tuple[int, str]

GOEDGEKEURD, AFGEKEURD = "goedgekeurd", "afgekeurd"
DECLARATIE, FACTUUR = "declaratie", "factuur"


@dataclass(frozen=True, slots=True)
class Debetregel:
    """A judged debit line that a credit names; amounts in eurocent, `client` is the keyed hash of its Bsn.

    `toewijzing` is the one it counts on, also where the line named none. `status` is goedgekeurd or afgekeurd, `vorm`
    what it was sent as: declaratie (every line of a 323) or factuur. `toegekend`: its award, None for `bedrag`.
    `gecrediteerd`: by a credit that was accepted. `per_periode`: what is booked as D on it, per label of a period.
    """

    nr: int
    toewijzing: int | None
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
    status: str = GOEDGEKEURD
    vorm: str = DECLARATIE
    toegekend: int | None = None
    per_periode: Mapping[str, int] = field(default_factory=dict)

    @property
    def te_crediteren(self) -> int:
        """What its credit must be: of a declaratie what was awarded, of a factuur what was submitted (IV053)."""
        if self.vorm == FACTUUR or self.status == AFGEKEURD or self.toegekend is None:
            return self.bedrag
        return self.toegekend


@dataclass(frozen=True, slots=True)
class Gebruik:
    """What the approved, not credited debit lines on one toewijzing add up to: volume per Eenheid, and eurocent."""

    volume: Mapping[str, int]
    bedrag: int


@dataclass(frozen=True, slots=True)
class Feiten:
    """The facts of one 303 or 323.

    `laatste_periode`: Begindatum of the last accepted DeclaratiePeriode of the same release: months and 4-week periods
    run beside each other. `toewijzingen`: actual versions that are not vervallen, and removed ones (TR384), so an
    absent number is unknown; for a 303 those of other aanbieders too (TR311). `client_van`: Bsn → keyed hash, for every
    Bsn of the message. `bezette_nummers`: the ReferentieNummers of the message that were used before. `debetregels`:
    per VorigReferentieNummer of the message, refused ones too. `open_debet`: the ReferentieNummers of approved, not
    credited lines; `gebruikt`: their sums per ToewijzingNummer. `producten`: the product list of the gemeente, per
    code; `op_lijst`: from which to which day (None: open) a code is on it, an absent code always. `contracten`: of
    every release; for a 303 those of aanbieders it may declare for too.

    For a 303 besides: `periodes`, the period table. `toegewezen`: A per Vak; an absent one counts as 0 where the
    toewijzing is counted per four weeks, and is not looked at elsewhere. `gedeclareerd`: D per Vak, credits subtracted.
    Both for every period that a line of the message touches. `oude_toewijzingen`: those of before 12 June 2017 of the
    clients that have a line without ToewijzingNummer (TR303). `administratie_van`: other aanbieders that the Aanbieder
    of the Header, `aanbieder`, may declare for (TR311).
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
    op_lijst: Mapping[str, Sequence[tuple[date, date | None]]] = field(default_factory=dict)
    tarieven: Tarieven = field(default_factory=lambda: Tarieven(()))
    periodes: Periodes = field(default_factory=lambda: Periodes(()))
    toegewezen: Mapping[Vak, int] = field(default_factory=dict)
    gedeclareerd: Mapping[Vak, int] = field(default_factory=dict)
    oude_toewijzingen: Sequence[Toewijzing] = ()
    administratie_van: Set[str] = frozenset()
    aanbieder: str | None = None


@dataclass(frozen=True, slots=True)
class IngediendeRegel:
    """A line of the 303 or 323 that is answered; `client` is the keyed hash of its Bsn, `bedrag` signed eurocent.

    `plaats` names the line in the verdict: (client, index) in its message, or any other pair that is unique there.
    """

    plaats: tuple[int, int]
    client: str
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


@dataclass(frozen=True, slots=True)
class IngediendeDeclaratie:
    """The 303 or 323 that is answered, as it was stored: `ingediend` is its signed total in eurocent."""

    nummer: str
    dagtekening: date
    xsd_versie: XsdVersie
    ingediend: int
    regels: Sequence[IngediendeRegel]
    factuur: bool = False
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
    """The facts of one 304 or 325 of a gemeente.

    `declaratie`: the 323 of this aanbieder to this gemeente with the Identificatie that DeclaratieIdentificatie names,
    the 303 with its DeclarantFactuurNummer; None when there is none. `client_van`: Bsn → keyed hash, for every Bsn of
    the answer.
    """

    vandaag: date
    declaratie: IngediendeDeclaratie | None
    client_van: Mapping[str, str]
    gemeente_bestaat: bool = True
    identificatie_bezet: bool = False
