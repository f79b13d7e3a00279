"""Persons with names and numbers like no other go through the whole hub, and are found in nothing it leaves behind.

Not in a line of log, a metric, a header, a problem, an event or the output of a command; not in the files of the
databases and of a copy, as they lie there or unpacked. The same search finds them where they are written plainly.
"""

import json
import re
import threading
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Literal

import pytest
import servers
from raw_bytes import bytes_of
from running_hub import Hub, alongside, run_hub, serving
from sqlalchemy import Connection, create_engine, text

from services.cli.demo import fasen
from services.cli.demo_cases import Administratie
from services.cli.demo_scenario import Zending, deelnemers
from services.kernel.settings import Settings

DIENSTEN = ("allocation", "declaration")
# Both releases, with and without a mandaat: 301 to 325.
GEKOZEN = {("0503", "3.2"): 3, ("0603", "3.2"): 2, ("1842", "2.3"): 3}
NAAM, STRAAT, PLAATS, GEBOREN = "Qwixelbroeckx", "Zwarfdijkxlaan", "Ophuizenvlix", "1909-11-29"
TE_OUD = "1871-11-29"
WEBHOOK_VAN = "75000001"
ONBEVOEGD = "0530"


@dataclass
class Spoor:
    """Everything the hub said on the way, by what it is: the messages themselves, which name persons, are not in it."""

    planted: set[bytes]
    said: dict[str, bytes] = field(default_factory=lambda: defaultdict(bytes))
    opgeslagen: set[str] = field(default_factory=set)
    bezorgd: list[bytes] = field(default_factory=list)

    def hear(self, wat: str, tekst: bytes | str) -> None:
        self.said[wat] += tekst.encode() if isinstance(tekst, str) else tekst


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> Literal["sqlite", "postgresql"]:
    found: Literal["sqlite", "postgresql"] = request.param
    return found


@pytest.fixture(scope="module")
def omgeving(dialect: str) -> dict[str, str]:
    if dialect == "sqlite":
        return {}
    return {f"BERICHTENHUB_{naam.upper()}_DATABASE": servers.fresh_database() for naam in DIENSTEN}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, omgeving: dict[str, str]) -> Path:
    folder = tmp_path_factory.mktemp("geplant") / "var"
    made = run_hub("init", "--data", str(folder), "--voorbeeld", **omgeving)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture(scope="module")
def spoor(data: Path, omgeving: dict[str, str]) -> Spoor:
    """The whole story, once; the hub has stopped by then."""
    zendingen = [geplant(een) for een in verhaal()]
    bsns = {bsn for een in zendingen for bsn in re.findall(rb"Bsn>(\d{9})<", een)}
    assert len(bsns) >= 8
    spoor = Spoor({*bsns, *(deel.encode() for deel in (NAAM, STRAAT, PLAATS, GEBOREN, TE_OUD))})
    with webhook(spoor) as url:
        command(spoor, data, omgeving, "partij", "kanaal", WEBHOOK_VAN, "webhook", "--url", url)
        with serving(data, **omgeving) as hub, alongside(data, "relay", **omgeving):
            for een, inhoud in zip(verhaal(), zendingen, strict=True):
                told(spoor, hub, een, inhoud)
            command(spoor, data, omgeving, "partij", "retour", WEBHOOK_VAN, "aanbieder", "--van", "2025-01-01")
            go_wrong(spoor, hub, zendingen[0], min(bsns).decode())
            read(spoor, hub)
            until(lambda: len(spoor.bezorgd) > 3)
            for arguments in COMMANDS:
                command(spoor, data, omgeving, *arguments)
            command(spoor, data, omgeving, "backup", str(data / "kopie"))
            hub.stop()
            spoor.hear("log", hub.log)
    spoor.hear("log", (data / "relay.log").read_text("utf-8"))
    return spoor


COMMANDS = (
    ("verzilvering",),
    ("journaal", "check"),
    ("audit", "lijst", "--json"),
    ("audit", "check"),
    ("geheim", "lijst"),
    ("bewaartermijn",),
    ("partij", "lijst"),
    ("klok", "--eenmaal"),
    ("kenmerk", "lijst"),
    ("tarief", "herstel"),
)


def verhaal() -> list[Zending]:
    """Toewijzingen with refused ones among them, retouren, and the first declarations in both releases."""
    wie = deelnemers()
    groepen = ([d for d in wie if (d.gemeente, d.release) == groep][:aantal] for groep, aantal in GEKOZEN.items())
    gekozen = tuple(een for groep in groepen for een in groep)
    toewijzingen, retouren, *jaren = fasen(gekozen, defaultdict(Administratie)).values()
    return [*toewijzingen, *retouren, *(zending for jaar in jaren for zending in jaar[:8])]


