"""`publicist backup FILE`: a copy of the database and the media, beside a running server."""

from pathlib import Path

from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.storage import backups

_POSTGRES = (
    "the database is PostgreSQL, which has tools of its own: pg_dump, or continuous archiving; copy the folder media "
    "of the data directory as well, and read docs/howto/backup.md on what to do after a restore"
)


def run(file: Path, data_dir: Path | None, as_json: bool) -> int:
    """Write it, and say where."""
    try:
        settings = read_settings(data_dir=data_dir)
    except CommandFailed as error:
        return fail(str(error))
    if settings.database_url is not None:
        return fail(_POSTGRES)
    if not (settings.data_dir / backups.DATABASE).exists():
        return fail(f"there is no database in {settings.data_dir}; give the server's --data-dir")
    if file.exists():
        return fail(f"{file} exists; give the backup another name")
    try:
        backups.write(settings.data_dir, file)
    except OSError as error:
        return fail(f"the backup could not be written: {error}")
    if as_json:
        print_json({"ok": True, "file": str(file), "bytes": file.stat().st_size})
    else:
        print(f"{file} ({file.stat().st_size:,} bytes). The master key is not in it: keep it elsewhere.")
    return 0
