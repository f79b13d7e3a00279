"""What was submitted, refused or is still to be judged, beside D: spread over the weeks in which it was delivered.

None of it is in the journal, so the weeks are those of ProductPeriode, by their Sundays, in equal parts. A credit is
negative. Submitted = refused + still to be judged + what is to be paid; what was cut from a line counts as refused.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, Connection, case, func, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_producten
from services.declaration.cijfers.view import Blik
from services.declaration.journal import ZONDER_PERIODE
from services.declaration.verzilvering import Plaats, Rijsleutel, sleutel_van
from services.declaration.weeks import Periodes, monday, spread, sundays

_P = tables.prestatie.c
_D = tables.declaratie.c
_K = tables.kenmerk.c


class Ingediend(TypedDict):
    """Eurocent, a credit negative."""

    ingediend: int
    afgekeurd: int
    inBehandeling: int


def ingediend(
    conn: Connection,
    blik: Blik,
    groepeer: Collection[str],
    bereik: Callable[[Any], Collection[ColumnElement[bool]]],
) -> Mapping[Rijsleutel, Ingediend]:
    """The amounts of the lines that count, per row of the report; one query, as known now."""
    producten = {product.code: product for product in lees_producten(conn)}
    gevonden: dict[Rijsleutel, Ingediend] = defaultdict(lambda: Ingediend(ingediend=0, afgekeurd=0, inBehandeling=0))
    for gemeente, aanbieder, code, cohort, begin, eind, *bedragen in conn.execute(_regels(blik, bereik)):
        product = producten.get(code)
        gebied, trede = (product.resultaatgebied, product.trede) if product else (None, None)
        verdeeld = [_per_periode(int(bedrag), begin, eind, blik.periodes) for bedrag in bedragen]
        for label in blik.labels & {label for deel in verdeeld for label in deel}:
            if not _gevraagd(blik, gemeente, label):
                continue
            rij = gevonden[sleutel_van(Plaats(gemeente, aanbieder, label, gebied, trede, cohort), groepeer)]
            totaal, afgekeurd, open_ = (deel.get(label, 0) for deel in verdeeld)
            rij["ingediend"] += totaal
            rij["afgekeurd"] += afgekeurd
            rij["inBehandeling"] += open_
    return gevonden


def _regels(blik: Blik, bereik: Callable[[Any], Collection[ColumnElement[bool]]]) -> Any:
    """Sums of lines that share gemeente, aanbieder, product, cohort and ProductPeriode."""
    sleutel = _P.gemeente, _P.aanbieder, _P.code, _K.cohort, _P.begin, _P.eind
    bedrag = _P.bedrag
    open_ = case((_P.status == tables.INGEDIEND, bedrag), else_=0)
    afgekeurd = case((_P.status == tables.INGEDIEND, 0), else_=bedrag - func.coalesce(_P.te_betalen, 0))
    kenmerk = (_K.gemeente == _P.gemeente) & (_K.domein == _P.domein) & (_K.nummer == _P.grondslag)
    return (
        select(*sleutel, func.sum(bedrag), func.sum(afgekeurd), func.sum(open_))
        .join(tables.declaratie, _D.nr == _P.declaratie)
        .join(tables.kenmerk, kenmerk, isouter=True)
        .where(_D.telt, *blik.filters(_P), *bereik(_P))
        .group_by(*sleutel)
    )


def _gevraagd(blik: Blik, gemeente: str, label: str) -> bool:
    return blik.filter.periode in (None, label) and blik.past_bij_rijpheid(blik.rijpheid(gemeente, label))


def _per_periode(bedrag: int, begin: date, eind: date, periodes: Periodes) -> dict[str, int]:
    """Without a Sunday in it a line counts whole in the week of its end."""
    weken = {monday(zondag): 1 for zondag in sundays(begin, eind)} or {monday(eind): 1}
    per_label: dict[str, int] = defaultdict(int)
    for week, deel in spread(bedrag, weken).items():
        periode = periodes.van_week(week)
        per_label[periode.label if periode else ZONDER_PERIODE] += deel
    return per_label
