"""A client of berichtenhub in one file: copy it beside your own program. It needs Python 3.11 and httpx, nothing else.

    hub = Hub("https://hub.example", sleutel)
    uitkomst = hub.dien_in(Path("declaratie.xml").read_bytes())
    print(uitkomst.oordeel, [bevinding.regel for bevinding in uitkomst.bevindingen])
    if uitkomst.retour:
        antwoord = hub.retour(uitkomst.dienst, uitkomst.id)

Names are those of the API, and so are its texts. Amounts are whole eurocents, days are inclusive, and what the API adds
later is left out. What the hub refuses is a `Probleem`; that it did not answer is `Onbereikbaar`.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import count
from typing import Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

import httpx

Dienst = Literal["allocation", "declaration"]
Json = dict[str, Any]
T = TypeVar("T")

_SOORT = re.compile(rb"istandaarden\.nl/(?:iwmo|ijw)/[0-9_]+/(?:wmo|jw)(3[0-9]{2})/schema")
_VAN_DECLARATION = (b"303", b"304", b"323", b"325")
_PROLOOG = 64 * 1024
# The hub is busy, or something before it is: the same request later may do.
_STRAKS = (429, 502, 503, 504)
_EERSTE, _LANGSTE = 0.5, 30.0
_EIGEN = ("127.0.0.1", "::1", "localhost")


class Onbereikbaar(Exception):
    """The hub gave no answer. What became of a message tells the same message again."""


@dataclass(frozen=True)
class Bevinding:
    """One rule that a message breaks; `pad` has local names with indices from 1."""

    niveau: int
    regel: str
    retourcode: str | None
    pad: str
    element: str
    regelnummer: int | None
    melding: str
    advies: str


@dataclass(frozen=True)
class Retour:
    berichtsoort: str
    href: str


@dataclass(frozen=True)
class Bericht:
    """A message and its oordeel: goedgekeurd, deels_afgekeurd, afgekeurd or doorgestuurd (somebody else judges)."""

    id: str | None
    standaard: str
    release: str
    berichtsoort: str
    verzender: str
    bestemming: str
    identificatie: str
    oordeel: str
    ingediend: int | None
    toegekend: int | None
    aantalBevindingen: int


@dataclass(frozen=True)
class Gevonden(Bericht):
    """A message as a search lists it."""

    ontvangen: str
    href: str


@dataclass(frozen=True)
class Uitkomst(Bericht):
    """What the hub decided; no `id` of a validatie. `nieuw` False: handed in before. `inhoud`: the whole reply."""

    feedNr: int | None
    bevindingen: tuple[Bevinding, ...]
    retour: Retour | None
    dienst: Dienst
    nieuw: bool
    inhoud: Json = field(repr=False)


@dataclass(frozen=True)
class Poststuk:
    """A row of the postbus: a message, or a gebeurtenis of the hub (without standaard and release)."""

    nr: int
    berichtId: str
    standaard: str | None
    release: str | None
    berichtsoort: str
    verzender: str
    aangemaakt: str
    bevestigd: str | None
    href: str


class Probleem(Exception):
    """The hub says no. `type` tells why (`onbekende-berichtsoort`, `niet-ingelogd`); `inhoud` is the whole reply.

    A message that does not fit its schema has its `bevindingen` here. `wachten`: seconds, as Retry-After asks.
    """

    def __init__(self, antwoord: httpx.Response) -> None:
        self.status = antwoord.status_code
        self.inhoud: Json = _json(antwoord)
        self.type = str(self.inhoud.get("type", "onbekend")).rsplit("/", 1)[-1]
        self.titel = str(self.inhoud.get("title", antwoord.reason_phrase))
        self.detail = str(self.inhoud.get("detail", ""))
        self.bevindingen = tuple(_maak(Bevinding, rij) for rij in self.inhoud.get("bevindingen") or ())
        wachten = antwoord.headers.get("Retry-After", "")
        self.wachten = int(wachten) if wachten.isdecimal() else None
        super().__init__(f"{self.status} {self.type}: {self.detail}")


class Hub:
    """A hub as one party sees it; safe for several threads.

    `geduld`: for so many seconds a request is tried again while the hub is busy (it says how long to wait) or away;
    that is safe, because the hub gives the first answer to a message it had. `slaap` waits so many seconds.
    """

    def __init__(
        self,
        url: str,
        sleutel: str,
        *,
        seconden: float = 60.0,
        geduld: float = 0.0,
        slaap: Callable[[float], object] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._seconden, self._geduld, self._slaap = seconden, geduld, slaap
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {sleutel}"},
            timeout=seconden,
            transport=transport,
            # A proxy of the environment leads away from this machine.
            trust_env=urlsplit(url).hostname not in _EIGEN,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sluit()

    def sluit(self) -> None:
        self._http.close()

    def dien_in(self, inhoud: bytes, dienst: Dienst | None = None) -> Uitkomst:
        """Hand in a message; which service takes it is read from its namespace. The same bytes again change nothing."""
        return self._stuur("berichten", inhoud, dienst)

    def valideer(self, inhoud: bytes, dienst: Dienst | None = None) -> Uitkomst:
        """The same verdict, and nothing is stored."""
        return self._stuur("validaties", inhoud, dienst)

    def bericht(self, dienst: Dienst, id: str) -> Uitkomst:
        """What was decided on a message, with the answer there is by now."""
        return _uitkomst(dienst, self._vraag("GET", dienst, f"berichten/{id}"))

    def xml(self, dienst: Dienst, id: str) -> bytes:
        """The message itself, byte for byte."""
        return self._vraag("GET", dienst, f"berichten/{id}/xml").content

    def retour(self, dienst: Dienst, id: str) -> bytes | None:
        """The message that answers it; None as long as there is none."""
        try:
            return self._vraag("GET", dienst, f"berichten/{id}/retour").content
        except Probleem as probleem:
            if probleem.status != httpx.codes.NOT_FOUND:
                raise
            return None

    def zoek(
        self,
        dienst: Dienst,
        *,
        identificatie: str | None = None,
        berichtsoort: str | None = None,
        verzender: str | None = None,
        bestemming: str | None = None,
        oordeel: str | None = None,
        van: str | None = None,
        tot: str | None = None,
    ) -> Iterator[Gevonden]:
        """Messages from and to you, newest first; `van` and `tot` are days of receipt, yyyy-mm-dd."""
        vraag = {"identificatie": identificatie, "berichtsoort": berichtsoort, "verzender": verzender}
        vraag |= {"bestemming": bestemming, "oordeel": oordeel, "van": van, "tot": tot}
        return (_maak(Gevonden, rij) for rij in self._rijen(dienst, "berichten", vraag))

    def postbus(
        self, dienst: Dienst, na: int = 0, *, wachten: int = 0, limit: int = 100, partij: str | None = None
    ) -> list[Poststuk]:
        """What lies ready after number `na`; `wachten`: seconds (30 at most) to wait until there is something."""
        vraag = _gevuld({"na": na, "limit": limit, "partij": partij})
        prefer = {"Prefer": f"wait={wachten}"} if wachten else {}
        tijd = self._seconden + wachten
        antwoord = self._vraag("GET", dienst, "postbus", params=vraag, headers=prefer, timeout=tijd)
        return [_maak(Poststuk, rij) for rij in _json(antwoord)["items"]]

    def bevestig(self, dienst: Dienst, nr: int, *, partij: str | None = None) -> None:
        """Confirm that a row of the postbus came in; once more changes nothing."""
        self._vraag("POST", dienst, f"postbus/{nr}/ontvangst", params=_gevuld({"partij": partij}))

    def gebeurtenis(self, id: str, dienst: Dienst) -> Json:
        """A gebeurtenis of your postbus, as a CloudEvent."""
        return _json(self._vraag("GET", dienst, f"gebeurtenissen/{id}"))

    def toewijzingen(
        self,
        *,
        gemeente: str | None = None,
        aanbieder: str | None = None,
        nummer: int | None = None,
        status: str | None = None,
    ) -> Iterator[Json]:
        """Toewijzingen as they are now; status: actueel or vervallen."""
        vraag = {"gemeente": gemeente, "aanbieder": aanbieder, "nummer": nummer, "status": status}
        return self._rijen("allocation", "toewijzingen", vraag)

    def verzilvering(
        self,
        groepeer: Sequence[str] = ("gemeente",),
        *,
        gemeente: str | None = None,
        aanbieder: str | None = None,
        periode: str | None = None,
        rijpheid: str | None = None,
        peildatum: str | None = None,
        bevroren: bool | None = None,
    ) -> list[Json]:
        """Which part of what was toegewezen is gedeclareerd, by gemeente, aanbieder, periode and so on."""
        vraag: Json = {"groepeer": ",".join(groepeer), "gemeente": gemeente, "aanbieder": aanbieder, "periode": periode}
        vraag |= {"rijpheid": rijpheid, "peildatum": peildatum, "bevroren": bevroren}
        return list(self._rijen("declaration", "verzilvering", vraag))

    def termijnen(self, dienst: Dienst, *, status: Sequence[str] = (), rol: str | None = None) -> Iterator[Json]:
        """Answers that are due; rol: wachtend or plichtig."""
        return self._rijen(dienst, "termijnen", {"status": list(status) or None, "rol": rol})

    def rijen(self, dienst: Dienst, pad: str, **vraag: Any) -> Iterator[Json]:
        """Every row of any other list: `hub.rijen("declaration", "betaalbaar", gemeente="0503")`."""
        return self._rijen(dienst, pad, vraag)

    def _stuur(self, pad: str, inhoud: bytes, dienst: Dienst | None) -> Uitkomst:
        dienst = dienst or dienst_van(inhoud)
        antwoord = self._vraag("POST", dienst, pad, content=inhoud, headers={"Content-Type": "application/xml"})
        return _uitkomst(dienst, antwoord)

    def _rijen(self, dienst: Dienst, pad: str, vraag: Mapping[str, Any]) -> Iterator[Json]:
        """Page after page; `volgende` of a page is the `na` of the next."""
        gevuld, na = _gevuld(vraag), None
        while True:
            bladzijde = _json(self._vraag("GET", dienst, pad, params=gevuld | _gevuld({"na": na})))
            yield from bladzijde["items"]
            na = bladzijde.get("volgende")
            if na is None:
                return

    def _vraag(self, methode: str, dienst: Dienst, pad: str, **verzoek: Any) -> httpx.Response:
        """The reply of a request that went well; Probleem or Onbereikbaar, when patience is at its end."""
        begin = time.monotonic()
        for poging in count():
            fout: Probleem | Onbereikbaar
            wachten = None
            try:
                antwoord = self._http.request(methode, f"/{dienst}/v1/{pad}", **verzoek)
            except httpx.RequestError as oorzaak:
                fout = Onbereikbaar(type(oorzaak).__name__)
            else:
                if antwoord.is_success:
                    return antwoord
                fout = Probleem(antwoord)
                if fout.status not in _STRAKS:
                    raise fout
                wachten = fout.wachten
            pauze = _pauze(poging) if wachten is None else wachten + random.random()
            if time.monotonic() + pauze > begin + self._geduld:
                raise fout
            self._slaap(pauze)
        raise AssertionError("unreachable: count() has no end")


def dienst_van(inhoud: bytes) -> Dienst:
    """Which service takes this message, by the number in its namespace; what it is not clear of goes to allocation."""
    gevonden = _SOORT.search(inhoud, 0, _PROLOOG)
    return "declaration" if gevonden and gevonden[1] in _VAN_DECLARATION else "allocation"


def _pauze(poging: int) -> float:
    """Twice as long each time, up to half a minute, and never for all senders at the same moment."""
    return min(_EERSTE * 2.0 ** min(poging, 10), _LANGSTE) * random.uniform(0.5, 1.0)


def _uitkomst(dienst: Dienst, antwoord: httpx.Response) -> Uitkomst:
    inhoud = _json(antwoord)
    if "oordeel" not in inhoud:
        # Something answers, and it is no hub.
        raise Probleem(antwoord)
    retour = inhoud.get("retour")
    eigen = {
        "bevindingen": tuple(_maak(Bevinding, rij) for rij in inhoud["bevindingen"]),
        "retour": _maak(Retour, retour) if retour else None,
        "dienst": dienst,
        "nieuw": antwoord.status_code == httpx.codes.CREATED,
        "inhoud": inhoud,
    }
    return _maak(Uitkomst, inhoud | eigen)


def _maak(soort: type[T], inhoud: Mapping[str, Any]) -> T:
    """The values that this client knows; what the hub says besides is left out."""
    return soort(**{veld.name: inhoud[veld.name] for veld in fields(soort)})  # type: ignore[arg-type]


def _json(antwoord: httpx.Response) -> Json:
    """The object in a reply; empty when it is something else, of a proxy for instance."""
    try:
        inhoud = antwoord.json()
    except ValueError:
        return {}
    return inhoud if isinstance(inhoud, dict) else {}


def _gevuld(vraag: Mapping[str, Any]) -> dict[str, Any]:
    return {naam: waarde for naam, waarde in vraag.items() if waarde is not None}
