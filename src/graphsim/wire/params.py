"""Parameters of a call, from query, form, JSON or multipart."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from graphsim.wire.errors import GraphError, Json, invalid

ALWAYS = frozenset(
    {
        "access_token",
        "appsecret_proof",
        "fields",
        "format",
        "method",
        "pretty",
        "locale",
        "debug",
        "summary",
        "suppress_http_code",
    }
)
"""Taken by every call."""
_MAX_PART = 64 * 1024 * 1024


class Params:
    """A call that does not take a parameter refuses it."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, UploadFile] | None = None) -> None:
        self.values = dict(values)
        self.files = dict(files or {})

    def names(self) -> set[str]:
        """What the caller sent, without what every call takes; `a[0]` counts as `a`."""
        return {name.split("[")[0] for name in [*self.values, *self.files]} - ALWAYS

    def only(self, allowed: Collection[str]) -> None:
        """Refuse every parameter that is not named. Raises GraphError."""
        for name in sorted(self.names()):
            if name not in allowed:
                raise invalid(f"Param {name} is not supported by this endpoint.")

    def has(self, name: str) -> bool:
        """Whether it was sent, empty or not."""
        return name in self.names()

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text; JSON values keep their JSON form."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str) -> str:
        """A parameter that must be there. Raises GraphError."""
        if not self.text(name):
            raise invalid(f"Missing parameter: {name}")
        return self.text(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean as Meta takes it: true, 1, false, 0. Raises GraphError."""
        text = self.text(name, "true" if default else "false").lower()
        if text not in ("true", "false", "1", "0"):
            raise invalid(f"Param {name} must be a boolean.")
        return text in ("true", "1")

    def number(self, name: str, default: int = 0) -> int:
        """A whole number. Raises GraphError."""
        text = self.text(name, str(default))
        if not text.isdecimal():
            raise invalid(f"Param {name} must be an integer.")
        return int(text)

    def items(self, name: str) -> list[Any]:
        """A list: JSON, comma-separated, or `name[0]=...`. Raises GraphError."""
        indexed = [v for k, v in sorted(self.values.items()) if re.fullmatch(rf"{name}\[\d*\]", k)]
        if indexed:
            return [loads(value) if isinstance(value, str) and value.startswith("{") else value for value in indexed]
        text = self.text(name)
        if text.startswith("["):
            found = loads(text)
            if not isinstance(found, list):
                raise invalid(f"Param {name} must be an array.")
            return found
        return [part for part in text.split(",") if part]

    def object(self, name: str) -> Json:
        """A JSON object. Raises GraphError."""
        found = loads(self.text(name, "{}"))
        if not isinstance(found, dict):
            raise invalid(f"Param {name} must be an object.")
        return found

    def moment(self, name: str) -> float:
        """A time as unix seconds: a number, or ISO 8601; 0 when absent. Raises GraphError."""
        text = self.text(name)
        if not text or text.isdecimal():
            return float(text or 0)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise invalid(f"Param {name} must be a valid time.") from None
        if found.tzinfo is None:
            raise invalid(f"Param {name} must name its offset from UTC.")
        return found.timestamp()


def loads(text: str) -> Any:
    """JSON. Raises GraphError."""
    try:
        return json.loads(text)
    except ValueError:
        raise invalid(f"Invalid JSON: {text[:40]}") from None


async def read_params(request: Request) -> Params:
    """Query first, then the body on top. Raises GraphError for a body that cannot be read."""
    values: Json = dict(request.query_params)
    files: dict[str, UploadFile] = {}
    kind = request.headers.get("content-type", "").split(";")[0]
    if kind == "application/json":
        values |= _json_body(await request.body())
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.form(max_part_size=_MAX_PART)
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = value
            else:
                values[name] = value
    return Params(values, files)


def _json_body(body: bytes) -> Json:
    try:
        text = body.decode() or "{}"
    except UnicodeDecodeError:
        raise invalid("The body must be UTF-8.") from None
    found = loads(text)
    if not isinstance(found, dict):
        raise invalid("The body must be a JSON object.")
    return found


def method_of(method: str, params: Params) -> str:
    """`method=delete` on a GET or POST works like DELETE (Meta: method override; unconfirmed for 2026)."""
    wanted = params.text("method").upper()
    if not wanted:
        return method
    if wanted not in ("GET", "POST", "DELETE"):
        raise GraphError(100, f"(#100) Param method must be one of GET, POST, DELETE: {wanted[:20]}")
    return wanted
