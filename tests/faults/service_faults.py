"""What breaks in or under the services: a process that is killed, a database that goes away, two who come at once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

from faults.fleet import Fleet
from faults.ledger import Row, settle
from faults.receivers import Received, cursor_reader
from faults.sending import meanwhile, send, send_all
from faults.traffic import AANBIEDER, DELFT, RIJSWIJK, Bericht, Dossier, dossiers

AT_ONCE = 50


@contextmanager
def reading(fleet: Fleet, *parties: str) -> Iterator[dict[str, Received]]:
    """Follow the postbuses of these parties over HTTP, of both services, while something breaks."""
    received: dict[str, Received] = {}
    with ExitStack() as stack:
        for party in parties:
            received[party] = Received()
            for service, url in fleet.urls.items():
                found = stack.enter_context(cursor_reader(url, fleet.keys[party], service))
                # One list of both: the ledger looks at each service by itself.
                found.items = received[party].items
        yield received


def _broken(fleet: Fleet, rng: random.Random, interrupt: Callable[[str], None], times: int) -> Row:
    """50 messages at once to each service in turn, and so many interruptions while they are on their way."""
    fleet.start("allocation", "declaration")
    eigen = [*dossiers(1000, AT_ONCE)]
    sent: list[Bericht] = []
    answers = []
    with reading(fleet, DELFT, AANBIEDER) as received:
        for service, berichten in (
            ("allocation", [dossier.wmo301() for dossier in eigen]),
            ("declaration", [dossier.wmo323() for dossier in eigen]),
        ):
            sent += berichten
            wait = meanwhile(lambda berichten=berichten: send_all(fleet, berichten, AT_ONCE))  # type: ignore[misc]
            for _ in range(times):
                time.sleep(rng.uniform(0.05, 0.5))
                interrupt(service)
            answers += wait()
        again = sum(answer.attempts > 1 for answer in answers)
        return settle(fleet, sent, answers, received, f"{again} had to send again")


def service_killed(fleet: Fleet, rng: random.Random) -> Row:
    """kill -9 of a service in the middle of 50 messages, three times each"""

    def kill(service: str) -> None:
        fleet.programs[service].kill()
        fleet.start(service)

    return _broken(fleet, rng, kill, 3)


def database_stopped(fleet: Fleet, rng: random.Random) -> Row:
    """PostgreSQL stopped and started, then crashed and started"""
    postgres = fleet.servers.postgres
    stops = iter((postgres.stop, postgres.kill) * 2)

    def restart(_: str) -> None:
        next(stops)()
        time.sleep(rng.uniform(0.1, 0.5))
        postgres.start()

    return _broken(fleet, rng, restart, 2)


def identical_posts(fleet: Fleet, rng: random.Random) -> Row:
    """two identical POSTs racing, of 40 messages, at two processes each"""
    fleet.start_two_of_each()
    eigen = [*dossiers(1000, 20)]
    with reading(fleet, DELFT, AANBIEDER) as received:
        sent = [dossier.wmo301() for dossier in eigen]
        answers = send_all(fleet, [bericht for bericht in sent for _ in range(2)])
        claims = [dossier.wmo323() for dossier in eigen]
        answers += send_all(fleet, [bericht for bericht in claims for _ in range(2)])
        new = sum(answer.status == 201 for answer in answers)
        assert {answer.status for answer in answers} <= {200, 201}, {answer.status for answer in answers}
        assert new == len(sent) + len(claims), f"{new} were new"
        ids = {(answer.bericht.sha256, answer.body["id"]) for answer in answers}
        assert len(ids) == new, "two of the same got two answers"
        return settle(fleet, sent + claims, answers, received, f"{new} new, {len(answers) - new} replayed")


def over_volume(fleet: Fleet, rng: random.Random) -> Row:
    """two declarations that together exceed a volume, 30 times"""
    fleet.start_two_of_each()
    eigen = [*dossiers(1000, 30)]
    with reading(fleet, DELFT, AANBIEDER) as received:
        sent = [dossier.wmo301() for dossier in eigen]
        answers = send_all(fleet, sent)
        claims = [dossier.wmo323(reeks) for dossier in eigen for reeks in "DE"]
        judged = send_all(fleet, claims, 20)
        for one, other in zip(judged[::2], judged[1::2], strict=True):
            assert {one.body["oordeel"], other.body["oordeel"]} == {"goedgekeurd", "deels_afgekeurd"}
        awarded = sum(answer.body["toegekend"] > 0 for answer in judged)
        assert awarded == len(eigen), f"{awarded} were awarded"
        return settle(fleet, sent + claims, answers + judged, received, f"{awarded} of {len(claims)} awarded")


def forty_writers(fleet: Fleet, rng: random.Random) -> Row:
    """forty writers beside a cursor reader of one postbus"""
    fleet.start_two_of_each()
    berichten = [dossier.wmo301() for dossier in (*dossiers(1000, 200), *dossiers(1200, 200, RIJSWIJK))]
    rng.shuffle(berichten)
    with reading(fleet, AANBIEDER) as received:
        answers = send_all(fleet, berichten, 40)
        return settle(fleet, berichten, answers, received, "one aanbieder, two gemeenten")


def calling_each_other(fleet: Fleet, rng: random.Random) -> Row:
    """two services, two processes each, that call each other under 160 requests at once"""
    fleet.start_two_of_each()
    eigen = [*dossiers(1000, 160)]
    with reading(fleet, DELFT, AANBIEDER) as received:
        sent = [dossier.wmo301() for dossier in eigen]
        answers = send_all(fleet, sent)
        # A removal asks declaration what was declared; a claim asks allocation for its feed.
        removals = [_removal(dossier) for dossier in eigen[:80]]
        both = [*removals, *(dossier.wmo323() for dossier in eigen[80:])]
        rng.shuffle(both)
        answers += send_all(fleet, both, 160)
        again = sum(answer.attempts > 1 for answer in answers)
        return settle(fleet, sent + both, answers, received, f"{again} had to send again")


def _removal(dossier: Dossier) -> Bericht:
    begin = dossier.toewijzing.ingangsdatum
    return dossier.wmo301(einddatum=begin, reden_wijziging="13", toewijzingsdatum=date(2025, 1, 6))


def clock_back(fleet: Fleet, rng: random.Random) -> Row:
    """a clock set an hour back, in every process"""
    behind = fleet.data / "klok"
    behind.write_text("0", encoding="ascii")
    fleet.start("allocation", "declaration", clock=str(behind))
    eigen = [*dossiers(1000, 40)]
    with reading(fleet, DELFT, AANBIEDER) as received:
        sent = [dossier.wmo301() for dossier in eigen[:20]]
        answers = send_all(fleet, sent)
        behind.write_text("3600", encoding="ascii")
        later = [*(dossier.wmo301() for dossier in eigen[20:]), *(dossier.wmo323() for dossier in eigen[:20])]
        answers += [send(fleet, bericht) for bericht in later]
        answers += [send(fleet, bericht) for bericht in sent]
        return settle(fleet, sent + later, answers, received)
