"""`hub audit`: reading the trail of who did what, and holding it against its seals."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, get_args

import typer
from rich.markup import escape
from sqlalchemy import Connection, select

from services.cli.console import VAR, AlsJson, DataMap, bezig, opened, out, read_settings, tabel, toon_json, verkeerd
from services.kernel import tables
from services.kernel.privacy import zegels
from services.kernel.privacy.zegels import Controle
from services.kernel.settings import AMSTERDAM
from services.kernel.wiring import Dienstnaam

app = typer.Typer(no_args_is_help=True, help="Het auditspoor: wie deed wat, wanneer en waarom.")
_DIENSTEN = get_args(Dienstnaam)
_KOLOMMEN = ("nr", "tijdstip", "partij", "actie", "oorzaak", "bericht", "detail")
Dag = Annotated[
    date | None, typer.Option(parser=date.fromisoformat, metavar="JJJJ-MM-DD", help="Dag.", show_default=False)
]
Een = Annotated[Dienstnaam | None, typer.Option("--service", help="Alleen deze dienst.", show_default=False)]


@app.command("lijst")
def lijst(
    data: DataMap = VAR,
    service: Een = None,
    partij: Annotated[str | None, typer.Option(help="Code van wie het deed.", show_default=False)] = None,
    actie: Annotated[str | None, typer.Option(help="Wat er gebeurde, of het begin ervan.", show_default=False)] = None,
    bericht: Annotated[str | None, typer.Option(help="Nummer van een bericht.", show_default=False)] = None,
    van: Dag = None,
    tot: Dag = None,
    limiet: Annotated[int, typer.Option(min=1, help="Ten hoogste zoveel per dienst, de nieuwste.")] = 100,
    as_json: AlsJson = False,
) -> None:
    """Toon het auditspoor, het oudste eerst.

    Voorbeeld: hub audit lijst --partij 0503 --van 2026-02-01 --json
    """
    settings = read_settings(data)
    a = tables.audit.c
    waar = [a.partij == partij] if partij else []
    waar += [a.actie.startswith(actie, autoescape=True)] if actie else []
    waar += [a.bericht == bericht] if bericht else []
    waar += [a.tijdstip >= _middernacht(van)] if van else []
    waar += [a.tijdstip < _middernacht(tot + timedelta(days=1))] if tot else []
    gevonden: dict[str, list[dict[str, Any]]] = {}
    for naam in [service] if service else _DIENSTEN:
        with opened(settings, naam) as dienst, dienst.database.read() as conn:
            gevonden[naam] = _lees(conn, waar, limiet)
    if as_json:
        toon_json([_feit(naam, rij) for naam, rijen in gevonden.items() for rij in rijen])
        return
    for naam, rijen in gevonden.items():
        _als_tabel(naam, rijen)


@app.command("check")
def check(
    data: DataMap = VAR,
    service: Een = None,
    tot: Annotated[
        str | None, typer.Option("--tot", metavar="ZEGEL", help="Een zegel dat u eerder elders bewaarde.")
    ] = None,
    as_json: AlsJson = False,
) -> None:
    """Controleer elke regel aan zijn zegel en elk zegel aan het vorige; wat niet klopt eindigt met 1.

    Voorbeeld: hub audit check --data var
    """
    settings = read_settings(data)
    if tot is not None and service is None:
        verkeerd("Zeg bij --tot met --service van welke dienst het zegel is.")
    gedaan: dict[str, Controle] = {}
    for naam in [service] if service else _DIENSTEN:
        with bezig("Zegels controleren"), opened(settings, naam) as dienst, dienst.database.read() as conn:
            gedaan[naam] = zegels.controleer(conn, dienst, tot)
    if as_json:
        toon_json([_stand(naam, controle) for naam, controle in gedaan.items()])
    else:
        for naam, controle in gedaan.items():
            _toon(naam, controle)
    if not all(controle.klopt for controle in gedaan.values()):
        raise typer.Exit(1)


@app.command("zegel")
def zegel(
    data: DataMap = VAR,
    service: Een = None,
    as_json: AlsJson = False,
) -> None:
    """Verzegel wat er nu staat, en toon het nieuwste zegel. Bewaar het elders: dan is ook het einde te controleren.

    Voorbeeld: hub audit zegel --data var
    """
    settings = read_settings(data)
    nieuwste: dict[str, str | None] = {}
    for naam in [service] if service else _DIENSTEN:
        with opened(settings, naam) as dienst:
            zegels.verzegel(dienst)
            with dienst.database.read() as conn:
                nieuwste[naam] = zegels.laatste_afdruk(conn)
    if as_json:
        toon_json([{"dienst": naam, "zegel": hash} for naam, hash in nieuwste.items()])
        return
    for dienstnaam, hash in nieuwste.items():
        out.print(f"{dienstnaam}: {hash or 'nog geen zegel: het spoor is leeg'}")


def _middernacht(dag: date) -> datetime:
    return datetime.combine(dag, time.min, AMSTERDAM).astimezone(UTC)


def _lees(conn: Connection, waar: list[Any], limiet: int) -> list[dict[str, Any]]:
    statement = select(tables.audit).where(*waar).order_by(tables.audit.c.nr.desc()).limit(limiet)
    return [dict(row._mapping) for row in conn.execute(statement)][::-1]


def _feit(naam: str, rij: dict[str, Any]) -> dict[str, Any]:
    return {"dienst": naam, **rij, "tijdstip": rij["tijdstip"].isoformat()}


def _als_tabel(naam: str, rijen: list[dict[str, Any]]) -> None:
    tafel = tabel(f"Auditspoor van {naam}", *_KOLOMMEN, rechts=("nr",))
    for rij in rijen:
        rij["tijdstip"] = rij["tijdstip"].astimezone(AMSTERDAM).isoformat(sep=" ", timespec="seconds")
        tafel.add_row(*(escape("" if rij[kolom] is None else str(rij[kolom])) for kolom in _KOLOMMEN))
    out.print(tafel)


def _stand(naam: str, controle: Controle) -> dict[str, Any]:
    return {
        "dienst": naam,
        "klopt": controle.klopt,
        "fouten": list(controle.fouten),
        "regels": controle.regels,
        "zegels": controle.zegels,
        "laatste": controle.laatste,
        "open": controle.open,
    }


def _toon(naam: str, controle: Controle) -> None:
    for fout in controle.fouten:
        out.print(f"[red]Fout[/red] {naam}: {escape(fout)}")
    if controle.open:
        sinds = controle.open_sinds.astimezone(AMSTERDAM).isoformat(sep=" ", timespec="seconds")  # type: ignore[union-attr]
        out.print(f"{naam}: {controle.open} regels vanaf {controle.open_vanaf} nog niet verzegeld, sinds {sinds}.")
    out.print(f"{naam}: {controle.regels} regels, {controle.zegels} zegels, nieuwste {controle.laatste or 'geen'}.")
    slot = "[green]klopt[/green]" if controle.klopt else "[red]klopt niet[/red]"
    out.print(f"{naam}: het auditspoor {slot}.")
