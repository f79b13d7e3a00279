"""`hub example --fout`: the scenarios of a rule as files in the order of sending, with what must come back."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

from rich.markup import escape

from services.cli.console import bedoelde, note, out, toon_json, verkeerd
from services.cli.fouten import Scenario, fouten_van, scenario
from services.cli.fouten.stuk import Stuk
from services.kernel.catalogue import Berichtsoort

VERWACHT: Final = "verwacht.json"


def schrijf(soort: Berichtsoort, regel: str, seed: int, vandaag: date, map_: Path | None, as_json: bool) -> None:
    """Every row of this rule to a folder of its own, or the message that breaks the first one to the output."""
    gevonden = scenarios(soort, regel, seed, vandaag)
    if map_ is None:
        _to_output(gevonden, seed)
        return
    mappen = []
    for nummer, een in enumerate(gevonden, 1):
        folder = map_ / f"{soort.naam}-{soort.release}-{een.tekst.regel}-{nummer}"
        schrijf_map(folder, een, {"seed": seed, "vandaag": vandaag.isoformat()})
        mappen.append(str(folder))
        if not as_json:
            out.print(escape(f"{folder}: {een.tekst.klasse} {een.tekst.element} (berichten: {len(een.stukken)})"))
    if as_json:
        toon_json({"bestanden": mappen})


def scenarios(soort: Berichtsoort, regel: str, seed: int, vandaag: date) -> list[Scenario]:
    """One for every row of this rule; stops, with the rules there are, when the kind has no such rule."""
    fouten = [fout for fout in fouten_van(soort) if fout.regel == regel.upper()]
    if not fouten:
        regels = sorted({fout.regel for fout in fouten_van(soort)})
        wie = f"{escape(regel)} is geen regel die de hub toetst bij {soort.naam} {soort.release}."
        verkeerd(f"{wie}{bedoelde(regel.upper(), regels)} Wel: {', '.join(regels)}.")
    return [scenario(soort, fout, seed, vandaag) for fout in fouten]


def schrijf_map(folder: Path, een: Scenario, hoe: dict[str, Any]) -> None:
    """The messages, numbered in the order in which they are sent, and verwacht.json."""
    folder.mkdir(parents=True, exist_ok=True)
    berichten = []
    for nummer, stuk in enumerate(een.stukken, 1):
        naam = f"{nummer:02d}-{stuk.soort.naam}-{stuk.verzender}.xml"
        (folder / naam).write_bytes(stuk.inhoud)
        berichten.append({"bestand": naam, **_verwacht(stuk)})
    inhoud = {**_over(een), **hoe, "berichten": berichten}
    (folder / VERWACHT).write_text(json.dumps(inhoud, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _over(een: Scenario) -> dict[str, Any]:
    tekst = een.tekst
    return {
        "berichtsoort": tekst.berichtsoort,
        "release": een.fout.soort.release,
        "regel": tekst.regel,
        "niveau": tekst.niveau,
        "retourcode": tekst.retourcode,
        "klasse": tekst.klasse,
        "element": tekst.element,
        "melding": tekst.melding,
        "toelichting": een.toelichting or None,
    }


def _verwacht(stuk: Stuk) -> dict[str, Any]:
    """Where a message goes, who sends it, and what must come back."""
    verwacht = stuk.verwacht
    regels = sorted(verwacht.regels, key=lambda regelcode: (regelcode[0], regelcode[1] or ""))
    return {
        "dienst": stuk.soort.dienst,
        "berichtsoort": stuk.soort.naam,
        "verzender": stuk.verzender,
        "status": verwacht.status,
        "oordeel": verwacht.oordeel,
        "probleem": verwacht.probleem,
        "regels": [{"regel": regel, "retourcode": code} for regel, code in regels],
        "retourcodes": sorted({code for _, code in regels if code}),
    }


def _to_output(gevonden: list[Scenario], seed: int) -> None:
    eerste = gevonden[0]
    sys.stdout.buffer.write(eerste.fout.inhoud)
    note(escape(f"{eerste.tekst.berichtsoort} met seed {seed}: {eerste.tekst.klasse} {eerste.tekst.element}"))
    if vooraf := len(eerste.stukken) - 1:
        note(f"Berichten die eraan voorafgaan: {vooraf}; met --uit MAP krijgt u die ook.")
    if len(gevonden) > 1:
        note(f"De regel geldt op {len(gevonden)} plaatsen; met --uit MAP krijgt u ze alle.")
