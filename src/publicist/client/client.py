"""The client: one method per route that it covers, retries that cannot publish twice, errors as exceptions."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from publicist.client.stream import EventStream, Refused
from publicist.client.stream import Json as Json

_TRIES = 4
_FIRST_PAUSE_SECONDS = 0.5
_PASSING = frozenset({429, 502, 503, 504})


class ApiError(Exception):
    """The server refused: the members of its error envelope. `status` 0 means that it could not be reached."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(str(error.get("message", f"HTTP {status}")))
        self.status = status
        self.code: str | None = error.get("code")
        self.rule: str | None = error.get("rule")
        self.remediation: str | None = error.get("remediation")
        self.request_id: str | None = error.get("requestId")
        self.violations: list[Json] = error.get("violations", [])


class Client:
    """Talks to one Publicist with one key. Use as a context manager, or call `close`."""

    def __init__(self, base_url: str, api_key: str, *, timeout_seconds: float = 150.0) -> None:
        self.base_url = base_url.rstrip("/")
        headers = {"Authorization": f"Bearer {api_key}", "User-Agent": "publicist-python"}
        self.http = httpx2.Client(base_url=self.base_url, headers=headers, timeout=timeout_seconds)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()

    def accounts(self, platform: str | None = None) -> list[Json]:
        """Connected accounts, oldest first."""
        found: list[Json] = self._call("GET", "/v1/accounts", params={"platform": platform} if platform else {})["data"]
        return found

    def connect(self, platform: str = "facebook") -> Json:
        """Start a consent; its `descriptor.authorizationUrl` is for a browser."""
        return self._call("POST", f"/v1/accounts/connect/{platform}", json={})

    def upload(self, path: Path) -> Json:
        """Upload a file; streamed."""
        with path.open("rb") as file:
            return self._call("POST", "/v1/media", files={"file": (path.name, file)}, tries=1)

    def create_post(self, body: Mapping[str, Any], *, wait_seconds: int | None = None) -> Json:
        """Publish or schedule. The same idempotency key goes with every retry, so it is published once."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if wait_seconds is not None:
            headers["Prefer"] = f"wait={wait_seconds}"
        return self._call("POST", "/v1/posts", json=dict(body), headers=headers)

    def validate(self, body: Mapping[str, Any]) -> Json:
        """What `create_post` would say and send, without effect; of many posts when the body is `{"posts": [...]}`."""
        return self._call("POST", "/v1/posts/validate", json=dict(body))

    def post(self, post_id: str) -> Json:
        """One post with its attempts."""
        return self._call("GET", f"/v1/posts/{post_id}")

    def posts(self, **filters: str) -> list[Json]:
        """A page of posts, newest first."""
        found: list[Json] = self._call("GET", "/v1/posts", params=filters)["data"]
        return found

    def cancel(self, post_id: str) -> Json:
        """Cancel a queued post."""
        return self._call("DELETE", f"/v1/posts/{post_id}")

    def reschedule(self, post_id: str, scheduled_at: str) -> Json:
        """Move a queued post."""
        return self._call("PATCH", f"/v1/posts/{post_id}", json={"scheduledAt": scheduled_at})

    def follow_events(
        self, *, after: str | None = None, types: Sequence[str] = (), say: Callable[[str], None] = lambda _: None
    ) -> Iterator[Json]:
        """Events as they happen, or all since the one with the id `after`, without end; each is yielded once.

        After a cut it goes on where it was; `say` is told. Raises ApiError when there is no stream at first.
        """
        try:
            yield from EventStream(self.http, after=after, types=types, say=say)
        except httpx2.TransportError as error:
            raise ApiError(0, {"message": f"{self.base_url} could not be reached: {error}"}) from None
        except Refused as refused:
            raise ApiError(refused.reply.status_code, _error(refused.reply)) from None

    def _call(self, method: str, path: str, *, tries: int = _TRIES, **options: Any) -> Json:
        """Send, and send again what may pass: the key of a write makes that harmless. Raises ApiError."""
        for attempt in range(1, tries + 1):
            try:
                reply = self.http.request(method, path, **options)
            except httpx2.TransportError as error:
                if attempt == tries:
                    words = {"message": f"{self.base_url} could not be reached: {error}"}
                    raise ApiError(0, words) from None
            else:
                if reply.is_success:
                    found: Json = reply.json()
                    return found
                if reply.status_code not in _PASSING or attempt == tries:
                    raise ApiError(reply.status_code, _error(reply))
            time.sleep(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
        raise AssertionError("the loop above returns or raises")


def _error(reply: httpx2.Response) -> Mapping[str, Any]:
    try:
        error = reply.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {"message": f"HTTP {reply.status_code}: {reply.text[:200]}"}
    return error if isinstance(error, Mapping) else {"message": str(error)}
