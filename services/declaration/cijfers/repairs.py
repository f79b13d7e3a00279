"""Herstelacties: an amount already allocated in a period that had ended was changed by a besluit."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from services.declaration import tables
from services.declaration.afspraken.agreements import lees_producten
from services.declaration.cijfers.view import Blik
from services.declaration.journal import BEGROTING
from services.declaration.verzilvering import Plaats, Rijsleutel, sleutel_van

_J = tables.journaal.c
_K = tables.kenmerk.c


def herstelacties(
    conn: Connection,
    blik: Blik,
    groepeer: Collection[str],
    bereik: Callable[[Any], Collection[ColumnElement[bool]]],
) -> Mapping[Rijsleutel, list[str]]:
    """The besluiten per row by which A of a period was changed after it had ended; a first booking is no change."""
    eerder = tables.journaal.alias()
    van_a = or_(eerder.c.van == BEGROTING, eerder.c.naar == BEGROTING)
    zelfde = [eerder.c[naam] == _J[naam] for naam in ("gemeente", "domein", "toewijzing", "periode")]
    was_er = select(eerder.c.nr).where(*zelfde, van_a, eerder.c.nr < _J.nr).exists()
    kenmerk = (_K.gemeente == _J.gemeente) & (_K.domein == _J.domein) & (_K.nummer == _J.toewijzing)
    plaats = _J.gemeente, _J.aanbieder, _J.periode, _J.productcode, _K.cohort
    statement = (
        select(*plaats, _J.besluit, _J.bekend_op)
        .join(tables.kenmerk, kenmerk, isouter=True)
        .where(or_(_J.van == BEGROTING, _J.naar == BEGROTING), _J.besluit.is_not(None), was_er)
        .where(*blik.voorwaarden(_J), *bereik(_J))
        .distinct()
    )
    producten = {product.code: product for product in lees_producten(conn)}
    gevonden: dict[Rijsleutel, set[str]] = defaultdict(set)
    for gemeente, aanbieder, label, code, cohort, besluit, bekend_op in conn.execute(statement):
        periode = blik.periodes.met_label(label)
        if periode is not None and bekend_op > periode.eind:
            product = producten.get(code or "")
            gebied, trede = (product.resultaatgebied, product.trede) if product else (None, None)
            waar = Plaats(gemeente, aanbieder, label, gebied, trede, cohort)
            gevonden[sleutel_van(waar, groepeer)].add(besluit)
    return {sleutel: sorted(besluiten) for sleutel, besluiten in gevonden.items()}
