"""Sending the demo's messages over HTTP, and comparing what came back with what must come back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from services.cli.demo_scenario import Zending

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Antwoord:
    """What the hub said to one message."""

    zending: Zending
    status: int
    inhoud: dict[str, Any]

    @property
    def oordeel(self) -> str | None:
        """The oordeel; None when the message was not accepted for judging."""
        oordeel: str | None = self.inhoud.get("oordeel")
        return oordeel

    @property
    def bevindingen(self) -> list[dict[str, Any]]:
        """The findings, of a refused XSD too."""
        return list(self.inhoud.get("bevindingen") or ())

    @property
    def afwijking(self) -> str | None:
        """What differs from what the scenario expects; None when nothing does."""
        codes = frozenset(str(b["retourcode"]) for b in self.bevindingen if b["retourcode"])
        verwacht, gekregen = self.zending, (self.status, self.oordeel, codes)
        if gekregen != (verwacht.status, verwacht.oordeel, verwacht.codes):
            wat = f"{verwacht.status} {verwacht.oordeel} {sorted(verwacht.codes)}"
            return f"{self.naam} van {verwacht.partij}: verwacht {wat}, kreeg {gekregen}"
        toegekend = self.inhoud.get("toegekend")
        if verwacht.toegekend is not None and toegekend != verwacht.toegekend:
            return f"{self.naam} van {verwacht.partij}: verwacht toegekend {verwacht.toegekend}, kreeg {toegekend}"
        return None

    @property
    def naam(self) -> str:
        """Kind and number."""
        return f"{self.zending.soort.naam} {self.nummer}".strip()

    @property
    def nummer(self) -> str:
        """What identifies it, as far as the hub read it."""
        return str(self.inhoud.get("identificatie", ""))

    @property
    def kent_toe(self) -> bool:
        """It awards something, now: it is no replay, and not refused as a whole or left to somebody else."""
        beslist = self.oordeel in ("goedgekeurd", "deels_afgekeurd")
        return self.status == httpx.codes.CREATED and beslist and self.inhoud["toegekend"] is not None

    @property
    def partijen(self) -> tuple[str, str]:
        """Gemeente and aanbieder, whoever of them sent it."""
        gemeente, aanbieder = sorted((self.inhoud["verzender"], self.inhoud["bestemming"]), key=len)
        return gemeente, aanbieder


def client(url: str) -> httpx.Client:
    """One connection kept open; only for this machine, so no proxy of the environment."""
    return httpx.Client(base_url=url, timeout=_SECONDS, trust_env=False)


def send(hub: httpx.Client, sleutels: Mapping[str, str], zendingen: Iterable[Zending]) -> Iterator[Antwoord]:
    """Hand the messages in one by one, each by its own party."""
    for zending in zendingen:
        reply = hub.post(
            f"/{zending.soort.dienst}/v1/berichten",
            content=zending.inhoud,
            headers=header(sleutels, zending.partij) | {"Content-Type": "application/xml"},
        )
        yield Antwoord(zending, reply.status_code, reply.json())


def header(sleutels: Mapping[str, str], partij: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {sleutels[partij]}"}


def lees(hub: httpx.Client, sleutels: Mapping[str, str], partij: str, pad: str, **vraag: Any) -> Any:
    """What the hub gives at this path; httpx.HTTPStatusError when it refuses."""
    reply = hub.get(pad, params=vraag, headers=header(sleutels, partij))
    reply.raise_for_status()
    return reply.json()
