"""HTTP connections with patience that ends: a head that drips, and an answer that is not taken, cost a connection."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class PatientProtocol(HttpToolsProtocol):
    """Cuts a connection whose client takes longer than `seconds` for the head of a request, or to take any of an answer
    that waits for it. Bodies have limits of their own (`api.middleware`), idle connections uvicorn's.
    """

    seconds = 30.0
    _head: asyncio.TimerHandle | None = None
    _answer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From now on a request is waited for."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        _end(self._head)
        _end(self._answer)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first bytes of a request are there."""
        super().on_message_begin()
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        _end(self._head)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """The client takes nothing of what is written."""
        super().pause_writing()
        _end(self._answer)
        # Closing would wait until the client took what was written.
        self._answer = self.loop.call_later(self.seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It took some."""
        _end(self._answer)
        super().resume_writing()

    def _wait_for_head(self) -> None:
        _end(self._head)
        self._head = self.loop.call_later(self.seconds, self._cut)

    def _cut(self) -> None:
        """An answer that is still being made to an earlier request is waited for."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self._wait_for_head()


def _end(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def patient(seconds: float) -> type[PatientProtocol]:
    """The protocol with that patience."""
    return type("_Patient", (PatientProtocol,), {"seconds": seconds})
