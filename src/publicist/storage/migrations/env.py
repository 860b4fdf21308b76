"""How Alembic runs our migrations: online only, one transaction, one process at a time."""

import sqlalchemy as sa
from alembic import context

from publicist.storage.tables import metadata

_LOCK = 0x7075626C  # an advisory lock of our own: two processes starting together must not both migrate


def _run() -> None:
    engine = sa.create_engine(context.config.attributes["url"], poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET lock_timeout = '10s'"))
            connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK)))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            render_as_batch=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


_run()
