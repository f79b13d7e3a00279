"""`hub partij sleutel`: the keys of a party, made, listed, rotated and revoked; in both databases."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import typer
from rich.markup import escape
from sqlalchemy import Connection
from typer.core import TyperGroup

from services.cli import spoor
from services.cli.beheer import lezend, toon
from services.cli.console import VAR, AlsJson, DataMap, note, opened, read_settings, stop, zeg
from services.cli.example_loading import copy_keys
from services.cli.partij import eis_partij, in_beide
from services.kernel.settings import AMSTERDAM
from services.kernel.toegang import parties, sleutels
from services.kernel.toegang.parties import SCOPES, Scope
from services.kernel.toegang.sleutels import Sleutel
from services.kernel.wiring import Dienst, Dienstnaam

_KOLOMMEN: Final = ("id", "partij", "naam", "scopes", "stand", "aangemaakt", "vervalt", "laatst gebruikt")
_OVERGANG: Final = 7  # days


class _Sleutelgroep(TyperGroup):
    """`hub partij sleutel CODE` makes a key: what is no command is the code to make one for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["maak", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_Sleutelgroep, no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="Kenmerk van de sleutel, uit `hub partij sleutel lijst`.")]
Vervalt = Annotated[
    date | None,
    typer.Option(
        parser=date.fromisoformat, metavar="JJJJ-MM-DD", help="Geldt tot en met (standaard: open).", show_default=False
    ),
]


@app.callback()
def groep() -> None:
    """Maak, toon, vervang en trek de sleutels van een partij in. Met alleen een code: maak er een.

    Voorbeeld: hub partij sleutel 75000001
    """


