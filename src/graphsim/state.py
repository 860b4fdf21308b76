"""Everything the simulated Meta knows, and the numbering of what is new."""

import asyncio
import hashlib
import hmac
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphsim.clock import Clock
from graphsim.faults.models import Fault, LateCall, Plan
from graphsim.instagram.models import Comment, Container, InstagramAccount, Media
from graphsim.journal import Journal
from graphsim.limits import Limits
from graphsim.media.models import Blob
from graphsim.oauth.models import Business, Code, Grant, Token, User
from graphsim.pages.models import Page, PageComment, PageStory, Photo, Post, Upload, Video
from graphsim.settings import Settings
from graphsim.store import Database, Table
from graphsim.worlds import World, read_world

_FIRST_ID = 17_900_000_000_000_000
"""Above 2^53: ids are decimal strings that no JSON number may carry."""


class State:
    """All records; `commit` is called by the edges only."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock(fixed=settings.fixed_clock, step=settings.clock_step)
        self.database = Database(settings.state)
        self.journal = Journal(self.database)
        self.limits = Limits(settings, self.clock)
        self._key = settings.seed.encode() or os.urandom(32)
        self.users = Table(self.database, User)
        self.businesses = Table(self.database, Business)
        self.grants = Table(self.database, Grant, "user_id")
        self.codes = Table(self.database, Code)
        self.tokens = Table(self.database, Token, "grant_id")
        self.pages = Table(self.database, Page)
        self.instagram = Table(self.database, InstagramAccount)
        self.containers = Table(self.database, Container, "account_id")
        self.media = Table(self.database, Media, "account_id")
        self.comments = Table(self.database, Comment, "media_id")
        self.photos = Table(self.database, Photo, "page_id")
        self.posts = Table(self.database, Post, "page_id")
        self.videos = Table(self.database, Video, "page_id")
        self.page_stories = Table(self.database, PageStory, "page_id")
        self.page_comments = Table(self.database, PageComment, "object_id")
        self.uploads = Table(self.database, Upload)
        self.blobs = Table(self.database, Blob)
        self.faults = Table(self.database, Fault)
        self.late_calls = Table(self.database, LateCall)
        self.nodes: Mapping[str, Table[Any]] = {
            "{user}": self.users, "{business}": self.businesses, "{page}": self.pages, "{ig-user}": self.instagram,
            "{container}": self.containers, "{media}": self.media, "{ig-comment}": self.comments,
            "{page-post}": self.posts, "{photo}": self.photos, "{video}": self.videos,
            "{page-comment}": self.page_comments, "{upload}": self.uploads,
        }  # fmt: skip
        self.sent: list[dict[str, Any]] = []
        self.background: set[asyncio.Task[Any]] = set()
        self.plan: Plan | None = None
        self.clock_skew = 0.0
        self.lags: dict[str, float] = {}
        self.undelivered: list[bytes] = []
        self.hold_webhooks = 0
        self.repeat_webhooks = 0
        self.blob_folder = self._blob_folder()
        self.clock.offset = float(self.database.fact("clock_offset") or 0.0)
        if len(self.users) == 0:
            self.seed(read_world(settings.world))
            self.database.commit()

    def _blob_folder(self) -> Path:
        if self.settings.state == ":memory:":
            folder = Path(tempfile.mkdtemp(prefix="graphsim-"))
        else:
            folder = Path(self.settings.state + "-media")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def new_id(self) -> str:
        """The next id; never given twice, not even after a restart."""
        number = int(self.database.fact("last_id") or _FIRST_ID) + 1
        number += int(self.text(8, "id"), 16) % 97
        self.database.remember("last_id", str(number))
        return str(number)

    def text(self, length: int, purpose: str = "text") -> str:
        """Hexadecimal digits that nobody can guess; with a seed, the same in every run."""
        count = int(self.database.fact("texts") or 0) + 1
        self.database.remember("texts", str(count))
        return _digest(self._key, f"{purpose}:{count}")[:length]

    def digest(self, text: str) -> str:
        """A short name for a text."""
        return _digest(b"text", text)[:24]

    def proof(self, token: str) -> str:
        """`appsecret_proof` of a token (Meta: Securing Requests)."""
        return hmac.new(self.settings.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()

    def blob_path(self, blob_id: str) -> Path:
        """Where the bytes of a blob are."""
        return self.blob_folder / blob_id

    def move_clock(self, seconds: float) -> None:
        """Jump ahead, and remember it. Raises ValueError for a jump back."""
        self.clock.move(seconds)
        self.database.remember("clock_offset", str(self.clock.offset))

    def fresh(self, id: str, created_at: float) -> bool:
        """Whether something is too new to be seen by reads."""
        return self.clock.now() < max(created_at + self.settings.lag_seconds, self.lags.get(id, 0.0))

    def reset(self) -> None:
        """Forget everything but the world's people and Pages; the clock shows the true time again."""
        for table in self._tables():
            table.clear()
        self.database.forget("magic:")
        self.database.forget("plan_calls")
        self.journal.clear()
        self.limits.clear()
        self._calm_down()
        self.clock.offset = 0.0
        self.database.remember("clock_offset", "0")
        self.seed(read_world(self.settings.world))

    def _calm_down(self) -> None:
        """What no table holds: what was sent, and what makes trouble."""
        self.sent.clear()
        self.lags.clear()
        self.undelivered.clear()
        self.plan = None
        self.clock_skew = 0.0
        self.hold_webhooks = self.repeat_webhooks = 0

    def _tables(self) -> list[Table[Any]]:
        return [table for table in vars(self).values() if isinstance(table, Table)]

    def seed(self, world: World) -> None:
        """Put the people, Pages and Instagram accounts of a world in the place of those that are there."""
        for table in (self.users, self.businesses, self.pages, self.instagram):
            table.clear()
        for user in world.users:
            self.users.put(user)
        for business in world.businesses:
            self.businesses.put(business)
        for page in world.pages:
            self.pages.put(page)
        for account in world.instagram:
            self.instagram.put(account)


def _digest(key: bytes, text: str) -> str:
    return hashlib.shake_256(key + b"\0" + text.encode()).hexdigest(64)
