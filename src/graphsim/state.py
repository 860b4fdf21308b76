"""Everything the simulated Meta knows, and the numbering of what is new."""

import json
import secrets
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from graphsim.clock import Clock
from graphsim.instagram.models import Container, InstagramAccount, Media
from graphsim.journal import Journal
from graphsim.media.models import Blob
from graphsim.oauth.models import Code, Grant, Token, User
from graphsim.pages.models import ALL_TASKS, Page, Photo, Post, Video
from graphsim.settings import Settings
from graphsim.store import Database, Table

_FIRST_ID = 17_900_000_000_000_000
"""Above 2^53 / 2: ids are decimal strings that no JSON number may carry."""


class State:
    """All records; `commit` is called by the edges only."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.database = Database(settings.state)
        self.journal = Journal(self.database)
        self.users = Table(self.database, User)
        self.grants = Table(self.database, Grant)
        self.codes = Table(self.database, Code)
        self.tokens = Table(self.database, Token)
        self.pages = Table(self.database, Page)
        self.instagram = Table(self.database, InstagramAccount)
        self.containers = Table(self.database, Container)
        self.media = Table(self.database, Media)
        self.photos = Table(self.database, Photo)
        self.posts = Table(self.database, Post)
        self.videos = Table(self.database, Video)
        self.blobs = Table(self.database, Blob)
        self.blob_folder = self._blob_folder()
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
        number = int(self.database.fact("last_id") or _FIRST_ID) + 1 + secrets.randbelow(97)
        self.database.remember("last_id", str(number))
        return str(number)

    def blob_path(self, blob_id: str) -> Path:
        """Where the bytes of a blob are."""
        return self.blob_folder / blob_id

    def reset(self) -> None:
        """Forget everything but the world's people and Pages."""
        for table in self._tables():
            table.clear()
        self.journal.clear()
        self.seed(read_world(self.settings.world))

    def _tables(self) -> list[Table[Any]]:
        return [
            self.users, self.grants, self.codes, self.tokens, self.pages, self.instagram,
            self.containers, self.media, self.photos, self.posts, self.videos, self.blobs,
        ]  # fmt: skip

    def seed(self, world: Mapping[str, Any]) -> None:
        """Put the people, Pages and Instagram accounts of a world in the place of those that are there."""
        for table in (self.users, self.pages, self.instagram):
            table.clear()
        for user in world["users"]:
            self.users.put(User(user["id"], user["name"]))
        for page in world["pages"]:
            linked = page.get("instagram")
            roles = {user["id"]: page.get("tasks", list(ALL_TASKS)) for user in world["users"]}
            self.pages.put(
                Page(
                    page["id"],
                    page["name"],
                    page.get("username", ""),
                    page.get("category", "Local business"),
                    page.get("about", ""),
                    linked["id"] if linked else None,
                    roles,
                )
            )
            if linked:
                self.instagram.put(
                    InstagramAccount(
                        linked["id"],
                        linked["username"],
                        linked.get("name", page["name"]),
                        linked.get("about", ""),
                        page["id"],
                    )
                )


def read_world(name: str) -> dict[str, Any]:
    """A named world, or one from a JSON file. Raises LookupError."""
    path = Path(name)
    if path.suffix == ".json" and path.exists():
        return dict(json.loads(path.read_text()))
    shipped = resources.files("graphsim") / "worlds" / f"{name}.json"
    if not shipped.is_file():
        raise LookupError(f"there is no world {name!r}")
    return dict(json.loads(shipped.read_text()))
