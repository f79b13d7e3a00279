"""What a large declaration takes of memory: the most the server ever had, above what it had before the POST."""

import statistics
from typing import Any

from bench.figures import Figure, at_most
from bench.large import FULL, QUICK, metingen

# Megabytes above idle, for what is at most 25 MB and for 100,000 Prestaties.
_BUDGET = 150
_BUDGET_GROOT = 350
_STANDAARD = 30_000


def run(quick: bool) -> tuple[list[Figure], dict[str, Any]]:
    sizes, gemeten = (QUICK if quick else FULL), metingen(quick)
    figures, per_size, idle = [], {}, []
    for dialect in sizes.dialects:
        for zending in sizes.zendingen:
            een = gemeten[dialect, zending]
            most, budget = max(een.mb), _BUDGET if zending.prestaties <= _STANDAARD else _BUDGET_GROOT
            wat = f"{zending.soort.naam} of {zending.prestaties:,}, {dialect}"
            figures.append(Figure("memory", wat, "MB above idle", budget, most, "MB", at_most(1)))
            per_size[str(zending.prestaties)] = round(max(most, per_size.get(str(zending.prestaties), 0)))
            idle.append(statistics.median(een.idle_mb))
    return figures, {"peak_over_idle_mb": per_size, "idle_mb": round(statistics.median(idle))}
