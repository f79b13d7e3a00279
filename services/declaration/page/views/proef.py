"""Proef: what would become of a message, level by level; nothing of it is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from services.declaration.page.apis import Geweigerd
from services.declaration.page.bezoek import Bezoek, Visite
from services.declaration.page.views.berichten import NIVEAUS, OORDELEN, RETOURCODES
from services.kernel import problems
from services.kernel.reading import Afwijzing, as_stream, identify
from services.kernel.wiring import Dienst, Dienstnaam

router = APIRouter()
_GEEN_BERICHT: Final = "Kies een bestand of plak een bericht."
_GETOOND: Final = 100
# What a form has besides the message.
_FORMULIER: Final = 64 * 1024


@dataclass(frozen=True)
class Uitslag:
    """What the trial tells: the verdict when there is one, the levels, the bevindingen that are shown.

    `melding` says why there is no verdict, and `status` is that of the API then; `meer` is how many bevindingen are not
    shown.
    """

    oordeel: Mapping[str, Any] | None
    niveaus: Sequence[Mapping[str, Any]]
    bevindingen: Sequence[Mapping[str, Any]]
    aantal: int
    melding: str | None = None
    status: int = 200

    @property
    def meer(self) -> int:
        return self.aantal - len(self.bevindingen)


@router.get("/proef")
async def formulier(bezoek: Bezoek) -> Response:
    return _toon(bezoek)


@router.post("/proef")
async def proberen(request: Request, bezoek: Bezoek) -> Response:
    """The trial of a file or of what was pasted; the file when there are both."""
    dienst: Dienst = request.app.state.dienst
    maximum = dienst.settings.max_bytes
    if await _te_groot(request, maximum + _FORMULIER):
        return _toon(bezoek, 413, fout=problems.te_groot(maximum).detail)
    async with request.form(max_files=1, max_fields=1, max_part_size=maximum) as form:
        bestand, geplakt = form.get("bestand"), form.get("xml")
        naam = (bestand.filename or "") if isinstance(bestand, UploadFile) else ""
        inhoud = await bestand.read(maximum + 1) if isinstance(bestand, UploadFile) else b""
    tekst = geplakt if isinstance(geplakt, str) else ""
    inhoud = inhoud or tekst.strip().encode()
    if not inhoud:
        return _toon(bezoek, 400, fout=_GEEN_BERICHT)
    if len(inhoud) > maximum:
        return _toon(bezoek, 413, fout=problems.te_groot(maximum).detail)
    uitslag = await _probeer(bezoek, inhoud)
    return _toon(bezoek, uitslag.status, uitslag=uitslag, naam=naam)


async def _te_groot(request: Request, maximum: int) -> bool:
    """Whether the form is larger than this by its own word; nothing of it is kept then.

    A browser that is still sending shows no reply, so what is not far too large is read to its end.
    """
    lengte = request.headers.get("content-length", "")
    bekend = lengte.isascii() and lengte.isdigit() and len(lengte) < 12
    if bekend and int(lengte) <= maximum:
        return False
    if bekend and int(lengte) <= 4 * maximum:
        async for _ in request.stream():
            pass
    return True


async def _probeer(bezoek: Visite, inhoud: bytes) -> Uitslag:
    headers = {"Content-Type": "application/xml"}
    try:
        reply = await bezoek.vraag(
            _dienst_van(inhoud), "POST", "/v1/validaties", params={"fragment": "true"}, content=inhoud, headers=headers
        )
    except Geweigerd as fout:
        return _zonder_oordeel(fout)
    found = reply.json()
    return Uitslag(found, found["niveaus"], found["bevindingen"][:_GETOOND], found["aantalBevindingen"])


def _dienst_van(inhoud: bytes) -> Dienstnaam:
    """The service that takes it; of what is no message, either says what is wrong."""
    try:
        return "allocation" if identify(as_stream(inhoud)).dienst == "allocation" else "declaration"
    except Afwijzing:
        return "declaration"


def _zonder_oordeel(fout: Geweigerd) -> Uitslag:
    """Refused before there was a verdict: by its schema, as an answer that does not fit, or for who sends it."""
    bevindingen = fout.probleem.get("bevindingen") or []
    aantal = int(fout.probleem.get("aantalBevindingen") or 0)
    melding = str(fout.probleem.get("detail") or "Het bericht kan niet worden beoordeeld.")
    fout_op = {int(een["niveau"]) for een in bevindingen}
    if fout.status in (400, 415) and not fout_op:
        fout_op = {1}
    niveaus = [_niveau(niveau, fout_op, bevindingen) for niveau in NIVEAUS] if fout_op else []
    return Uitslag(None, niveaus, bevindingen[:_GETOOND], aantal, melding, fout.status)


def _niveau(niveau: int, fout_op: set[int], bevindingen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    status = "fout" if niveau in fout_op else "goed" if niveau < min(fout_op) else "overgeslagen"
    return {"niveau": niveau, "status": status, "aantal": sum(een["niveau"] == niveau for een in bevindingen)}


def _toon(bezoek: Visite, status: int = 200, **waarden: Any) -> Response:
    defaults: dict[str, Any] = {"uitslag": None, "fout": None, "naam": ""}
    woorden: dict[str, Any] = {"niveaus": NIVEAUS, "oordelen": OORDELEN, "retourcodes": RETOURCODES}
    return bezoek.toon("proef.html", status, **woorden, **(defaults | waarden))
