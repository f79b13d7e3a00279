"""Charts as Vega-Lite specifications, made with Altair and drawn by static/grafiek.js.

A colour is a name of the style sheet ("kleur:accent"), so that a chart is right in light and in dark. A series is never
told by colour alone: it has a dash, a shape or a label as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

HOOGTE: Final = 280


def specificatie(chart: Any) -> dict[str, Any]:
    """The JSON of a chart as wide as its place. Not validated: that takes longer than all the rest."""
    spec: dict[str, Any] = chart.properties(width="container").to_dict(validate=False)
    spec.pop("config", None)
    return spec


def gegevens(rijen: Sequence[Mapping[str, Any]]) -> Any:
    """Rows as the data of a chart."""
    return alt.Data(values=[dict(rij) for rij in rijen])  # type: ignore[no-untyped-call]
