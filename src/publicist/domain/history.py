"""What a database may have forgotten: a standby that took over, or a backup, lacks commits of what it replaced."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Commits from `since` to `until` may be lost, though they were confirmed and acted on."""

    since: datetime
    until: datetime
