"""The way out to a webhook, signed as Standard Webhooks prescribes (https://www.standardwebhooks.com).

Nothing the other side says is read but the status: a body without end, or one that never comes, holds nobody up.
"""

import asyncio
import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from services.kernel.delivery.outgoing import Onbezorgd
from services.kernel.delivery.zending import Zending

# In all, from the name look-up to the status: httpx itself only limits each step, and a drip of bytes would pass.
_SECONDS: Final = 10.0
_DEZE_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class OngeldigeUrl(ValueError):
    """A webhook may not stand there; the text says why, in Dutch."""


def eis_url(url: str) -> str:
    """The URL itself. OngeldigeUrl unless it is https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise OngeldigeUrl("Dit is geen URL.") from None
    if not host or port == 0:
        raise OngeldigeUrl("De URL noemt geen machine.")
    if parts.username or parts.password:
        raise OngeldigeUrl("Zet geen gebruikersnaam of wachtwoord in de URL: de handtekening zegt al wie er aanklopt.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _DEZE_MACHINE):
        raise OngeldigeUrl("Een webhook staat op https://; http:// mag alleen op deze machine.")
    return url


def nieuwe_client() -> httpx.AsyncClient:
    """One for all webhooks. A proxy of the environment is used for the world outside, not for this machine."""
    direct = dict.fromkeys((f"all://{host}" for host in ("localhost", "127.0.0.1", "[::1]")), None)
    return httpx.AsyncClient(follow_redirects=False, timeout=_SECONDS, mounts=direct)


async def bezorg(client: httpx.AsyncClient, url: str, geheim: str, zending: Zending, nu: datetime) -> None:
    """Hand over one row. Any 2xx status is a receipt; everything else is Onbezorgd."""
    if zending.inhoud is None:
        raise ValueError("without content there is nothing to send")
    headers = {
        "content-type": zending.mediatype,
        "user-agent": "berichtenhub",
        "berichtenhub-berichtsoort": zending.berichtsoort,
        **{f"berichtenhub-{naam.lower()}": str(waarde) for naam, waarde in zending.kenmerken.items()},
        **handtekening(geheim, zending.id, int(nu.timestamp()), zending.inhoud),
    }
    try:
        async with (
            asyncio.timeout(_SECONDS),
            client.stream("POST", url, content=zending.inhoud, headers=headers) as reply,
        ):
            status = reply.status_code
    except TimeoutError as fout:
        raise Onbezorgd("De webhook antwoordt niet binnen 10 seconden.") from fout
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as fout:
        raise Onbezorgd("De webhook is niet te bereiken.") from fout
    if not 200 <= status < 300:
        raise Onbezorgd(f"De webhook antwoordt met status {status}.")


def handtekening(geheim: str, id: str, tijdstip: int, inhoud: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks over these bytes; `tijdstip` in seconds since 1970."""
    sleutel = base64.b64decode(geheim.removeprefix("whsec_"))
    digest = hmac.new(sleutel, b".".join((id.encode(), str(tijdstip).encode(), inhoud)), hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(tijdstip),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
