"""What a scenario is about: parties, a client, toewijzingen and lines of the example set, under numbers of its own.

With the same seed the same messages; with another seed none of its numbers comes back.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.cli import example_messages, example_messages_23, example_parties, example_set
from services.cli.example_messages import Declaratie, Kop, Regel
from services.cli.example_messages_23 import SCHRIJF_301, Antwoord, DeclaratieFactuur
from services.cli.example_set import DECLARATIE, FACTUUR, VIER_WEKEN
from services.cli.example_xml import as_bytes
from services.cli.fouten.stuk import DOORGESTUURD, GOEDGEKEURD, Stuk
from services.declaration.contracts import Mapping as Vorm
from services.declaration.contracts import Product, Toewijzing
from services.kernel.catalogue import Berichtsoort, find

DAG = timedelta(days=1)
MANDAATLOOS = "0603"  # judges its own declarations
ZONDER_GEBIED = "1926"  # its product list lacks a resultaatgebied
OPGEHEVEN = "0530"  # no gemeente any more, by the list of CBS
_DOMEIN = {example_messages.WMO: "wmo", example_messages.JW: example_set.JEUGD}
_CATEGORIE_01 = "01"
_LAATSTE_SEED = 100_000_000

Tijdvak = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Messages of one release between a gemeente and an aanbieder about one client; `zaad` makes its numbers."""

    letters: str
    release: str
    zaad: int
    vandaag: date
    gemeente: str
    aanbieder: str

    # --- who ---

    def bij(self, gemeente: str | None = None, *, release: str | None = None, vorm: str = DECLARATIE) -> "Dossier":
        """The same between the parties of the first such contract; `release` is that of the contract."""
        soort = _DOMEIN[self.letters], release or self.release, vorm
        gevonden, aanbieder = example_parties.contractpartijen(*soort, gemeente)
        return replace(self, gemeente=gevonden, aanbieder=aanbieder)

    def vorm_in(self, gemeente: str) -> str:
        """The vorm of the contracts of the release in this gemeente."""
        contracten = example_set.voorbeeld().contracten.values()
        return next(c.vorm for c in contracten if (c.gemeente, c.release) == (gemeente, self.release))

    @property
    def ander(self) -> "Dossier":
        """The same at another aanbieder, which has another release."""
        andere = VIER_WEKEN if self.release != VIER_WEKEN else example_messages.RELEASE
        return replace(self, aanbieder=self.bij(release=andere).aanbieder)

    @property
    def bsn(self) -> str:
        return self._bsn(0)

    @property
    def andere_bsn(self) -> str:
        return self._bsn(1)

    def _bsn(self, n: int) -> str:
        bsns = example_set.test_bsns()
        return bsns[(self.zaad + n) % len(bsns)]

    # --- numbers ---

    def soort(self, nummer: str) -> Berichtsoort:
        return find(self.letters + nummer, self.release)

    def identificatie(self, n: int = 0) -> str:
        return f"F{self.zaad:08d}{n}"

    def referentie(self, n: int = 0) -> str:
        return f"R{self.zaad:08d}{n}"

    def toewijzingnummer(self, n: int = 0) -> int:
        return self.zaad * 10 + n

    # --- when ---

    @property
    def tijdvak(self) -> Tijdvak:
        """The DeclaratiePeriode of every declaration, so that none goes back before another (TR318)."""
        # With a period after it that has tariffs too.
        dag = min(self.vandaag, date(example_set.JAREN[-1], 12, 1))
        return self.rond(self.rond(dag)[0] - DAG)

    def rond(self, dag: date) -> Tijdvak:
        """The month or four weeks that hold this day."""
        return example_set.tijdvak(self.release, dag)

    def terug(self, aantal: int) -> Tijdvak:
        """So many periods before the DeclaratiePeriode; -1 is the one after it."""
        begin, eind = self.tijdvak
        if aantal < 0:
            return self.rond(eind + DAG)
        for _ in range(aantal):
            begin, eind = self.rond(begin - DAG)
        return begin, eind

    # --- what is granted ---

    def _geleverd(self) -> list[Product]:
        partijen = self.aanbieder, self.gemeente
        codes = example_set.te_leveren(*partijen, *example_set.afspraak(*partijen))
        return [example_set.voorbeeld().producten[code] for code in codes]

    def _gewone(self) -> list[Product]:
        """Pieces per week or per four weeks; Categorie 01 may have more of them (TR321)."""
        contracten = example_set.voorbeeld().contracten
        return [
            product
            for product in self._geleverd()
            if contracten[self.aanbieder, self.gemeente, product.resultaatgebied].mapping is Vorm.W
            and product.categorie != _CATEGORIE_01
        ]

    @property
    def code(self) -> str:
        return self._gewone()[0].code

    @property
    def andere_code(self) -> str:
        """Another code of the same Categorie."""
        eerste, *rest = self._gewone()
        return next(product.code for product in rest if product.categorie == eerste.categorie)

    @property
    def code_van_andere_categorie(self) -> str:
        eerste = self._gewone()[0]
        return next(product.code for product in self._geleverd() if product.categorie != eerste.categorie)

    @property
    def code_in_stukken(self) -> str:
        """One that is granted in pieces over its whole life (mapping P)."""
        contracten = example_set.voorbeeld().contracten
        wie = self.aanbieder, self.gemeente
        return next(p.code for p in self._geleverd() if contracten[*wie, p.resultaatgebied].mapping is Vorm.P)

    @property
    def ongelijst(self) -> Product:
        """A product that the gemeente does not have in its list."""
        lijst, producten = example_set.voorbeeld().productlijsten[self.gemeente], example_set.voorbeeld().producten
        domein = _DOMEIN[self.letters]
        return next(p for code, p in producten.items() if code not in lijst and example_set.domein_van(code) == domein)

    def toewijzing(
        self, n: int = 0, code: str | None = None, begin: date | None = None, eind: date | None = None
    ) -> Toewijzing:
        """By default from two periods before the DeclaratiePeriode to the end of its year."""
        van = begin or max(self.terug(2)[0], example_set.eerste_dag(self.release))
        tot = eind or date(self.tijdvak[1].year, 12, 31)
        datum = min(van, self.vandaag) - 14 * DAG
        wie = self.aanbieder, self.gemeente
        gevonden = example_set.toewijzing(*wie, self.toewijzingnummer(n), code or self.code, van, tot, datum)
        if gevonden.release == self.release:
            return gevonden
        # Granted in the release of the message, whatever the contract says (HUB02).
        frequentie = "3" if self.release == VIER_WEKEN else "2"
        return replace(gevonden, release=self.release, volume=1, eenheid="82", frequentie=frequentie)

    def toewijs(self, *toewijzingen: Toewijzing, n: int = 0, bsn: str | None = None) -> Stuk:
        """The 301 that grants them."""
        persoon, kop = example_set.persoon_van(bsn or self.bsn, self.gemeente), self.kop_301(n)
        schrijf = SCHRIJF_301[self.release]
        inhoud = as_bytes(lambda uit: schrijf(uit, kop, persoon, toewijzingen))
        return Stuk(self.soort("301"), self.gemeente, inhoud)

    def kop_301(self, n: int = 0) -> Kop:
        return Kop(self.gemeente, self.aanbieder, self.identificatie(n), self.vandaag, self.letters)

    # --- what is claimed ---

    def regel(self, t: Toewijzing, n: int = 0, terug: int = 0) -> Regel:
        """The full claim in the DeclaratiePeriode, or so many periods before it; ValueError when there is none."""
        claim = example_set.claim(t, self.terug(terug)[0])
        if claim is None:
            raise ValueError("niets te declareren in deze periode")
        return example_set.regel(self.bsn, self.referentie(n), t, claim)

    def credit(self, debet: Regel, n: int = 9) -> Regel:
        """The line that takes this one back."""
        return replace(debet, referentie=self.referentie(n), vorig=debet.referentie, dc="C")

    def declareer(
        self,
        *regels: Regel,
        n: int = 0,
        nummer: int | None = None,
        periode: Tijdvak | None = None,
        dagtekening: date | None = None,
        totaal: int | None = None,
    ) -> Stuk:
        """The 303 or 323 with these lines; `nummer` for another DeclaratieNummer than that of `n`."""
        kop = self.kop(n, dagtekening)
        if self.release == VIER_WEKEN:
            naam, inhoud = "303", self.schrijf_303(kop, regels, periode)
        else:
            naam = "323"
            declaratie = self.declaratie(regels, n if nummer is None else nummer, periode, totaal)
            inhoud = as_bytes(lambda uit: example_messages.write_323(uit, kop, declaratie))
        verwacht = DOORGESTUURD if self.gemeente == MANDAATLOOS else GOEDGEKEURD
        return Stuk(self.soort(naam), self.aanbieder, inhoud, verwacht)

    def kop(self, n: int = 0, dagtekening: date | None = None) -> Kop:
        """The Header of a declaration."""
        return Kop(self.aanbieder, self.gemeente, self.identificatie(n), dagtekening or self.vandaag, self.letters)

    def declaratie(
        self, regels: Sequence[Regel], nummer: int = 0, periode: Tijdvak | None = None, totaal: int | None = None
    ) -> Declaratie:
        """What a 323 declares."""
        return Declaratie(f"D{self.zaad:08d}{nummer}", *(periode or self.tijdvak), regels, totaal)

    def declaratie_factuur(
        self, kop: Kop, regels: Sequence[Regel], periode: Tijdvak | None = None, factuur: bool | None = None
    ) -> DeclaratieFactuur:
        """What a 303 declares; `factuur` by default as the contract says."""
        personen = {regel.bsn: example_set.persoon_van(regel.bsn, self.gemeente) for regel in regels}
        volgens_contract = example_set.afspraak(self.aanbieder, self.gemeente)[1] == FACTUUR
        vorm = volgens_contract if factuur is None else factuur
        return DeclaratieFactuur(kop, *(periode or self.tijdvak), regels, personen, vorm)

    def schrijf_303(
        self, kop: Kop, regels: Sequence[Regel], periode: Tijdvak | None = None, factuur: bool | None = None
    ) -> bytes:
        declaratie = self.declaratie_factuur(kop, regels, periode, factuur)
        return as_bytes(lambda uit: example_messages_23.write_303(uit, declaratie))

    # --- what is answered ---

    def antwoord(
        self, regels: Sequence[Regel], afgekeurd: Mapping[str, Sequence[str]], n: int = 0, totaal: int | None = None
    ) -> Stuk:
        """The gemeente's own 304 or 325 to the declaration of `n`; `afgekeurd` has the codes of what it refuses."""
        heen = self.kop(n)
        if self.release == VIER_WEKEN:
            declaratie, zegt = self.declaratie_factuur(heen, regels), Antwoord(f"A{heen.identificatie}", self.vandaag)
            met_codes = replace(zegt, afgekeurd=afgekeurd)
            inhoud = as_bytes(lambda uit: example_messages_23.write_304(uit, declaratie, met_codes))
            return Stuk(self.soort("304"), self.gemeente, inhoud)
        kop = replace(heen, afzender=self.gemeente, ontvanger=self.aanbieder)
        gedeclareerd = self.declaratie(regels, n, totaal=totaal)
        inhoud = as_bytes(lambda uit: example_messages.write_325(uit, kop, heen, gedeclareerd, afgekeurd))
        return Stuk(self.soort("325"), self.gemeente, inhoud)


def open_dossier(soort: Berichtsoort, sleutel: tuple[object, ...], seed: int, vandaag: date) -> Dossier:
    """The dossier of one row of the registry, with the first parties of the set that have a contract of the release."""
    # An example comes back with its seed; nothing here is a secret.
    zaad = random.Random(repr((soort.naam, soort.release, *sleutel, seed))).randrange(_LAATSTE_SEED)
    gemeente, aanbieder = example_parties.contractpartijen(soort.domein, soort.release, DECLARATIE)
    return Dossier(soort.naam[:-3], soort.release, zaad, vandaag, gemeente, aanbieder)
