"""Sending the messages of `hub send`: groups beside each other, each message until the hub answered it."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Final

from services.cli.berichtenhub_client import Hub, Onbereikbaar, Probleem, Uitkomst
from services.cli.send_files import Zending
from services.cli.send_state import Resultaat, Stand

# What the hub will say again to the same bytes; a 403 may be mended by a machtiging, a 500 is its own fault.
_BLIJFT: Final = (400, 409, 413, 415)
_GEWEIGERD: Final = (*_BLIJFT, 403)
_BEZET: Final = (429, 502, 503, 504)
_GESTOPT: Final = "gestopt"
_GEEN_SLEUTEL: Final = "geen sleutel van de verzender"
_WACHT: Final = "wacht op een eerder bericht"
# For one reply: a message of 25 MB takes its time.
_SECONDEN: Final = 120.0


class Gestopt(Exception):
    """The run was told to end, and this message was not answered yet."""


class Verzender:
    """One run. `sleutels` is {code of a party: key}, or {"": key} for whatever is sent.

    `reden` says in Dutch why the run ended before its end; None when it did not.
    """

    def __init__(self, url: str, sleutels: Mapping[str, str], stand: Stand, geduld: float) -> None:
        self._url, self._sleutels, self._stand, self._geduld = url, sleutels, stand, geduld
        self._einde = threading.Event()
        # Re-entrant: a signal may come while another one is being answered.
        self._slot = threading.RLock()
        self._hubs: dict[str, Hub] = {}
        self.reden: str | None = None

    def stop(self, reden: str) -> None:
        """Let every thread end after the message it has in hand; the first reason is the one to tell."""
        with self._slot:
            self.reden = self.reden or reden
        self._einde.set()

    def verstuur(
        self, groepen: Sequence[Sequence[Zending]], tegelijk: int, klaar: Callable[[], None]
    ) -> list[Resultaat]:
        """What became of every message, in order of the groups; `klaar` is called after each."""
        with ThreadPoolExecutor(tegelijk) as draden:
            beloftes = [draden.submit(self._groep, groep, klaar) for groep in groepen]
            try:
                for belofte in as_completed(beloftes):
                    # An unexpected error ends the run at once, not after the last group.
                    belofte.result()
            except BaseException:
                self._einde.set()
                raise
        for hub in self._hubs.values():
            hub.sluit()
        return [resultaat for belofte in beloftes for resultaat in belofte.result()]

    def _groep(self, groep: Sequence[Zending], klaar: Callable[[], None]) -> list[Resultaat]:
        """Once a message could not be sent, those between the same parties wait for the next run: it may bear them."""
        resultaten, vast = [], set()
        for zending in groep:
            if zending.groep in vast:
                resultaat = _niet_verstuurd(zending, _WACHT)
            else:
                resultaat = self._een(zending)
            if resultaat.fout not in (None, _GEEN_SLEUTEL) and zending.groep:
                vast.add(zending.groep)
            resultaten.append(resultaat)
            klaar()
        return resultaten

    def _een(self, zending: Zending) -> Resultaat:
        if self._einde.is_set():
            return _niet_verstuurd(zending, _GESTOPT)
        try:
            inhoud = zending.bestand.read_bytes()
            eerder = self._stand.eerder(zending.naar, zending.naam, inhoud)
            return eerder if eerder and zending.antwoord.is_file() else self._stuur(zending, inhoud)
        except Gestopt:
            return _niet_verstuurd(zending, _GESTOPT)
        except Onbereikbaar as fout:
            self.stop(f"De hub op {self._url} is niet te bereiken ({fout}). Controleer --url, of probeer het later.")
            return _niet_verstuurd(zending, "hub niet te bereiken")
        except Probleem as probleem:
            self._mislukt(probleem)
            return _niet_verstuurd(zending, f"antwoord niet op te halen ({probleem.type})", probleem.status)
        except OSError as fout:
            return _niet_verstuurd(zending, f"bestand niet te lezen of te schrijven ({fout.strerror})")

    def _stuur(self, zending: Zending, inhoud: bytes) -> Resultaat:
        sleutel = self._sleutel(zending.verzender)
        if sleutel is None:
            return _niet_verstuurd(zending, _GEEN_SLEUTEL)
        try:
            uitkomst = self._hub(sleutel).dien_in(inhoud, zending.dienst)
        except Probleem as probleem:
            return self._geweigerd(zending, inhoud, probleem)
        _schrijf(zending.antwoord, uitkomst.inhoud)
        retour = self._retour(zending, uitkomst, sleutel)
        resultaat = Resultaat(
            bestand=str(zending.bestand),
            status=201 if uitkomst.nieuw else 200,
            oordeel=uitkomst.oordeel,
            retourcodes=_codes(uitkomst),
            antwoord=str(zending.antwoord),
            retour=retour,
        )
        self._stand.bewaar(zending.naar, zending.naam, inhoud, resultaat)
        return resultaat

    def _sleutel(self, verzender: str | None) -> str | None:
        """The key of the sender; what says no sender is no message, and anyone may hear that from the hub."""
        if verzender is None:
            return next(iter(self._sleutels.values()))
        return self._sleutels.get("") or self._sleutels.get(verzender)

    def _retour(self, zending: Zending, uitkomst: Uitkomst, sleutel: str) -> str | None:
        """By its number and not by its href: the hub may be mounted below a path that it does not know of."""
        if uitkomst.retour is None or uitkomst.id is None:
            return None
        inhoud = self._hub(sleutel).retour(uitkomst.dienst, uitkomst.id)
        if inhoud is None:
            return None
        _zet(zending.retour, inhoud)
        return str(zending.retour)

    def _geweigerd(self, zending: Zending, inhoud: bytes, probleem: Probleem) -> Resultaat:
        if probleem.status not in _GEWEIGERD or probleem.type == "onbekend":
            self._mislukt(probleem)
            return _niet_verstuurd(zending, f"{probleem.status} {probleem.type}", probleem.status)
        _schrijf(zending.antwoord, probleem.inhoud)
        resultaat = Resultaat(
            bestand=str(zending.bestand),
            status=probleem.status,
            retourcodes=_codes(probleem),
            probleem=probleem.type,
            antwoord=str(zending.antwoord),
        )
        if probleem.status in _BLIJFT:
            self._stand.bewaar(zending.naar, zending.naam, inhoud, resultaat)
        return resultaat

    def _mislukt(self, probleem: Probleem) -> None:
        """What every message would get ends the run; a fault of the hub itself (500) only this one."""
        if probleem.status == 401:
            self.stop("De sleutel wordt niet aanvaard: onbekend of verlopen. Een nieuwe maakt: hub partij sleutel CODE")
        elif probleem.status in _BEZET:
            self.stop(f"De hub is bezet en bleef dat {self._geduld:.0f} seconden. Probeer het later, of kies --geduld.")
        elif probleem.status != 500:
            self.stop(f"Op {self._url} antwoordt geen hub ({probleem.status}). Controleer --url, zonder /allocation.")

    def _hub(self, sleutel: str) -> Hub:
        with self._slot:
            if sleutel not in self._hubs:
                self._hubs[sleutel] = Hub(
                    self._url, sleutel, seconden=_SECONDEN, geduld=self._geduld, slaap=self._slaap
                )
            return self._hubs[sleutel]

    def _slaap(self, seconden: float) -> None:
        if self._einde.wait(seconden):
            raise Gestopt


def _codes(antwoord: Uitkomst | Probleem) -> tuple[str, ...]:
    return tuple(sorted({bevinding.retourcode for bevinding in antwoord.bevindingen if bevinding.retourcode}))


def _niet_verstuurd(zending: Zending, fout: str, status: int | None = None) -> Resultaat:
    return Resultaat(bestand=str(zending.bestand), status=status, fout=fout)


def _schrijf(pad: Path, inhoud: Mapping[str, Any]) -> None:
    _zet(pad, json.dumps(inhoud, ensure_ascii=False, indent=2).encode() + b"\n")


def _zet(pad: Path, inhoud: bytes) -> None:
    """Whole or not at all: a run that is killed leaves no half answer under its name."""
    pad.parent.mkdir(parents=True, exist_ok=True)
    half = pad.with_name(f"{pad.name}.half")
    half.write_bytes(inhoud)
    half.replace(pad)
