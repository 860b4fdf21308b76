"""What the Graph client has to be told: where Meta is, which app it speaks for, and how it reads stored files."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol

from publicist.domain.platform_versions import LastServed
from publicist.kit.http import HttpClient


class Upstream(Protocol):
    """The part of `platforms.Upstream` that is used here; this package lies below `platforms` and cannot name it."""

    @property
    def hosts(self) -> Mapping[str, str]:
        """Base URLs by the names of `LIVE_HOSTS`."""
        ...

    @property
    def version(self) -> str:
        """Graph API version, e.g. `v25.0`."""
        ...

    @property
    def app_id(self) -> str:
        """The Meta app."""
        ...

    @property
    def app_secret(self) -> str:
        """Its secret."""
        ...

    @property
    def http(self) -> HttpClient:
        """The connection pool."""
        ...

    @property
    def last_served(self) -> LastServed:
        """Where the version that an answer names is noted."""
        ...


OpenMedia = Callable[[str, int, int], AsyncIterator[bytes]]
"""`open_media(media_id, offset, length)` streams that part of a stored file."""
