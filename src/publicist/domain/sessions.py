"""Sessions: a browser that a user logged in with, until it is idle for too long or has lasted long enough."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """A stored session. `digest` is the hex SHA-256 of the token in the cookie; `expires_at` is its absolute end."""

    id: str
    user_id: str
    digest: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ip: str | None
    user_agent: str | None

    def ends_at(self, idle: timedelta) -> datetime:
        """When it is over unless it is used before; never later than `expires_at`."""
        return min(self.expires_at, self.last_used_at + idle)
