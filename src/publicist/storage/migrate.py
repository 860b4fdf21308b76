"""Bring a database to the schema of this release. Alembic is loaded only by a start that finds something missing."""

import re
from pathlib import Path
from pkgutil import resolve_name

import sqlalchemy as sa

from publicist.storage.session import driver_url

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_NAMED = re.compile(r'^(revision|down_revision) = (?:"(.+)"|None)$', re.MULTILINE)


def upgrade(url: str) -> bool:
    """Apply the migrations that are missing; safe to call from several processes at once. True if any was."""
    if _revision_of(driver_url(url)) == newest_revision():
        return False
    resolve_name("publicist.storage.alembic_upgrade:to_head")(driver_url(url))
    return True


def newest_revision() -> str:
    """The last migration of this release: the one that none follows."""
    named: list[dict[str, str]] = [dict(_NAMED.findall(file.read_text())) for file in _VERSIONS.glob("*.py")]
    (newest,) = {one["revision"] for one in named} - {one["down_revision"] for one in named}
    return newest


def _revision_of(url: str) -> str | None:
    """What the database was brought to; None for an empty one."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        engine.dispose()
