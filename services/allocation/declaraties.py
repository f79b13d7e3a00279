"""What this service asks of declaration: on which toewijzingen Prestaties are approved and not credited (TR385)."""

from collections.abc import Callable, Collection
from typing import Final

import httpx

_SECONDS: Final = 5.0

# (domein, gemeente, ToewijzingNummers) → those with approved, not credited Prestaties. Raises Onbereikbaar.
Goedgekeurd = Callable[[str, str, Collection[int]], frozenset[int]]


class Onbereikbaar(RuntimeError):
    """Declaration does not answer, or this service was not told where it is."""


def niet_te_vragen(domein: str, gemeente: str, nummers: Collection[int]) -> frozenset[int]:
    """Stands in where nobody said where declaration is: a removal waits (503), everything else goes on."""
    raise Onbereikbaar


def http_goedgekeurd(url: str, sleutel: str) -> Goedgekeurd:
    """Declaration's GET /v1/toewijzingen/…/goedgekeurd at `url` (where it is mounted), with the key they share."""
    client = httpx.Client(base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {sleutel}"}, timeout=_SECONDS)

    def is_goedgekeurd(domein: str, gemeente: str, nummer: int) -> bool:
        try:
            reply = client.get(f"/v1/toewijzingen/{domein}/{gemeente}/{nummer}/goedgekeurd")
            reply.raise_for_status()
            found: bool = reply.json()["goedgekeurd"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fout:
            raise Onbereikbaar from fout
        return found

    # A removal names one toewijzing, seldom two: one request for each.
    return lambda domein, gemeente, nummers: frozenset(n for n in nummers if is_goedgekeurd(domein, gemeente, n))
