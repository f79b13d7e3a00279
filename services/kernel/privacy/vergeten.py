"""Taking one person out of the stored messages: of a message about others too, only what is about that person."""

from lxml import etree
from sqlalchemy import Connection, select, update

from services.kernel import reading
from services.kernel.berichten import pak_uit, verpak
from services.kernel.privacy.bewaartermijn import GEWIST, Telling, wis_berichten
from services.kernel.privacy.sleutelring import ring_van
from services.kernel.tables import bericht, inhoud

# Messages read at once: each may be tens of megabytes.
_TEGELIJK = 50


def vergeet(conn: Connection, bsn: str) -> Telling:
    """Erase every message that is about this person alone, and blacken the person in the others.

    Opens every message there is: a message that was passed on names a person without a row that says whom.
    """
    ring, na, alleen, samen = ring_van(conn), 0, [], 0
    statement = select(bericht.c.nr, bericht.c.id, inhoud.c.bytes).join(inhoud).order_by(bericht.c.nr)
    while rijen := conn.execute(statement.where(bericht.c.nr > na).limit(_TEGELIJK)).all():
        for nr, id, opgeslagen in rijen:
            content = pak_uit(ring, id, opgeslagen)
            if bsn.encode() not in content:
                continue
            zwart = zonder(content, bsn)
            if zwart is None:
                alleen.append(nr)
                continue
            zet = update(inhoud).where(inhoud.c.bericht == nr)
            conn.execute(zet.values(bytes=verpak(ring, id, zwart)))
            # It is no longer what was sent: its fingerprint would say so, and tell one person from another.
            conn.execute(update(bericht).where(bericht.c.nr == nr).values(sha256=64 * "0"))
            samen += 1
        na = rijen[-1].nr
    return wis_berichten(conn, alleen) + Telling(berichten=samen)


def zonder(content: bytes, bsn: str) -> bytes | None:
    """The message with all that stands beside this Bsn made illegible; None when nobody else is in it."""
    root = reading.parse(reading.as_stream(content))
    for element in [element for element in root.iter("{*}Bsn") if element.text == bsn]:
        persoon = element.getparent()
        for deel in persoon.iter() if persoon is not None else ():
            if len(deel) == 0:
                deel.text = GEWIST
    anderen = any(element.text != GEWIST for element in root.iter("{*}Bsn"))
    over: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    # What has the number elsewhere, in a text say, is not known well enough to keep.
    return over if anderen and bsn.encode() not in over else None
