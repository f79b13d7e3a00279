"""Charts as Vega-Lite specifications, made with Altair and drawn by static/grafiek.js.

A colour is a name of the style sheet ("kleur:accent"), so that a chart is right in light and in dark. A series is never
told by colour alone: it has a dash, a shape or a label as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
from altair.utils import schemapi

HOOGTE: Final = 280
# The browser tests look at what a chart is made of; here it would be checked again at each request.
schemapi.disable_debug_mode()


def specificatie(chart: Any) -> dict[str, Any]:
    """The JSON of a chart as wide as its place. Not validated: that takes longer than all the rest."""
    spec: dict[str, Any] = chart.properties(width="container").to_dict(validate=False)
    spec.pop("config", None)
    return spec


def naam(van: str) -> Any:
    """In place of the data of a chart that is made once: `ingevuld` puts the rows there."""
    return alt.NamedData(name=van)


def ingevuld(spec: Mapping[str, Any], **gegevens: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A specification with the rows where it names them; making a chart with Altair takes longer than counting them."""
    nieuw = dict(spec)
    if "name" in nieuw.get("data", ()):
        nieuw["data"] = {"values": gegevens[nieuw["data"]["name"]]}
    if "layer" in nieuw:
        nieuw["layer"] = [ingevuld(laag, **gegevens) for laag in nieuw["layer"]]
    return nieuw


def gegevens(rijen: Sequence[Mapping[str, Any]]) -> Any:
    """Rows as the data of a chart; a tuple, because Altair copies lists again and again."""
    return alt.Data(values=tuple(dict(rij) for rij in rijen))  # type: ignore[no-untyped-call]
