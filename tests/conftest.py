"""Fixtures that every test may use."""

import pytest

from tests.support.priority import ordinary_priority

pytest_plugins = ["tests.support.databases", "tests.support.decoding", "tests.support.served", "tests.support.browser"]


def pytest_configure(config: pytest.Config) -> None:
    """Start from ordinary priority, whatever started the run."""
    ordinary_priority()
