"""What one running simulator is told at its start."""

from dataclasses import dataclass, field
from enum import StrEnum

DEMO_APP_ID = "1000000000000001"
DEMO_APP_SECRET = "graphsim-demo-app-secret"  # noqa: S105 - public by design: the demo app of a simulator
NEWEST_VERSION = "v26.0"
OLDEST_USABLE_VERSION = "v21.0"
"""Sunset and unversioned calls are served by this one (Meta: Graph API, Platform Versioning)."""


class Profile(StrEnum):
    """`default` behaves as documented. `strict` adds what would hurt most where nobody knows: see `strict.py`."""

    DEFAULT = "default"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Settings:
    """`base_url` is how people reach the simulator, without a trailing slash; durations are in seconds."""

    base_url: str
    state: str = ":memory:"
    """A file for the state (a folder `<file>-media` beside it keeps the bytes), or `:memory:`."""
    app_id: str = DEMO_APP_ID
    app_secret: str = field(default=DEMO_APP_SECRET, repr=False)
    app_name: str = "Demo App"
    app_in_development: bool = False
    """Then only people with a role on the app get a consent; for others the dialog acts as if they cancelled."""
    redirect_uris: tuple[str, ...] = ()
    deauthorize_url: str = ""
    data_deletion_url: str = ""
    webhook_url: str = ""
    webhook_verify_token: str = field(default="", repr=False)
    login_configurations: tuple[str, ...] = ()
    """Ids that the dialog takes as `config_id`."""
    proof_required: bool = True
    world: str = "demo"
    profile: Profile = Profile.DEFAULT
    seed: str = ""
    """With a seed, ids, tokens and fault plans are the same in every run."""
    fixed_clock: float | None = None
    clock_step: float = 0.0
    image_seconds: float = 0.2
    """How long an image container stays IN_PROGRESS."""
    video_seconds: float = 1.0
    """How long a video is processed once all of its bytes are there."""
    commit_seconds: float = 0.0
    """How long a publishing call takes between its checks and its effect, in the strict profile."""
    equal_posts: bool = False
    """Whether a Page takes the same words twice within an hour, so that nobody's double post is hidden by a 506."""
    lag_seconds: float = 0.0
    """How long a new object is missing from reads."""
    fetch_seconds: float = 20.0
    """How long a host may take to hand out a media file."""
    app_calls_per_hour: int = 200_000
    """200 for each of 1,000 daily users (Meta: Rate Limits, Platform)."""
    user_calls_per_hour: int = 50_000
    """Undisclosed at Meta."""
    object_calls_per_day: int = 48_000
    """4,800 for each of 10 engaged users or impressions (Meta: Rate Limits, Business Use Case)."""
