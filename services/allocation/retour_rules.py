"""The rules of a 302, the retour of a 301: how it is built (IV028) and what it echoes (OP065).

No message answers a 302, so its rules have no retourcode: what breaks one is refused in the reply.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from services.allocation.message import Client, ClientRetour, Retourbericht, Toewijzingsbericht
from services.kernel.bevinding import Bevinding, Plaats
from services.kernel.retourcodes import GEEN_OPMERKING, NIET_BEOORDEELD, VOLLEDIG_TOEGEKEND
from services.kernel.rules import Regel, bevind, check, regel

_ONLY_0200: Final = frozenset({GEEN_OPMERKING})
_NO_REFUSAL: Final = frozenset({GEEN_OPMERKING, NIET_BEOORDEELD})
_NEVER_IN_HEADER: Final = frozenset({NIET_BEOORDEELD, VOLLEDIG_TOEGEKEND})


def weigert(retour: Retourbericht) -> bool:
    """Whether a 302 refuses its 301: by any code but a lone 0200 in a Header without Client."""
    return retour.client is not None or not _ONLY_0200.issuperset(retour.kop_codes)


def retour_bevindingen(retour: Retourbericht) -> tuple[Bevinding, ...]:
    """Level 2 of a 302: what can be seen without its 301."""
    clients: tuple[Plaats, ...] = (retour.client,) if retour.client else ()
    subjects: dict[str, tuple[Plaats, ...]] = {"Header": (retour.kop,), "Client": clients}
    return tuple(check(REGELS_302, retour.soort, retour, lambda _, klasse: subjects[klasse]))


def echo_bevindingen(retour: Retourbericht, heen: Toewijzingsbericht) -> tuple[Bevinding, ...]:
    """Level 3 of a 302: whether it echoes the Client of its 301, which is of the same release."""
    client, soort = retour.client, retour.soort
    if client is None:
        return ()
    rules = ECHO_REGELS[soort.release]
    return tuple(bevind(rule, soort, client) for rule in rules if not rule(client, heen.client))


@regel("IV028", None, "Header", "RetourCodes")
def kop_past_bij_client(_: Plaats, retour: Retourbericht) -> bool:
    codes = frozenset(retour.kop_codes)
    if retour.client is not None:
        return codes == _ONLY_0200
    # A lone 0200 is tolerated as an acceptance.
    return codes == _ONLY_0200 or codes.isdisjoint(_ONLY_0200 | _NEVER_IN_HEADER)


@regel("OP065", None, "Client", "RetourCodes")
def client_heeft_afgekeurde_klasse(client: ClientRetour, _: Retourbericht) -> bool:
    return not _NO_REFUSAL.issuperset(client.codes)


@regel("OP065", None, "Client", "Bsn")
def echo_heeft_dezelfde_bsn(client: ClientRetour, heen: Client) -> bool:
    return client.bsn == heen.bsn


@regel("OP065", None, "Client", "Beschikking/BeschikkingNummer")
def echo_heeft_dezelfde_beschikking(client: ClientRetour, heen: Client) -> bool:
    return client.beschikking == heen.beschikking


def echo_heeft_dezelfde_nummers(element: str) -> Regel:
    """As many products with each ToewijzingNummer, and in 2.3 as many without one."""

    def toets(client: ClientRetour, heen: Client) -> bool:
        return Counter(client.nummers) == Counter(product.nummer for product in heen.producten)

    return Regel("OP065", None, "Client", element, toets)


# What a 302 says about itself is the same in every release.
REGELS_302: Final[tuple[Regel, ...]] = (kop_past_bij_client, client_heeft_afgekeurde_klasse)
_NUMMER: Final = "ToegewezenProducten/ToegewezenProduct/ToewijzingNummer"
ECHO_REGELS: Final[Mapping[str, tuple[Regel, ...]]] = {
    "2.3": (
        echo_heeft_dezelfde_bsn,
        echo_heeft_dezelfde_beschikking,
        echo_heeft_dezelfde_nummers(f"Beschikking/{_NUMMER}"),
    ),
    "3.2": (echo_heeft_dezelfde_bsn, echo_heeft_dezelfde_nummers(_NUMMER)),
}
