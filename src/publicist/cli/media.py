"""`publicist media sweep`: works beside a running server."""

import asyncio
from pathlib import Path

from publicist.bootstrap import media_expiry, open_database
from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.kit.clock import SystemClock
from publicist.kit.settings import Settings
from publicist.storage.blobs.local import LocalBlobs


def run(dry_run: bool, data_dir: Path | None, as_json: bool) -> int:
    """Sweep, or count, and print what was done."""
    try:
        settings = read_settings(data_dir=data_dir)
    except CommandFailed as error:
        return fail(str(error))
    found = asyncio.run(_sweep(settings, dry_run))
    if as_json:
        print_json(found)
    elif dry_run:
        print(f"{found['files']} files have expired; nothing was deleted")
    else:
        print(f"{found['files']} files forgotten, {found['objects']} objects of {found['bytes']:,} bytes removed")
    return 0


async def _sweep(settings: Settings, dry_run: bool) -> dict[str, int | bool]:
    async with open_database(settings) as database:
        expiry = media_expiry(settings, database, LocalBlobs(settings.data_dir / "media"), SystemClock())
        if dry_run:
            return {"dryRun": True, "files": await expiry.due()}
        done = await expiry.sweep()
        return {"dryRun": False, "files": done.files, "objects": done.objects, "bytes": done.bytes}
