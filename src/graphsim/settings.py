"""What one running simulator is told at its start."""

from dataclasses import dataclass, field

DEMO_APP_ID = "1000000000000001"
DEMO_APP_SECRET = "graphsim-demo-app-secret"  # noqa: S105 - public by design: the demo app of a simulator
NEWEST_VERSION = "v26.0"
OLDEST_USABLE_VERSION = "v21.0"
"""Sunset and unversioned calls are served by this one (Meta: Graph API, Platform Versioning)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`base_url` is how people reach the simulator, without a trailing slash; durations are in seconds."""

    base_url: str
    state: str = ":memory:"
    """A file for the state (a folder `<file>-media` beside it keeps the bytes), or `:memory:`."""
    app_id: str = DEMO_APP_ID
    app_secret: str = field(default=DEMO_APP_SECRET, repr=False)
    app_name: str = "Demo App"
    redirect_uris: tuple[str, ...] = ()
    world: str = "demo"
    image_seconds: float = 0.2
    """How long an image container stays IN_PROGRESS."""
    video_seconds: float = 1.0
    """How long a video is processed once all of its bytes are there."""
    fetch_seconds: float = 20.0
    """How long a host may take to hand out a media file."""
