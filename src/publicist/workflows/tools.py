"""What the publishing workflow needs from outside."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from publicist.crypto.envelope import Vault
from publicist.domain.environments import Environment
from publicist.domain.media import Media
from publicist.domain.platform import Timing
from publicist.kit.clock import Clock
from publicist.platforms import OpenMedia, Upstream
from publicist.storage.session import Database
from publicist.workflows.holds import HoldLimits
from publicist.workflows.quota import QuotaBook
from publicist.workflows.renditions import Renderer
from publicist.workflows.signals import PostSignals


@dataclass(frozen=True, slots=True)
class PublishTools:
    """Everything publishing needs from outside; put together once, in `bootstrap`."""

    database: Database
    clock: Clock
    vault: Vault
    upstreams: Mapping[Environment, Upstream]
    open_media: OpenMedia
    media_url: Callable[[Media], str]
    """An anonymous URL of a stored file that the row's upstream can fetch."""
    renderer: Renderer
    signals: PostSignals
    timing: Timing = field(default_factory=Timing)
    holds: HoldLimits = field(default_factory=HoldLimits)
    two_step: bool = False
    """Whether Page posts are made unpublished and then published."""
    quotas: QuotaBook = field(default_factory=QuotaBook)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process shuts down: runs stop between two steps, with everything stored."""
