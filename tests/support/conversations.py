"""Recorded conversations: what a client sends, byte for byte, and the shape of what it must hear.

A shape is a word (`uuid`, `time`, `string|null`, `=literal`), the name of a shape (`@post`), an object whose members
must be there, or a list whose items all have one shape (an empty one says that there are none).
"""

import http.client
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

RECORDED = Path(__file__).parent.parent / "conversations" / "recorded"
_STATUSES = {"queued", "publishing", "published", "failed", "rejected", "unconfirmed", "canceled"}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BOUNDARY = "recorded-boundary"
_SECONDS = 60


def _is_time(value: Any) -> bool:
    """ISO 8601 in UTC with milliseconds and Z, as the contract prints every time."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value):
        return False
    return datetime.fromisoformat(value).tzinfo is not None


def _matches(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


_WORDS: Mapping[str, Callable[[Any], bool]] = {
    "any": lambda _: True,
    "null": lambda value: value is None,
    "string": lambda value: isinstance(value, str) and value != "",
    "word": _matches(r"[a-z][a-z_.]*"),
    "uuid": lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None,
    "media": _matches(r"med_[0-9A-Za-z]{22}"),
    "secret": _matches(r"whsec_[0-9A-Za-z_+/=-]{40,}"),
    "key": _matches(r"lmp_(live|test)_[0-9A-Za-z_-]{20,}"),
    "scope": _matches(r"[a-z-]+:[a-z]+"),
    "url": _matches(r"https?://\S+"),
    "time": _is_time,
    "status": lambda value: value in _STATUSES,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
}


@dataclass
class Talk:
    """A client in conversation. `known` are the values that `{name}` stands for; it grows with what answers keep."""

    url: str
    file: bytes
    known: dict[str, Any]
    shapes: Mapping[str, Any]
    client: Mapping[str, Any]
    heard: list[str] = field(default_factory=list)

    def say(self, step: Mapping[str, Any]) -> Any:
        """One request; the answer, once it is what was recorded."""
        method, _, path = str(self.filled(step["send"])).partition(" ")
        headers, body = self._request(step, method)
        link = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=_SECONDS)
        link.request(method, path, body, headers)
        reply = link.getresponse()
        text = reply.read().decode()
        link.close()
        where = f"{method} {path} answered {reply.status} {text[:2000]}"
        assert reply.status == step["status"], where
        answer = json.loads(text)
        assert list(self.faults(step["answer"], answer)) == [], where
        assert not set(step.get("without", ())) & set(answer), where
        for name, shape in {"X-Request-Id": "string", **step.get("hear", {})}.items():
            assert list(self.faults(shape, reply.headers[name])) == [], f"{where}: {name}: {reply.headers[name]}"
        assert (reply.headers["Content-Type"] or "").startswith("application/json"), where
        self.known |= {name: _at(answer, pointer) for name, pointer in step.get("keep", {}).items()}
        return answer

    def _request(self, step: Mapping[str, Any], method: str) -> tuple[dict[str, str], bytes | None]:
        headers, body = dict(self.client["headers"]), None
        if "body" in step:
            headers["Content-Type"], body = "application/json", json.dumps(self.filled(step["body"])).encode()
        if "file" in step:
            headers["Content-Type"] = f"multipart/form-data; boundary={_BOUNDARY}"
            body = _multipart(step["file"]["name"], step["file"]["type"], self.file)
        if method in self.client["keyed"]:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        return self.filled(headers | step.get("headers", {})), body

    def filled(self, value: Any) -> Any:
        """With values for names in braces."""
        if isinstance(value, dict):
            return {name: self.filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.filled(member) for member in value]
        return re.sub(r"\{(\w+)\}", lambda m: str(self.known[m[1]]), value) if isinstance(value, str) else value

    def faults(self, shape: Any, value: Any, at: str = "") -> Iterator[str]:
        """Where the value has another shape."""
        if isinstance(shape, dict):
            for name, member in shape.items():
                if not isinstance(value, dict) or name not in value:
                    yield f"{at}/{name} is missing"
                else:
                    yield from self.faults(member, value[name], f"{at}/{name}")
        elif isinstance(shape, list):
            if not isinstance(value, list) or (value and not shape):
                yield f"{at} is {value!r}"
            else:
                for index, item in enumerate(value):
                    yield from self.faults(shape[0], item, f"{at}/{index}")
        elif shape.startswith("@"):
            yield from self.faults(self.shapes[shape[1:]], value, at)
        elif not any(self._is(word, value) for word in shape.split("|")):
            yield f"{at} is {value!r} and not {shape}"

    def _is(self, word: str, value: Any) -> bool:
        if word.startswith("="):
            said = value if isinstance(value, str) else json.dumps(value)
            return bool(said == self.filled(word[1:]))
        return _WORDS[word](value)


def _at(value: Any, pointer: str) -> Any:
    for part in pointer.strip("/").split("/"):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def _multipart(name: str, kind: str, data: bytes) -> bytes:
    about = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    head = f"--{_BOUNDARY}\r\n{about}\r\nContent-Type: {kind}\r\n\r\n"
    return head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
