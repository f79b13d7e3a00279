"""What breaks between the hub and those it delivers to: the relay, the consumer, the broker, a queue, a webhook."""

from __future__ import annotations

import base64
import random
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from faults.fleet import PATIENCE, Fleet
from faults.ledger import Row, settle
from faults.receivers import Received, Webhook, back_office, webhook
from faults.sending import Answer, publish, send_all
from faults.traffic import AANBIEDER, DELFT, Bericht, dossiers

OFFICE = f"gemeente.{DELFT}"
_RELAY = "services.kernel.delivery.relay"
_CONSUME = "services.kernel.delivery.consume"
# Around each step from a row in the postbus to the row that is marked as delivered.
RELAY_STEPS = [
    (f"{_RELAY}:Bezorger._verstuur", "before"),
    (f"{_RELAY}:Bezorger._verstuur", "after"),
    ("services.kernel.delivery.kanalen:bezorgd", "before"),
    ("services.kernel.delivery.kanalen:bezorgd", "after"),
    (f"{_RELAY}:Bezorger._onthoud_bezorgd", "after"),
]
# Around each step from a message in hand to its ack; `meld` is where a message is refused.
CONSUMER_STEPS = [
    (f"{_CONSUME}:Lezer._handel_af", "before"),
    (f"{_CONSUME}:Lezer._neem_in", "before"),
    ("services.kernel.berichten:bewaar", "before"),
    ("services.kernel.berichten:bewaar", "after"),
    (f"{_CONSUME}:Lezer._neem_in", "after"),
    (f"{_CONSUME}:meld", "before"),
    (f"{_CONSUME}:meld", "after"),
    (f"{_CONSUME}:Lezer._handel_af", "after"),
]


@contextmanager
def pushing(fleet: Fleet, moods: list[str], *, drops: int = 0) -> Iterator[tuple[dict[str, Received], Webhook]]:
    """Delft reads its queue, the aanbieder has a webhook of these moods."""
    made = fleet.hub("partij", "kanaal", DELFT, "amqp")
    assert made.returncode == 0, made.stdout + made.stderr
    with ExitStack() as stack:
        hook = stack.enter_context(webhook(moods))
        office = stack.enter_context(back_office(fleet.user(OFFICE), OFFICE, drops=drops))
        made = fleet.hub("partij", "kanaal", AANBIEDER, "webhook", "--url", hook.url)
        assert made.returncode == 0, made.stdout + made.stderr
        secret = re.search(r"whsec_(\S+)", made.stdout)
        assert secret is not None, made.stdout
        hook.use(base64.b64decode(secret[1]))
        yield {DELFT: office, AANBIEDER: hook.received}, hook


def _traffic(fleet: Fleet, aantal: int, eerste: int = 1000) -> tuple[list[Bericht], list[Answer]]:
    """301s and a 323 on each: the aanbieder is owed 301s and 325s, Delft the 323s and copies of the 325s."""
    eigen = [*dossiers(eerste, aantal)]
    sent = [dossier.wmo301() for dossier in eigen]
    claims = [dossier.wmo323() for dossier in eigen]
    return [*sent, *claims], [*send_all(fleet, sent, 10), *send_all(fleet, claims, 10)]


def _die_at_each(fleet: Fleet, name: str, steps: list[tuple[str, str]], rng: random.Random) -> int:
    """Start it to be killed at one of its first rounds past each step, and wait until it was."""
    for step, when in steps:
        _die(fleet, name, step, when, rng.randint(1, 3))
    return len(steps)


def _die(fleet: Fleet, name: str, step: str, when: str, call: int) -> None:
    program = fleet.programs[name]
    program.start(kill={"step": step, "when": when, "call": call})
    program.wait()


def relay_killed(fleet: Fleet, rng: random.Random) -> Row:
    """kill -9 of the relay between any two steps"""
    fleet.start("allocation", "declaration")
    with pushing(fleet, []) as (received, _):
        sent, answers = _traffic(fleet, 10)
        steps = RELAY_STEPS * 3
        rng.shuffle(steps)
        for kill, step in enumerate(steps, 1):
            # Of the aanbieder two postbussen have something new each time and of Delft one: there is a third round.
            more, told = _traffic(fleet, 2, 1000 + 100 * kill)
            sent, answers = [*sent, *more], [*answers, *told]
            _die_at_each(fleet, "relay", [step], rng)
        fleet.start("relay")
        return settle(fleet, sent, answers, received, f"{len(steps)} kills")


