"""Toewijzingen with all their versions: what a 301 adds, what a refusing 302 takes away, and the feed that tells it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from services.allocation import start_stop_store, tables
from services.allocation.message import ToegewezenProduct, Toewijzingsbericht, is_verwijderd
from services.allocation.rules import Toewijzing, toewijzing_van
from services.allocation.start_stop import Stand
from services.allocation.start_stop_store import Wie
from services.kernel import tables as kernel
from services.kernel.database import insert_rows, volgende
from services.kernel.one_of import one_of

ACTUEEL: Final = "actueel"
VERVALLEN: Final = "vervallen"
# What is listed of a product of a 301, each with what a person reads.
GELIJK_STEMPEL: Final = "gelijk-stempel"
ZONDER_NUMMER: Final = "zonder-nummer"
ANDERE_TOEWIJZING: Final = "nummer-van-andere-toewijzing"
_TEKST: Final = {
    GELIJK_STEMPEL: "Gelijke Toewijzingsdatum en Toewijzingstijd, andere inhoud: de laatst ontvangen versie geldt.",
    ZONDER_NUMMER: "Geen ToewijzingNummer: het bericht telt, de toewijzing is niet opgeslagen.",
    ANDERE_TOEWIJZING: "Het ToewijzingNummer is van een andere toewijzing: het bericht telt, deze is niet opgeslagen.",
}
SIGNAAL: Final = ("soort", "gemeente", "domein", "nummer", "bericht", "aangemaakt", "omschrijving")

_V = tables.toewijzing_versie.c
_H = tables.toewijzing_herhaling.c
_COLUMNS: Final = (
    *("nummer", "aanbieder", "release", "referentie_aanbieder", "categorie", "code", "toewijzingsdatum"),
    *("toewijzingstijd", "ingangsdatum", "einddatum", "reden_wijziging", "volume", "eenheid", "frequentie", "budget"),
)
_VERSIES: Final[Select[Any]] = (
    select(*(_V[name] for name in _COLUMNS), _V.nr, kernel.client.c.hash)
    .join(kernel.client, kernel.client.c.nr == _V.client)
    .where(_V.gemeente == bindparam("van"), _V.domein == bindparam("in_domein"), ~_V.vervallen)
    .where(one_of(_V.nummer, bindparam("nummers")))
    .order_by(_V.nr)
)
# What is equal in a resend; RedenWijziging and ReferentieAanbieder are filled once, and then left empty (IV097, IV099).
_content = attrgetter(
    *("ingangsdatum", "einddatum", "categorie", "code", "volume", "eenheid", "frequentie", "budget", "verwijderd")
)


@dataclass(frozen=True, slots=True)
class Bereik:
    """Within what a ToewijzingNummer is unique."""

    gemeente: str
    domein: str


@dataclass(frozen=True, slots=True)
class Versie:
    """One version of a toewijzing, as a row; `client` is the hash of the Bsn."""

    nummer: int
    aanbieder: str
    release: str
    referentie_aanbieder: str | None
    categorie: str | None
    code: str | None
    toewijzingsdatum: date
    toewijzingstijd: time
    ingangsdatum: date
    einddatum: date | None
    reden_wijziging: str | None
    volume: int | None
    eenheid: str | None
    frequentie: str | None
    budget: int | None
    nr: int
    client: str

    @property
    def toewijzing(self) -> Toewijzing:
        """Which toewijzing it is a version of."""
        return Toewijzing(self.aanbieder, self.client, self.categorie, self.code, self.ingangsdatum)

    @property
    def stempel(self) -> tuple[date, time]:
        return self.toewijzingsdatum, self.toewijzingstijd

    @property
    def verwijderd(self) -> bool:
        return is_verwijderd(self.reden_wijziging, self.ingangsdatum, self.einddatum)


Versies = Mapping[int, Sequence[Versie]]


@dataclass(frozen=True, slots=True)
class Aanvulling:
    """What an approved 301 adds: new versions by number, the rows of versions it repeats, and what is to be listed."""

    nieuw: Mapping[int, ToegewezenProduct]
    herhaald: tuple[int, ...]
    signalen: tuple[tuple[str, ToegewezenProduct], ...]


def bereik_van(bericht: Toewijzingsbericht) -> Bereik:
    return Bereik(bericht.kop.afzender, bericht.soort.domein)


def lees_versies(conn: Connection, bereik: Bereik, nummers: Collection[int]) -> Versies:
    """{ToewijzingNummer: its versions that are not vervallen, in order of receipt}."""
    found: dict[int, list[Versie]] = defaultdict(list)
    for row in conn.execute(_VERSIES, {"van": bereik.gemeente, "in_domein": bereik.domein, "nummers": nummers}):
        found[row.nummer].append(Versie(*row))
    return found


def actueel(versies: Sequence[Versie]) -> Versie | None:
    """The actual one: the highest stamp, never the order of receipt (IV013); that decides between equal stamps only."""
    return max(versies, key=lambda versie: (versie.stempel, versie.nr), default=None)


def neem_op(
    conn: Connection,
    bericht: Toewijzingsbericht,
    bericht_nr: int,
    client: tuple[int, str],
    voor: Versies,
    nu: datetime,
) -> None:
    """Add the versions a 301 brings, list what a person should see, and tell the feed which actual versions changed.

    `client` is the number and the hash of its Bsn, `voor` what there is of its numbers before it.
    """
    bereik, (client_nr, hashed) = bereik_van(bericht), client
    aanvulling = sorteer(bericht, hashed, voor)
    _voeg_toe(conn, bericht, list(aanvulling.nieuw.values()), bericht_nr, client_nr)
    herhaald = [(versie, bericht_nr) for versie in aanvulling.herhaald]
    insert_rows(conn, tables.toewijzing_herhaling, herhaald, ["versie", "bericht"])
    _signaleer(conn, bereik, aanvulling.signalen, bericht_nr, nu)
    na = lees_versies(conn, bereik, aanvulling.nieuw.keys())
    _meld(conn, bereik, {nummer: voor.get(nummer, ()) for nummer in na}, na, nu)


def sorteer(bericht: Toewijzingsbericht, client: str, voor: Versies) -> Aanvulling:
    """What an approved 301 brings beside the versions of `voor`; `client` is the hash of its Bsn.

    2.3 leaves ToewijzingNummer free and has no code for a number that another toewijzing has (9332 of 3.2): such a
    product is passed on, and no version of it is kept.
    """
    nieuw: dict[int, ToegewezenProduct] = {}
    herhaald: list[int] = []
    signalen: list[tuple[str, ToegewezenProduct]] = []
    for product in bericht.client.producten:
        if product.nummer is None:
            signalen.append((ZONDER_NUMMER, product))
            continue
        bekend = voor.get(product.nummer, ())
        if bekend and bekend[0].toewijzing != toewijzing_van(product, bericht, client):
            signalen.append((ANDERE_TOEWIJZING, product))
            continue
        zelfde_stempel = [versie for versie in bekend if versie.stempel == product.stempel]
        if zelfde_stempel and _content(zelfde_stempel[-1]) == _content(product):
            herhaald.append(zelfde_stempel[-1].nr)
            continue
        nieuw[product.nummer] = product
        if zelfde_stempel:
            signalen.append((GELIJK_STEMPEL, product))
    return Aanvulling(nieuw, tuple(herhaald), tuple(signalen))


def trek_terug(conn: Connection, bericht: Toewijzingsbericht, bericht_nr: int, nu: datetime) -> None:
    """Let the versions that a refused 301 brought be vervallen, and tell the feed what is actual again.

    A version that a later 301 carried too stays: from now on that one has brought it.
    """
    bereik = bereik_van(bericht)
    nummers = bericht.nummers
    voor = lees_versies(conn, bereik, nummers)
    conn.execute(delete(tables.toewijzing_herhaling).where(_H.bericht == bericht_nr))
    _geef_over(conn, bericht_nr)
    conn.execute(update(tables.toewijzing_versie).where(_V.bericht == bericht_nr).values(vervallen=True))
    _meld(conn, bereik, voor, lees_versies(conn, bereik, nummers), nu)


def telt_niet(conn: Connection, bericht_nr: int) -> None:
    """A message that was refused as a whole after all counts as not sent."""
    conn.execute(update(kernel.bericht).where(kernel.bericht.c.nr == bericht_nr).values(telt=False))


def _voeg_toe(
    conn: Connection,
    bericht: Toewijzingsbericht,
    producten: Sequence[ToegewezenProduct],
    bericht_nr: int,
    client_nr: int,
) -> None:
    kop, soort = bericht.kop, bericht.soort
    fixed = (kop.ontvanger, soort.release, kop.afzender, soort.domein, client_nr, bericht_nr, False)
    names = ("aanbieder", "release", "gemeente", "domein", "client", "bericht", "vervallen")
    own = tuple(name for name in _COLUMNS if name not in names)
    rows = [(*fixed, *(getattr(product, name) for name in own)) for product in producten]
    insert_rows(conn, tables.toewijzing_versie, rows, (*names, *own))


def _geef_over(conn: Connection, bericht_nr: int) -> None:
    """Let each version of this message that a later one repeats belong to the first of those."""
    repeated = (
        select(_H.versie, func.min(_H.bericht).label("bericht"))
        .join(tables.toewijzing_versie, _V.nr == _H.versie)
        .where(_V.bericht == bericht_nr)
        .group_by(_H.versie)
    )
    moves = [{"v": versie, "b": later} for versie, later in conn.execute(repeated)]
    if moves:
        versie: Any = bindparam("v")
        later: Any = bindparam("b")
        conn.execute(update(tables.toewijzing_versie).where(_V.nr == versie).values(bericht=later), moves)
        conn.execute(delete(tables.toewijzing_herhaling).where(_H.versie == versie, _H.bericht == later), moves)


def _signaleer(
    conn: Connection,
    bereik: Bereik,
    signalen: Sequence[tuple[str, ToegewezenProduct]],
    bericht_nr: int,
    nu: datetime,
) -> None:
    rows = [signaalrij(bereik, soort, product, bericht_nr, nu) for soort, product in signalen]
    insert_rows(conn, tables.signaal, rows, SIGNAAL)


def signaalrij(
    bereik: Bereik, soort: str, product: ToegewezenProduct, bericht_nr: int, nu: datetime
) -> tuple[Any, ...]:
    """A row of signaal, with the columns of SIGNAAL."""
    return soort, bereik.gemeente, bereik.domein, product.nummer, bericht_nr, nu, omschrijving(product, soort)


def omschrijving(product: ToegewezenProduct, soort: str) -> str:
    """What a person reads of a product that is listed."""
    return f"{_naam(product)}: {_TEKST[soort]}"


def _naam(product: ToegewezenProduct) -> str:
    """What the gemeente knows a product by, besides its number."""
    wat = " ".join(part for part in (product.categorie, product.code) if part) or "Zonder product"
    return f"{wat} vanaf {product.ingangsdatum.isoformat()}"


def _meld(conn: Connection, bereik: Bereik, voor: Versies, na: Versies, nu: datetime) -> None:
    """One feed row for each number whose actual state changed.

    The counter is taken late and held to the commit, so that numbers follow commit order.
    """
    gewijzigd = []
    for nummer in sorted(voor.keys() | na.keys()):
        toestand = wijziging(bereik, actueel(voor.get(nummer, ())), actueel(na.get(nummer, ())))
        if toestand is not None:
            gewijzigd.append((nummer, toestand))
    schrijf_feed(conn, [(bereik, *change) for change in gewijzigd], nu)


def meld_leveringen(
    conn: Connection, bereik: Bereik, nummers: Collection[int], voor: Mapping[Wie, Stand], nu: datetime
) -> None:
    """One feed row for each actual toewijzing of which start or stop is no longer as it was in `voor`."""
    na = start_stop_store.lees(conn, bereik.gemeente, bereik.domein, nummers)
    gewijzigd = []
    for nummer, versies in sorted(lees_versies(conn, bereik, nummers).items()):
        versie = actueel(versies)
        if versie is None or versie.verwijderd:
            continue
        wie = nummer, versie.aanbieder
        if voor.get(wie, Stand()) != na.get(wie, Stand()):
            gewijzigd.append((bereik, nummer, _toestand(bereik, versie, ACTUEEL)))
    schrijf_feed(conn, gewijzigd, nu)


def schrijf_feed(conn: Connection, wijzigingen: Sequence[tuple[Bereik, int, dict[str, Any]]], nu: datetime) -> None:
    """Add (bereik, nummer, toestand) to the feed, in this order, each with what 305 and 307 told of it."""
    if not wijzigingen:
        return
    gestopt = _leveringen(conn, wijzigingen)
    first = volgende(conn, "feed", len(wijzigingen)) - len(wijzigingen) + 1
    rows = [
        (nr, bereik.gemeente, bereik.domein, nummer, toestand | gestopt(bereik, nummer, toestand), nu)
        for nr, (bereik, nummer, toestand) in enumerate(wijzigingen, first)
    ]
    insert_rows(conn, tables.feed, rows, ["nr", "gemeente", "domein", "nummer", "toestand", "aangemaakt"])


def _leveringen(
    conn: Connection, wijzigingen: Sequence[tuple[Bereik, int, dict[str, Any]]]
) -> Callable[[Bereik, int, dict[str, Any]], dict[str, Any]]:
    nummers: dict[Bereik, set[int]] = defaultdict(set)
    for bereik, nummer, _ in wijzigingen:
        nummers[bereik].add(nummer)
    standen = {b: start_stop_store.lees(conn, b.gemeente, b.domein, gekozen) for b, gekozen in nummers.items()}
    return lambda bereik, nummer, toestand: standen[bereik].get((nummer, toestand["aanbieder"]), Stand()).json()


def wijziging(bereik: Bereik, oud: Versie | None, nieuw: Versie | None) -> dict[str, Any] | None:
    """The state the feed tells when the actual version goes from `oud` to `nieuw`; None when nobody needs to know."""
    was = None if oud is None or oud.verwijderd else _toestand(bereik, oud, ACTUEEL)
    wordt = None if nieuw is None or nieuw.verwijderd else _toestand(bereik, nieuw, ACTUEEL)
    if was == wordt:
        return None
    if wordt is not None:
        return wordt
    last_known = nieuw or oud
    return _toestand(bereik, last_known, VERVALLEN) if last_known else None


def _toestand(bereik: Bereik, versie: Versie, status: str) -> dict[str, Any]:
    """The whole state of a number, as the feed tells it: no names, the Bsn as hash."""
    return {
        "gemeente": bereik.gemeente,
        "domein": bereik.domein,
        "nummer": versie.nummer,
        "aanbieder": versie.aanbieder,
        "bsnHash": versie.client,
        "status": status,
        "release": versie.release,
        "categorie": versie.categorie,
        "code": versie.code,
        "ingangsdatum": versie.ingangsdatum.isoformat(),
        "einddatum": versie.einddatum.isoformat() if versie.einddatum else None,
        "volume": versie.volume,
        "eenheid": versie.eenheid,
        "frequentie": versie.frequentie,
        "budget": versie.budget,
        "redenWijziging": versie.reden_wijziging,
        "toewijzingsdatum": versie.toewijzingsdatum.isoformat(),
        "toewijzingstijd": versie.toewijzingstijd.isoformat(),
    }
