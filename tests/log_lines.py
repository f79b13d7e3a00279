"""What a hub in this process logged, as a test looks at it: fixture `log` of conftest.py."""

import io
import json
from typing import Any


def requests_in(log: io.StringIO, reply: Any = None) -> list[dict[str, Any]]:
    """The lines about requests and messages, or those of the request with this answer.

    What another test left running may say things of its own in between.
    """
    written = [json.loads(line) for line in log.getvalue().splitlines()]
    verzoek = None if reply is None else reply.headers["X-Request-Id"]
    return [line for line in written if "verzoek" in line and verzoek in (None, line["verzoek"])]