def consumer_killed(fleet: Fleet, rng: random.Random) -> Row:
    """kill -9 of the consumer between any two steps"""
    fleet.start("allocation", "declaration", "relay")
    with pushing(fleet, []) as (received, _):
        sent = [dossier.wmo301() for dossier in dossiers(1000, 50)]
        refused = [Bericht("allocation", "WMO301", DELFT, b"<Bericht>%d</Bericht>" % number) for number in range(25)]
        both = [bericht for pair in zip(sent[::2], sent[1::2], refused, strict=True) for bericht in pair]
        _declare(fleet)
        publish(fleet.user(OFFICE), OFFICE, both)
        steps = CONSUMER_STEPS * 2
        rng.shuffle(steps)
        kills = _die_at_each(fleet, "consume", steps, rng)
        fleet.start("consume")
        told = _told(fleet, len(refused))
        assert told == len(refused), f"{told} of {len(refused)} refusals were told"
        return settle(fleet, sent, [], received, f"{kills} kills; {told} refusals told once")


def _declare(fleet: Fleet) -> None:
    """Let the consumer declare what back offices write to, and be gone."""
    fleet.start("consume")
    until = time.monotonic() + PATIENCE
    while fleet.servers.api("GET", f"/queues/{fleet.vhost}/hub.dead") is None:
        assert time.monotonic() < until, "nothing was declared"
        time.sleep(0.2)
    # The queues of the services are declared after it.
    time.sleep(1)
    fleet.programs["consume"].stop()


def _told(fleet: Fleet, expected: int) -> int:
    query = "SELECT count(*) FROM gebeurtenis WHERE soort LIKE '%%geweigerd'"
    until = time.monotonic() + PATIENCE
    while (told := int(fleet.rows("allocation", query)[0][0])) < expected and time.monotonic() < until:
        time.sleep(0.2)
    return told


def broker_stopped(fleet: Fleet, rng: random.Random) -> Row:
    """RabbitMQ stopped and started, then killed and started"""
    fleet.start("allocation", "declaration", "relay")
    rabbitmq = fleet.servers.rabbitmq
    with pushing(fleet, []) as (received, _):
        _declare(fleet)
        fleet.start("consume")
        sent: list[Bericht] = []
        answers: list[Answer] = []
        for turn, end in enumerate((rabbitmq.stop, rabbitmq.kill)):
            by_queue = [dossier.wmo301() for dossier in dossiers(1000 + 100 * turn, 20)]
            by_http = [dossier.wmo301() for dossier in dossiers(1050 + 100 * turn, 20)]
            publish(fleet.user(OFFICE), OFFICE, by_queue)
            end()
            answers += send_all(fleet, by_http, 10)
            rabbitmq.start()
            sent += [*by_queue, *by_http]
        return settle(fleet, sent, answers, received, "40 over the queue, 40 over HTTP")


def queue_full(fleet: Fleet, rng: random.Random) -> Row:
    """a queue that is full at 5, and read later"""
    fleet.start("allocation", "declaration", "relay")
    limit = {"pattern": "^gemeente", "definition": {"max-length": 5}, "apply-to": "queues"}
    fleet.servers.api("PUT", f"/policies/{fleet.vhost}/vol", limit)
    made = fleet.hub("partij", "kanaal", DELFT, "amqp")
    assert made.returncode == 0, made.stdout + made.stderr
    sent, answers = _traffic(fleet, 20)
    time.sleep(5)
    query = "SELECT bezorgd_tot, pogingen FROM kanaal WHERE partij = %s"
    ((until, attempts),) = fleet.rows("declaration", query, DELFT)
    assert until < 40, "the queue was never full"
    with back_office(fleet.user(OFFICE), OFFICE) as office:
        return settle(fleet, sent, answers, {DELFT: office}, f"waited at {until} of 40 after {attempts} refusals")


def connection_lost(fleet: Fleet, rng: random.Random) -> Row:
    """a connection lost ten times with a message unacked, on either side"""
    fleet.start("allocation", "declaration", "relay")
    with pushing(fleet, [], drops=10) as (received, _):
        _declare(fleet)
        sent = [dossier.wmo301() for dossier in dossiers(1000, 20)]
        publish(fleet.user(OFFICE), OFFICE, sent)
        # The same message all the time: nothing was acked between two kills.
        for _ in range(10):
            _die(fleet, "consume", f"{_CONSUME}:Lezer._neem_in", "before", 1)
        fleet.start("consume")
        more, answers = _traffic(fleet, 10)
        return settle(fleet, [*sent, *more[10:]], answers[10:], received, "10 kills, 10 cuts")


def webhook_bad(fleet: Fleet, rng: random.Random) -> Row:
    """a webhook that hangs, lies, dies, says 500, and answers without end"""
    moods = ["hang", "lie", "good", "die", "error", "endless", "die", "good", "lie", "endless", "die"]
    fleet.start("allocation", "declaration", "relay")
    with pushing(fleet, moods) as (received, hook):
        sent, answers = _traffic(fleet, 15)
        row = settle(fleet, sent, answers, received, "11 moods, each signature checked")
        assert hook.refused == 0, f"{hook.refused} were not signed"
        return row
