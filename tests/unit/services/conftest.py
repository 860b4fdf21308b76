"""Services over a real database and real files, with an engine that only notes what it is asked."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from publicist.api.post_requests import read_post
from publicist.domain.environments import Environment
from publicist.kit.clock import ManualClock
from publicist.media.decoders import Decoders
from publicist.services.media import MediaService, MediaSettings
from publicist.services.post_changes import PostChanges
from publicist.services.post_edits import PostEdits
from publicist.services.post_requests import PostRequest
from publicist.services.posts import Posts, PostSettings
from publicist.storage.blobs.local import LocalBlobs
from publicist.storage.session import Database
from publicist.workflows.quota import QuotaBook
from publicist.workflows.renditions import FileTools
from publicist.workflows.signals import PostSignals
from tests.support.rows import NOW

GUARD = timedelta(minutes=10)
TICKER = timedelta(seconds=5)
BASES = dict.fromkeys(Environment, "http://127.0.0.1")


@dataclass
class NotingEngine:
    """Carries nothing anywhere."""

    submitted: list[tuple[str, str]] = field(default_factory=list)
    wakes: int = 0

    def submit(self, kind: str, key: str) -> None:
        """Note it."""
        self.submitted.append((kind, key))

    def wake(self) -> None:
        """Count it."""
        self.wakes += 1

    async def obstacle(self) -> str | None:
        """Never any."""
        return None


@dataclass
class Desk:
    """The posts service and what it stands on."""

    database: Database
    media: MediaService
    clock: ManualClock
    engine: NotingEngine
    signals: PostSignals
    posts: Posts
    changes: PostChanges
    edits: PostEdits


@pytest.fixture
async def desk(database: Database, tmp_path: Path, decoders: Decoders) -> Desk:
    """A service that does not wait unless told to."""
    clock, engine, signals = ManualClock(NOW), NotingEngine(), PostSignals()
    settings = MediaSettings((b"k" * 32,), timedelta(hours=1), 10_000_000, BASES)
    media = MediaService(FileTools(database, clock, LocalBlobs(tmp_path / "media"), decoders), settings)
    post_settings = PostSettings(0.0, "http://127.0.0.1", GUARD, ticker=TICKER)
    posts = Posts(database, clock, media, engine, signals, post_settings, QuotaBook())
    changes = PostChanges(database, clock, engine, signals)
    edits = PostEdits(database, clock, media, posts, engine)
    return Desk(database, media, clock, engine, signals, posts, changes, edits)


def request(**body: object) -> PostRequest:
    """A body of POST /v1/posts, read."""
    return read_post(body)[0]
