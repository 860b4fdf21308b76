"""Daily quotas: an account waits before the network refuses. What is left is read now and then, and counted down."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from publicist.domain.accounts import Account
from publicist.domain.pace import Quota
from publicist.platforms import Platform, Upstream
from publicist.storage import attempts
from publicist.storage.session import Database

FRESH = timedelta(minutes=5)
"""How long a reading is counted down before it is read again: others may publish on the account too."""
KNOWN_FOR = timedelta(hours=1)
"""How long a reading is worth telling."""
LOOK_AGAIN = timedelta(minutes=15)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One post that wants to start; `containers` is how many files it has."""

    platform: Platform
    upstream: Upstream
    account: Account
    token: str
    containers: int

    @property
    def all_containers(self) -> int:
        """A carousel takes one more than it has items (Instagram, Content Publishing)."""
        return self.containers + 1 if self.containers > 1 else self.containers


@dataclass(frozen=True, slots=True)
class Known:
    """A quota as it was read, with the posts counted on that were started since."""

    quota: Quota
    read_at: datetime


@dataclass(slots=True)
class _Left:
    read_at: datetime
    quota: Quota | None
    posts: int | None
    containers: int | None

    def takes(self, wanted: Wanted) -> bool:
        enough_posts = self.posts is None or self.posts >= 1
        return enough_posts and (self.containers is None or self.containers >= wanted.all_containers)

    def take(self, wanted: Wanted) -> None:
        self.posts = None if self.posts is None else self.posts - 1
        self.containers = None if self.containers is None else self.containers - wanted.all_containers


class QuotaBook:
    """What each account has left, as far as this process knows; the network's own refusal stands behind it."""

    def __init__(self) -> None:
        self._left: dict[str, _Left] = {}

    async def again_at(self, database: Database, wanted: Wanted, now: datetime) -> datetime | None:
        """When to ask again for room; None when there is some, which is taken then, or when nobody can tell."""
        if wanted.platform.quota is None:
            return None
        left = self._fresh(wanted.account.id, now)
        if left is None:
            left = self._left[wanted.account.id] = await _read(database, wanted, now)
        if left.takes(wanted):
            left.take(wanted)
            return None
        return left.read_at + LOOK_AGAIN

    def note(self, platform: Platform, account_id: str, quota: Quota, containers_used: int, now: datetime) -> None:
        """Remember what somebody else read. A fresh reading of our own stays: posts under way are counted in it."""
        if self._fresh(account_id, now) is None:
            self._left[account_id] = _left(platform, quota, containers_used, now)

    def known(self, account_id: str, now: datetime) -> Known | None:
        """What this process knows of an account's quota without asking; None when it was not read within an hour."""
        left = self._left.get(account_id)
        if left is None or left.quota is None or left.posts is None or now - left.read_at >= KNOWN_FOR:
            return None
        return Known(replace(left.quota, used=left.quota.total - left.posts), left.read_at)

    def posts_left(self, account_id: str, now: datetime) -> int | None:
        """Room in the quota, as far as this process knows; never below 0."""
        known = self.known(account_id, now)
        return max(known.quota.total - known.quota.used, 0) if known else None

    def _fresh(self, account_id: str, now: datetime) -> _Left | None:
        left = self._left.get(account_id)
        return left if left is not None and now - left.read_at < FRESH else None


async def _read(database: Database, wanted: Wanted, now: datetime) -> _Left:
    platform = wanted.platform
    quota = None
    if platform.quota is not None:
        quota = await platform.quota(wanted.upstream, wanted.token, wanted.account.platform_account_id)
    return _left(platform, quota, await containers_used(database, wanted.account.id, now), now)


def _left(platform: Platform, quota: Quota | None, containers_used: int, now: datetime) -> _Left:
    per_day = platform.containers_per_day
    return _Left(
        read_at=now,
        quota=quota,
        posts=quota.total - quota.used if quota else None,
        containers=per_day - containers_used if per_day is not None else None,
    )


async def containers_used(database: Database, account_id: str, now: datetime) -> int:
    """How many containers Publicist made for the account in the last 24 hours; those of other tools are unknown."""
    async with database.read() as connection:
        return await attempts.calls_since(connection, account_id, "container:", now - DAY)
