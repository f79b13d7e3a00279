"""What must hold after every fault: one verdict a message, one booking an award, and nobody left without his post."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from faults.fleet import PATIENCE, SERVICES, Fleet
from faults.receivers import Received
from faults.sending import Answer
from faults.traffic import Bericht


@dataclass(frozen=True)
class Row:
    """What `make faults` prints of one fault. `doubled`: verdicts or bookings too many; it must be 0, as `lost`."""

    sent: int
    answered: int
    lost: int
    doubled: int
    delivered: int
    repeats: int
    remark: str = ""

    @property
    def holds(self) -> bool:
        return self.lost == self.doubled == 0 and self.answered == self.sent


def settle(
    fleet: Fleet,
    sent: Sequence[Bericht],
    answers: Sequence[Answer],
    receivers: Mapping[str, Received],
    remark: str = "",
) -> Row:
    """Wait until all that is owed has arrived, then count. `receivers`: {party: what it got}.

    A message sent by AMQP has no reply; that its verdict is stored is its answer.
    """
    wait_for_verdicts(fleet, sent)
    wait_for_receivers(fleet, receivers)
    verdicts = _verdicts(fleet, sent)
    lost = [bericht for bericht in sent if not verdicts[bericht.sha256]]
    doubled = sum(max(verdicts[bericht.sha256] - 1, 0) for bericht in sent)
    _journal_holds(fleet)
    doubled += _booked_twice(fleet)
    missing, delivered = _missing(fleet, receivers)
    by_amqp = len(sent) - len({answer.bericht.sha256 for answer in answers})
    answered = len({answer.bericht.sha256 for answer in answers if answer.status < 500}) + by_amqp - len(lost)
    repeats = sum(received.repeats for received in receivers.values())
    return Row(len(sent), answered, len(lost) + missing, doubled, delivered, repeats, remark)


def wait_for_verdicts(fleet: Fleet, sent: Sequence[Bericht]) -> None:
    until = time.monotonic() + PATIENCE
    while not all(_verdicts(fleet, sent)[bericht.sha256] for bericht in sent) and time.monotonic() < until:
        time.sleep(0.2)


def wait_for_receivers(fleet: Fleet, receivers: Mapping[str, Received]) -> None:
    until = time.monotonic() + PATIENCE
    while _missing(fleet, receivers)[0] and time.monotonic() < until:
        time.sleep(0.2)


def _verdicts(fleet: Fleet, sent: Sequence[Bericht]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for service in SERVICES:
        hashes = [bericht.sha256 for bericht in sent if bericht.dienst == service]
        query = "SELECT sha256, count(*) FROM bericht WHERE sha256 = ANY(%s) GROUP BY sha256"
        counted.update(dict(fleet.rows(service, query, hashes)))
    return counted


def _journal_holds(fleet: Fleet) -> None:
    done = fleet.hub("journaal", "check")
    assert done.returncode == 0, done.stdout + done.stderr


def _booked_twice(fleet: Fleet) -> int:
    """Debit lines with more than one booking in a period."""
    query = (
        "SELECT count(*) FROM (SELECT prestatie, periode FROM journaal WHERE naar = 'gedeclareerd' "
        "GROUP BY prestatie, periode HAVING count(*) > 1) AS dubbel"
    )
    return int(fleet.rows("declaration", query)[0][0])


def _missing(fleet: Fleet, receivers: Mapping[str, Received]) -> tuple[int, int]:
    """How many rows of their postbuses did not arrive, or not in their order; and how many did."""
    missing = delivered = 0
    for partij, received in receivers.items():
        for service in SERVICES:
            owed = _owed(fleet, service, partij)
            got = received.of(service)
            # In order: what came is the beginning of what is owed.
            right = sum(1 for one, other in zip(owed, got, strict=False) if one == other)
            missing += len(owed) - right
            delivered += right
    return missing, delivered


def _owed(fleet: Fleet, service: str, partij: str) -> list[str]:
    query = (
        "SELECT coalesce(b.id, g.id) FROM postbus p LEFT JOIN bericht b ON b.nr = p.bericht "
        "LEFT JOIN gebeurtenis g ON g.nr = p.gebeurtenis WHERE p.partij = %s ORDER BY p.nr"
    )
    return [id for (id,) in fleet.rows(service, query, partij)]
