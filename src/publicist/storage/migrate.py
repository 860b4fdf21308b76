"""Bring a database to the schema of this release."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from publicist.storage.session import driver_url


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = driver_url(url)
    return config


def upgrade(url: str) -> bool:
    """Apply the migrations that are missing; safe to call from several processes at once. True if any was."""
    config = _config(url)
    engine = sa.create_engine(config.attributes["url"])
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if current == ScriptDirectory.from_config(config).get_current_head():
        return False
    command.upgrade(config, "head")
    return True
