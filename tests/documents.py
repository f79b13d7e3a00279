"""Documents as tests: their blocks are run in order, in one shell, and what they show is looked for in what came out.

A block ```sh runs; ```console is shown only, because it needs what a test has not (docker, another machine), and so is
```text. A block without a language, or ```json, is what came out by then: white space does not count, and `...` stands
for anything, and so does an id of which only the beginning is shown.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from running_hub import ROOT, environment

_BLOK: Final = re.compile(r"^```(?P<taal>\w*)\n(?P<tekst>.*?)^```$", re.MULTILINE | re.DOTALL)
_UITVOER: Final = ("", "json", "xml")
_NUMMER: Final = re.compile(r"[0-9a-f]{8}-\.\.\.")
_KLAAR: Final = "__klaar__"
_SECONDS: Final = 300.0


@dataclass(frozen=True)
class Blok:
    """One fenced block: where it stands, its language, its lines."""

    waar: str
    taal: str
    tekst: str


def blokken(document: Path) -> Iterator[Blok]:
    """The fenced blocks of a Markdown file, in order."""
    text = document.read_text(encoding="utf-8")
    for found in _BLOK.finditer(text):
        regel = text.count("\n", 0, found.start()) + 1
        yield Blok(f"{document.name}:{regel}", found["taal"], found["tekst"])


def werkmap(place: Path) -> Path:
    """A folder that looks like a checkout whose `make setup` was done, with a `var` of its own."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", ".venv", ".tools", "docs", "services", "clients"):
        if (ROOT / name).exists():
            (place / name).symlink_to(ROOT / name)
    return place


class Shell:
    """One bash that the blocks of a document are given to, one after the other; it stops at the first that fails."""

    def __init__(self, folder: Path, poort: int) -> None:
        self.poort = str(poort)
        env = environment(COLUMNS="200", HOME=str(folder)) | {"PATH": os.environ["PATH"]}
        env.pop("BERICHTENHUB_VANDAAG")
        self.bash = subprocess.Popen(
            ["bash", "-s"],
            cwd=folder,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, blok: Blok) -> str:
        """What the block printed, with the port of the document in place of ours; AssertionError when it failed."""
        assert self.bash.stdin is not None
        assert self.bash.stdout is not None
        script = blok.tekst.replace("8123", self.poort)
        # Its own input is the script: what it starts may not read from that.
        self.bash.stdin.write(f"{{\n{script}\n}} </dev/null\necho; echo {_KLAAR}\n")
        self.bash.stdin.flush()
        lines: list[str] = []
        for line in self.bash.stdout:
            if line.startswith(_KLAAR):
                break
            lines.append(line)
        return "".join(lines).replace(self.poort, "8123")

    def close(self) -> None:
        """End the shell, and the hub that a document may have left running in it."""
        assert self.bash.stdin is not None
        self.bash.stdin.write("kill $(jobs -p) 2>/dev/null; wait; exit\n")
        self.bash.stdin.close()
        self.bash.wait(timeout=60)


def uitgevoerd(document: Path, shell: Shell) -> list[str]:
    """Run a document; what it shows and what did not come out, one text for each."""
    fouten: list[str] = []
    alles = laatste = ""
    for blok in blokken(document):
        if blok.taal == "sh":
            laatste = shell.run(blok)
            alles += laatste
        elif blok.taal in _UITVOER and not _staat_in(blok.tekst, alles):
            fouten.append(f"{blok.waar} shows\n{blok.tekst}\nbut what came out last was\n{laatste}")
    return fouten


def _staat_in(verwacht: str, uitvoer: str) -> bool:
    """Line by line would be too strict: a long line of JSON is folded in a document."""
    stukken = (re.escape(_dicht(deel)) for deel in _NUMMER.sub("...", verwacht).split("..."))
    return re.search(".*?".join(stukken), _dicht(uitvoer), re.DOTALL) is not None


def _dicht(tekst: str) -> str:
    return re.sub(r"\s+", "", tekst)
