"""The endpoint for a ready-made declaration of what an aanbieder may still claim."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection, select

from services.declaration import tables, verdict
from services.declaration.feed import Onbereikbaar
from services.declaration.message import Declaratie, read_declaratie
from services.declaration.report_replies import werk_bij
from services.declaration.ruimte.api import (
    Aanbieder,
    Domein,
    Maand,
    Periode,
    aanbieder_van,
    gevraagd_tijdvak,
)
from services.declaration.ruimte.concept import concept, is_volledig, schrijf
from services.declaration.ruimte.feiten import Vraag, lees_ruimten, toewijzingen_van
from services.declaration.ruimte.personen import Personen
from services.declaration.ruimte.ruimten import RELEASE_2_3, Opdracht, Ruimte
from services.declaration.store import bezette_nummers
from services.kernel import openapi, problems
from services.kernel.clients import bsn_hash
from services.kernel.http import DezeDienst, Lezer
from services.kernel.problems import Probleem
from services.kernel.reading import as_stream
from services.kernel.tables import bericht
from services.kernel.wiring import Dienst

router = APIRouter(tags=["declaratieruimte"])
_XML = "application/xml"
_WEGGELATEN = "Weggelaten-Regels"


@router.get(
    "/declaratieruimte/concept",
    operation_id="getConcept",
    summary="Een kant-en-klare declaratie van wat nog te declareren is",
    response_class=Response,
    responses={
        200: {
            **openapi.xml_reply("De declaratie: een 323, of een 303 bij contracten van release 2.3"),
            "headers": {
                _WEGGELATEN: {
                    "description": "Regels die ontbreken omdat de hub de persoon niet (geheel) kent.",
                    "schema": {"type": "integer"},
                }
            },
        },
        **openapi.problems(403, 404, 409, 503),
    },
)
def get_concept(
    request: Request,
    dienst: DezeDienst,
    partij: Lezer,
    gemeente: Annotated[str, Query(pattern=r"^[0-9]{4}$", description="CBS-code.")],
    aanbieder: Aanbieder = None,
    domein: Domein = "wmo",
    periode: Periode = None,
    maand: Maand = None,
    identificatie: Annotated[
        str | None,
        Query(
            pattern=r"^[A-Za-z0-9]{1,12}$",
            description="Zonder: C, de dag en de gemeente, en zo nodig een letter.",
        ),
    ] = None,
    declaratienummer: Annotated[
        str | None, Query(pattern=r"^[A-Za-z0-9]{1,12}$", description="Van een 323; zonder: de identificatie.")
    ] = None,
    reeks: Annotated[
        str | None,
        Query(pattern=r"^[A-Za-z0-9-]{1,14}$", description="Begin van elk ReferentieNummer; zonder: C en uw nummer."),
    ] = None,
) -> Response:
    """Niets wordt ingediend of bewaard. Laat weg wat niet geleverd is, en dien het daarna in als elk ander bericht.

    Geef periode of maand; zonder is het de lopende maand. Stukken in totaal (frequentie 6) worden voorgesteld voor de
    perioden die al zijn begonnen.
    """
    wie = aanbieder_van(dienst, partij, aanbieder)
    werk_bij(request, dienst)
    with dienst.database.read() as conn:
        gevraagd = _een_tijdvak(gevraagd_tijdvak(conn, dienst, periode, maand))
        vraag = Vraag(wie, gevraagd, gemeente, domein)
        ruimten = lees_ruimten(conn, dienst, vraag, [t for _, t in toewijzingen_van(conn, vraag)])
        eigen = identificatie or _vrij(conn, wie, f"C{dienst.vandaag():%y%m%d}{gemeente}")
    if not any(ruimte.voorstel for _, ruimte in ruimten):
        raise _niets_te_declareren()
    opdracht = replace(ruimten[0][0], identificatie=eigen, nummer=_nummer(ruimten[0][0], eigen, declaratienummer))
    reply = _bericht(request, dienst, opdracht, [ruimte for _, ruimte in ruimten], reeks or f"C{eigen}-")
    wat = f"{domein} {gemeente} {wie}: {opdracht.soort.naam} {opdracht.begin} t/m {opdracht.eind}"
    dienst.leesspoor.noteer(dienst.nu(), partij.code, "concept gelezen", "getConcept", detail=wat)
    return reply


def _vrij(conn: Connection, aanbieder: str, begin: str) -> str:
    """The first that this aanbieder has used for no message and no declaration: `begin`, or with a letter after it."""
    b, d = bericht.c, tables.declaratie.c
    berichten = select(b.identificatie).where(b.verzender == aanbieder, b.identificatie.startswith(begin))
    nummers = select(d.nummer).where(d.aanbieder == aanbieder, d.nummer.startswith(begin))
    bezet = set(conn.execute(berichten.union(nummers)).scalars())
    return next((vrij for letter in ("", *ascii_uppercase) if (vrij := begin + letter) not in bezet), begin)


def _een_tijdvak(tijdvak: dict[str, tuple[date, date]]) -> dict[str, tuple[date, date]]:
    """One declaration is of one release."""
    return tijdvak if len(tijdvak) == 1 else {"3.2": tijdvak["3.2"]}


def _nummer(opdracht: Opdracht, identificatie: str, declaratienummer: str | None) -> str:
    """DeclaratieNummer of a 323; a 303 has one number, the DeclarantFactuurNummer."""
    if opdracht.soort.release == RELEASE_2_3 and declaratienummer not in (None, identificatie):
        raise problems.ongeldige_invoer(["declaratienummer"])
    return declaratienummer or identificatie


def _bericht(request: Request, dienst: Dienst, opdracht: Opdracht, ruimten: Sequence[Ruimte], reeks: str) -> Response:
    """The message that claims what is proposed, for whom we know it is."""
    voorstellen = [ruimte.voorstel for ruimte in ruimten if ruimte.voorstel is not None]
    personen = _personen(request, dienst, opdracht, [ruimte for ruimte in ruimten if ruimte.voorstel is not None])
    declaratie, van_clienten = concept(opdracht, voorstellen, personen, reeks)
    if not declaratie.clienten:
        raise _niets_te_declareren()
    _eis_vrij(dienst, declaratie)
    inhoud = schrijf(declaratie, van_clienten, dienst.schemas)
    _eis_in_te_dienen(dienst, declaratie, inhoud)
    weg = len(voorstellen) - sum(1 for _ in declaratie.prestaties)
    return Response(inhoud, headers={_WEGGELATEN: str(weg)}, media_type=_XML)


def _personen(
    request: Request, dienst: Dienst, opdracht: Opdracht, ruimten: Sequence[Ruimte]
) -> dict[int, dict[str, Any]]:
    """For whom they are, of those that allocation tells enough about and that are whom our copy says they are."""
    vraag: Personen = request.app.state.personen
    hashes = {ruimte.toewijzing.nummer: ruimte.toewijzing.client for ruimte in ruimten}
    try:
        gevonden = vraag(opdracht.aanbieder, opdracht.gemeente, opdracht.soort.domein, list(hashes))
    except Onbereikbaar:
        raise _onbereikbaar() from None
    sleutel = dienst.settings.bsn_sleutel
    return {
        een["nummer"]: een
        for een in gevonden
        if bsn_hash(een["bsn"], sleutel) == hashes.get(een["nummer"]) and is_volledig(een, opdracht)
    }


def _eis_vrij(dienst: Dienst, declaratie: Declaratie) -> None:
    nummers = [prestatie.referentienummer for prestatie in declaratie.prestaties]
    with dienst.database.read() as conn:
        bezet = bezette_nummers(conn, declaratie.kop.afzender, declaratie.soort.domein, nummers)
    if bezet:
        detail = "Met deze reeks zijn al ReferentieNummers gebruikt. Geef met `reeks` een andere op."
        raise Probleem("reeks-bezet", "Reeks al gebruikt", detail, status=409)


def _eis_in_te_dienen(dienst: Dienst, declaratie: Declaratie, inhoud: bytes) -> None:
    """What would be refused as a whole today is not handed out, but for a message that may wait a few days."""
    gelezen = read_declaratie(as_stream(inhoud), declaratie.soort, dienst.schemas)
    if bevindingen := verdict.toets_niveau_2(gelezen):
        raise Probleem(
            "nog-niet-in-te-dienen",
            "Nog niet in te dienen",
            "Dit tijdvak is vandaag nog niet te declareren. Vraag een tijdvak dat voorbij is.",
            status=409,
            bevindingen=bevindingen,
        )


def _niets_te_declareren() -> Probleem:
    detail = "Op geen van de toewijzingen is in dit tijdvak nog iets te declareren; de declaratieruimte zegt waarom."
    return Probleem("niets-te-declareren", "Niets te declareren", detail, status=404)


def _onbereikbaar() -> Probleem:
    return Probleem(
        "toewijzingen-onbereikbaar",
        "Toewijzingen tijdelijk niet te raadplegen",
        "Voor wie de toewijzingen zijn, kan nu niet worden opgevraagd. Probeer het later nog eens.",
        status=503,
        headers={"Retry-After": "60"},
    )
