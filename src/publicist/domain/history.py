"""What a database may have forgotten: a standby that took over may lack the last commits of the server it replaced."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Commits from `since` to `until` may be lost, though they were confirmed and acted on."""

    since: datetime
    until: datetime
