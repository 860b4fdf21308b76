"""`publicist keys create`: works beside a running server."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from publicist.bootstrap import open_database
from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.domain.api_keys import GRANTABLE
from publicist.domain.environments import Environment
from publicist.kit.clock import Clock, SystemClock
from publicist.kit.settings import Settings
from publicist.services.organizations import NewKey, Organizations

_DAYS_MAX = 3650


def run(
    environment: str, name: str, scopes: Sequence[str], expires_days: float | None, data_dir: Path | None, as_json: bool
) -> int:
    """Make the key and print it."""
    try:
        chosen = Environment(environment)
    except ValueError:
        return fail(f"--env is {environment!r}; it must be live or test")
    unknown = [scope for scope in scopes if scope not in GRANTABLE]
    if unknown:
        return fail(f"--scope is {unknown[0]!r}; it must be one of: {', '.join(GRANTABLE)}")
    if expires_days is not None and not 0 < expires_days <= _DAYS_MAX:
        return fail(f"--expires-days is {expires_days:g}; it must be more than 0 and at most {_DAYS_MAX}")
    try:
        settings = read_settings(data_dir=data_dir)
    except CommandFailed as error:
        return fail(str(error))
    clock = SystemClock()
    ends = clock.now() + timedelta(days=expires_days) if expires_days is not None else None
    key = asyncio.run(_create(settings, NewKey(chosen, name, tuple(scopes), ends), clock))
    if as_json:
        print_json({"key": key, "environment": chosen, "name": name})
    else:
        print(key)
    return 0


async def _create(settings: Settings, key: NewKey, clock: Clock) -> str:
    async with open_database(settings) as database:
        return await Organizations(database, clock).create_key(key)
