"""The counters of a process that serves nothing else: GET /<dienst>/metrics on a port of its own, as `hub serve` has.

For the key of the services only: a port that answers while the database is away asks the database for no key.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import SecretStr

from services.kernel.toegang import parties
from services.kernel.waarneming.observing import Waarneming
from services.kernel.wiring import Dienstnaam


@contextmanager
def meterpoort(
    host: str, port: int, sleutel: SecretStr, waarnemingen: Mapping[Dienstnaam, Waarneming]
) -> Iterator[int]:
    """Serve for as long as the block takes; gives the port, which is a free one for 0."""
    teksten = {f"/{naam}/metrics": waarneming for naam, waarneming in waarnemingen.items()}

    class Antwoord(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            woord, _, key = self.headers.get("Authorization", "").partition(" ")
            if woord.lower() != "bearer" or not parties.is_dienst(key.strip(), sleutel):
                self._stuur(401, b"")
            elif waarneming := teksten.get(self.path):
                self._stuur(200, waarneming.tekst())
            else:
                self._stuur(404, b"")

        def _stuur(self, status: int, inhoud: bytes) -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Bearer realm="berichtenhub"')
            self.send_header("Content-Type", CONTENT_TYPE_LATEST)
            self.send_header("Content-Length", str(len(inhoud)))
            self.end_headers()
            self.wfile.write(inhoud)

        def log_message(self, format: str, *_: object) -> None:
            """No line: its path is the caller's text."""

    with ThreadingHTTPServer((host, port), Antwoord) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, name="meterpoort", daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
