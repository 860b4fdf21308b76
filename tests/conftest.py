"""Fixtures that every test may use, and the order of the folders."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent

pytest_plugins = [
    "tests.support.databases",
    "tests.support.decoding",
    "tests.support.served",
    "tests.support.browser",
]

SLOWEST_FIRST = ("chaos", "flow", "conformance", "browser", "integration", "fuzz", "migration", "docs", "conversations")
"""Folders whose tests take seconds each. What is left for the end is short, so that no process waits for another."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For the processes that share the tests; a test may not depend on it."""
    rank = {folder: place for place, folder in enumerate(SLOWEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(TESTS).parts[0], len(rank)))
