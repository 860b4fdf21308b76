"""Refusals in Meta's envelope (Meta: Graph API, Handling Errors)."""

from collections.abc import Collection
from typing import Any

Json = dict[str, Any]

OPTIONAL = frozenset({"is_transient", "error_user_title", "error_user_msg"})
"""Members that Meta leaves out at times; the strict profile leaves them out at random."""


class GraphError(Exception):
    """A refusal. `kind` is `OAuthException` or `GraphMethodException`; `data` becomes `error_data`."""

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
        transient: bool | None = None,
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
        self.transient = transient

    def body(self, trace: str, missing: Collection[str] = ()) -> Json:
        """The envelope, without the members named in `missing`; an absent value is absent, never null."""
        members = {
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "error_subcode": self.subcode,
            "is_transient": self.transient if self.transient is not None else (False if self.subcode else None),
            "error_user_title": self.title,
            "error_user_msg": self.words,
            "error_data": self.data,
            "fbtrace_id": trace,
        }
        return {"error": {name: value for name, value in members.items() if value is not None and name not in missing}}

    def headers(self) -> dict[str, str]:
        """`Cache-Control`, and `WWW-Authenticate` on OAuth errors."""
        headers = {"Cache-Control": "no-store"}
        if self.kind == "OAuthException":
            quoted = self.message.encode("ascii", "replace").decode().replace('"', "'")
            headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "{self._challenge()}" "{quoted}"'
        return headers

    def _challenge(self) -> str:
        if self.code == 190:
            return "invalid_token"
        return "invalid_code" if self.subcode in (36007, 36008, 36009) else "invalid_request"


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


def unknown_path(edge: str) -> GraphError:
    """Code 2500: nothing of this name."""
    return GraphError(2500, f"Unknown path components: /{edge}")
