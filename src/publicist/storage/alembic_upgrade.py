"""Runs Alembic over our migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def alembic_config(url: str) -> Config:
    """Alembic's settings; `url` names the driver."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def to_head(url: str) -> None:
    """Apply what is missing; `url` names the driver."""
    command.upgrade(alembic_config(url), "head")
