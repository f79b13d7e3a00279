"""Measure what a large declaration costs, as ratios within one run: machines differ and are noisy, ratios hardly.

The limit is lxml's incremental parser with the schema, taking the same fields and keeping them: no reader in Python can
do less. xmlschema is what a Python user would pick first; it validates a smaller message, scaled by its Prestaties.
"""

import argparse
import io
import json
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import xmlschema
from lxml import etree
from rich.console import Console
from rich.table import Table

from services.cli import example
from services.declaration.message import read_declaratie
from services.declaration.rules import toets_declaratie
from services.kernel.catalogue import find
from services.kernel.reading import Schemas, as_stream

RESULTS = Path(__file__).parent / "results"
SOORT = find("WMO323", "3.2")
SCHEMAS = Schemas()


def declaratie(prestaties: int) -> bytes:
    stream = io.BytesIO()
    example.write(stream, SOORT.naam, example.Vraag("0503", "75000001", prestaties, 1, date(2026, 2, 15)))
    return stream.getvalue()


def limit(content: bytes) -> list[tuple[str | None, ...]]:
    """The fields of every Prestatie as text, while the schema is checked."""
    rows = []
    prestatie = f"{{{SOORT.namespace}}}Prestatie"
    for _, element in etree.iterparse(io.BytesIO(content), tag=prestatie, schema=SCHEMAS.xsd(SOORT)):
        rows.append(tuple(leaf.text for leaf in element.iter() if len(leaf) == 0))
        element.clear()
    return rows


def seconds(work: Callable[[], object], runs: int) -> float:
    """The median of several runs."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def measure(prestaties: int, runs: int) -> list[dict[str, object]]:
    content = declaratie(prestaties)
    small = declaratie(max(prestaties // 30, 100))
    model = xmlschema.XMLSchema10(str(SCHEMAS.path(SOORT)))
    reference = seconds(lambda: limit(content), runs)
    reading = seconds(lambda: read_declaratie(as_stream(content), SOORT, SCHEMAS), runs)
    bericht = read_declaratie(as_stream(content), SOORT, SCHEMAS)
    judging = seconds(lambda: list(toets_declaratie(bericht)), runs)
    scale = prestaties / max(prestaties // 30, 100)
    validating = scale * seconds(lambda: model.is_valid(io.BytesIO(small)), 1)
    return [
        row("read and check level 1", "limit", reference, reading),
        row("read, levels 1 and 2", "limit", reference, reading + judging),
        row("read, levels 1 and 2", "xmlschema validating", validating, reading + judging),
    ]


def row(measured: str, against: str, reference: float, ours: float) -> dict[str, object]:
    return {"measure": measured, "reference": against, "seconds": reference, "ours": ours, "ratio": ours / reference}


def show(prestaties: int, rows: list[dict[str, object]]) -> None:
    table = Table(title=f"A 323 of {prestaties} Prestaties")
    for name in ("measure", "reference", "seconds", "ours", "ratio"):
        table.add_column(name)
    for found in rows:
        table.add_row(*(f"{v:.3f}" if isinstance(v, float) else str(v) for v in found.values()))
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller message and fewer runs")
    quick = parser.parse_args().quick
    prestaties, runs = (3_000, 3) if quick else (30_000, 5)
    rows = measure(prestaties, runs)
    show(prestaties, rows)
    RESULTS.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine(), "prestaties": prestaties}
    (RESULTS / f"reading-{prestaties}.json").write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
