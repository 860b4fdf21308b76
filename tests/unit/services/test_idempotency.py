"""The service behind every Idempotency-Key but those of posts: one effect, one answer, and no key for a refusal."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from publicist.crypto.envelope import Vault
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.kit.clock import ManualClock
from publicist.kit.errors import IdempotencyConflict, NotFound
from publicist.services.idempotency import Answer, Attempt, Idempotency, KeyedRequest
from publicist.storage import accounts, organizations, tables
from publicist.storage.session import Database
from publicist.storage.units import after_commit
from tests.support.rows import NOW, add_account, add_caller

ROUTE = "POST /v1/things"
SECRET = "lmp_test_shown_once"


class Desk:
    """The service, and work that counts how often it is done."""

    def __init__(self, database: Database, caller: Caller, patience: float = 20.0) -> None:
        self.database, self.caller, self.clock = database, caller, ManualClock(NOW)
        self.service = self.another(patience)
        self.runs = 0

    def another(self, patience: float = 20.0) -> Idempotency:
        """A service as another process has it."""
        return Idempotency(self.database, self.clock, Vault(lambda: (b"k" * 32,)), patience)

    def request(self, key: str = "k", route: str = ROUTE, caller: Caller | None = None) -> KeyedRequest:
        """A request of the caller."""
        return KeyedRequest(caller or self.caller, route, key)

    def work(self, fingerprint: str = "f", gate: Awaitable[object] | None = None) -> Callable[..., Awaitable[Answer]]:
        """Stores an account and answers; may wait for a gate before."""

        async def run(attempt: Attempt) -> Answer:
            await attempt.begin(fingerprint)
            if gate is not None:
                await gate
            self.runs += 1
            account = await add_account(self.database, self.caller)
            return Answer(201, {"content-type": "application/json"}, f'{{"id": "{account.id}", "key": "{SECRET}"}}')

        return run

    async def stored(self) -> int:
        """Accounts that are there."""
        async with self.database.read() as connection:
            return len(await accounts.of_caller(connection, self.caller))

    async def keys(self) -> int:
        """Keys that are there."""
        async with self.database.read() as connection:
            query = sa.select(sa.func.count()).select_from(tables.idempotency_keys)
            return int((await connection.execute(query)).scalar_one())


@pytest.fixture
async def desk(database: Database) -> Desk:
    """With a caller."""
    return Desk(database, await add_caller(database))


async def test_a_request_sent_again_gets_the_same_answer_and_changes_nothing(desk: Desk) -> None:
    first = await desk.service.once(desk.request(), desk.work())
    again = await desk.service.once(desk.request(), desk.work())
    assert (again.status, again.headers, again.body) == (first.status, first.headers, first.body)
    assert (first.replayed, again.replayed) == (False, True)
    assert (desk.runs, await desk.stored(), await desk.keys()) == (1, 1, 1)


async def test_twenty_at_once_have_one_effect_and_one_answer(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.service.once(desk.request(), desk.work()) for _ in range(20)))
    assert len({answer.body for answer in answers}) == 1
    assert sum(answer.replayed for answer in answers) == 19
    assert (desk.runs, await desk.stored()) == (1, 1)


async def test_two_processes_at_once_have_one_effect_and_one_answer(desk: Desk) -> None:
    services = [desk.another() for _ in range(6)]
    answers = await asyncio.gather(*(service.once(desk.request(), desk.work()) for service in services))
    assert len({answer.body for answer in answers}) == 1
    assert sum(answer.replayed for answer in answers) == 5
    assert (await desk.stored(), await desk.keys()) == (1, 1)


async def test_a_refusal_leaves_neither_change_nor_key(desk: Desk) -> None:
    async def refuse(attempt: Attempt) -> Answer:
        await desk.work()(attempt)
        raise NotFound("no")

    with pytest.raises(NotFound):
        await desk.service.once(desk.request(), refuse)
    assert (await desk.stored(), await desk.keys()) == (0, 0)
    assert not (await desk.service.once(desk.request(), desk.work())).replayed


async def test_who_waits_for_a_refusal_goes_on_afterwards(desk: Desk) -> None:
    gate = asyncio.Event()

    async def refuse(attempt: Attempt) -> Answer:
        await attempt.begin("f")
        await gate.wait()
        raise NotFound("no")

    refused = asyncio.create_task(desk.service.once(desk.request(), refuse))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(desk.service.once(desk.request(), desk.work()))
    gate.set()
    with pytest.raises(NotFound):
        await refused
    assert not (await waiting).replayed


async def test_another_request_with_the_key_is_refused(desk: Desk) -> None:
    await desk.service.once(desk.request(), desk.work("f"))
    with pytest.raises(IdempotencyConflict) as caught:
        await desk.service.once(desk.request(), desk.work("g"))
    assert caught.value.rule == "idempotency_key.body_mismatch"
    assert desk.runs == 1


async def test_a_key_belongs_to_one_route_organization_and_environment_not_to_one_api_key(desk: Desk) -> None:
    await desk.service.once(desk.request(), desk.work())
    own = desk.caller
    other_key = Caller(own.organization_id, own.environment, "another API key")
    assert (await desk.service.once(desk.request(caller=other_key), desk.work())).replayed
    live = Caller(own.organization_id, Environment.LIVE, own.api_key_id)
    for request in (
        desk.request(route="DELETE /v1/things"),
        desk.request(caller=live),
        desk.request(caller=await add_caller(desk.database)),
    ):
        assert not (await desk.service.once(request, desk.work())).replayed


async def test_patience_ends_with_in_progress(desk: Desk) -> None:
    service, gate = desk.another(patience=0.05), asyncio.Event()
    first = asyncio.create_task(service.once(desk.request(), desk.work(gate=gate.wait())))
    await asyncio.sleep(0)
    with pytest.raises(IdempotencyConflict) as caught:
        await service.once(desk.request(), desk.work())
    assert caught.value.rule == "idempotency_key.in_progress"
    assert caught.value.headers["Retry-After"]
    gate.set()
    assert (await first).status == 201
    assert (await service.once(desk.request(), desk.work())).replayed


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.postgres
async def test_a_process_that_stands_still_in_its_transaction_is_not_waited_for_forever(desk: Desk) -> None:
    frozen = Attempt(desk.service, desk.request(), AsyncExitStack())
    frozen.fingerprint = "f"
    async with desk.database.write() as connection:
        await frozen.claim(connection)
        with pytest.raises(IdempotencyConflict) as caught:
            await desk.another(patience=0.05).once(desk.request(), desk.work())
    assert caught.value.rule == "idempotency_key.in_progress"
    assert await desk.stored() == 0


async def test_a_key_is_free_again_after_a_day_and_forgotten(desk: Desk) -> None:
    await desk.service.once(desk.request(), desk.work("f"))
    await desk.service.once(desk.request("other"), desk.work("f"))
    desk.clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert (await desk.service.once(desk.request(), desk.work("f"))).replayed
    desk.clock.advance(timedelta(seconds=1))
    assert not (await desk.service.once(desk.request(), desk.work("g"))).replayed
    assert await desk.keys() == 1


async def test_no_secret_of_an_answer_lies_in_the_database_in_clear(desk: Desk) -> None:
    await desk.service.once(desk.request(), desk.work())
    async with desk.database.read() as connection:
        row = (await connection.execute(sa.select(tables.idempotency_keys))).one()
    assert row.answer is not None
    assert SECRET.encode() not in repr(row).encode() + row.answer


async def test_a_commit_whose_success_was_not_heard_is_answered_as_the_success_it_was(desk: Desk) -> None:
    def cut() -> None:
        raise OperationalError("COMMIT", None, ConnectionError("cut"))

    async def unheard(attempt: Attempt) -> Answer:
        after_commit(cut)
        return await desk.work()(attempt)

    answer = await desk.service.once(desk.request(), unheard)
    assert (answer.status, answer.replayed, await desk.stored()) == (201, False, 1)
    assert (await desk.service.once(desk.request(), desk.work())).replayed


async def test_the_answer_of_a_refusal_is_the_winners_when_there_is_one_meanwhile(desk: Desk) -> None:
    """What a twin in another process changed must not turn a success that was kept into an error."""

    async def overtaken(attempt: Attempt) -> Answer:
        await attempt.begin("f")
        async with asyncio.TaskGroup() as group:
            group.create_task(desk.another().once(desk.request(), desk.work()))
        raise NotFound("the twin has deleted it")

    answer = await desk.service.once(desk.request(), overtaken)
    assert (answer.status, answer.replayed, desk.runs) == (201, True, 1)


async def test_an_endpoint_that_writes_before_it_settled_is_a_bug_that_shows(desk: Desk) -> None:
    async def hasty(_attempt: Attempt) -> Answer:
        async with desk.database.write() as connection:
            await organizations.set_paused(connection, desk.caller.organization_id, NOW)
        return Answer(200, {}, "")

    with pytest.raises(RuntimeError, match="before it has said"):
        await desk.service.once(desk.request(), hasty)
