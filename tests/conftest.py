"""Fixtures that every test may use."""

pytest_plugins = [
    "tests.support.databases",
    "tests.support.decoding",
    "tests.support.served",
    "tests.support.browser",
]
