"""The two environments: live (real Meta) and test (simulated Meta). Nothing crosses from one to the other."""

from enum import StrEnum


class Environment(StrEnum):
    """A column on API keys, accounts, posts and media."""

    LIVE = "live"
    TEST = "test"

    @property
    def is_sandbox(self) -> bool:
        """True for the environment that publishes to the simulated Meta."""
        return self is Environment.TEST
