"""The migrations build exactly the schema that the tables declare, on both engines, and can be undone."""

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from publicist.storage import migrate
from publicist.storage.alembic_upgrade import alembic_config
from publicist.storage.session import driver_url
from publicist.storage.tables import metadata


def test_migrations_and_tables_agree(database_url: str) -> None:
    assert migrate.upgrade(database_url)
    engine = sa.create_engine(driver_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    assert migrate.upgrade(database_url)
    assert not migrate.upgrade(database_url)


def test_the_newest_revision_is_alembics_head() -> None:
    assert migrate.newest_revision() == ScriptDirectory.from_config(alembic_config("sqlite://")).get_current_head()


def test_downgrade_leaves_no_table_behind(database_url: str) -> None:
    migrate.upgrade(database_url)
    config = alembic_config(driver_url(database_url))
    command.downgrade(config, "base")
    engine = sa.create_engine(config.attributes["url"])
    left = sa.inspect(engine).get_table_names()
    engine.dispose()
    assert set(left) <= {"alembic_version"}
