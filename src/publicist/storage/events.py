"""Queries on events: append, put in order, read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.events import EVENT_TYPES, Event
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_events = tables.events
_BATCH = 1000
_INSERT = Fixed(_events.insert())


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What the feed is narrowed by; None and empty mean any. `since` is inclusive."""

    types: tuple[str, ...] = ()
    account_id: str | None = None
    target_id: str | None = None
    since: datetime | None = None


async def add(connection: Connection, *events: Event) -> None:
    """Append events in the transaction of the state change they tell of.

    Raises ValueError for a type that is not listed: it would have no page, no schema and no example.
    """
    unknown = {event.type for event in events} - EVENT_TYPES.keys()
    if unknown:
        raise ValueError(f"not in EVENT_TYPES: {', '.join(sorted(unknown))}")
    if events:
        await connection.execute(_INSERT, [to_row(event) for event in events])


async def of_target(connection: Connection, target_id: str) -> list[Event]:
    """What happened to a target, oldest first."""
    query = sa.select(_events).where(_events.c.target_id == target_id).order_by(_events.c.created_at, _events.c.id)
    return [from_row(Event, row) for row in (await connection.execute(query)).mappings()]


def _of(caller: Caller) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return (_events.c.organization_id == caller.organization_id, _events.c.environment == caller.environment)


def _seen(caller: Caller) -> list[sa.ColumnElement[bool]]:
    """Of these, what the key of a profile sees: events that name the profile."""
    data: Any = _events.c.data
    mine = [] if caller.profile_id is None else [data["profileId"].as_string() == caller.profile_id]
    return [*_of(caller), *mine]


async def waits_for_place(connection: Connection, caller: Caller) -> bool:
    """Whether an event of the caller has no sequence yet."""
    query = sa.select(_events.c.id).where(*_of(caller), _events.c.sequence.is_(None)).limit(1)
    return (await connection.execute(query)).first() is not None


async def has_more(connection: Connection, caller: Caller, place: int) -> bool:
    """Whether the caller has events after that sequence, or ones without any."""
    later = sa.or_(_events.c.sequence.is_(None), _events.c.sequence > place)
    return (await connection.execute(sa.select(_events.c.id).where(*_of(caller), later).limit(1))).first() is not None


async def give_places(connection: Connection, caller: Caller, *, limit: int) -> None:
    """Number the events that have no sequence, at most `limit`, oldest first.

    One transaction at a time does it for an organization, so that a reader never sees a number before a smaller one:
    ids and times are made before the commit, and transactions do not commit in the order in which they began.
    """
    organizations = tables.organizations
    lock = sa.select(organizations.c.id).where(organizations.c.id == caller.organization_id)
    await connection.execute(lock.with_for_update(key_share=True))
    last = (await connection.execute(sa.select(sa.func.max(_events.c.sequence)).where(*_of(caller)))).scalar() or 0
    order = (_events.c.created_at, _events.c.id)
    numbered = (
        sa.select(_events.c.id, (sa.func.row_number().over(order_by=order) + last).label("place"))
        .where(*_of(caller), _events.c.sequence.is_(None))
        .order_by(*order)
        .limit(limit)
        .subquery()
    )
    await connection.execute(_events.update().where(_events.c.id == numbered.c.id).values(sequence=numbered.c.place))


async def place_of(connection: Connection, caller: Caller, event_id: str) -> int | None:
    """The sequence of one event of the caller."""
    place: int | None = (
        await connection.execute(sa.select(_events.c.sequence).where(*_seen(caller), _events.c.id == event_id))
    ).scalar()
    return place


async def last_place(connection: Connection, caller: Caller) -> int:
    """The greatest sequence so far; 0 when there is none."""
    found: int | None = (
        await connection.execute(sa.select(sa.func.max(_events.c.sequence)).where(*_of(caller)))
    ).scalar()
    return found or 0


async def last_id(connection: Connection, caller: Caller, place: int) -> str | None:
    """The id of the last event up to this sequence that the caller sees."""
    query = sa.select(_events.c.id).where(*_seen(caller), _events.c.sequence <= place)
    found: str | None = (await connection.execute(query.order_by(_events.c.sequence.desc()).limit(1))).scalar()
    return found


async def newest_place(connection: Connection, caller: Caller) -> int:
    """The sequence of the newest event, once every event that is there has one; for a write transaction."""
    while await waits_for_place(connection, caller):
        await give_places(connection, caller, limit=_BATCH)
    return await last_place(connection, caller)


async def after(connection: Connection, caller: Caller, place: int, by: EventFilter, *, limit: int) -> list[Event]:
    """Events of the caller with a greater sequence, in order."""
    query = sa.select(_events).where(*_seen(caller), _events.c.sequence > place, *_narrowed(by))
    query = query.order_by(_events.c.sequence).limit(limit)
    return [from_row(Event, row) for row in (await connection.execute(query)).mappings()]


def _narrowed(by: EventFilter) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    data: Any = _events.c.data
    if by.types:
        wanted.append(_events.c.type.in_(by.types))
    if by.account_id is not None:
        wanted.append(data["accountId"].as_string() == by.account_id)
    if by.target_id is not None:
        wanted.append(_events.c.target_id == by.target_id)
    if by.since is not None:
        wanted.append(_events.c.created_at >= by.since)
    return wanted
