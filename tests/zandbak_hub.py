"""A hub with zandbakken for tests: one zandbak, its keys, and messages of the example set to try in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from services.cli.fouten import fouten_van, scenario
from services.cli.fouten.stuk import Stuk
from services.kernel.catalogue import find

DATUM = date(2026, 2, 15)
GEMEENTE, AANBIEDER = "0503", "75000001"
ZONDER_MANDAAT = "0603"


@dataclass(frozen=True)
class Proef:
    """A zandbak as who tests sees it: addresses below its name, and a key per party."""

    client: httpx.Client
    naam: str
    sleutels: Mapping[str, str]

    def vraag(self, methode: str, pad: str, partij: str = AANBIEDER, json: Any = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.sleutels[partij]}"}
        return self.client.request(methode, f"/zandbak/{self.naam}{pad}", json=json, headers=headers)

    def stuur(self, stuk: Stuk) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.sleutels[stuk.verzender]}", "content-type": "application/xml"}
        pad = f"/zandbak/{self.naam}/{stuk.soort.dienst}/v1/berichten"
        return self.client.post(pad, content=stuk.inhoud, headers=headers)

    def postbus(self, dienst: str, partij: str) -> list[dict[str, Any]]:
        reply = self.vraag("GET", f"/{dienst}/v1/postbus", partij)
        items: list[dict[str, Any]] = reply.json()["items"]
        return items

    def soorten(self, dienst: str, partij: str) -> list[str]:
        return [item["berichtsoort"] for item in self.postbus(dienst, partij)]

    def xml(self, dienst: str, partij: str, soort: str) -> str:
        """The last message of this soort in a postbus."""
        item = next(item for item in reversed(self.postbus(dienst, partij)) if item["berichtsoort"] == soort)
        reply = self.client.get(item["href"], headers={"authorization": f"Bearer {self.sleutels[partij]}"})
        assert reply.status_code == 200, reply.text
        return reply.text

    def gedrag(self, *regels: dict[str, Any]) -> httpx.Response:
        return self.vraag("PUT", "/v1/gedrag", json={"regels": regels})

    def mandaat(self, gemeente: str, aan: bool) -> httpx.Response:
        return self.vraag("PUT", f"/v1/mandaten/{gemeente}", json={"mandaat": aan})

    def datum(self, dag: date) -> httpx.Response:
        return self.vraag("PUT", "/v1/datum", json={"datum": dag.isoformat()})


def regel(partij: str, soort: str, berichtsoort: str | None = None, **doe: Any) -> dict[str, Any]:
    """A rule of gedrag as JSON."""
    return {"partij": partij, "berichtsoort": berichtsoort, "doe": {"soort": soort, **doe}}


def stukken(regel_id: str, naam: str = "WMO323", release: str = "3.2", seed: int = 7) -> list[Stuk]:
    """The messages of `hub example --fout`: a 301 first, then those that lead to a line that breaks the rule."""
    soort = find(naam, release)
    fout = next(fout for fout in fouten_van(soort) if fout.regel == regel_id)
    return list(scenario(soort, fout, seed, DATUM).stukken)
