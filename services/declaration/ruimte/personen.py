"""For whom a toewijzing is: asked of allocation at the moment that a draft is made, and not stored in declaration."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import httpx

from services.declaration.feed import Onbereikbaar

_SECONDS: Final = 5.0
_PER_VRAAG: Final = 100

# (aanbieder, gemeente, domein, ToewijzingNummers) → of each of them that is his: nummer, bsn and the person, as
# allocation's GET /v1/toewijzingen/…/clienten gives them. Raises Onbereikbaar when allocation is away.
Personen = Callable[[str, str, str, Collection[int]], list[dict[str, Any]]]


def niet_te_vragen(aanbieder: str, gemeente: str, domein: str, nummers: Collection[int]) -> list[dict[str, Any]]:
    """Stands in where nobody said where allocation is: a draft waits (503)."""
    raise Onbereikbaar


def http_personen(url: str, sleutel: str) -> Personen:
    """Allocation's endpoint at `url` (where it is mounted), with the key that the services share."""
    client = httpx.Client(base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {sleutel}"}, timeout=_SECONDS)

    def vraag(aanbieder: str, pad: str, nummers: Sequence[int]) -> list[dict[str, Any]]:
        try:
            reply = client.get(pad, params={"aanbieder": aanbieder, "nummer": list(nummers)})
            reply.raise_for_status()
            items: list[dict[str, Any]] = reply.json()["items"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fout:
            raise Onbereikbaar from fout
        return items

    def personen(aanbieder: str, gemeente: str, domein: str, nummers: Collection[int]) -> list[dict[str, Any]]:
        pad, alle = f"/v1/toewijzingen/{domein}/{gemeente}/clienten", sorted(nummers)
        delen = (alle[start : start + _PER_VRAAG] for start in range(0, len(alle), _PER_VRAAG))
        return [item for deel in delen for item in vraag(aanbieder, pad, deel)]

    return personen
