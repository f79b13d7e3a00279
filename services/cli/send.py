"""`hub send`: messages in files to a hub, over HTTP, with the answers beside them and a summary at the end."""

import json
import signal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer
from rich.markup import escape

from services.cli.console import (
    GEWEIGERD,
    NIET_BESCHIKBAAR,
    AlsJson,
    bezig,
    niet_beschikbaar,
    note,
    out,
    tabel,
    toon_json,
    verkeerd,
    voortgang,
)
from services.cli.send_files import Volgorde, in_groepen, zoek_zendingen
from services.cli.send_run import Verzender
from services.cli.send_state import STAND, Resultaat, Stand

_TEGELIJK: Final = 4

Wat = Annotated[
    list[str], typer.Argument(metavar="BESTAND...", help="XML-bestanden of mappen; - leest namen van stdin.")
]
Url = Annotated[
    str, typer.Option(envvar="BERICHTENHUB_URL", help="Waar de hub staat, zonder /allocation of /declaration.")
]
Sleutel = Annotated[
    str | None,
    typer.Option(
        envvar="BERICHTENHUB_SLEUTEL", help="De sleutel van wie verzendt.", show_default=False, show_envvar=True
    ),
]
Sleutelbestand = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="Bestand met een sleutel, of sleutels.json van hub init.", show_default=False
    ),
]
Uit = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="Map voor de antwoorden; anders naast de berichten.", show_default=False),
]
Tegelijk = Annotated[
    int, typer.Option(min=1, max=16, help="Zoveel berichten tegelijk; 1 houdt de volgorde van allemaal.")
]
Volgordekeuze = Annotated[
    Volgorde, typer.Option(help="Wat na elkaar gaat: per paar partijen, dat ook op soort, of niets.")
]
Geduld = Annotated[int, typer.Option(min=0, help="Zoveel seconden een bezette of onbereikbare hub blijven proberen.")]
Opnieuw = Annotated[bool, typer.Option("--opnieuw", help="Ook wat al is verstuurd.")]


def command(
    wat: Wat,
    url: Url,
    sleutel: Sleutel = None,
    sleutelbestand: Sleutelbestand = None,
    uit: Uit = None,
    tegelijk: Tegelijk = _TEGELIJK,
    volgorde: Volgordekeuze = "partijen",
    geduld: Geduld = 300,
    opnieuw: Opnieuw = False,
    as_json: AlsJson = False,
) -> None:
    """Verstuur berichten naar een hub; elk gaat naar de dienst die erbij hoort, en het antwoord komt ernaast te staan.

    Naast 301.xml komen 301.antwoord.json en, als er een retourbericht is, 301.retour.xml. Mappen worden doorzocht op
    *.xml, op naam. Dezelfde opdracht nog eens gaat verder waar de vorige ophield (hub-send.jsonl houdt dat bij).

    Berichten tussen dezelfde twee partijen in dezelfde standaard gaan na elkaar, in de gegeven volgorde: een 323 na
    zijn 301. Met --volgorde soort gaan daarin eerst de toewijzingen, dan declaraties en hun antwoorden, hoe ze ook
    heten.

    Met sleutels.json verzendt elke partij haar eigen berichten. Een sleutel in de omgeving of een bestand blijft uit de
    geschiedenis van de shell.

    Eindigt met 0 als alles is aanvaard, 1 als er iets is geweigerd, en 3 als er iets niet kon worden verstuurd.

    Voorbeeld: hub send berichten --url https://hub.example --sleutelbestand sleutel.txt --uit antwoorden

    Voorbeeld: find . -name '*.xml' | hub send - --url http://localhost:8000/zandbak/proef --tegelijk 8
    """
    url = _eis_url(url)
    sleutels = _sleutels(sleutel, sleutelbestand)
    if uit is not None:
        _maak(uit)
    with bezig("Berichten zoeken"):
        zendingen = zoek_zendingen(wat, uit)
    verzender = Verzender(url, sleutels, Stand(url, opnieuw=opnieuw), geduld)
    with _tot_gestopt(verzender), voortgang("Versturen", len(zendingen)) as klaar:
        resultaten = verzender.verstuur(in_groepen(zendingen, volgorde, tegelijk), tegelijk, klaar)
    if as_json:
        toon_json(_json(url, resultaten, verzender.reden))
    else:
        _toon(resultaten)
    _eindig(resultaten, verzender.reden)


def _eis_url(url: str) -> str:
    delen = urlsplit(url)
    if delen.scheme not in ("http", "https") or not delen.hostname:
        verkeerd("--url is een adres zoals http://localhost:8000 of https://hub.example/zandbak/naam")
    return url.rstrip("/")


