"""What a large declaration costs: from the first byte of the POST to the answer, on both databases.

The limit is lxml's incremental parser with the schema, taking the same fields and keeping them: no reader in Python can
do less. xmlschema is what a Python user would pick first; it validates a smaller message, scaled by its Prestaties. The
hub is a process of its own: it receives, reads, judges, stores, books, answers and commits, and everything is approved.
"""

import io
import math
import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import databases
import xmlschema
from lxml import etree
from running_hub import Hub

from bench.declaraties import VANDAAG, Zending, draaiend, laat_weten
from bench.figures import Figure, at_least, at_most, seconds
from bench.hubs import new_hub
from services.cli.console import read_settings
from services.kernel.catalogue import Berichtsoort
from services.kernel.reading import Schemas

SCHEMAS: Final = Schemas()
# How much more than the limit it may cost, end to end.
_DOEL: Final = {"sqlite": 3.0, "postgresql": 2.5}
_NAAM: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# xmlschema validates so many Prestaties.
_DEEL: Final = 200


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is sent; `linear`: the smallest and the largest of the same kind, for the exponent."""

    zendingen: Sequence[Zending]
    linear: tuple[Zending, Zending]
    dialects: Sequence[databases.Dialect]
    runs: int


QUICK: Final = Sizes(
    (Zending("3.2", 1_000), Zending("2.3", 1_000)), (Zending("3.2", 200), Zending("3.2", 1_000)), ("sqlite",), 1
)
FULL: Final = Sizes(
    (Zending("3.2", 30_000), Zending("2.3", 30_000), Zending("3.2", 100_000)),
    (Zending("3.2", 1_000), Zending("3.2", 100_000)),
    ("sqlite", "postgresql"),
    3,
)


@dataclass
class Gemeten:
    """Of one message on one database: seconds of each POST, of the limit beside it, and MB of memory above idle."""

    post: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    mb: list[float] = field(default_factory=list)
    idle_mb: list[float] = field(default_factory=list)


Metingen = Mapping[tuple[str, Zending], Gemeten]


def run(quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    sizes, gemeten = (QUICK if quick else FULL), metingen(quick)
    figures = []
    for (dialect, zending), een in gemeten.items():
        if zending in sizes.zendingen:
            figures += _figures(dialect, zending, een)
    for dialect in sizes.dialects:
        klein, groot = sizes.linear
        tijden = [statistics.median(gemeten[dialect, zending].post) for zending in (klein, groot)]
        exponent = math.log(tijden[1] / tijden[0]) / math.log(groot.prestaties / klein.prestaties)
        wat = f"exponent of cost, {klein.prestaties:,} to {groot.prestaties:,}, {_NAAM[dialect]}"
        figures.append(Figure("large", wat, "linear", 1.0, exponent, "", at_most(1.05)))
    groot = max(sizes.zendingen, key=lambda zending: zending.prestaties)
    return figures, {"bytes_per_prestatie": round(len(groot.inhoud()) / groot.prestaties)}


def _figures(dialect: str, zending: Zending, een: Gemeten) -> Iterator[Figure]:
    wat = f"{zending.soort.naam} of {zending.prestaties:,}, {_NAAM[dialect]}"
    ours, limit = statistics.median(een.post), statistics.median(een.limit)
    yield Figure("large", wat, "lxml iterparse", limit, ours, "s", at_most(_DOEL[dialect]))
    validating = xmlschema_seconds(zending)
    # How many times faster: the reference is ours.
    yield Figure("large", f"{wat}, times faster", "xmlschema validating", ours, validating, "s", at_least(8))


@cache
def metingen(quick: bool) -> Metingen:
    """Every message on every database, in turns with the limit; once for `large` and `memory`."""
    sizes = QUICK if quick else FULL
    zendingen = list(dict.fromkeys([*sizes.zendingen, *sizes.linear]))
    gemeten: dict[tuple[str, Zending], Gemeten] = {}
    for dialect in sizes.dialects:
        with world(dialect, zendingen) as data:
            # To books that nobody wrote in yet; in a quick run all go to one server.
            for samen in [zendingen] if quick else [[zending] for zending in zendingen] * sizes.runs:
                with draaiend(data) as hub:
                    for zending in samen:
                        _meet(hub, zending, gemeten.setdefault((dialect, zending), Gemeten()))
    return gemeten


@contextmanager
def world(dialect: databases.Dialect, zendingen: Sequence[Zending]) -> Iterator[Path]:
    """A hub on this database that knows the toewijzingen of these."""
    os.environ["BERICHTENHUB_VANDAAG"] = VANDAAG.isoformat()
    with new_hub(dialect) as data:
        laat_weten(read_settings(data), zendingen)
        yield data


def _meet(hub: Hub, zending: Zending, een: Gemeten) -> None:
    inhoud, soort = zending.inhoud(), zending.soort
    een.limit.append(seconds(lambda: limit(inhoud, soort)))
    _warm(hub, zending)
    idle = _mb(hub, "VmRSS")
    start = time.perf_counter()
    reply = hub.post("declaration", zending.partij, inhoud)
    een.post.append(time.perf_counter() - start)
    assert reply.status_code == 201, reply.text
    assert reply.json()["oordeel"] == "goedgekeurd", reply.text
    een.idle_mb.append(idle)
    een.mb.append(_mb(hub, "VmHWM") - idle)


def _warm(hub: Hub, zending: Zending) -> None:
    """A process compiles schemas and statements once; a large message is not the first of its day."""
    klein, headers = Zending(zending.release, 1).inhoud(), {"content-type": "application/xml"}
    reply = hub.client.post("/declaration/v1/validaties", content=klein, headers=headers | hub.key(zending.partij))
    assert reply.status_code == 200, reply.text


def _mb(hub: Hub, field_: str) -> float:
    """VmRSS or VmHWM (the most there ever was) of the server."""
    status = Path(f"/proc/{hub.process.pid}/status").read_text(encoding="ascii")
    (kb,) = (line.split()[1] for line in status.splitlines() if line.startswith(f"{field_}:"))
    return int(kb) / 1024


def limit(content: bytes, soort: Berichtsoort) -> list[tuple[str | None, ...]]:
    """The fields of every Prestatie as text, while the schema is checked."""
    rows = []
    prestatie = f"{{{soort.namespace}}}Prestatie"
    for _, element in etree.iterparse(io.BytesIO(content), tag=prestatie, schema=SCHEMAS.xsd(soort)):
        rows.append(tuple(leaf.text for leaf in element.iter() if len(leaf) == 0))
        element.clear()
    return rows


@cache
def xmlschema_seconds(zending: Zending) -> float:
    """What validating this message takes, from a smaller one of its kind."""
    klein = Zending(zending.release, min(_DEEL, zending.prestaties))
    model = xmlschema.XMLSchema10(str(SCHEMAS.path(zending.soort)))
    inhoud = klein.inhoud()
    taken = seconds(lambda: model.is_valid(io.BytesIO(inhoud)))
    return taken * zending.prestaties / klein.prestaties
