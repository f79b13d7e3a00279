"""`hub laad`: the running state of a region read in when the hub goes live; nothing is routed, nothing is answered."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from services.allocation.feed import feedrijen
from services.allocation.loading import Geladen, laad_toewijzingen
from services.allocation.running_state import Fout, Stuk, lees_bericht, lees_rijen
from services.cli import spoor
from services.cli.beheer import Bestand, Proef, Terug, lees, weiger
from services.cli.console import VAR, AlsJson, DataMap, bezig, note, opened, out, read_settings, toon_json, verkeerd
from services.cli.controle import (
    PRESTATIES,
    TOEWIJZINGEN,
    Totaalbestand,
    Totalen,
    lees_totalen,
    toon_totalen,
    verschillen,
)
from services.cli.verzilvering import bijgewerkt
from services.declaration import feed, signals
from services.declaration.booking import toegewezen_per_gemeente
from services.declaration.historie import opname as history_loading
from services.declaration.historie.regels import lees_regels
from services.kernel.loading import Laadfout, eis_zonder
from services.kernel.reading import Schemas
from services.kernel.waarneming.logs import mask
from services.kernel.wiring import Dienst

Gelezen = tuple[list[Stuk], list[Fout]]

app = typer.Typer(no_args_is_help=True, help="De lopende stand van een regio inlezen bij ingebruikname.")

Bestanden = Annotated[
    Path, typer.Argument(exists=True, help="Map met XML-berichten (ook in submappen), een XML-bestand, of een CSV.")
]


_CSV: Final = ".csv"
# How the signalen read, of so many toewijzingen or Prestaties.
_SIGNAAL: Final = {
    signals.ONTBREKEND_TARIEF: "zonder tarief in een of meer perioden",
    signals.GEEN_CONTRACT: "zonder contract",
    signals.NA_CONTRACTEINDE: "na het einde van het contract",
    signals.AFWIJKEND_TARIEF: "met een ander bedrag dan het tarief",
    signals.NIET_STAPELBAAR: "van een aanbieder zonder contract voor wat de cliënt van een ander krijgt",
    signals.AFWIJKENDE_VORM: "niet geschreven in de vorm van het contract",
    signals.ZONDER_GRONDSLAG: "op een toewijzing die de hub niet heeft, of die is verwijderd of ingekort",
    signals.CREDIT_ZONDER_DEBET: "gecrediteerd zonder dat de hub de debetregel heeft",
    signals.ZONDER_TARIEF: "zonder tarief om het bedrag aan te toetsen",
}


@app.command("toewijzingen")
def toewijzingen(
    pad: Bestanden, data: DataMap = VAR, totalen: Totaalbestand = None, proef: Proef = False, as_json: AlsJson = False
) -> None:
    """Lees lopende toewijzingen in: een map met 301's (Wmo en Jeugdwet, release 2.3 en 3.2) of een CSV.

    Alles of niets; nog eens inlezen verandert niets. Niemand krijgt bericht. De bedragen worden geboekt met de
    Toewijzingsdatum van elke versie als dag waarop ze bekend werden.

    Kolommen van de CSV: gemeente, aanbieder, bsn, toewijzingnummer, categorie, productcode, ingangsdatum, einddatum,
    volume, eenheid, frequentie, budget (eurocent), reden_wijziging, toewijzingsdatum, toewijzingstijd, release;
    en domein (wmo of jeugd; zonder: wmo).
    Kolommen van --totalen: gemeente, toewijzingen, clienten, toegewezen (eurocent).

    Voorbeeld: hub laad toewijzingen 301-berichten --totalen totalen.csv --proef
    """
    settings = read_settings(data)
    with bezig("Inlezen"), opened(settings, "allocation") as van, opened(settings, "declaration") as naar:
        try:
            verwacht = lees_totalen(totalen, TOEWIJZINGEN)
            gelezen = _lees_toewijzingen(pad, van.schemas)
            geladen, gevonden, signalen = _laad_toewijzingen(van, naar, gelezen, verwacht, proef)
        except Laadfout as fout:
            weiger(fout)
    bron = "rijen" if pad.suffix.lower() == _CSV else "bestanden"
    if as_json:
        toon_json(_als_json(proef, gevonden, geladen.versies, geladen.aanwezig, signalen, geladen.signalen))
        return
    toon_totalen("Toewijzingen", TOEWIJZINGEN, gevonden)
    for signaal in geladen.signalen:
        note(escape(signaal))
    _zeg_signalen(signalen, "toewijzing(en)")
    _zeg(proef, f"{geladen.versies} versies", geladen.versies, f"{len(gelezen[0])} {bron}", geladen.aanwezig)


def _laad_toewijzingen(
    van: Dienst, naar: Dienst, gelezen: Gelezen, verwacht: Totalen | None, proef: bool
) -> tuple[Geladen, Totalen, Mapping[str, int]]:
    """Store, book, and hold against the totals. Allocation commits first.

    Should declaration fail to, then it finds the same rows in the feed when it next reads that.
    """
    with suppress(Terug), naar.database.write() as boekt, van.database.write() as conn:
        geladen = laad_toewijzingen(conn, van, *gelezen)
        feed.verwerk(boekt, naar, feedrijen(conn, feed.beurt(boekt)))
        bedragen = toegewezen_per_gemeente(boekt, geladen.nummers)
        gevonden = {
            gemeente: dict(zip(TOEWIJZINGEN, (aantal, geladen.clienten[gemeente], bedragen[gemeente]), strict=True))
            for gemeente, aantal in geladen.toewijzingen.items()
        }
        eis_zonder(verschillen(gevonden, verwacht))
        signalen = signals.tel_van_toewijzingen(boekt, geladen.nummers)
        if proef:
            raise Terug
        if geladen.versies:
            for dienst, waar in ((van, conn), (naar, boekt)):
                spoor.leg_vast(waar, dienst, "laad toewijzingen", f"{geladen.versies} versies")
    return geladen, gevonden, signalen


@app.command("prestaties")
def prestaties(
    bestand: Bestand, data: DataMap = VAR, totalen: Totaalbestand = None, proef: Proef = False, as_json: AlsJson = False
) -> None:
    """Lees beoordeelde prestaties van voor de hub in: wat is goedgekeurd, en de nummers die zijn gebruikt.

    Na de toewijzingen. Alles of niets; nog eens inlezen verandert niets. Niemand krijgt bericht. De bedragen worden
    geboekt met de dag van de beoordeling als dag waarop ze bekend werden.

    Kolommen: gemeente, aanbieder, bsn, release, vorm, declaratienummer, declaratieperiode_begin,
    declaratieperiode_eind, referentienummer, vorig, toewijzingnummer, categorie, productcode, productperiode_begin,
    productperiode_eind, volume, eenheid, tarief, bedrag, debet_credit, status (goedgekeurd of afgekeurd), toegekend;
    en als u ze weet verwerkt_op (zonder: declaratieperiode_eind) en domein (zonder: wmo). Bedragen in eurocent.
    Kolommen van --totalen: gemeente, prestaties, debet, credit, gedeclareerd (eurocent).

    Voorbeeld: hub laad prestaties prestaties.csv --totalen totalen.csv --proef
    """
    with bezig("Inlezen"), bijgewerkt(data) as dienst:
        try:
            verwacht = lees_totalen(totalen, PRESTATIES)
            geladen = _laad_prestaties(dienst, lees(bestand), verwacht, proef)
        except Laadfout as fout:
            weiger(fout)
    if as_json:
        toon_json(_als_json(proef, geladen.totalen, geladen.nieuw, geladen.aanwezig, geladen.signalen))
        return
    toon_totalen("Prestaties", PRESTATIES, geladen.totalen)
    _zeg_signalen(geladen.signalen, "prestatie(s)")
    rijen = geladen.nieuw + geladen.aanwezig
    _zeg(proef, f"{geladen.nieuw} prestaties", geladen.nieuw, f"{rijen} rijen", geladen.aanwezig)


def _laad_prestaties(dienst: Dienst, tekst: str, verwacht: Totalen | None, proef: bool) -> history_loading.Geladen:
    """Store, book, and hold against the totals."""
    regels, fouten = lees_regels(tekst, dienst.vandaag())
    with suppress(Terug), dienst.database.write() as conn:
        geladen = history_loading.laad_prestaties(conn, dienst, regels, fouten)
        eis_zonder(verschillen(geladen.totalen, verwacht))
        if proef:
            raise Terug
        if geladen.nieuw:
            spoor.leg_vast(conn, dienst, "laad prestaties", f"{geladen.nieuw} prestaties")
    return geladen


def _lees_toewijzingen(pad: Path, schemas: Schemas) -> Gelezen:
    if pad.suffix.lower() == _CSV:
        return lees_rijen(lees(pad))
    stukken: list[Stuk] = []
    fouten: list[Fout] = []
    for volgorde, (naam, bestand) in enumerate(_xml_bestanden(pad), 1):
        try:
            stukken.append(lees_bericht(naam, volgorde, bestand.read_bytes(), schemas))
        except Laadfout as fout:
            fouten += [(volgorde, regel) for regel in fout.fouten]
    return stukken, fouten


def _xml_bestanden(pad: Path) -> list[tuple[str, Path]]:
    """The XML files of a folder, or the one file, by the name they are called by; stops when there are none."""
    bestanden = [pad] if pad.is_file() else sorted(b for b in pad.rglob("*") if b.suffix.lower() == ".xml")
    if not bestanden:
        verkeerd(f"{escape(str(pad))} bevat geen XML-bestanden.")
    namen = (pad.name if pad.is_file() else str(bestand.relative_to(pad)) for bestand in bestanden)
    return [
        (_noembaar(naam, nummer), bestand)
        for nummer, (naam, bestand) in enumerate(zip(namen, bestanden, strict=True), 1)
    ]


def _noembaar(naam: str, nummer: int) -> str:
    """The name of a file as it may be said: what could be a BSN in it is not, and its number in the list finds it."""
    veilig = str(mask(naam))
    return naam if veilig == naam else f"{veilig} (bestand {nummer})"


def _als_json(
    proef: bool,
    totalen: Totalen,
    nieuw: int,
    aanwezig: int,
    signalen: Mapping[str, int],
    meldingen: Sequence[str] = (),
) -> dict[str, object]:
    gelezen = {"proef": proef, "nieuw": nieuw, "aanwezig": aanwezig, "totalen": totalen}
    return {**gelezen, "signalen": signalen, "meldingen": list(meldingen)}


def _zeg_signalen(signalen: Mapping[str, int], wat: str) -> None:
    for soort, aantal in sorted(signalen.items()):
        note(f"Let op: {aantal} {wat} {_SIGNAAL[soort]}.")


def _zeg(proef: bool, wat: str, nieuw: int, van: str, aanwezig: int) -> None:
    gedaan = f"{wat} ingelezen" if nieuw else "Niets nieuws"
    out.print(f"{'Proef, niets opgeslagen: ' if proef else ''}{gedaan}; van {van} stonden er {aanwezig} al.")
