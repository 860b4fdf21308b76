"""The wire: errors in Meta's envelope, parameters from wherever they come, field selection, cursor paging."""

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse

Json = dict[str, Any]


class GraphError(Exception):
    """A refusal. `kind` is `OAuthException` or `GraphMethodException` (Meta: Graph API, Handling Errors)."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        status: int = 400,
        kind: str = "OAuthException",
        title: str | None = None,
        words: str | None = None,
        data: Any = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.status = status
        self.kind = kind
        self.title = title
        self.words = words
        self.data = data

    def body(self) -> Json:
        """The envelope."""
        members = {
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "error_subcode": self.subcode,
            "is_transient": False if self.subcode else None,
            "error_user_title": self.title,
            "error_user_msg": self.words,
            "error_data": self.data,
            "fbtrace_id": "A" + secrets.token_urlsafe(16),
        }
        return {"error": {name: value for name, value in members.items() if value is not None}}

    def response(self) -> JSONResponse:
        """The envelope with its headers."""
        headers = {"Cache-Control": "no-store"}
        if self.kind == "OAuthException":
            token = (
                "invalid_token" if self.code == 190 else "invalid_code" if self.subcode == 36009 else "invalid_request"
            )
            quoted = self.message.encode("ascii", "replace").decode().replace('"', "'")
            headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "{token}" "{quoted}"'
        return JSONResponse(self.body(), self.status, headers)


def invalid(message: str, subcode: int | None = None) -> GraphError:
    """Code 100: a parameter is wrong."""
    return GraphError(100, f"(#100) {message}", subcode=subcode)


def unsupported(method: str, id: str) -> GraphError:
    """Code 100/33: no such object for this token, or not this operation on it."""
    words = (
        f"Unsupported {method.lower()} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return GraphError(100, words, subcode=33, kind="GraphMethodException")


class Params:
    """The parameters of a call, from query, form, JSON or multipart; a call that does not take one refuses it."""

    ALWAYS = frozenset({"access_token", "appsecret_proof", "fields", "format", "method", "pretty", "locale", "debug"})

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, UploadFile] | None = None) -> None:
        self.values = dict(values)
        self.files = dict(files or {})

    def only(self, *allowed: str) -> None:
        """Refuse every parameter that is not named. Raises GraphError."""
        for name in [*self.values, *self.files]:
            if name.split("[")[0] not in self.ALWAYS and name.split("[")[0] not in allowed:
                raise invalid(f"Param {name} is not supported by this endpoint.")

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
            return [_loads(value) if isinstance(value, str) and value.startswith("{") else value for value in indexed]
        text = self.text(name)
        if text.startswith("["):
            found = _loads(text)
            if not isinstance(found, list):
                raise invalid(f"Param {name} must be an array.")
            return found
        return [part for part in text.split(",") if part]


def _loads(text: str) -> Any:
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
        body = _loads((await request.body()).decode() or "{}")
        if not isinstance(body, dict):
            raise invalid("The body must be a JSON object.")
        values |= body
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.form(max_part_size=64 * 1024 * 1024)
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = value
            else:
                values[name] = value
    return Params(values, files)


# Fields

Fields = dict[str, "Fields"]


def parse_fields(text: str) -> Fields:
    """`a,b{c,d},e.limit(5){f}` as a tree; modifiers in dots are accepted and have no effect here."""
    fields, rest = _parse_fields(text)
    if rest:
        raise GraphError(2500, f'Syntax error "Expected end of string instead of \\"{rest[0]}\\"." in fields')
    return fields


def _parse_fields(text: str) -> tuple[Fields, str]:
    fields: Fields = {}
    while text and text[0] != "}":
        match = re.match(r"\s*([a-z_]+)((?:\.\w+\([^)]*\))*)\s*", text)
        if match is None:
            return fields, text
        name, text = match[1], text[match.end() :]
        inner: Fields = {}
        if text.startswith("{"):
            inner, text = _parse_fields(text[1:])
            text = text[1:] if text.startswith("}") else text
        fields[name] = inner
        text = text.lstrip(", ")
    return fields, text


def select(node: str, known: Mapping[str, Callable[[Fields], Any]], fields: Fields) -> Json:
    """The asked fields that have a value, and `id`. Raises GraphError for one that the node does not have."""
    for name in fields:
        if name not in known:
            raise invalid(f"Tried accessing nonexisting field ({name}) on node type ({node})")
    wanted = [*fields, *(["id"] if "id" not in fields else [])]
    found = {name: known[name](fields.get(name, {})) for name in wanted}
    return {name: value for name, value in found.items() if value is not None}


# Paging


def page(
    items: Sequence[Any], params: Params, url: str, *, default: int, most: int, id_of: Callable[[Any], str]
) -> Json:
    """`data` with cursors; `next` only when there is more. Raises GraphError for a bad limit or cursor."""
    limit = params.number("limit", default)
    if not 1 <= limit <= most:
        raise invalid(f"Param limit must be between 1 and {most}.")
    ids = [id_of(item) for item in items]
    start = _after(params.text("after"), ids)
    shown = list(items[start : start + limit])
    if not shown:
        return {"data": []}
    cursors = {"before": _cursor(id_of(shown[0])), "after": _cursor(id_of(shown[-1]))}
    paging: Json = {"cursors": cursors}
    if start + limit < len(items):
        paging["next"] = f"{url}{'&' if '?' in url else '?'}limit={limit}&after={cursors['after']}"
    return {"data": shown, "paging": paging}


def _cursor(id: str) -> str:
    return base64.urlsafe_b64encode(f"c:{id}".encode()).decode().rstrip("=")


def _after(cursor: str, ids: Iterable[str]) -> int:
    if not cursor:
        return 0
    for index, id in enumerate(ids):
        if _cursor(id) == cursor:
            return index + 1
    raise invalid("The After Cursor specified exceeds the max limit supported by this endpoint")
