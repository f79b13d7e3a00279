"""Who opens a connection and never finishes the head of a request is cut off: uvicorn itself waits without end."""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# Seconds for the request line and the headers, from the connection or from their first byte.
_HEAD_SECONDS: Final = 10.0
# Bytes of the head of a request; a message travels in the body, and a search in a line of a few hundred.
HEAD_MAXIMUM: Final = 16 * 1024


class Protocol(H11Protocol):
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """While the head of a request is on its way its time runs, however often a byte of it comes in."""
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._timer is None:
            self._timer = self.loop.call_later(_HEAD_SECONDS, self._too_late)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        self._timer = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()