def geplant(zending: Zending) -> bytes:
    """The message with the names, the address and the birth date of nobody else."""
    inhoud = zending.inhoud
    for element, nieuw in (("Achternaam", NAAM), ("Straatnaam", STRAAT), ("Plaatsnaam", PLAATS)):
        inhoud = re.sub(rf"(<(?:\w+:)?{element}>)[^<]+(<)".encode(), rf"\g<1>{nieuw}\g<2>".encode(), inhoud)
    pattern = rb"(<(?:\w+:)?Geboortedatum>\s*<(?:\w+:)?Datum>)[^<]+(<)"
    return re.sub(pattern, rf"\g<1>{GEBOREN}\g<2>".encode(), inhoud)


def told(spoor: Spoor, hub: Hub, een: Zending, inhoud: bytes) -> None:
    reply = hub.post(een.soort.dienst, een.partij, inhoud)
    # Part of a story: what answers a message that was left out is refused, and that is heard as well.
    assert reply.status_code in (200, 201, 400, 409), reply.text
    if reply.status_code == 201:
        spoor.opgeslagen.add(een.soort.naam + een.soort.release)
    spoor.hear("antwoord", reply.content)
    spoor.hear("header", repr(dict(reply.headers)))


def go_wrong(spoor: Spoor, hub: Hub, goed: bytes, bsn: str) -> None:
    """Every way in which a message, or a question about one, is refused."""
    stuk = re.sub(rb"<Geslacht>\d", b"<Geslacht>onbekend", goed)
    leeg = goed.replace(NAAM.encode(), b"", 1)
    for partij, inhoud, status in (
        ("0503", stuk, 400),
        ("0503", leeg, 400),
        ("0503", goed[:-20], 400),
        # Refused by a rule, and no message says so: an event does.
        ("0503", goed.replace(b">T0", b">Y0", 1).replace(GEBOREN.encode(), TE_OUD.encode(), 1), 201),
        (ONBEVOEGD, goed.replace(b"T0", b"X0", 1), 403),
        ("0503", b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + goed, 400),
    ):
        reply = hub.post("allocation", partij, inhoud)
        assert reply.status_code == status, (status, reply.text)
        spoor.hear("probleem", reply.content)
        spoor.hear("header", repr(dict(reply.headers)))
    for dienst in DIENSTEN:
        for path, query in (
            ("berichten", {"identificatie": bsn}),
            ("berichten", {"verzender": NAAM}),
            (f"berichten/{bsn}", {}),
            (f"{NAAM}/{bsn}", {"bsn": bsn}),
            (f"postbus?partij={bsn}", {}),
        ):
            reply = hub.client.get(f"/{dienst}/v1/{path}", params=query or None, headers=hub.key("0503"))
            spoor.hear("antwoord", reply.content)
            spoor.hear("header", repr(dict(reply.headers)))


def read(spoor: Spoor, hub: Hub) -> None:
    """The postbus of everyone, what lies in it, and the metrics."""
    gelezen = 0
    for dienst in DIENSTEN:
        for partij in (*(gemeente for gemeente, _ in GEKOZEN), "75000002", "75000003"):
            items = hub.get(f"/{dienst}/v1/postbus", partij, limit=500).json()["items"]
            for item in items:
                reply = hub.get(item["href"], partij)
                assert reply.is_success
                gelezen += 1
                if "gebeurtenissen" in item["href"]:
                    spoor.hear("gebeurtenis", reply.content)
                spoor.hear("header", repr(dict(reply.headers)))
            spoor.hear("antwoord", json.dumps(items))
        spoor.hear("antwoord", hub.get(f"/{dienst}/v1/berichten", "beheer", limit=500).content)
        metrics = hub.get(f"/{dienst}/metrics", "beheer")
        assert metrics.is_success
        spoor.hear("meter", metrics.content)
    concept = hub.get("/declaration/v1/declaratieruimte/concept", WEBHOOK_VAN, gemeente="0503", maand="2025-12")
    assert concept.status_code in (200, 404), concept.text
    assert gelezen > 10


def command(spoor: Spoor, data: Path, omgeving: dict[str, str], *arguments: str) -> None:
    done = run_hub(*arguments, "--data", str(data), **omgeving)
    assert done.returncode == 0, done.stdout + done.stderr
    spoor.hear("opdracht", done.stdout + done.stderr)


