"""What `hub send` remembers, so that the same command goes on where it was: a line per answered message.

The file stands where the answers are. It holds names of files, hashes and codes, and nothing of a message. A line is
written after the answer: what was under way when a run ended is sent again, and the hub answers it as it did before.
"""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

STAND: Final = "hub-send.jsonl"


@dataclass(frozen=True, slots=True)
class Resultaat:
    """What became of one file. `status` is that of HTTP; `fout` says why it was not sent; `eerder`: in a run before.

    `retourcodes` are those of its bevindingen, each once; `antwoord` and `retour` the files that were written.
    """

    bestand: str
    status: int | None = None
    oordeel: str | None = None
    retourcodes: tuple[str, ...] = ()
    probleem: str | None = None
    antwoord: str | None = None
    retour: str | None = None
    eerder: bool = False
    fout: str | None = None

    @property
    def aanvaard(self) -> bool:
        return self.oordeel in ("goedgekeurd", "doorgestuurd")


class Stand:
    """What was answered by one hub, over all folders that answers go to. Safe for several threads."""

    def __init__(self, url: str, *, opnieuw: bool = False) -> None:
        self._url = url
        self._opnieuw = opnieuw
        self._slot = threading.Lock()
        self._mappen: dict[Path, dict[str, tuple[str, Resultaat]]] = {}

    def eerder(self, naar: Path, naam: str, inhoud: bytes) -> Resultaat | None:
        """What a run before got for these bytes under this name; None when they must be sent."""
        if self._opnieuw:
            return None
        with self._slot:
            if naar not in self._mappen:
                self._mappen[naar] = _lees(naar / STAND, self._url)
            hash_, resultaat = self._mappen[naar].get(naam, ("", None))
        return resultaat if hash_ == sha256(inhoud).hexdigest() else None

    def bewaar(self, naar: Path, naam: str, inhoud: bytes, resultaat: Resultaat) -> None:
        """Add a line, at the end: a run that is killed spoils nothing but its own last line."""
        vast = {"naam": naam, "sha256": sha256(inhoud).hexdigest(), "url": self._url}
        regel = json.dumps(vast | asdict(resultaat), ensure_ascii=False)
        with self._slot, open(naar / STAND, "ab+") as bestand:
            if bestand.tell() and _eindigt_half(naar / STAND):
                bestand.write(b"\n")
            bestand.write(regel.encode() + b"\n")


def _eindigt_half(pad: Path) -> bool:
    with open(pad, "rb") as bestand:
        bestand.seek(-1, os.SEEK_END)
        return bestand.read(1) != b"\n"


def _lees(pad: Path, url: str) -> dict[str, tuple[str, Resultaat]]:
    """{name: (SHA-256, result)} of the lines about this hub; the last one of a name holds."""
    if not pad.is_file():
        return {}
    gevonden = {}
    with open(pad, encoding="utf-8", errors="replace") as regels:
        for regel in regels:
            rij = _rij(regel)
            if rij.get("url") == url:
                gevonden[str(rij["naam"])] = str(rij["sha256"]), _resultaat(rij)
    return gevonden


def _rij(regel: str) -> Mapping[str, Any]:
    """Empty for a line that a killed run left half."""
    try:
        rij = json.loads(regel)
    except ValueError:
        return {}
    return rij if isinstance(rij, dict) else {}


def _resultaat(rij: Mapping[str, Any]) -> Resultaat:
    waarden: dict[str, Any] = {veld.name: rij[veld.name] for veld in fields(Resultaat)}
    return Resultaat(**waarden | {"retourcodes": tuple(rij["retourcodes"]), "eerder": True})
