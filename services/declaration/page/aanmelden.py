"""Logging in with the key of a party, and out. The cookie holds a session, which ends with the key; never the key."""

from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.declaration.page import apis
from services.declaration.page.apis import Geweigerd
from services.declaration.page.bezoek import KOEKJE, MENU, Bezoek, toon
from services.kernel.toegang import sessies
from services.kernel.wiring import Dienst

router = APIRouter()
_GEEN_PAGINA: Final = "Met deze sleutel is er geen pagina: hij is van een dienst van de hub."
_ONBEKEND: Final = "Deze sleutel is onbekend of verlopen. Kijk of u hem helemaal heeft overgenomen."


@router.get("/")
async def begin(bezoek: Bezoek) -> Response:
    """The first view of this soort of party."""
    return RedirectResponse(bezoek.menu[0].pad, 303)


@router.get("/inloggen")
async def formulier(request: Request, naar: str = "/") -> Response:
    return toon(request, "inloggen.html", 200, {"naar": _eigen_pad(naar)})


@router.post("/inloggen")
async def aanmelden(
    request: Request, sleutel: Annotated[str, Form(max_length=200)] = "", naar: Annotated[str, Form()] = "/"
) -> Response:
    """A session for a key that is good; the form again, with why, for another."""
    sleutel, naar = sleutel.strip(), _eigen_pad(naar)
    try:
        partij = await _wie(request, sleutel)
    except Geweigerd as fout:
        melding = _ONBEKEND if fout.status in (400, 401) else str(fout.probleem.get("detail", ""))
        return toon(request, "inloggen.html", fout.status, {"naar": naar, "fout": melding})
    if not any(partij["soort"] in onderdeel.soorten for onderdeel in MENU):
        return toon(request, "inloggen.html", 403, {"naar": naar, "fout": _GEEN_PAGINA})
    dienst: Dienst = request.app.state.dienst
    reply = RedirectResponse(naar, 303)
    token = sessies.maak(sleutel, dienst.settings.dienst_sleutel, dienst.nu())
    seconden = int(sessies.DUUR.total_seconds())
    secure = dienst.settings.tls or request.url.scheme == "https"
    reply.set_cookie(KOEKJE, token, max_age=seconden, path="/", httponly=True, secure=secure, samesite="strict")
    return reply


async def _wie(request: Request, sleutel: str) -> dict[str, Any]:
    """Whose key this is. A session is no key: nobody prolongs one by it."""
    if not sleutel.isascii() or not sleutel.isprintable() or sessies.is_sessie(sleutel):
        raise Geweigerd(401, {})
    gevonden: dict[str, Any] = (
        await apis.vraag(request.app.state.apis, "declaration", "GET", "/v1/partij", sleutel)
    ).json()
    return gevonden


@router.post("/uitloggen")
async def afmelden() -> Response:
    reply = RedirectResponse("/inloggen", 303)
    reply.delete_cookie(KOEKJE, path="/", httponly=True, samesite="strict")
    return reply


def _eigen_pad(naar: str) -> str:
    """Where to go after logging in: a path of this page, never another site."""
    parts = urlsplit(naar)
    own = naar.startswith("/") and not naar.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return naar if own and naar.isprintable() else "/"
