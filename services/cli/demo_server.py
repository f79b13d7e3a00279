"""The server of the demo: a process of its own on this machine, with a free port, its log in the data folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from services.cli.console import niet_beschikbaar
from services.cli.demo_scenario import VANDAAG

_SECONDS: Final = 60.0
_PAUSE: Final = 0.1
LOG: Final = "serve.log"


@contextmanager
def running(data: Path, port: int) -> Iterator[str]:
    """`hub serve` on the fixed day of the demo; its URL. It ends with the block, also when we are told to end."""
    command = [sys.executable, "-m", "services.cli", "serve", "--data", str(data), "--port", str(port)]
    environment = {**os.environ, "BERICHTENHUB_VANDAAG": VANDAAG.isoformat()}
    signal.signal(signal.SIGTERM, _on_terminate)
    with open(data / LOG, "wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, url, data)
        yield url
    finally:
        process.terminate()
        process.wait()


def _on_terminate(*_: object) -> None:
    raise SystemExit(1)


def _wait(process: "subprocess.Popen[bytes]", url: str, data: Path) -> None:
    """Return when both services answer; stop when the server ended or does not come up."""
    end = time.monotonic() + _SECONDS
    with httpx.Client(base_url=url, trust_env=False) as probe:
        while process.poll() is None and time.monotonic() < end:
            try:
                if all(probe.get(f"/{naam}/healthz").is_success for naam in ("allocation", "declaration")):
                    return
            except httpx.TransportError:
                time.sleep(_PAUSE)
    niet_beschikbaar(f"De server kwam niet op. Zie {data / LOG}.")
