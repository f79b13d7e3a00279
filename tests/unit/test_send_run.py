"""What `hub send` does when a hub fails: a server of our own answers as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from builders import bsn, wmo301
from services.cli import app

UITKOMST = {
    "id": None,
    "standaard": "iwmo",
    "release": "3.2",
    "berichtsoort": "WMO301",
    "verzender": "0503",
    "bestemming": "75000001",
    "identificatie": "T1",
    "oordeel": "goedgekeurd",
    "ingediend": None,
    "toegekend": None,
    "feedNr": None,
    "aantalBevindingen": 0,
    "bevindingen": [],
    "retour": None,
}


@contextmanager
def answering(*statuses: int, headers: dict[str, str] | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A hub that answers with these, one after another, and then 201; its URL and what it was sent."""
    todo, received = list(statuses), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            status = todo.pop(0) if todo else 201
            said = UITKOMST if status < 300 else {"type": "/problemen/zo", "title": "Zo", "status": status}
            body = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(url: str, map_: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["send", str(map_), "--url", url, "--sleutel", "bh_x", *more])


def put(map_: Path, **aanbieders: bytes) -> None:
    """A 301 to each of these aanbieders, named by keyword; bytes of their own each."""
    for naam, aanbieder in aanbieders.items():
        bericht = wmo301().replace(b"75000001", aanbieder)
        (map_ / f"{naam}.xml").write_bytes(bericht + b"\n" * len(list(map_.iterdir())))


def test_a_busy_hub_is_waited_for(tmp_path: Path) -> None:
    put(tmp_path, a=b"75000001")

    with answering(503, 429, headers={"Retry-After": "0"}) as (url, received):
        result = send(url, tmp_path)

    assert result.exit_code == 0, result.output
    assert len(received) == 3
    assert len(set(received)) == 1


def test_a_hub_that_stays_busy_ends_the_run(tmp_path: Path) -> None:
    put(tmp_path, a=b"75000001", b=b"75000002")

    with answering(503, headers={"Retry-After": "60"}) as (url, received):
        result = send(url, tmp_path, "--geduld", "1", "--tegelijk", "1")

    assert result.exit_code == 3
    assert len(received) == 1
    assert "--geduld" in result.stderr


def test_after_a_fault_of_the_hub_the_pair_waits_and_others_go_on(tmp_path: Path) -> None:
    put(tmp_path, a=b"75000001", b=b"75000002", c=b"75000001")

    with answering(500) as (url, received):
        first = send(url, tmp_path, "--tegelijk", "1", "--json")
        second = send(url, tmp_path, "--tegelijk", "1", "--json")

    assert json.loads(first.stdout)["perReden"] == {"500 zo": 1, "wacht op een eerder bericht": 1}
    assert (first.exit_code, second.exit_code) == (3, 0)
    assert json.loads(second.stdout)["eerder"] == 1
    a, b, c = ((tmp_path / f"{naam}.xml").read_bytes() for naam in "abc")
    assert received == [a, b, a, c]


def test_a_message_whose_answer_is_gone_is_asked_for_again(tmp_path: Path) -> None:
    put(tmp_path, a=b"75000001")

    with answering(201, 200) as (url, received):
        send(url, tmp_path)
        (tmp_path / "a.antwoord.json").unlink()
        again = send(url, tmp_path)

    assert (again.exit_code, len(received)) == (0, 2)
    assert json.loads((tmp_path / "a.antwoord.json").read_text("utf-8"))["oordeel"] == "goedgekeurd"


def test_a_line_that_says_nothing_of_the_message_is_all_that_is_kept(tmp_path: Path) -> None:
    put(tmp_path, a=b"75000001")

    with answering() as (url, _):
        send(url, tmp_path)

    (line,) = (tmp_path / "hub-send.jsonl").read_text("utf-8").splitlines()
    assert [said for said in (bsn(1), "T1", "bh_x") if said in line] == []
