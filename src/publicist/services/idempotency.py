"""One effect and one answer per Idempotency-Key, on every route that writes.

A request's changes and its answer are committed in one transaction (`storage.units`), so a crash at any instruction
leaves both or neither. POST /v1/posts keeps its keys itself: they belong to a post, and are answered from its state.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from publicist.crypto.envelope import Vault
from publicist.domain.api_keys import Caller
from publicist.kit.clock import Clock
from publicist.kit.errors import IdempotencyConflict
from publicist.kit.ids import new_id
from publicist.storage import idempotency
from publicist.storage.idempotency import IdempotencyKey, KeyTaken
from publicist.storage.session import Connection, Database
from publicist.storage.units import unit_of_work

KEY_LIFETIME = timedelta(hours=24)
RETRY_AFTER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it was first given; `replayed` when the key found it."""

    status: int
    headers: Mapping[str, str]
    body: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """Whose key it is and where it was sent; `route` is the method and the path template."""

    caller: Caller
    route: str
    key: str

    @property
    def scope(self) -> tuple[str, ...]:
        """Where the key is unique: all API keys of an organization and environment share it, or those of a profile."""
        route = idempotency.own_route(self.caller, self.route)
        return (self.caller.organization_id, self.caller.environment, route, self.key)


class _Known(Exception):
    """The key was used before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def fingerprint(body: Any, path: Mapping[str, Any], query: object) -> str:
    """The hex SHA-256 of what makes two requests to one route the same, as canonical JSON."""
    canonical = json.dumps([body, dict(path), query], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Attempt:
    """One request under a key, from the moment its fingerprint is known."""

    def __init__(self, service: "Idempotency", request: KeyedRequest, stack: AsyncExitStack) -> None:
        self.id = new_id()
        self.fingerprint: str | None = None
        """None until the whole request was read."""
        self._service = service
        self._request = request
        self._stack = stack

    async def begin(self, fingerprint: str) -> None:
        """Wait for a request with this key that is under way in this process, and go on if none has been kept.

        Ends the request with the stored answer when there is one. Raises IdempotencyConflict when the key belongs to
        another request (`idempotency_key.body_mismatch`), or the wait was too long (`idempotency_key.in_progress`).
        """
        self.fingerprint = fingerprint
        await self._service.take_turn(self._request, self._stack)
        known = await self._service.known(self._request, self)
        if known is not None:
            raise _Known(known)

    async def claim(self, connection: Connection) -> None:
        """The first statements of the transaction. Raises KeyTaken."""
        await self._service.claim(self._request, self, connection)


class Idempotency:
    """The keys of every tenant; a key is unique per organization, environment and route."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, patience_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._patience = patience_seconds
        self._turns: WeakValueDictionary[tuple[str, ...], asyncio.Lock] = WeakValueDictionary()

    async def once(self, request: KeyedRequest, work: Callable[[Attempt], Awaitable[Answer]]) -> Answer:
        """Let `work` change something and answer, or answer what it answered the first time.

        `work` calls `Attempt.begin` before it acts. When it raises, nothing is kept and the key stays free. Raises
        what it raises, and as `Attempt.begin` does.
        """
        async with AsyncExitStack() as stack:
            attempt = Attempt(self, request, stack)
            try:
                async with unit_of_work(self._database, attempt.claim):
                    answer = await work(attempt)
                    await self._keep(attempt, answer)
                return answer
            except _Known as known:
                return known.answer
            except KeyTaken:
                return await self._winner(request, attempt)
            except Exception:
                # A twin may have changed what this request met, or a COMMIT was cut and is kept all the same.
                kept = await self.known(request, attempt) if attempt.fingerprint else None
                if kept is None:
                    raise
                return kept

    async def take_turn(self, request: KeyedRequest, stack: AsyncExitStack) -> None:
        """Hold the key in this process until `stack` ends. Raises IdempotencyConflict after the patience."""
        lock = self._turns.setdefault(request.scope, asyncio.Lock())
        try:
            async with asyncio.timeout(self._patience):
                await lock.acquire()
        except TimeoutError:
            raise _in_progress() from None
        stack.callback(lock.release)

    async def known(self, request: KeyedRequest, attempt: Attempt) -> Answer | None:
        """The stored answer of this key. Raises IdempotencyConflict when another request was given it."""
        async with self._database.read() as connection:
            found = await idempotency.find(
                connection, request.caller, route=request.route, key=request.key, now=self._clock.now()
            )
        if found is None or found.answer is None:
            return None
        if found.fingerprint != attempt.fingerprint:
            raise used_for_another("Use a new key for a new request, and send the same again with the same key.")
        told = json.loads(self._vault.open(found.answer, found.id))
        return Answer(told["status"], told["headers"], told["body"], replayed=found.id != attempt.id)

    async def claim(self, request: KeyedRequest, attempt: Attempt, connection: Connection) -> None:
        """Store the key in the transaction that changes something. Raises KeyTaken."""
        if attempt.fingerprint is None:
            raise RuntimeError(f"{request.route} writes before it has said what it was asked for")
        caller, now = request.caller, self._clock.now()
        await idempotency.forget_expired(connection, caller, route=request.route, key=request.key, now=now)
        row = IdempotencyKey(
            id=attempt.id,
            organization_id=caller.organization_id,
            environment=caller.environment,
            route=idempotency.own_route(caller, request.route),
            key=request.key,
            fingerprint=attempt.fingerprint,
            post_id=None,
            expires_at=now + KEY_LIFETIME,
        )
        await idempotency.claim(connection, row, wait_seconds=None if self._database.is_sqlite else self._patience)
        await idempotency.sweep(connection, now)

    async def _keep(self, attempt: Attempt, answer: Answer) -> None:
        told = json.dumps({"status": answer.status, "headers": dict(answer.headers), "body": answer.body})
        async with self._database.write() as connection:
            await idempotency.keep_answer(connection, attempt.id, self._vault.seal(told, attempt.id))

    async def _winner(self, request: KeyedRequest, attempt: Attempt) -> Answer:
        """What the request with this key that was faster in another process was answered."""
        kept = await self.known(request, attempt)
        if kept is None:
            raise _in_progress()
        return kept


def used_for_another(remediation: str) -> IdempotencyConflict:
    """The key belongs to a request that asked for something else."""
    return IdempotencyConflict(
        "This Idempotency-Key was used for a different request.",
        rule="idempotency_key.body_mismatch",
        remediation=remediation,
    )


def _in_progress() -> IdempotencyConflict:
    return IdempotencyConflict(
        "A request with this Idempotency-Key is still running.",
        rule="idempotency_key.in_progress",
        remediation="Send it again with the same key in a moment; it will have one effect.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
