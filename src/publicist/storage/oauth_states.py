"""Queries on OAuth states: one row per dialog that was opened, usable once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from publicist.domain.environments import Environment
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_states = tables.oauth_states
_KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OAuthState:
    """What a dialog was opened for."""

    nonce: str
    organization_id: str
    environment: Environment
    platform: str
    profile_id: str
    redirect_uri: str
    return_to: str | None
    expires_at: datetime
    scopes: tuple[str, ...] | None = None
    """The permissions that were asked for; None when a configuration of the network's named them."""
    selective: bool = False
    """Whether accounts are connected only once they are chosen."""
    used_at: datetime | None = None
    api_key_id: str | None = None
    only_profile: str | None = None
    """The profile whose key opened it; accounts of other profiles are none of its business."""
    user_id: str | None = None
    session_id: str | None = None
    """The session of the browser that opened it, and has to come back; None when a program did, with a key."""


async def add(connection: Connection, state: OAuthState) -> None:
    """Store a state and forget those that ended long ago."""
    await connection.execute(_states.delete().where(_states.c.expires_at < state.expires_at - _KEEP))
    await connection.execute(_states.insert().values(to_row(state)))


async def by_nonce(connection: Connection, nonce: str) -> OAuthState | None:
    """The state with this nonce, used or not."""
    row = (await connection.execute(_states.select().where(_states.c.nonce == nonce))).mappings().first()
    return from_row(OAuthState, row, scopes=tuple(row["scopes"]) if row["scopes"] else None) if row else None


async def use(connection: Connection, nonce: str, now: datetime) -> bool:
    """Mark a state as used; False when someone did so before."""
    query = _states.update().where(_states.c.nonce == nonce, _states.c.used_at.is_(None)).values(used_at=now)
    return (await connection.execute(query)).rowcount == 1
