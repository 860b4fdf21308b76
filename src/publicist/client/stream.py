"""The feed of events as it happens, over as many connections as it takes."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx2

Json = dict[str, Any]

SILENCE_SECONDS = 30.0
"""The server says something every ten seconds, also when nothing happens; after so long it is gone."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0
_PATH = "/v1/events/stream"


class Refused(Exception):
    """The server answered something else than a stream, and would again."""

    def __init__(self, reply: httpx2.Response) -> None:
        super().__init__(f"HTTP {reply.status_code}")
        self.reply = reply


class EventStream:
    """Iterate over it: each event once, without end. After a cut it goes on behind the last event it has heard of."""

    def __init__(
        self, http: httpx2.Client, *, after: str | None, types: Sequence[str], say: Callable[[str], None]
    ) -> None:
        self._http = http
        self._types = list(types)
        self._say = say
        self._pause = _FIRST_PAUSE_SECONDS
        self._connected = False
        self.last_id = after
        """Of the last event received, or before the first one of the newest there was."""

    def __iter__(self) -> Iterator[Json]:
        """Raises httpx2.TransportError when the first connection fails, and Refused."""
        while True:
            try:
                yield from self._until_cut()
                reason = "the server closed the connection"
            except httpx2.TransportError as error:
                if not self._connected:
                    raise
                reason = str(error) or type(error).__name__
            self._say(f"connection lost ({reason}); connecting again")
            time.sleep(self._pause)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)

    def _until_cut(self) -> Iterator[Json]:
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        timeout = httpx2.Timeout(SILENCE_SECONDS)
        with self._http.stream("GET", _PATH, params={"type": self._types}, headers=headers, timeout=timeout) as reply:
            if reply.status_code >= 500 and self._connected:
                return
            if reply.status_code != httpx2.codes.OK:
                reply.read()
                raise Refused(reply)
            self._connected, self._pause = True, _FIRST_PAUSE_SECONDS
            self._say("connected")
            for fields in messages(reply.iter_lines()):
                self.last_id = fields.get("id", self.last_id)
                if "data" in fields:
                    yield json.loads(fields["data"])


def messages(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """The fields of each message (WHATWG HTML, Server-sent events); one without `data` only tells a place."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line and fields:
            yield fields
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
