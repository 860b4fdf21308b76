"""Fixtures that every test may use."""

import pytest

from tests.support.priority import ordinary_priority

pytest_plugins = [
    "tests.support.databases",
    "tests.support.decoding",
    "tests.support.served",
    "tests.support.browser",
]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each test starts from ordinary priority, whatever the machine gave to a process that works a lot."""
    ordinary_priority()
