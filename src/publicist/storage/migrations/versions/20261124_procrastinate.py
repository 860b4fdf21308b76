"""The job table of procrastinate, in a PostgreSQL schema of its own; nothing on SQLite.

Revision 20261124_procrastinate, made 2026-11-24, follows 20261124_holds. Its rows are messages that may be lost, so a
later release of procrastinate with other tables gets a migration that drops the schema and makes it again.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "20261124_procrastinate"
down_revision = "20261124_holds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    bind.exec_driver_sql("CREATE SCHEMA procrastinate")
    before = bind.exec_driver_sql("SHOW search_path").scalar_one()
    bind.exec_driver_sql("SET LOCAL search_path TO procrastinate")
    driver = bind.connection.driver_connection
    if driver is None:
        raise RuntimeError("no connection to migrate")
    driver.execute(SchemaManager.get_schema())
    bind.exec_driver_sql(f"SET LOCAL search_path TO {before}")


def downgrade() -> None:
    """Undo."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SCHEMA procrastinate CASCADE")
