"""`publicist keys create`: works beside a running server."""

import asyncio
from pathlib import Path

from publicist.bootstrap import database_url
from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.domain.environments import Environment
from publicist.kit.clock import SystemClock
from publicist.kit.settings import Settings
from publicist.services.organizations import Organizations
from publicist.storage.migrate import upgrade
from publicist.storage.session import Database


def run(environment: str, name: str, data_dir: Path | None, as_json: bool) -> int:
    """Make the key and print it."""
    try:
        chosen = Environment(environment)
    except ValueError:
        return fail(f"--env is {environment!r}; it must be live or test")
    try:
        settings = read_settings(data_dir=data_dir)
    except CommandFailed as error:
        return fail(str(error))
    key = asyncio.run(_create(settings, chosen, name))
    if as_json:
        print_json({"key": key, "environment": chosen, "name": name})
    else:
        print(key)
    return 0


async def _create(settings: Settings, environment: Environment, name: str) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(upgrade, database_url(settings))
    database = Database(database_url(settings))
    try:
        return await Organizations(database, SystemClock()).create_key(environment, name)
    finally:
        await database.close()
