"""The Idempotency-Key of every route that writes: read, checked, and answered before the route is asked."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

import pydantic_core
from fastapi import Request, Response
from fastapi.routing import APIRoute

from publicist.api.changes import change_of
from publicist.api.deps import application_of, caller_of, scopes_of
from publicist.api.schemas.common import answer, errors
from publicist.domain.api_keys import Caller
from publicist.kit.errors import ValidationFailed
from publicist.services.idempotency import Answer, Attempt, KeyedRequest, fingerprint
from publicist.storage.units import nothing_first, unit_of_work, wrote

KEY_MAX = 255
HEADER = "Idempotency-Key"
DESCRIPTION = "Send the same key again to send a request again: it has one effect and one answer for 24 hours."
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MULTIPART = "multipart/form-data"
_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": DESCRIPTION,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
}
_UNTOLD = frozenset({"password"})
"""Members of a body that no fingerprint is made of: a fast digest of a password is no safe thing to keep."""
_ACTIONS: dict[Callable[..., Any], str] = {}
"""What the audit log calls what an endpoint does: its operationId, also where it is mounted twice."""
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def checked_key(key: str | None) -> str | None:
    """The key, if one came. Raises ValidationFailed (rule idempotency_key.length)."""
    if key is not None and not 1 <= len(key) <= KEY_MAX:
        words = f"{HEADER} has {len(key)} characters; it must have 1 to {KEY_MAX}."
        raise ValidationFailed(words, rule="idempotency_key.length", remediation="A UUID is a good key.")
    return key


class IdempotentRoute(APIRoute):
    """What every router of the API makes its routes of: those that write honour the key without being asked.

    An endpoint that declares the header as its own parameter is left to itself; it keeps its keys.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.writes = bool(set(options.get("methods") or ["GET"]) - _SAFE)
        if self.writes:
            usual = {409: answer(409, usual=("key_reused",))}
            options["responses"] = {**errors(400, 408, 413), **usual, **(options.get("responses") or {})}
        super().__init__(path, endpoint, **options)
        if self.operation_id:
            _ACTIONS[self.endpoint] = self.operation_id
        if self.is_guarded:
            own = self.openapi_extra or {}
            self.openapi_extra = {**own, "parameters": [*own.get("parameters", ()), _PARAMETER]}

    @property
    def keeps_keys(self) -> bool:
        """Whether the endpoint reads the header itself."""
        return any(parameter.alias.lower() == HEADER.lower() for parameter in self.dependant.header_params)

    @property
    def is_guarded(self) -> bool:
        """Whether this class answers for the key."""
        return self.writes and not self.keeps_keys

    @property
    def streams(self) -> bool:
        """Whether the endpoint takes a body too large to be read before it; it calls `settle` itself."""
        return _MULTIPART in (self.openapi_extra or {}).get("requestBody", {}).get("content", {})

    def get_route_handler(self) -> Handler:
        """The endpoint's handler, behind the key."""
        handle = super().get_route_handler()
        if not self.is_guarded:
            return handle

        async def keyed(request: Request) -> Response:
            key = request.headers.get(HEADER)
            return await self._alone(handle, request) if key is None else await self._once(handle, request, key)

        return keyed

    @property
    def scopes(self) -> tuple[str, ...]:
        """What a key needs for this route."""
        return scopes_of(self)

    async def _alone(self, handle: Handler, request: Request) -> Response:
        """Without a key: what is changed and what the audit log says of it are one transaction all the same."""
        try:
            async with unit_of_work(application_of(request).database, nothing_first):
                response = await self._audited(handle, request)
                if response.status_code >= 400:
                    raise _Refused(response)
            return response
        except _Refused as refused:
            return refused.response

    async def _audited(self, handle: Handler, request: Request) -> Response:
        """The answer of the endpoint; when it wrote anything, the log says who did what."""
        response = await handle(request)
        caller: Caller | None = getattr(request.state, "caller", None)
        app = application_of(request)
        if caller is not None and response.status_code < 400 and wrote(app.database):
            change = change_of(request, response)
            await app.audit.record(caller, _ACTIONS.get(self.endpoint, self.name), change.object_id, change.details)
        return response

    async def _once(self, handle: Handler, request: Request, key: str) -> Response:
        caller = await caller_of(request, self.scopes)
        checked_key(key)

        async def work(attempt: Attempt) -> Answer:
            request.state.attempt = attempt
            if not self.streams:
                await settle(request, _canonical(await request.body()))
            return _kept(await self._audited(handle, request))

        asked = KeyedRequest(caller, f"{request.method} {_template(self.path_format)}", key)
        try:
            answer = await application_of(request).idempotency.once(asked, work)
        except _Refused as refused:
            return refused.response
        replayed = {"Idempotency-Replayed": "true"} if answer.replayed else {}
        return Response(answer.body, answer.status, {**answer.headers, HEADER: key, **replayed})


class AskingRoute(APIRoute):
    """A POST that is answered anew each time, because it changes nothing or because its answer is for one browser: it
    uses up no key."""


async def settle(request: Request, body: Any) -> None:
    """Say what the whole body of a request is; a route that streams does so once it has all of it.

    Without a key it does nothing. With one that is known it ends the request, see `Attempt.begin`.
    """
    attempt: Attempt | None = getattr(request.state, "attempt", None)
    if attempt is not None:
        query = sorted(request.query_params.multi_items())
        await attempt.begin(fingerprint(body, request.path_params, query))


def is_keyed(request: Request) -> bool:
    """Whether the request carries a key that somebody has to be told the body for."""
    return hasattr(request.state, "attempt")


class _Refused(Exception):
    """The endpoint answered with an error without raising one; nothing it wrote is kept."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _kept(response: Response) -> Answer:
    if response.status_code >= 400:
        raise _Refused(response)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Answer(response.status_code, headers, bytes(response.body).decode())


def _canonical(body: bytes) -> Any:
    """The body as JSON, whatever its declared type; another one as it came."""
    try:
        data = pydantic_core.from_json(body) if body else None
        return {name: one for name, one in data.items() if name not in _UNTOLD} if isinstance(data, dict) else data
    except ValueError:
        return {"sha256": hashlib.sha256(body).hexdigest()}


def _template(path: str) -> str:
    """Posts are mounted twice; a key is good for both."""
    return path if path.startswith("/v1/") else f"/v1{path}"
