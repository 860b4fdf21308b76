"""A backup of a data directory on SQLite: one tar file with a consistent copy of the database, and the media."""

import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

DATABASE, MEDIA = "publicist.db", "media"
_MEMBERS = frozenset({DATABASE, MEDIA})


class BadBackup(Exception):
    """The file is no backup, or is damaged; `str()` says how."""


def write(data_dir: Path, file: Path) -> None:
    """Beside a running server (SQLite: Online Backup API). The file appears once it is whole. Raises OSError."""
    draft = file.with_name(f"{file.name}.part")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".publicist-backup-") as folder:
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(data_dir / DATABASE)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with tarfile.open(draft, "w") as tar:
            tar.add(copy, DATABASE)
            if (data_dir / MEDIA).exists():
                tar.add(data_dir / MEDIA, MEDIA)
    draft.replace(file)


def read(file: Path, data_dir: Path) -> None:
    """Into a directory that has no database yet; the database comes last. Raises BadBackup, or OSError."""
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".publicist-restore-") as folder:
        _extract(file, Path(folder))
        if (Path(folder) / MEDIA).exists():
            shutil.copytree(Path(folder) / MEDIA, data_dir / MEDIA, dirs_exist_ok=True)
        (Path(folder) / DATABASE).replace(data_dir / DATABASE)


def _extract(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file) as tar:
            strange = {Path(name).parts[0] for name in tar.getnames()} - _MEMBERS
            if strange or DATABASE not in tar.getnames():
                raise BadBackup(f"{file} was not written by `publicist backup`")
            tar.extractall(folder, filter="data")
        with closing(sqlite3.connect(folder / DATABASE)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    except (tarfile.TarError, EOFError, sqlite3.DatabaseError) as error:
        raise BadBackup(f"{file} is damaged: {error}") from None
    if found != "ok":
        raise BadBackup(f"{file} is damaged: {found}")
