"""`publicist restore [FILE]`: bring a backup back, so that nothing that went out after it goes out again."""

import asyncio
from pathlib import Path

from publicist.bootstrap import open_database
from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.domain.history import Forgotten
from publicist.kit.clock import SystemClock, iso
from publicist.kit.lock import DirectoryInUse, DirectoryLock
from publicist.kit.settings import Settings
from publicist.storage import backups, homes
from publicist.storage.backups import BadBackup


def run(file: Path | None, data_dir: Path | None, as_json: bool) -> int:
    """Restore, and say from when on the database may lack what happened."""
    try:
        settings = read_settings(data_dir=data_dir)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with DirectoryLock(settings.data_dir, remedy="wait until it has ended"):
            if file is not None:
                _unpack(settings, file)
            forgotten = asyncio.run(_note(settings))
    except (CommandFailed, DirectoryInUse, BadBackup, OSError) as error:
        return fail(str(error))
    if as_json:
        print_json({"ok": True, "forgottenSince": iso(forgotten.since), "until": iso(forgotten.until)})
    else:
        print(
            f"Restored. What happened from {iso(forgotten.since)} to {iso(forgotten.until)} is not known any more: "
            "every post of that time is looked for at Meta before it may go out."
        )
    return 0


def _unpack(settings: Settings, file: Path) -> None:
    if settings.database_url is not None:
        raise CommandFailed(
            "a file is restored into SQLite only; bring PostgreSQL back with its own tools, then run this without one"
        )
    if (settings.data_dir / backups.DATABASE).exists():
        raise CommandFailed(f"{settings.data_dir} holds a database; move it away, or give another --data-dir")
    if not file.exists():
        raise CommandFailed(f"there is no file {file}")
    backups.read(file, settings.data_dir)


async def _note(settings: Settings) -> Forgotten:
    async with open_database(settings) as database:
        return await homes.restored(database, SystemClock().now())
