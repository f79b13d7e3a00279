"""What is counted and logged of every message, whichever way it came; and the counters as Prometheus reads them.

Labels come from the catalogue, the retourcodes and our own words, so that there are never many of them, and never a
party, a number or a person among them. Each service has a registry of its own: two of them may share a process.
"""

import re
from collections import Counter as Telling
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.registry import Collector

from services.kernel.berichten import Uitkomst
from services.kernel.catalogue import CATALOGUE, Berichtsoort
from services.kernel.waarneming import logs
from services.kernel.wekker import Wekker
from services.kernel.wiring import Dienst

Kanaal = Literal["http", "amqp"]
GEWEIGERD: Final = "geweigerd"
HERHALING: Final = "herhaling"
_ONBEKEND: Final = "onbekend"
_GEEN_CODE: Final = "geen"
_SOORTEN: Final = frozenset(soort.naam for soort in CATALOGUE)
# From a message of one line to the largest there is, in seconds.
_GRENZEN: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_NINE_DIGITS_OR_MORE: Final = re.compile(r"\d{9,}")
_LOG = logs.log()

# When each series began says nothing here, and would double their number.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Waarneming:
    """The counters of one service in this process."""

    def __init__(self, dienst: Dienst, standen: Iterable[Collector] = ()) -> None:
        self.dienst = dienst.naam
        self.registry = CollectorRegistry()
        self._berichten = Counter(
            "berichtenhub_berichten",
            "Berichten, met het oordeel; geweigerd: niet te lezen of niet toegestaan; herhaling: al eerder beoordeeld.",
            ["dienst", "kanaal", "berichtsoort", "release", "oordeel"],
            registry=self.registry,
        )
        self._weigeringen = Counter(
            "berichtenhub_weigeringen",
            "Geweigerde berichten, met de soort probleem.",
            ["dienst", "kanaal", "type"],
            registry=self.registry,
        )
        self._bevindingen = Counter(
            "berichtenhub_bevindingen",
            "Bevindingen in beoordeelde en geweigerde berichten; geen: een bevinding zonder retourcode.",
            ["dienst", "berichtsoort", "retourcode"],
            registry=self.registry,
        )
        self._duur = Histogram(
            "berichtenhub_bericht_duur_seconds",
            "Van ontvangst tot antwoord, zonder herhalingen.",
            ["dienst", "berichtsoort"],
            registry=self.registry,
            buckets=_GRENZEN,
        )
        self._verzoeken = Counter(
            "berichtenhub_verzoeken",
            "Verzoeken over HTTP.",
            ["dienst", "verrichting", "status"],
            registry=self.registry,
        )
        self._niet_ingelogd = Counter(
            "berichtenhub_niet_ingelogd",
            "Verzoeken met een sleutel, token of certificaat dat niet deugt, met de oorzaak.",
            ["dienst", "oorzaak"],
            registry=self.registry,
        )
        for stand in standen:
            self.registry.register(stand)

    def volg(self, wekker: Wekker) -> None:
        """Show how many readers wait for post."""
        name = "berichtenhub_postbus_lezers_wachtend"
        gauge = Gauge(name, "Lezers die op post wachten (Prefer: wait).", ["dienst"], registry=self.registry)
        gauge.labels(self.dienst).set_function(lambda: wekker.aantal)

    def verzoek(self, verrichting: str | None, status: int) -> None:
        self._verzoeken.labels(self.dienst, verrichting or _ONBEKEND, str(status)).inc()

    def niet_ingelogd(self, oorzaak: str) -> None:
        self._niet_ingelogd.labels(self.dienst, oorzaak).inc()

    def verwerkt(self, uitkomst: Uitkomst, kanaal: Kanaal, seconden: float) -> None:
        """Count a message that has a verdict."""
        soort = _soort(uitkomst.berichtsoort)
        oordeel = uitkomst.oordeel if uitkomst.nieuw else HERHALING
        self._berichten.labels(self.dienst, kanaal, soort, uitkomst.release, oordeel).inc()
        if uitkomst.nieuw:
            self._duur.labels(self.dienst, soort).observe(seconden)
            self._tel(soort, (bevinding.retourcode for bevinding in uitkomst.bevindingen))

    def geweigerd(self, type: str, soort: Berichtsoort | None, kanaal: Kanaal, bevindingen: int = 0) -> None:
        """Count a message that got a problem and no verdict; `type` is that of the problem."""
        naam, release = (soort.naam, soort.release) if soort else (_ONBEKEND, _ONBEKEND)
        self._berichten.labels(self.dienst, kanaal, naam, release, GEWEIGERD).inc()
        self._weigeringen.labels(self.dienst, kanaal, type).inc()
        if bevindingen:
            self._bevindingen.labels(self.dienst, naam, _GEEN_CODE).inc(bevindingen)

    def tekst(self) -> bytes:
        """Everything, in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _tel(self, soort: str, codes: Iterable[str | None]) -> None:
        for code, aantal in Telling(codes).items():
            self._bevindingen.labels(self.dienst, soort, code or _GEEN_CODE).inc(aantal)


def _soort(naam: str) -> str:
    return naam if naam in _SOORTEN else _ONBEKEND


# --- the line of log -------------------------------------------------------------------------------------------------


def velden(uitkomst: Uitkomst) -> dict[str, Any]:
    """What the line of a message says of its verdict: codes, kinds, counts and amounts of the whole."""
    return {
        "berichtsoort": uitkomst.berichtsoort,
        "release": uitkomst.release,
        "bericht": uitkomst.id,
        "verzender": uitkomst.verzender,
        "bestemming": uitkomst.bestemming,
        "identificatie": _identificatie(uitkomst.identificatie),
        "oordeel": uitkomst.oordeel,
        "codes": sorted({bevinding.retourcode for bevinding in uitkomst.bevindingen if bevinding.retourcode}),
        "bevindingen": uitkomst.aantal,
        "ingediend": uitkomst.ingediend,
        "toegekend": uitkomst.toegekend,
        "feedNr": uitkomst.feed_nr,
        "retour": uitkomst.retour.berichtsoort if uitkomst.retour else None,
        "nieuw": uitkomst.nieuw,
    }


def _identificatie(tekst: str) -> str:
    """The sender's own number, or only its length where a BSN might be in it."""
    return f"({len(tekst)} tekens)" if _NINE_DIGITS_OR_MORE.search(tekst) else tekst


