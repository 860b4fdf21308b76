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

    @property
    def marks(self) -> dict[str, bool]:
        """What the data of every event of this environment have on top: `sandbox` for simulated ones."""
        return {"sandbox": True} if self.is_sandbox else {}
