"""Volledigheid: of the weeks in which an aanbieder had money allocated, the share over which was declared."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from services.declaration import tables
from services.declaration.cijfers.view import Blik
from services.declaration.verzilvering import Plaats, Rijsleutel, Som, Volledigheid, procent
from services.declaration.weeks import sundays

Verwerkt = Mapping[tuple[str, str], Mapping[date, datetime]]  # (gemeente, aanbieder) → Sunday → first processed


def volledigheid_van(
    verwerkt: Verwerkt, cellen: Mapping[Plaats, Som], plaatsen: Mapping[Rijsleutel, Collection[Plaats]], blik: Blik
) -> Volledigheid:
    """The share per row, of which these are the `plaatsen`. None where nothing was allocated."""
    weken = {periode.label: sundays(periode.begin, periode.eind) for periode in blik.periodes}
    geteld: dict[tuple[str, str, str], int] = {}

    def aandeel(sleutel: Rijsleutel) -> float | None:
        gegrond = (plaats for plaats in plaatsen[sleutel] if cellen[plaats].aantal)
        vakken = {(plaats.gemeente, plaats.aanbieder, plaats.periode) for plaats in gegrond}
        for vak in vakken - geteld.keys():
            geteld[vak] = _aantal(verwerkt, blik, *vak, weken.get(vak[2], ()))
        nodig = sum(len(weken.get(periode, ())) for *_, periode in vakken)
        return procent(sum(geteld[vak] for vak in vakken), nodig)

    return aandeel


def _aantal(
    verwerkt: Verwerkt, blik: Blik, gemeente: str, aanbieder: str, label: str, zondagen: Collection[date]
) -> int:
    """How many of these weeks were declared over by the moment of the view."""
    tot = blik.tot_moment(gemeente, label)
    momenten = verwerkt.get((gemeente, aanbieder), {})
    return sum(zondag in momenten and (tot is None or momenten[zondag] <= tot) for zondag in zondagen)


def lees_verwerkt(conn: Connection) -> Verwerkt:
    """The weeks, by their Sundays, over which a declaration was processed: of its months or its 4-week periods."""
    d = tables.declaratie.c
    sleutel = d.gemeente, d.aanbieder, d.begin, d.eind
    statement = select(*sleutel, func.min(d.verwerkt_op)).where(d.verwerkt_op.is_not(None), d.telt).group_by(*sleutel)
    gevonden: dict[tuple[str, str], dict[date, datetime]] = defaultdict(dict)
    for gemeente, aanbieder, begin, eind, moment in conn.execute(statement):
        momenten = gevonden[gemeente, aanbieder]
        for zondag in sundays(begin, eind):
            momenten[zondag] = min(moment, momenten.get(zondag, moment))
    return gevonden
