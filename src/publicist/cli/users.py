"""`publicist users add|list|set-password|remove`: works beside a running server."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publicist.bootstrap import open_database
from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.domain.users import Role, normal_email
from publicist.kit.clock import SystemClock, iso
from publicist.kit.errors import PublicistError
from publicist.kit.settings import Settings
from publicist.services.user_admin import UserAdmin


@dataclass(frozen=True, slots=True)
class _Given:
    """What stood on the command line."""

    email: str
    role: Role
    organization: str | None


def run(
    command: str,
    data_dir: Path | None,
    as_json: bool,
    email: str = "",
    role: str = Role.VIEWER,
    organization: str | None = None,
) -> int:
    """Do it, and print what came of it."""
    if role not in set(Role):
        return fail(f"--role is {role!r}; it must be one of: {', '.join(Role)}")
    try:
        settings = read_settings(data_dir=data_dir)
        done = asyncio.run(_on_database(settings, _COMMANDS[command], _Given(email, Role(role), organization)))
    except CommandFailed as error:
        return fail(str(error))
    except PublicistError as error:
        return fail(" ".join(part for part in (error.message, error.remediation) if part))
    if as_json:
        print_json(done)
    else:
        print(_in_words(done))
    return 0


Command = Callable[[UserAdmin, _Given], Awaitable[Mapping[str, Any]]]


async def _on_database(settings: Settings, command: Command, given: _Given) -> Mapping[str, Any]:
    async with open_database(settings) as database:
        return await command(UserAdmin(database, SystemClock()), given)


async def _add(admin: UserAdmin, given: _Given) -> Mapping[str, Any]:
    password = None if await admin.is_known(given.email) else await _password()
    id = await admin.add(given.email, password, given.role, given.organization)
    return {"id": id, "email": normal_email(given.email), "role": given.role}


async def _list(admin: UserAdmin, given: _Given) -> Mapping[str, Any]:
    found = [
        {
            "id": one.id,
            "email": one.email,
            "role": one.role,
            "organizationId": one.organization_id,
            "joinedAt": iso(one.joined_at),
        }
        for one in await admin.list()
    ]
    return {"users": found}


async def _set_password(admin: UserAdmin, given: _Given) -> Mapping[str, Any]:
    if not await admin.is_known(given.email):
        raise CommandFailed(f"there is no user {given.email}; `publicist users list` says who is there")
    await admin.set_password(given.email, await _password())
    return {"email": normal_email(given.email), "passwordChanged": True}


async def _remove(admin: UserAdmin, given: _Given) -> Mapping[str, Any]:
    await admin.remove(given.email, given.organization)
    return {"email": normal_email(given.email), "removed": True}


_COMMANDS: Mapping[str, Command] = {"add": _add, "list": _list, "set-password": _set_password, "remove": _remove}


async def _password() -> str:
    """Asked for twice on a terminal, else the first line of stdin: an argument would be seen by everybody on the
    machine. Raises CommandFailed."""
    if not sys.stdin.isatty():
        line: str = await asyncio.to_thread(sys.stdin.readline)
        return line.rstrip("\r\n")
    first: str = await asyncio.to_thread(getpass.getpass, "Password: ")
    if await asyncio.to_thread(getpass.getpass, "Once more: ") != first:
        raise CommandFailed("these are two passwords; nothing was changed")
    return first


def _in_words(done: Mapping[str, Any]) -> str:
    """A line per user, or one of what was done."""
    rows = done.get("users", [done])
    return "\n".join("  ".join(str(value) for value in row.values()) for row in rows)
