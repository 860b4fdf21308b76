"""`publicist listen`: events as they happen, shown here and sent on to a URL, signed as webhooks are."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from publicist.cli.output import fail, print_json
from publicist.client import ApiError, Client
from publicist.crypto.webhooks import PREFIX, new_secret, signature_headers

_FORWARD_SECONDS = 10.0
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What the receiver answered: a status and milliseconds, or why there was no answer."""

    status: int | None
    milliseconds: int
    error: str | None


def run(
    url: str, key: str, forward_to: str | None, types: Sequence[str], after: str | None, secret: str, as_json: bool
) -> int:
    """Until interrupted; 1 when the server refuses or cannot be reached at first."""
    if not key:
        return fail("an API key is needed: --key lmp_test_..., or PUBLICIST_API_KEY")
    if secret and not secret.startswith(PREFIX):
        return fail(f"--secret is {secret!r}; a signing secret begins with {PREFIX}")
    secret = secret or new_secret()
    if forward_to is not None:
        _say(f"forwarding to {forward_to}, signed with {secret}")
    try:
        _listen(url, key, forward_to, types, after, secret, as_json)
    except ApiError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return 0
    raise AssertionError("a feed has no end")


def _listen(
    url: str, key: str, forward_to: str | None, types: Sequence[str], after: str | None, secret: str, as_json: bool
) -> None:
    with Client(url, key) as client, httpx2.Client(timeout=_FORWARD_SECONDS) as http:
        for event in client.follow_events(after=after, types=types, say=_say):
            answer = forward(http, forward_to, event, secret) if forward_to is not None else None
            if as_json:
                print_json({"event": event, **_as_json(answer)})
            else:
                print(_line(event, answer), flush=True)


def forward(http: httpx2.Client, url: str, event: Json, secret: str) -> Forwarded:
    """POST one event, once: what a receiver on this machine does not take is shown, not tried again."""
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Publicist-Webhooks/1",
        **signature_headers(body, message_id=event["id"], timestamp=int(time.time()), keys=[secret]),
        "X-Letmepost-Event": event["type"],
        "X-Letmepost-Event-Id": event["id"],
    }
    started = time.perf_counter()
    status, error = None, None
    try:
        status = http.post(url, content=body, headers=headers).status_code
    except (httpx2.TransportError, httpx2.InvalidURL) as problem:
        error = str(problem) or type(problem).__name__
    return Forwarded(status, round((time.perf_counter() - started) * 1000), error)


def _line(event: Json, answer: Forwarded | None) -> str:
    words = f"{event['createdAt']}  {event['type']:<20}  {event['data'].get('id', event['id'])}"
    if answer is None:
        return words
    return f"{words}  -> {answer.error or answer.status} ({answer.milliseconds} ms)"


def _as_json(answer: Forwarded | None) -> Json:
    if answer is None:
        return {}
    return {"forwarded": {"status": answer.status, "durationMs": answer.milliseconds, "error": answer.error}}


def _say(words: str) -> None:
    print(f"publicist: {words}", file=sys.stderr, flush=True)
