"""Rules of a 301 that look alike: each function makes one row of the registry in rules.py, which gives it its id."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final

from services.allocation.message import Client, Contact, Relatie, ToegewezenProduct, Toewijzingsbericht
from services.kernel.bevinding import Plaats
from services.kernel.retourcodes import AFGEKEURD_TECHNISCH
from services.kernel.rules import BerichtRegel, Regel, regel

GEBOORTEDATUM_ONBEKEND: Final = date(1900, 1, 1)


def technisch(id: str, klasse: str, element: str) -> Callable[[Callable[..., bool]], Regel]:
    """Tag a rule of level 2: what breaks it refuses the message as a whole."""
    return regel(id, AFGEKEURD_TECHNISCH, klasse, element)


def datum_gebruik_past(id: str, klasse: str) -> Regel:
    """The part of the date that DatumGebruik calls unknown is filled with 01, and 1900 for the year."""

    def toets(persoon: Client | Relatie, _: Toewijzingsbericht) -> bool:
        geboren = persoon.geboortedatum
        if geboren is None:
            return True
        fits = {
            "1": geboren.day == 1,
            "2": (geboren.month, geboren.day) == (1, 1),
            "3": geboren == GEBOORTEDATUM_ONBEKEND,
        }
        return fits.get(persoon.datum_gebruik or "", True)

    return Regel(id, AFGEKEURD_TECHNISCH, klasse, "Geboortedatum/DatumGebruik", toets)


def naam_gebruik_past(id: str, klasse: str) -> Regel:
    """Only who has a Partnernaam may use it; 5 is not to be used."""

    def toets(persoon: Client | Relatie, _: Toewijzingsbericht) -> bool:
        return persoon.naam_gebruik in ({"1", "2", "3", "4"} if persoon.partnernaam else {"1", "6"})

    return Regel(id, AFGEKEURD_TECHNISCH, klasse, "Naam/NaamGebruik", toets)


def niet_na_dagtekening(id: str, klasse: str, element: str, field: str) -> Regel:
    """What has happened already is not dated after the Dagtekening of the message."""

    def toets(subject: Plaats, bericht: Toewijzingsbericht) -> bool:
        dag: date | None = getattr(subject, field)
        return dag is None or dag <= bericht.kop.dagtekening

    return Regel(id, AFGEKEURD_TECHNISCH, klasse, element, toets)


def eindigt_niet_voor_begin(id: str, klasse: str, element: str, begin: str) -> Regel:
    """What has a begin does not end before it."""

    def toets(subject: Contact | ToegewezenProduct, _: Toewijzingsbericht) -> bool:
        from_day: date | None = getattr(subject, begin)
        return from_day is None or subject.einddatum is None or subject.einddatum >= from_day

    return Regel(id, AFGEKEURD_TECHNISCH, klasse, element, toets)


def eenmalig(
    id: str, klasse: str, element: str, keys: Callable[[Client], Iterable[tuple[object, Plaats]]]
) -> BerichtRegel:
    """No two instances of a class with the same key; the second and later ones break it."""

    def overtreders(bericht: Toewijzingsbericht) -> Iterator[Plaats]:
        seen: set[object] = set()
        for key, subject in keys(bericht.client):
            if key in seen:
                yield subject
            seen.add(key)

    return BerichtRegel(id, AFGEKEURD_TECHNISCH, klasse, element, overtreders)


def omvang_of_budget(id: str, element: str) -> Regel:
    """Two rules that say the same from both sides."""

    def toets(product: ToegewezenProduct, _: Toewijzingsbericht) -> bool:
        return product.budget is None or product.volume is None

    return Regel(id, AFGEKEURD_TECHNISCH, "ToegewezenProduct", element, toets)
