"""`hub bewaartermijn` and `hub vergeet`: erasing what the law no longer lets us keep, and one person by decision."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import Annotated, Any, Final, get_args

import typer
from rich.markup import escape
from sqlalchemy import Connection

from services.allocation import bewaartermijn as allocation
from services.cli import spoor
from services.cli.beheer import Terug
from services.cli.console import (
    VAR,
    AlsJson,
    DataMap,
    bezig,
    note,
    opened,
    out,
    read_settings,
    stop,
    tabel,
    toon_json,
    verkeerd,
)
from services.declaration import bewaartermijn as declaration
from services.kernel.clients import bsn_hash
from services.kernel.database import DatabaseBezet
from services.kernel.privacy import vergeten
from services.kernel.privacy.bewaartermijn import JAREN, LOOPT, Dossier, Telling, is_verstreken, laatste_dag
from services.kernel.privacy.opruimen import ruim_op
from services.kernel.settings import Settings
from services.kernel.wiring import Dienst, Dienstnaam

_MODULES: Final[dict[Dienstnaam, ModuleType]] = {"allocation": allocation, "declaration": declaration}
# What is rewritten of PostgreSQL: the tables with values that name a person.
_TABELLEN: Final = ("client", "inhoud")
_WET: Final = {"wmo": "Wmo", "jeugd": "Jeugdwet"}


@dataclass(frozen=True)
class _Open:
    """One service, in a transaction that writes."""

    dienst: Dienst
    conn: Connection
    module: Any


def command(
    data: DataMap = VAR,
    voer_uit: Annotated[bool, typer.Option("--voer-uit", help="Wis het ook echt.")] = False,
    as_json: AlsJson = False,
) -> None:
    """Toon wat langer bewaard is dan mag (Wmo 15, Jeugdwet 20 jaar), en wis het met --voer-uit.

    Gewist worden BSN, naam en berichten. Toewijzingen, prestaties en het journaal blijven, van niemand: geen bedrag
    verandert. Draai dit op een rustig moment: berichten wachten zolang.

    Voorbeeld: hub bewaartermijn --data var
    """
    settings = read_settings(data)
    gedaan: dict[str, Telling] = {}
    with bezig("Dossiers nagaan"), suppress(Terug), _beide(settings) as open_:
        vandaag = open_[0].dienst.vandaag()
        verstreken = {d for d, dag in _dossiers(open_).items() if is_verstreken(dag, d[1], vandaag)}
        for een in open_:
            gewist: Telling = een.module.wis_dossiers(een.conn, verstreken) + een.module.wis_oude(een.conn, vandaag)
            gedaan[een.dienst.naam] = gewist
            if gewist != Telling():
                spoor.leg_vast(een.conn, een.dienst, "bewaartermijn", _tekst(gewist), "wettelijke termijn")
        if not voer_uit:
            raise Terug
    if voer_uit:
        _ruim_op(settings)
    _toon(gedaan, voer_uit, as_json)


def vergeet(
    data: DataMap = VAR,
    besluit: Annotated[
        str | None, typer.Option(help="Het besluit om binnen de bewaartermijn te wissen.", show_default=False)
    ] = None,
    as_json: AlsJson = False,
) -> None:
    """Wis één persoon. Binnen de bewaartermijn kan dat alleen met een besluit; lopende zorg wordt nooit gewist.

    Het BSN wordt gevraagd, of gelezen van de invoer: op de opdrachtregel zou het in de geschiedenis blijven staan.

    Voorbeeld: hub vergeet --besluit "2026-0117" --data var
    """
    settings = read_settings(data)
    bsn = _vraag_bsn()
    hash = bsn_hash(bsn, settings.bsn_sleutel)
    gedaan: dict[str, Telling] = {}
    with _beide(settings) as open_:
        gevonden = _dossiers(open_, hash)
        _eis_te_wissen(gevonden, open_[0].dienst.vandaag(), besluit)
        for een in open_:
            gewist: Telling = een.module.wis_dossiers(een.conn, set(gevonden)) + vergeten.vergeet(een.conn, bsn)
            gedaan[een.dienst.naam] = gewist
            spoor.leg_vast(een.conn, een.dienst, "vergeet", _tekst(gewist), besluit or "wettelijke termijn")
    _ruim_op(settings)
    _toon(gedaan, True, as_json)


def _vraag_bsn() -> str:
    bsn = typer.prompt("BSN", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    gelezen: str = bsn.strip()
    if not (len(gelezen) == 9 and gelezen.isascii() and gelezen.isdigit()):
        verkeerd("Een BSN heeft negen cijfers.")
    return gelezen


def _eis_te_wissen(gevonden: Mapping[Dossier, date], vandaag: date, besluit: str | None) -> None:
    for (_, domein), dag in sorted(gevonden.items()):
        if dag == LOOPT or dag >= vandaag:
            stop(f"Er loopt nog zorg in de {_WET[domein]}, of hij eindigt pas. Lopende zorg wordt niet gewist.")
        if besluit is None and not is_verstreken(dag, domein, vandaag):
            stop(
                f"De bewaartermijn van de {_WET[domein]} ({JAREN[domein]} jaar na {dag.isoformat()}) loopt nog. "
                "Alleen met een besluit kan eerder gewist worden: --besluit."
            )


def _dossiers(open_: list[_Open], hash: str | None = None) -> dict[Dossier, date]:
    return laatste_dag(een.module.dossiers(een.conn, hash) for een in open_)


@contextmanager
def _beide(settings: Settings) -> Iterator[list[_Open]]:
    """Both services, each in a transaction; committed together at the end, as near as two databases can.

    Should the second fail, then the command is given again: what the first has erased it does not find any more.
    """
    with ExitStack() as stapel:
        diensten = [stapel.enter_context(opened(settings, naam)) for naam in get_args(Dienstnaam)]
        yield [_Open(een, stapel.enter_context(een.database.write()), _MODULES[een.naam]) for een in diensten]


def _ruim_op(settings: Settings) -> None:
    """What was erased also leaves the files of the database."""
    for naam in get_args(Dienstnaam):
        try:
            ruim_op(settings.database_url(naam), _TABELLEN)
        except DatabaseBezet:
            note(f"{naam}: gewist, maar de bestanden zijn in gebruik. Geef de opdracht straks nog eens: zij ruimt op.")


def _tekst(gewist: Telling) -> str:
    return ", ".join(f"{wat} {aantal}" for wat, aantal in gewist.json().items() if aantal) or "niets"


def _toon(gedaan: Mapping[str, Telling], gewist: bool, as_json: bool) -> None:
    if as_json:
        per_dienst = {naam: telling.json() for naam, telling in gedaan.items()}
        toon_json({"gewist": gewist, **per_dienst})
        return
    tafel = tabel("Gewist" if gewist else "Te wissen", "wat", *gedaan, rechts=tuple(gedaan))
    for wat in Telling().json():
        tafel.add_row(escape(wat), *(str(telling.json()[wat]) for telling in gedaan.values()))
    out.print(tafel)
    if not gewist:
        note("Niets gewist. Wissen doet u met --voer-uit.")