@contextmanager
def webhook(spoor: Spoor) -> Iterator[str]:
    """An aanbieder that takes its post on an address of its own; what it is told beside the message is heard."""

    class Ontvanger(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            inhoud = self.rfile.read(int(self.headers["content-length"]))
            spoor.bezorgd.append(inhoud)
            spoor.hear("header", repr(self.headers.items()))
            if not inhoud.lstrip().startswith(b"<"):
                spoor.hear("gebeurtenis", inhoud)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    server = HTTPServer(("127.0.0.1", 0), Ontvanger)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/post"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(holds: Callable[[], bool]) -> None:
    begonnen = monotonic()
    while not holds():
        assert monotonic() - begonnen < 60
        sleep(0.1)


# --- the search ------------------------------------------------------------------------------------------------------


def found(planted: set[bytes], haystack: bytes) -> set[bytes]:
    """Which of the planted stand here, as they are or in what was compressed."""
    unpacked = b"\n".join(_unpacked(haystack))
    return {een for een in planted if een in haystack or een in unpacked}


def _unpacked(haystack: bytes) -> Iterator[bytes]:
    """What comes out of every place where a zlib stream may begin, as far as it goes: a page may cut it off."""
    for begin in (match.start() for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", haystack)):
        stream = zlib.decompressobj()
        try:
            for at in range(begin, begin + 65_536, 256):
                yield stream.decompress(haystack[at : at + 256])
        except zlib.error:
            continue


@pytest.mark.parametrize("wat", ["log", "meter", "header", "probleem", "gebeurtenis", "opdracht", "antwoord"])
def test_nothing_that_is_said_names_a_person(spoor: Spoor, wat: str) -> None:
    said = spoor.said[wat]
    if wat == "antwoord":
        # A search repeats nothing of the question either; a verdict names no value of the message.
        assert b"oordeel" in said

    assert len(said) > 100
    assert found(spoor.planted, said) == set()


def test_the_messages_themselves_arrived_whole(spoor: Spoor) -> None:
    """Or there would be nothing to find."""
    both = {f"WMO{soort}3.2" for soort in (301, 302, 323, 325)} | {f"WMO{soort}2.3" for soort in (301, 303)}
    assert both <= spoor.opgeslagen
    assert NAAM.encode() in b"".join(spoor.bezorgd)


@pytest.mark.parametrize("dienst", DIENSTEN)
def test_nothing_that_is_stored_names_a_person(spoor: Spoor, data: Path, omgeving: dict[str, str], dienst: str) -> None:
    stored = on_disk(data, omgeving, dienst)

    assert len(stored) > 10_000
    assert found(spoor.planted, stored) == set()


@pytest.mark.parametrize("dienst", DIENSTEN)
def test_nothing_of_a_copy_names_a_person(spoor: Spoor, data: Path, dienst: str) -> None:
    copies = [file.read_bytes() for file in (data / "kopie").iterdir() if file.name.startswith(dienst)]

    assert len(copies) == 1
    assert found(spoor.planted, copies[0]) == set()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "compressed"])
def test_the_search_finds_them_where_they_are_stored_without_encryption(
    spoor: Spoor, data: Path, omgeving: dict[str, str], packed: bool
) -> None:
    """The other side: the very values of this database, opened and put back as they would be without encryption."""
    elsewhere: dict[str, Any] = {name.removeprefix("BERICHTENHUB_").lower(): url for name, url in omgeving.items()}
    settings = Settings(data=data, **elsewhere)
    engine = create_engine(settings.database_url("allocation"))
    with engine.connect() as conn:
        transaction = conn.begin()
        plain(conn, settings, packed)
        rows = conn.execute(text("SELECT bytes FROM inhoud")).scalars().all()
        bsns = conn.execute(text("SELECT bsn FROM client WHERE bsn IS NOT NULL")).scalars().all()
        stored = b"\n".join(bytes(value) for value in (*rows, *bsns))
        transaction.rollback()
    engine.dispose()

    assert found(spoor.planted, stored) >= {een.encode() for een in (NAAM, STRAAT, PLAATS, GEBOREN)}
    assert len(found(spoor.planted, stored)) >= 4 + 5


def plain(conn: Connection, settings: Settings, packed: bool) -> None:
    ring = settings.ring()
    contents = conn.execute(text("SELECT bericht, id, bytes FROM inhoud JOIN bericht ON bericht.nr = bericht")).all()
    for nr, id, stored in contents:
        opened = ring.open(bytes(stored), f"inhoud.bytes/{id}")
        values = {"nr": nr, "bytes": opened if packed else zlib.decompress(opened)}
        conn.execute(text("UPDATE inhoud SET bytes = :bytes WHERE bericht = :nr"), values)
    for nr, hashed, stored in conn.execute(text("SELECT nr, hash, bsn FROM client WHERE bsn IS NOT NULL")).all():
        values = {"nr": nr, "bsn": ring.open(bytes(stored), f"client.bsn/{hashed}")}
        conn.execute(text("UPDATE client SET bsn = :bsn WHERE nr = :nr"), values)


def on_disk(data: Path, omgeving: dict[str, str], dienst: str) -> bytes:
    """The files of SQLite with their logs; of PostgreSQL every value of every table."""
    url = omgeving.get(f"BERICHTENHUB_{dienst.upper()}_DATABASE")
    files = sorted(data.glob(f"{dienst}.sqlite*"))
    return bytes_of(url) if url else b"\n".join(file.read_bytes() for file in files)
