"""How often a party may ask: a bucket of tokens per party and kind of request, in this process.

A bucket holds what a minute allows and fills again by the second, so that a burst passes and a flood does not. Two
processes behind one address allow twice as much: the limit keeps one caller from the others' share, and is no price.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock
from time import monotonic
from typing import Final

from services.kernel import problems
from services.kernel.problems import Probleem
from services.kernel.settings import Settings

# Buckets kept; a full one is as good as none, so the oldest may go.
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Stand:
    """What a caller has left after a request: `over` requests, and the seconds until there is one, or all, again."""

    toegestaan: bool
    limiet: int
    over: int
    wacht: int
    vol_over: int

    @property
    def headers(self) -> dict[str, str]:
        """RateLimit headers, as the API Design Rules and the IETF draft before its version 8 name them."""
        return {
            "RateLimit-Limit": str(self.limiet),
            "RateLimit-Remaining": str(self.over),
            "RateLimit-Reset": str(self.vol_over if self.toegestaan else self.wacht),
        }


class Emmers:
    """Buckets of `per_minuut` tokens, one per key, over the monotonic seconds of `klok`."""

    def __init__(self, per_minuut: int, klok: Callable[[], float] = monotonic) -> None:
        self.per_minuut = per_minuut
        self._klok = klok
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def neem(self, key: str) -> Stand:
        """Take a token, or say that there is none."""
        with self._lock:
            tokens = self._tokens(key)
            toegestaan = tokens >= 1
            return self._leave(key, tokens - 1 if toegestaan else tokens, toegestaan)

    def _tokens(self, key: str) -> float:
        tokens, since = self._buckets.pop(key, (float(self.per_minuut), self._klok()))
        return min(self.per_minuut, tokens + (self._klok() - since) * self.per_minuut / 60)

    def _leave(self, key: str, tokens: float, toegestaan: bool) -> Stand:
        self._buckets[key] = (tokens, self._klok())
        if len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        second = self.per_minuut / 60
        wacht = 0 if tokens >= 1 else ceil((1 - tokens) / second)
        return Stand(toegestaan, self.per_minuut, int(tokens), wacht, ceil((self.per_minuut - tokens) / second))


class Grenzen:
    """How often a party, and an address without a valid key, may ask one service in this process."""

    def __init__(self, settings: Settings) -> None:
        self._berichten = Emmers(settings.berichten_per_minuut)
        self._verzoeken = Emmers(settings.verzoeken_per_minuut)
        self._onbekenden = Emmers(settings.onbekenden_per_minuut)

    def eis(self, partij: str, indienen: bool) -> dict[str, str]:
        """The headers that tell what is left; a 429 problem when nothing is."""
        stand = (self._berichten if indienen else self._verzoeken).neem(partij)
        if not stand.toegestaan:
            raise _te_vaak(stand)
        return stand.headers

    def weiger(self, adres: str, probleem: Probleem) -> Probleem:
        """What a caller without a valid key is told: why, or after too many of them that there were too many.

        Never asked of who has a key: behind one address there may be many, and all of them behind a proxy.
        """
        stand = self._onbekenden.neem(adres)
        return probleem if stand.toegestaan else _te_vaak(stand)


def _te_vaak(stand: Stand) -> Probleem:
    return problems.te_vaak(stand.wacht, stand.headers)
