"""`hub partij kanaal` and `hub partij amqp`: how a party gets what lies in its postbus, and its user at the broker."""

import re
import secrets
from typing import Annotated, Final, Literal
from urllib.parse import unquote, urlsplit

import typer
from rich.markup import escape

from services.cli.beheer import toon
from services.cli.console import VAR, AlsJson, DataMap, opened, read_settings, stop, verkeerd, zeg
from services.cli.partij import eis_partij, in_beide
from services.kernel.delivery import kanalen, webhook
from services.kernel.delivery.kanalen import Kanaal
from services.kernel.delivery.topology import INKOMEND, gebruiker_van
from services.kernel.settings import Settings
from services.kernel.wiring import Dienstnaam

_KOLOMMEN: Final = ("dienst", "kanaal", "url", "bezorgd tot", "in postbus", "pogingen", "fout", "teruggevallen")
# A dot, * or # means something in a routing key.
_CODE: Final = re.compile(r"[A-Za-z0-9_-]+")
_OPDRACHT: Final = "partij kanaal"
Code = Annotated[str, typer.Argument(help="Code van de partij.")]


def command(
    code: Code,
    soort: Annotated[
        Literal["amqp", "webhook", "geen"] | None, typer.Argument(help="Het kanaal; zonder: toon het.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Waar de webhook staat.", show_default=False)] = None,
    nieuw_geheim: Annotated[
        bool, typer.Option("--nieuw-geheim", help="Onderteken de webhook voortaan met een nieuw geheim.")
    ] = False,
    data: DataMap = VAR,
    as_json: AlsJson = False,
) -> None:
    """Kies hoe een partij haar poststukken krijgt: in een wachtrij, bij een webhook, of geen: dan haalt zij ze zelf op.

    Ook om een webhook die is opgegeven weer te laten beginnen. Een nieuw kanaal begint bij het eerste poststuk dat nog
    niet is bezorgd of bevestigd. Het geheim van een webhook wordt alleen nu getoond.

    Voorbeeld: hub partij kanaal 75000001 webhook --url https://zorg.example/berichten
    """
    partij = eis_partij(data, code)
    if soort is None:
        _toon(data, code, as_json)
        return
    _eis_passend(soort, url, nieuw_geheim)
    if soort == "geen":
        in_beide(data, _OPDRACHT, f"partij {code}, geen kanaal", lambda _, conn: kanalen.haal_weg(conn, code))
        zeg(as_json, f"{escape(code)} haalt haar poststukken zelf op.", code=code, kanaal=soort)
        return
    if soort == "amqp" and not _CODE.fullmatch(partij.code):
        stop("Voor een wachtrij bestaat een code alleen uit letters, cijfers, - en _.")
    over = f"partij {code}, {soort}{', nieuw geheim' if nieuw_geheim else ''}"
    in_beide(data, _OPDRACHT, over, lambda _, conn: kanalen.zet(conn, code, soort, url, nieuw_geheim=nieuw_geheim))
    if soort == "amqp":
        wachtrij = gebruiker_van(partij)
        zin = f"{escape(code)} leest wachtrij {wachtrij}. Maak haar gebruiker: hub partij amqp {code}"
        zeg(as_json, zin, code=code, kanaal=soort, wachtrij=wachtrij)
        return
    settings = read_settings(data)
    versie = next(kanaal.versie for _, kanaal in _per_dienst(settings, code) if kanaal)
    geheim = kanalen.geheim(settings.dienst_sleutel, code, versie)
    zin = f"{escape(code)} krijgt haar poststukken bij {escape(url or '')}. Het geheim van de handtekening:\n{geheim}"
    zeg(as_json, zin, code=code, kanaal=soort, url=url, geheim=geheim)


def _eis_passend(soort: str, url: str | None, nieuw_geheim: bool) -> None:
    if soort != "webhook":
        if url is not None or nieuw_geheim:
            verkeerd("--url en --nieuw-geheim horen bij een webhook.")
        return
    if url is None:
        verkeerd("Een webhook vraagt --url.")
    try:
        webhook.eis_url(url)
    except webhook.OngeldigeUrl as fout:
        verkeerd(str(fout))


def amqp(
    code: Code,
    data: DataMap = VAR,
    vraag: Annotated[
        bool, typer.Option("--vraag-wachtwoord", help="Laat rabbitmqctl om het wachtwoord vragen.")
    ] = False,
    as_json: AlsJson = False,
) -> None:
    """Toon de opdrachten die een partij een gebruiker bij RabbitMQ geven; voer ze uit op de broker. Wijzigt niets.

    De gebruiker leest alleen haar eigen wachtrij, schrijft alleen naar 'inkomend', en mag niets aanmaken.

    Voorbeeld: hub partij amqp 0503
    """
    gebruiker = gebruiker_van(eis_partij(data, code))
    if not _CODE.fullmatch(code):
        stop("Voor een wachtrij bestaat een code alleen uit letters, cijfers, - en _.")
    wachtwoord = "" if vraag else f" '{secrets.token_urlsafe(24)}'"
    vhost, eigen = _vhost(read_settings(data)), gebruiker.replace(".", "\\.")
    rechten = f"'^$' '^{INKOMEND}$' '^{eigen}$'"
    opdrachten = [
        f"rabbitmqctl add_user {gebruiker}{wachtwoord}",
        f"rabbitmqctl set_permissions -p '{vhost}' {gebruiker} {rechten}",
    ]
    # Not as rich text: brackets in a pattern would be taken for markup.
    zeg(as_json, escape("\n".join(opdrachten)), opdrachten=opdrachten)


def _vhost(settings: Settings) -> str:
    """The vhost of the URL, as AMQP URLs have it: the path without its slash, and / when there is none."""
    return unquote(urlsplit(settings.rabbitmq.get_secret_value()).path.removeprefix("/")) or "/"


def _toon(data: DataMap, code: str, as_json: bool) -> None:
    rijen = [_rij(naam, kanaal) for naam, kanaal in _per_dienst(read_settings(data), code)]
    toon(f"Kanaal van {code}", _KOLOMMEN, rijen, as_json=as_json)


def _per_dienst(settings: Settings, code: str) -> list[tuple[Dienstnaam, Kanaal | None]]:
    gevonden: list[tuple[Dienstnaam, Kanaal | None]] = []
    diensten: tuple[Dienstnaam, ...] = ("allocation", "declaration")
    for naam in diensten:
        with opened(settings, naam) as dienst, dienst.database.read() as conn:
            gevonden.append((naam, kanalen.lees(conn, code)))
    return gevonden


def _rij(naam: str, kanaal: Kanaal | None) -> tuple[object, ...]:
    if kanaal is None:
        return naam, "geen", *(None,) * 6
    stand = (kanaal.bezorgd_tot, kanaal.laatste, kanaal.pogingen, kanaal.fout)
    return naam, kanaal.soort, kanaal.url, *stand, kanaal.teruggevallen