@app.command("maak")
def maak(
    code: Annotated[str, typer.Argument(help="Code van de partij.")],
    naam: Annotated[str, typer.Option(help="Waar de sleutel voor is, zoals de naam van een systeem.")] = "",
    scopes: Annotated[
        str | None,
        typer.Option(
            help=f"Wat hij mag, met een komma ertussen: {', '.join(SCOPES)} (standaard: alles wat de partij mag).",
            show_default=False,
        ),
    ] = None,
    vervalt: Vervalt = None,
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Maak een nieuwe sleutel; hij wordt deze ene keer getoond. Oude sleutels blijven gelden.

    Voorbeeld: hub partij sleutel maak 75000001 --naam boekhouding --scopes read,report --vervalt 2026-12-31
    """
    made = _nieuw(data, code, naam, lees_scopes(data, code, scopes), einde_van(vervalt))
    zeg(as_json, made, code=code, sleutel=made, vervalt=vervalt)


@app.command("lijst")
def lijst(
    code: Annotated[str | None, typer.Argument(help="Alleen van deze partij.")] = None,
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Toon de sleutels met hun kenmerk; een sleutel zelf is nergens meer te zien. Laatst gebruikt: op een uur na.

    Voorbeeld: hub partij sleutel lijst 75000001
    """
    settings = read_settings(data)
    gebruikt: dict[str, datetime] = {}
    gevonden: Sequence[Sleutel] = ()
    with ExitStack() as stack:
        for naam in get_args(Dienstnaam):
            dienst = stack.enter_context(opened(settings, naam))
            with dienst.database.read() as conn:
                gevonden = sleutels.lijst(conn, code)
            for sleutel in gevonden:
                if sleutel.gebruikt is not None:
                    gebruikt[sleutel.id] = max(sleutel.gebruikt, gebruikt.get(sleutel.id, sleutel.gebruikt))
        nu = dienst.nu()
    rijen = [_rij(sleutel, nu, gebruikt.get(sleutel.id)) for sleutel in gevonden]
    toon("Sleutels", _KOLOMMEN, rijen, as_json=as_json)


def _rij(sleutel: Sleutel, nu: datetime, gebruikt: datetime | None) -> tuple[str | None, ...]:
    moments = (sleutel.aangemaakt, sleutel.vervalt, gebruikt)
    scopes = parties.scopes_tekst(sleutel.scopes)
    return (sleutel.id, sleutel.partij, sleutel.naam, scopes, sleutel.stand(nu), *map(_moment, moments))


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M") if moment else None


@app.command("intrek")
def intrek(sleutel_id: Id, data: DataMap = VAR, as_json: AlsJson = False) -> None:
    """Trek een sleutel in: hij geldt meteen niet meer, en komt niet terug. Nog eens intrekken verandert niets.

    Voorbeeld: hub partij sleutel intrek 3f1a09c2d4e5
    """
    # Also one that is revoked already: the last time may have failed half-way, after one of the databases.
    sleutel = _eis_sleutel(data, sleutel_id)
    over = f"partij {sleutel.partij}, sleutel {sleutel.id}"
    in_beide(data, "sleutel intrek", over, lambda dienst, conn: sleutels.intrek(conn, sleutel.id, dienst.nu()))
    zin = f"Sleutel {sleutel.id} van {escape(sleutel.partij)} is ingetrokken."
    zeg(as_json, zin, id=sleutel.id, partij=sleutel.partij, stand="ingetrokken")


@app.command("roteer")
def roteer(
    sleutel_id: Id,
    dagen: Annotated[int, typer.Option(min=0, max=365, help="Zoveel dagen geldt de oude nog.")] = _OVERGANG,
    vervalt: Vervalt = None,
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Maak een nieuwe sleutel met dezelfde naam en scopes; de oude geldt nog even. De nieuwe wordt nu getoond.

    Voorbeeld: hub partij sleutel roteer 3f1a09c2d4e5 --dagen 7
    """
    oud = _eis_sleutel(data, sleutel_id)
    if (stand := oud.stand(datetime.now(AMSTERDAM))) != "geldig":
        stop(f"Sleutel {oud.id} is al {stand}.")
    scopes = oud.scopes & parties.SCOPES_VAN[eis_partij(data, oud.partij).soort]
    # First the new one, then the end of the old one: whatever fails in between leaves a key that is good.
    nieuw = _nieuw(data, oud.partij, oud.naam, scopes, einde_van(vervalt))

    def laat_vervallen(dienst: Dienst, conn: Connection) -> None:
        sleutels.laat_vervallen(conn, oud.id, dienst.nu() + timedelta(days=dagen))

    over = f"partij {oud.partij}, sleutel {oud.id} nog {dagen} dagen"
    in_beide(data, "sleutel roteer", over, laat_vervallen)
    zeg(as_json, nieuw, code=oud.partij, sleutel=nieuw, vervalt=vervalt, oud=oud.id, dagen=dagen)
    note(f"De oude sleutel {oud.id} geldt nog {dagen} dagen.")


def _nieuw(data: Path, code: str, naam: str, scopes: frozenset[Scope] | None, einde: datetime | None) -> str:
    settings = read_settings(data)
    with opened(settings, "allocation") as allocation, opened(settings, "declaration") as declaration:
        with allocation.database.write() as conn:
            made = parties.nieuwe_sleutel(conn, code, allocation.nu(), einde, naam, scopes)
            over = f"partij {code}, sleutel {parties.sleutel_hash(made)[: parties.ID]}, vervalt {einde or 'niet'}"
            spoor.leg_vast(conn, allocation, "partij sleutel", over)
        copy_keys(allocation, declaration)
    return made


def einde_van(laatste: date | None) -> datetime | None:
    """The end of the last day, in Amsterdam."""
    return datetime.combine(laatste + timedelta(days=1), time.min, AMSTERDAM) if laatste else None


def lees_scopes(data: Path, code: str, text: str | None) -> frozenset[Scope] | None:
    """The scopes that were asked for; stops for one there is not, and for one that this party cannot have."""
    most = parties.SCOPES_VAN[eis_partij(data, code).soort]
    if text is None:
        return None
    asked = {part.strip() for part in text.split(",")}
    if not asked <= most:
        stop(f"Een sleutel van {escape(code)} kan hebben: {', '.join(scope for scope in SCOPES if scope in most)}.")
    return frozenset(scope for scope in most if scope in asked)


def _eis_sleutel(data: Path, sleutel_id: str) -> Sleutel:
    """The key of this id; stops when there is none."""
    with lezend(data) as conn:
        sleutel = sleutels.bij_id(conn, sleutel_id)
    if sleutel is None:
        stop("Er is geen sleutel met dit kenmerk. Zoek het op met: hub partij sleutel lijst")
    return sleutel
