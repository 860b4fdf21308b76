"""What every model shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, PlainSerializer, TypeAdapter, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from publicist.api.error_examples import USUAL, by_status
from publicist.kit.clock import iso
from publicist.kit.errors import ERRORS

_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time"})
Moment = Annotated[datetime, PlainSerializer(iso, return_type=str), _DATE_TIME]
"""An instant, printed as ISO 8601 in UTC with milliseconds."""
MomentText = Annotated[str, _DATE_TIME]
"""The same, stored as text."""
Id = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
"""An id of ours in an answer, or in a path, where a text that is no id names nothing."""
Platform = Annotated[str, Field(description="`facebook` or `instagram`.", examples=["facebook"])]


class Out(BaseModel):
    """A response; names are camelCase on the wire."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class In(BaseModel):
    """A request; a field that is not known is refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", str_strip_whitespace=False
    )


@dataclass(frozen=True, slots=True)
class Like:
    """Beside `dict[str, Any]`: passed on as it is stored, and described as `form`, a model or a union of models."""

    form: Any

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema of the form, among the definitions."""
        return handler(TypeAdapter(self.form).core_schema)


class Violation(Out):
    """One breach of one rule; `fix` is an RFC 6902 patch of the request that mends it."""

    rule: str
    severity: Literal["error", "warning"]
    target: int = Field(description="The index of the target.")
    platform: str | None = None
    path: str = Field(description="Where in the request, as a JSON pointer.")
    message: str
    actual: Any = Field(None, description="What was measured.")
    limit: Any = Field(None, description="What is allowed.")
    unit: str | None = Field(None, description="What both are counted in.")
    remediation: str
    fix: list[dict[str, Any]] | None = None
    rule_url: str
    source: str = Field(description="Where the rule is written.")


class ErrorBody(Out):
    """What went wrong. Branch on `code`, then on `rule`."""

    code: str = Field(description="What kind of failure it is.", json_schema_extra={"enum": [e.code for e in ERRORS]})
    message: str = Field(description="What happened, with the offending value and the limit.")
    rule: str | None = Field(None, description="The rule that was broken, or the field that is wrong.")
    platform: str | None = None
    platform_version: str | None = Field(
        None, description="Wherever `platform` is: the version of its API that is called."
    )
    platform_response: Any = Field(
        None, description="The network's own answer; of a malformed request, every issue that was found."
    )
    remediation: str | None = Field(None, description="What to do about it.")
    doc_url: str = Field(description="The page of the code.")
    rule_url: str | None = Field(None, description="The page of the rule.")
    request_id: str = Field(description="The same as in `X-Request-Id`.")
    violations: list[Violation] | None = Field(None, description="Every breach of every rule, of every target.")


class ErrorEnvelope(Out):
    """Every failure has this shape."""

    error: ErrorBody


class Problem(ErrorBody):
    """The same as RFC 9457 has it, for whoever sends `Accept: application/problem+json`."""

    type: str = Field(description="The page of the code.")
    title: str = Field(description="The code.")
    status: int
    detail: str = Field(description="The message.")


PROBLEM = "application/problem+json"


def errors(*statuses: int, named: Sequence[str] = ()) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that needs a key: the statuses it can fail with, all in the envelope.

    `named` are kinds of `error_examples` beyond those that each status usually means.
    """
    return public_errors(*statuses, 401, 403, 429, named=named)


def public_errors(*statuses: int, named: Sequence[str] = ()) -> dict[int | str, dict[str, Any]]:
    """The same of a route that needs none."""
    more = by_status(named)
    return {status: answer(status, more.get(status, ())) for status in (*statuses, *more, 500)}


def answer(status: int, more: Sequence[str] = (), *, usual: Sequence[str] | None = None) -> dict[str, Any]:
    """One of them; `usual` replaces what the status usually means."""
    names = dict.fromkeys([*(USUAL[status] if usual is None else usual), *more])
    examples = {name: {"$ref": f"#/components/examples/{name}"} for name in names}
    content = {
        "application/json": {"examples": examples, "schema": {"$ref": "#/components/schemas/ErrorEnvelope"}},
        PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}},
    }
    # Not as `model`: the framework would build the model anew for each failure of each route, at every start.
    return {"description": _WORDS[status], "content": content}


_WORDS = {
    400: "The request is malformed, or preflight found violations.",
    401: "No valid API key or session, or Meta refused the account's token.",
    403: "The key or the role has not the scope, or the platform is not set up here.",
    404: "There is no such thing for this caller.",
    408: "The body came too slowly.",
    409: "The state of the thing forbids it, or the idempotency key belongs to another request.",
    413: "The body is too large.",
    416: "The file does not reach so far.",
    422: "Meta refused it for good.",
    429: "Too many requests.",
    500: "A fault of Publicist.",
    503: "Meta or a part of Publicist is not available.",
}
