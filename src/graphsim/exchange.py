"""One exchange with a simulated host: fault, limits, answer, journal; all is durable before the reply leaves."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from graphsim.clock import graph_time, http_time
from graphsim.faults.models import Fault, Kind, LateCall, When
from graphsim.faults.strike import Reset, before, choose, mark, note, replacement
from graphsim.graph import answer, kept
from graphsim.journal import redact
from graphsim.nodes import Target, target
from graphsim.oauth.models import TokenKind
from graphsim.settings import NEWEST_VERSION, Profile
from graphsim.state import State
from graphsim.store import changes
from graphsim.wire.errors import OPTIONAL, GraphError, Json
from graphsim.wire.params import Params

_NO_STORE = "private, no-cache, no-store, must-revalidate"


class Exchange:
    """A Graph call on its way: who asks for what, and what came of it."""

    def __init__(
        self, state: State, method: str, host: str, path: str, version: str | None, params: Params, token: str
    ) -> None:
        self.state = state
        self.method = method
        self.host = host
        self.path = path
        self.version = version
        self.params = params
        self.token = token
        self.where: Target = target(state, method, path)
        self.fault: Fault | None = None
        self.error: GraphError | None = None
        self.usage: dict[str, str] = {}
        self.changed: list[tuple[str, str]] = []

    async def serve(self) -> Response:
        """The reply, with its effect durable and journaled."""
        mine = changes.set(self.changed)
        try:
            reply = await self._reply()
        except GraphError as refusal:
            self.error = refusal
            reply = self._refusal(refusal)
        finally:
            changes.reset(mine)
        self._journal(reply)
        return self._dressed(reply)

    async def _reply(self) -> Response:
        if self.version is None:
            raise GraphError(2500, f"Unknown path components: /{self.path}")
        self.fault = choose(self.state, self.method, self.where, self.params)
        if self.fault is None:
            return self._success(await self._perform())
        if self.fault.kind is Kind.LATE_COMMIT:
            return self._postpone(self.fault)
        return await before(self.fault) or await self._after(self.fault)

    async def _after(self, fault: Fault) -> Response:
        body = await self._perform()
        mark(self.state, fault, body)
        if fault.when is When.AFTER:
            if fault.kind is Kind.LATENCY:
                self.state.database.commit()
                await asyncio.sleep(fault.seconds())
            return replacement(fault, json.dumps(body).encode()) or self._success(body)
        return self._success(body)

    async def _perform(self) -> Json:
        self._charge()
        return await answer(self.state, self.method, self.where, self.token, self.params)

    def _charge(self) -> None:
        """Count the call where Meta counts it: on the Page or account for Page tokens, else on the app and the user."""
        token = self.state.tokens.get(self.token)
        if token is not None and token.kind is TokenKind.PAGE:
            self._count(*self._object(token.page_id))
            return
        if token is not None:
            self._count("user", token.user_id)
        self._count("app", "")

    def _count(self, kind: str, id: str) -> None:
        """One call against one allowance; a refusal carries the usage headers too. Raises GraphError."""
        limits = self.state.limits
        try:
            limits.check(kind, id)
            limits.count(kind, id)
        finally:
            self.usage = limits.headers(kind, id)

    def _object(self, page_id: str) -> tuple[str, str]:
        of_instagram = self.where.edge.split("/")[1:2] in (
            ["{ig-user}"],
            ["{container}"],
            ["{media}"],
            ["{ig-comment}"],
        )
        page = self.state.pages.get(page_id)
        account = page.instagram_id if page and of_instagram else None
        return ("instagram", account) if account else ("pages", page_id)

    def _postpone(self, fault: Fault) -> Response:
        """Cut the connection now; the effect comes later."""
        due = self.state.clock.now() + fault.seconds()
        values = dict(kept(self.params))
        late = LateCall(self.state.new_id(), due, self.method, self.path, values, self.token)
        self.state.late_calls.put(late)
        return Reset()

    def _success(self, body: Json) -> Response:
        return JSONResponse(body, headers={"Cache-Control": _NO_STORE, "Pragma": "no-cache"})

    def _refusal(self, refusal: GraphError) -> Response:
        strict = self.state.settings.profile is Profile.STRICT
        trace = "A" + self.state.text(22, "trace")
        missing = [name for name in OPTIONAL if strict and self.state.digest(trace + name)[0] in "01234"]
        return JSONResponse(refusal.body(trace, missing), refusal.status, refusal.headers())

    def _dressed(self, reply: Response) -> Response:
        skew = self.fault.seconds() if self.fault is not None and self.fault.kind is Kind.CLOCK_SKEW else 0.0
        reply.headers["facebook-api-version"] = self.version or NEWEST_VERSION
        reply.headers["x-fb-trace-id"] = self.state.text(11, "trace")
        reply.headers["x-fb-request-id"] = self.state.text(16, "trace")
        reply.headers["Date"] = http_time(self.state.clock.now() + self.state.clock_skew + skew)
        for name, value in self.usage.items():
            reply.headers[name] = value
        return reply

    def _journal(self, reply: Response) -> None:
        entry = journal_entry(self.state, self.method, self.host, f"/{self.path}", _texts(self.params))
        token = self.state.tokens.get(self.token)
        entry |= {
            "edge": self.where.edge,
            "token": str(token.kind) if token else "APP" if "|" in self.token else "none",
        }
        entry["status"] = 0 if isinstance(reply, Reset) else reply.status_code
        entry["effect"] = effect(self.changed)
        if self.fault is not None:
            entry["fault"] = note(self.fault)
        if self.error is not None:
            entry["error"] = {"code": self.error.code, "subcode": self.error.subcode}
        self.state.journal.add(entry)
        self.state.database.commit()


def effect(changed: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What a call changed, by `created Post` and the like; each id once."""
    found: dict[str, list[str]] = {}
    for what, id in changed:
        ids = found.setdefault(what, [])
        if id not in ids:
            ids.append(id)
    return found


def journal_entry(state: State, method: str, host: str, path: str, params: Mapping[str, str]) -> dict[str, Any]:
    """What every entry begins with."""
    at = graph_time(state.clock.now())
    return {"at": at, "method": method, "host": host, "path": path, "params": redact(params)}


def _texts(params: Params) -> dict[str, str]:
    return {name: params.text(name) for name in params.values} | dict.fromkeys(params.files, "(file)")


async def settle(state: State) -> None:
    """Let the effects that are due come, in the order in which they are due; each is journaled as `late`."""
    now = state.clock.now()
    for late in sorted((one for one in state.late_calls if one.due_at <= now), key=lambda one: one.due_at):
        state.late_calls.delete(late.id)
        changed: list[tuple[str, str]] = []
        mine = changes.set(changed)
        entry = journal_entry(state, late.method, "late", f"/{late.path}", {})
        try:
            params = Params({**late.params, "appsecret_proof": state.proof(late.token)})
            await answer(state, late.method, target(state, late.method, late.path), late.token, params, late=True)
        except GraphError as refusal:
            entry["error"] = {"code": refusal.code, "subcode": refusal.subcode}
        finally:
            changes.reset(mine)
        entry |= {"edge": target(state, late.method, late.path).edge, "status": 0, "effect": effect(changed)}
        state.journal.add(entry)
        state.database.commit()