@dataclass(frozen=True, slots=True)
class Ontvangst:
    """How a message came that did not come over HTTP: from whom, how large (bytes), and how long it took."""

    kanaal: Kanaal
    partij: str | None
    grootte: int
    seconden: float
    verzoek: str


def bericht_verwerkt(waarneming: Waarneming, uitkomst: Uitkomst, hoe: Ontvangst) -> None:
    """Count a message that has a verdict, and write its line."""
    waarneming.verwerkt(uitkomst, hoe.kanaal, hoe.seconden)
    _schrijf(waarneming, hoe, velden(uitkomst))


def bericht_geweigerd(
    waarneming: Waarneming, type: str, soort: Berichtsoort | None, hoe: Ontvangst, bevindingen: int = 0
) -> None:
    """The same for a message that got a problem of this type."""
    waarneming.geweigerd(type, soort, hoe.kanaal, bevindingen)
    kind = {"berichtsoort": soort.naam, "release": soort.release} if soort else {}
    _schrijf(waarneming, hoe, {**kind, "probleem": type, "bevindingen": bevindingen})


def _schrijf(waarneming: Waarneming, hoe: Ontvangst, fields: dict[str, Any]) -> None:
    about = {"kanaal": hoe.kanaal, "verzoek": hoe.verzoek, "partij": hoe.partij, "grootte": hoe.grootte}
    _LOG.info("bericht", dienst=waarneming.dienst, ms=round(hoe.seconden * 1000, 1), **about, **fields)