def _sleutels(sleutel: str | None, bestand: Path | None) -> Mapping[str, str]:
    """{code of a party: key}, or {"": key}; the file goes before what the environment says."""
    if bestand is not None:
        try:
            tekst = bestand.read_text(encoding="utf-8").strip()
            gelezen = json.loads(tekst) if tekst.startswith("{") else {"": tekst}
        except (OSError, ValueError):
            verkeerd(f"{escape(str(bestand))} is niet te lezen als sleutel, of als sleutels.json van hub init.")
        sleutels = {str(code): str(waarde) for code, waarde in gelezen.items()}
    else:
        sleutels = {"": (sleutel or "").strip()}
    if not all(waarde.isascii() and waarde.isprintable() and waarde for waarde in sleutels.values()) or not sleutels:
        verkeerd(
            "Geef een sleutel: --sleutel, --sleutelbestand, of BERICHTENHUB_SLEUTEL. Een nieuwe: hub partij sleutel"
        )
    return sleutels


def _maak(uit: Path) -> None:
    try:
        uit.mkdir(parents=True, exist_ok=True)
    except OSError as fout:
        niet_beschikbaar(
            f"{escape(str(uit))} kan niet worden gemaakt ({fout.strerror}). Kies een andere map met --uit."
        )


@contextmanager
def _tot_gestopt(verzender: Verzender) -> Iterator[None]:
    """Told to end, it finishes what is under way; told twice, it ends."""
    eerder = {nummer: signal.getsignal(nummer) for nummer in (signal.SIGINT, signal.SIGTERM)}

    def einde(nummer: int, _: FrameType | None) -> None:
        verzender.stop("Gestopt. Dezelfde opdracht gaat verder waar deze ophield.")
        signal.signal(nummer, eerder[signal.Signals(nummer)])

    for nummer in eerder:
        signal.signal(nummer, einde)
    try:
        yield
    finally:
        for nummer, handler in eerder.items():
            signal.signal(nummer, handler)


def _tel(resultaten: Sequence[Resultaat]) -> dict[str, Counter[str]]:
    """Messages per oordeel, per RetourCode (once a message), per problem, and per reason why they were not sent."""
    return {
        "perOordeel": Counter(r.oordeel for r in resultaten if r.oordeel),
        "perRetourcode": Counter(code for r in resultaten for code in r.retourcodes),
        "perProbleem": Counter(r.probleem for r in resultaten if r.probleem),
        "perReden": Counter(r.fout for r in resultaten if r.fout),
    }


_KOPPEN: Final = {
    "perOordeel": "oordeel",
    "perRetourcode": "RetourCode",
    "perProbleem": "probleem",
    "perReden": "niet verstuurd",
}


def _toon(resultaten: Sequence[Resultaat]) -> None:
    table = tabel(f"Verstuurd ({len(resultaten)})", "soort", "wat", "berichten", rechts=("berichten",))
    for sleutel, geteld in _tel(resultaten).items():
        for wat, aantal in sorted(geteld.items()):
            table.add_row(_KOPPEN[sleutel], escape(wat), str(aantal))
    out.print(table)
    if eerder := sum(r.eerder for r in resultaten):
        out.print(f"Waarvan {eerder} al in een vorige keer waren verstuurd ({STAND}).")


def _json(url: str, resultaten: Sequence[Resultaat], reden: str | None) -> dict[str, Any]:
    return {
        "url": url,
        "berichten": len(resultaten),
        "aanvaard": sum(r.aanvaard for r in resultaten),
        "geweigerd": sum(not r.aanvaard and r.fout is None for r in resultaten),
        "nietVerstuurd": sum(r.fout is not None for r in resultaten),
        "eerder": sum(r.eerder for r in resultaten),
        "gestopt": reden,
        **{sleutel: dict(sorted(geteld.items())) for sleutel, geteld in _tel(resultaten).items()},
        "items": [asdict(r) for r in resultaten],
    }


def _eindig(resultaten: Sequence[Resultaat], reden: str | None) -> None:
    if reden is not None:
        note(f"[red]Fout:[/red] {escape(reden)}")
    if niet := sum(r.fout is not None for r in resultaten):
        note(f"{niet} van {len(resultaten)} niet verstuurd. Dezelfde opdracht nog eens verstuurt alleen die.")
        raise typer.Exit(NIET_BESCHIKBAAR)
    if not all(r.aanvaard for r in resultaten):
        raise typer.Exit(GEWEIGERD)
