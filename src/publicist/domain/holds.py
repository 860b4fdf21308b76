"""Holds: why a queued target waits although its time has come, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from publicist.kit.clock import iso


class HoldReason(StrEnum):
    """What has to end before the target goes on."""

    MISSED = "missed"
    """Nothing was running at its time, and too much of it has passed: the caller has to say a new time."""
    DUPLICATE = "duplicate"
    """The same content may be on its way to the same account: its fate has to be known first."""
    PAUSED = "paused"
    """The account or the organization is paused."""
    RECONNECT = "reconnect"
    """Meta does not accept the account's token any more: it has to be connected again."""
    QUOTA = "quota"
    """The account has published or prepared as much as the network allows in a day."""
    THROTTLE = "throttle"
    """The upstream's rate limit is (nearly) used up: the account waits until there is room again."""


@dataclass(frozen=True, slots=True)
class Hold:
    """At `until` the target fails with rule `publish.hold_expired`."""

    reason: HoldReason
    since: datetime
    until: datetime

    def to_json(self) -> dict[str, Any]:
        """As stored and as the API shows it."""
        return {"reason": str(self.reason), "since": iso(self.since), "until": iso(self.until)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Hold":
        """The inverse of `to_json`."""
        at = datetime.fromisoformat
        return cls(HoldReason(data["reason"]), at(data["since"]), at(data["until"]))
