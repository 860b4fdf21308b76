"""Sessions over time, and people who change at once, on both engines."""

import asyncio
from datetime import timedelta

import pytest

from publicist.crypto.passwords import is_outdated
from publicist.domain.api_keys import Caller
from publicist.domain.audit import UNKNOWN
from publicist.domain.environments import Environment
from publicist.domain.users import Role
from publicist.kit.clock import ManualClock
from publicist.kit.errors import Conflict, Forbidden, Unauthenticated
from publicist.services.audit import Audit
from publicist.services.last_uses import LastUses
from publicist.services.passwords import Passwords
from publicist.services.sessions import LoggedIn, Place, SessionLimits, Sessions
from publicist.services.users import Users, new_user
from publicist.storage import sessions, users
from publicist.storage.session import Database
from tests.support.rows import NOW, add_caller
from tests.unit.crypto.test_passwords import OLDER, PASSWORD

HERE = Place(None, Environment.TEST)
IDLE, WHOLE = timedelta(hours=2), timedelta(hours=5)


def service(database: Database, clock: ManualClock, last_uses: LastUses | None = None) -> Sessions:
    """With limits that are soon reached; `last_uses` is another process's memory when it is left out."""
    uses = last_uses or LastUses(database, sessions.used)
    return Sessions(database, clock, Passwords(), Audit(database, clock), uses, SessionLimits(IDLE, WHOLE))


async def add_user(database: Database, caller: Caller, role: Role = Role.OWNER, name: str = "ana") -> str:
    """A member whose password was hashed in cheaper times."""
    user = new_user(f"{name}@example.com", OLDER, NOW)
    async with database.write() as connection:
        await users.add(connection, user)
        await users.join(connection, caller.organization_id, user.id, role, NOW)
    return user.id


async def log_in(desk: Sessions) -> LoggedIn:
    """The user of `add_user`."""
    return await desk.log_in("ana@example.com", PASSWORD, HERE, UNKNOWN)


async def test_a_session_that_is_not_used_ends_and_use_keeps_it_until_its_absolute_end(database: Database) -> None:
    clock = ManualClock(NOW)
    desk = service(database, clock)
    await add_user(database, await add_caller(database))
    made = await log_in(desk)
    for _ in range(4):
        clock.advance(timedelta(hours=1, minutes=10))
        found = await desk.authenticate(made.token, HERE, UNKNOWN)
    assert found.ends_at == NOW + WHOLE
    clock.advance(timedelta(minutes=20))
    with pytest.raises(Unauthenticated):
        await desk.authenticate(made.token, HERE, UNKNOWN)

    unused = await log_in(desk)
    clock.advance(IDLE)
    with pytest.raises(Unauthenticated):
        await desk.authenticate(unused.token, HERE, UNKNOWN)


async def test_other_processes_learn_of_a_use_when_it_is_stored(database: Database) -> None:
    clock = ManualClock(NOW)
    uses = LastUses(database, sessions.used)
    desk, elsewhere = service(database, clock, uses), service(database, clock)
    await add_user(database, await add_caller(database))
    made = await log_in(desk)
    clock.advance(timedelta(hours=1))
    await desk.authenticate(made.token, HERE, UNKNOWN)
    await uses.store()
    clock.advance(timedelta(hours=1, minutes=30))
    assert (await elsewhere.authenticate(made.token, HERE, UNKNOWN)).session.id == made.session.id


async def test_a_login_hashes_anew_what_was_hashed_in_cheaper_times_and_forgets_what_is_over(
    database: Database,
) -> None:
    clock = ManualClock(NOW)
    desk = service(database, clock)
    user_id = await add_user(database, await add_caller(database))
    await log_in(desk)
    clock.advance(WHOLE)
    second = await log_in(desk)
    async with database.read() as connection:
        stored = await users.by_email(connection, "ana@example.com")
        left = await sessions.of_user(connection, user_id)
    assert stored is not None
    assert not is_outdated(stored.password_hash)
    assert [one.id for one in left] == [second.session.id]


async def test_two_owners_who_remove_each_other_leave_one(database: Database) -> None:
    caller = await add_caller(database)
    desk = Users(database, ManualClock(NOW), Passwords())
    ids = [await add_user(database, caller, name=name) for name in ("ana", "bo")]

    async def demote(actor: str, other: str) -> bool:
        acting = Caller(caller.organization_id, Environment.TEST, "", Role.OWNER.scopes, user_id=actor)
        try:
            await desk.change_role(acting, other, Role.ADMIN)
        except (Conflict, Forbidden):  # the last owner, or no owner any more
            return False
        return True

    done = await asyncio.gather(demote(*ids), demote(*reversed(ids)))
    async with database.read() as connection:
        roles = [one.role for one in await users.members(connection, caller.organization_id)]
    assert sorted(done) == [False, True]
    assert sorted(roles) == [Role.ADMIN, Role.OWNER]


async def test_of_two_who_add_the_same_address_at_once_one_is_told(database: Database) -> None:
    caller = await add_caller(database)
    desk = Users(database, ManualClock(NOW), Passwords())
    owner = await add_user(database, caller)
    acting = Caller(caller.organization_id, Environment.TEST, "", Role.OWNER.scopes, user_id=owner)
    made = await asyncio.gather(
        *(desk.create(acting, email="new@example.com", password=PASSWORD, role=Role.VIEWER) for _ in range(2)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Conflict) for one in made) == 1
    assert sum(not isinstance(one, BaseException) for one in made) == 1


async def test_who_is_removed_while_the_password_is_checked_gets_no_session(database: Database) -> None:
    clock = ManualClock(NOW)
    desk = service(database, clock)
    user_id = await add_user(database, await add_caller(database))
    waiting = asyncio.create_task(log_in(desk))
    async with database.write() as connection:
        await users.remove(connection, user_id)
    with pytest.raises(Unauthenticated):
        await waiting
