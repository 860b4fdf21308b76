"""Write a migration from the difference between the tables and the newest schema: `new_migration.py SLUG MESSAGE`."""

import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from alembic import command

from publicist.storage import migrate
from publicist.storage.alembic_upgrade import alembic_config

MIGRATIONS = Path(migrate.__file__).parent / "migrations"
REPLACEMENTS = (
    (r"sa\.JSON\(none_as_null=True\)\.with_variant\(postgresql\.JSONB\([^)]*\)\)?, 'postgresql'\)", "Json"),
    (r"publicist\.storage\.types\.Instant\([^)]*\)", "Instant()"),
    (r"publicist\.storage\.types\.EnumText\(\)", "sa.Text()"),
    (r"sa\.Uuid\(as_uuid=False\)", "Id"),
    (r"from sqlalchemy\.dialects import postgresql\n", ""),
    (r"\n    # ### .*", ""),
)


def main() -> None:
    """Apply what exists to an empty SQLite file, compare, write, tidy."""
    slug, message = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/schema.db"
        if any(MIGRATIONS.glob("versions/*.py")):
            migrate.upgrade(url)
        config = alembic_config(url)
        config.set_main_option("file_template", "%%(rev)s")
        revision = f"{datetime.now(UTC):%Y%m%d}_{slug}"
        command.revision(config, message=message, autogenerate=True, rev_id=revision)
    path = MIGRATIONS / "versions" / f"{revision}.py"
    text = path.read_text()
    for pattern, replacement in REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    names = [name for name in ("Id", "Instant", "Json") if re.search(rf"\b{name}\b", text)]
    if names:
        text = text.replace(
            "from alembic import op\n",
            f"from alembic import op\n\nfrom publicist.storage.types import {', '.join(names)}\n",
        )
    path.write_text(text)
    print(path)


if __name__ == "__main__":
    main()
