"""Storing what a gemeente sent before the hub was there: as if accepted then, and nothing of it goes to anybody now.

A 301 leaves its row and its content, so that the same file is known again and a late 302 finds it; a row of a CSV
leaves its version only. The feed tells version after version with `bekendOp`, the day on which each became known.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, select

from services.allocation import tables
from services.allocation.intake import Bekend, Opname, neem_op
from services.allocation.running_state import Fout, Stuk
from services.allocation.store import (
    SIGNAAL,
    Bereik,
    Versie,
    actueel,
    bereik_van,
    lees_versies,
    omschrijving,
    schrijf_feed,
    signaalrij,
    wijziging,
)
from services.kernel import read_in
from services.kernel.clients import bsn_hash, client_nrs
from services.kernel.database import een_tegelijk, insert_rows
from services.kernel.loading import Laadfout
from services.kernel.one_of import one_of
from services.kernel.read_in import Ingelezen, Sleutel
from services.kernel.toegang import parties
from services.kernel.wiring import Dienst

# What a version is, without its own number and with its client as a number.
_VERSIE: Final = tuple(field.name for field in fields(Versie) if field.name not in ("nr", "client"))


@dataclass(frozen=True, slots=True)
class Geladen:
    """What a load did: new versions, what the hub had already, and what a person should look at, in Dutch.

    `nummers` are the ToewijzingNummers of the files that run, `clienten` how many clients they have per gemeente.
    """

    versies: int
    aanwezig: int
    signalen: Sequence[str]
    nummers: Mapping[tuple[str, str], Collection[int]]
    clienten: Mapping[str, int]

    @property
    def toewijzingen(self) -> dict[str, int]:
        """How many of `nummers` there are per gemeente."""
        aantal: dict[str, int] = defaultdict(int)
        for (gemeente, _), van_gemeente in self.nummers.items():
            aantal[gemeente] += len(van_gemeente)
        return dict(aantal)


def laad_toewijzingen(conn: Connection, dienst: Dienst, stukken: Sequence[Stuk], fouten: Sequence[Fout]) -> Geladen:
    """Store what is new in these. Laadfout, and nothing to be kept, when they or reading them (`fouten`) had errors."""
    bereiken = {bereik_van(stuk.bericht) for stuk in stukken}
    for bereik in sorted(bereiken, key=lambda bereik: (bereik.gemeente, bereik.domein)):
        een_tegelijk(conn, bereik.gemeente, bereik.domein)
    opname, mis = neem_op(stukken, _bekend(conn, dienst, stukken), dienst.vandaag())
    if fouten or mis:
        raise Laadfout([fout for _, fout in sorted([*fouten, *mis], key=lambda fout: fout[0])])
    _bewaar(conn, dienst, opname)
    schrijf_feed(conn, list(_wijzigingen(opname)), dienst.nu())
    return _geladen(opname, stukken)


def _bekend(conn: Connection, dienst: Dienst, stukken: Sequence[Stuk]) -> Bekend:
    """What the hub has already of the gemeenten and numbers of these."""
    nummers: dict[Bereik, set[int]] = defaultdict(set)
    for stuk in stukken:
        nummers[bereik_van(stuk.bericht)].update(stuk.bericht.nummers)
    gelezen = [stuk.sleutel for stuk in stukken if stuk.inhoud is not None]
    return Bekend(
        versies={bereik: lees_versies(conn, bereik, van_bereik) for bereik, van_bereik in nummers.items()},
        berichten=read_in.eerdere(conn, gelezen),
        partijen={partij.code: partij.soort for partij in parties.lijst(conn)},
        hash=_hash(dienst),
    )


def _hash(dienst: Dienst) -> Callable[[str], str]:
    @cache
    def hash(bsn: str) -> str:
        return bsn_hash(bsn, dienst.settings.bsn_sleutel)

    return hash


# --- storing ---------------------------------------------------------------------------------------------------------


def _bewaar(conn: Connection, dienst: Dienst, opname: Opname) -> None:
    """The 301s, the versions they and the rows brought, what they repeat, and what is listed."""
    nrs = read_in.bewaar_ingelezen(conn, [_ingelezen(stuk) for stuk in opname.berichten], dienst.nu())
    bericht_nr = {stuk.sleutel: nr for stuk, nr in zip(opname.berichten, nrs, strict=True)}
    bsns = {stuk.bericht.client.bsn for stuk, _ in opname.nieuw}
    clients = client_nrs(conn, bsns, dienst.settings.bsn_sleutel, bewaar_bsn=True)
    insert_rows(conn, tables.toewijzing_versie, list(_versierijen(opname, bericht_nr, clients)), _KOLOMMEN)
    herhaald = [(nr, bericht_nr[stuk.sleutel]) for nr, stuk in _genummerd(conn, opname, bericht_nr)]
    insert_rows(conn, tables.toewijzing_herhaling, herhaald, ("versie", "bericht"))
    signalen = [
        signaalrij(bereik_van(stuk.bericht), soort, product, bericht_nr[stuk.sleutel], dienst.nu())
        for soort, product, stuk in opname.signalen
    ]
    insert_rows(conn, tables.signaal, signalen, SIGNAAL)


def _ingelezen(stuk: Stuk) -> Ingelezen:
    kop, soort = stuk.bericht.kop, stuk.bericht.soort
    wie = kop.afzender, kop.ontvanger, kop.identificatie, kop.dagtekening
    return Ingelezen(str(uuid4()), soort, *wie, stuk.sha256, stuk.inhoud or b"")


_KOLOMMEN: Final = ("gemeente", "domein", "client", "bericht", "vervallen", *_VERSIE)


def _versierijen(
    opname: Opname, bericht_nr: Mapping[Sleutel, int], clients: Mapping[str, int]
) -> Iterator[tuple[Any, ...]]:
    nieuw = {versie.nr: versie for _, versie in _nieuwe(opname)}
    for index, (stuk, _) in enumerate(opname.nieuw, 1):
        bereik, versie = bereik_van(stuk.bericht), nieuw[-index]
        bericht = bericht_nr[stuk.sleutel] if stuk.inhoud is not None else None
        waar = bereik.gemeente, bereik.domein, clients[stuk.bericht.client.bsn], bericht, False
        yield *waar, *(getattr(versie, name) for name in _VERSIE)


def _nieuwe(opname: Opname) -> Iterator[tuple[Bereik, Versie]]:
    for bereik, versies in opname.versies.items():
        for van_nummer in versies.values():
            yield from ((bereik, versie) for versie in van_nummer if versie.nr < 0)


def _genummerd(conn: Connection, opname: Opname, bericht_nr: Mapping[Sleutel, int]) -> Iterator[tuple[int, Stuk]]:
    """What is repeated, by the nr that a new version has got by now: a 301 brings one version of a number at most."""
    v = tables.toewijzing_versie.c
    bron = {nr: opname.nieuw[-nr - 1] for nr, _ in opname.herhaald if nr < 0}
    van_bericht = {bericht_nr[stuk.sleutel] for stuk, _ in bron.values() if stuk.inhoud is not None}
    rows = conn.execute(select(v.bericht, v.nummer, v.nr).where(one_of(v.bericht, van_bericht)))
    bekend = {(bericht, nummer): nr for bericht, nummer, nr in rows}
    for nr, stuk in opname.herhaald:
        if nr < 0:
            eerste, product = bron[nr]
            yield bekend[bericht_nr[eerste.sleutel], product.nummer], stuk
        else:
            yield nr, stuk


# --- what it says ----------------------------------------------------------------------------------------------------


def _wijzigingen(opname: Opname) -> Iterator[tuple[Bereik, int, dict[str, Any]]]:
    """The feed: of every number first its first version, then its second; by the day on which each became known."""
    verhaal: list[tuple[int, date, str, int, Bereik, dict[str, Any]]] = []
    for bereik, versies in opname.versies.items():
        for nummer, van_nummer in versies.items():
            verhaal += [
                (index, versie.toewijzingsdatum, bereik.gemeente, nummer, bereik, toestand)
                for index, (versie, toestand) in enumerate(_verhaal(bereik, van_nummer))
            ]
    for _, dag, _, nummer, bereik, toestand in sorted(verhaal, key=lambda stap: stap[:4]):
        yield bereik, nummer, {**toestand, "bekendOp": dag.isoformat()}


def _verhaal(bereik: Bereik, versies: Sequence[Versie]) -> Iterator[tuple[Versie, dict[str, Any]]]:
    """The new versions that became actual one after the other, by their stamps; of equal ones the later received."""
    nu = actueel([versie for versie in versies if versie.nr > 0])
    nieuw = sorted((versie for versie in versies if versie.nr < 0), key=lambda versie: (versie.stempel, -versie.nr))
    for versie in nieuw:
        if nu is None or versie.stempel >= nu.stempel:
            toestand = wijziging(bereik, nu, versie)
            nu = versie
            if toestand is not None:
                yield versie, toestand


def _geladen(opname: Opname, stukken: Sequence[Stuk]) -> Geladen:
    nummers: dict[tuple[str, str], set[int]] = defaultdict(set)
    clienten: dict[str, set[str]] = defaultdict(set)
    for stuk in stukken:
        bereik = bereik_van(stuk.bericht)
        for nummer in stuk.bericht.nummers:
            versie = max(opname.versies[bereik][nummer], key=lambda v: (v.stempel, v.nr < 0, abs(v.nr)), default=None)
            if versie is not None and not versie.verwijderd:
                nummers[bereik.gemeente, bereik.domein].add(nummer)
                clienten[bereik.gemeente].add(versie.client)
    return Geladen(
        versies=len(opname.nieuw),
        aanwezig=opname.aanwezig,
        signalen=[f"{stuk.plaats}: {omschrijving(product, soort)}" for soort, product, stuk in opname.signalen],
        nummers=nummers,
        clienten={gemeente: len(van_gemeente) for gemeente, van_gemeente in clienten.items()},
    )
