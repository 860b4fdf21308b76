"""The one settings class; nothing else reads the environment."""

import ipaddress
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SANDBOX_APP_ID = "1000000000000001"
SANDBOX_APP_SECRET = "graphsim-demo-app-secret"  # noqa: S105 - public by design: the simulator's demo app
"""The app that the built-in simulated Meta knows; used by the test environment only."""


def _http_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://, for example https://publicist.example.com")
    return value.rstrip("/")


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Everything that can be set, as `PUBLICIST_<NAME>` in the environment or in `.env`. Nothing is needed to start."""

    model_config = SettingsConfigDict(env_prefix="PUBLICIST_", env_file=".env", extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8484, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    data_dir: Path = Field(Path("data"), description="Folder for the SQLite file, media and generated keys.")
    database_url: str | None = Field(
        None,
        description="PostgreSQL to use instead of SQLite, for example postgresql://user:password@host/publicist.",
    )
    public_url: HttpUrl | None = Field(
        None, description="URL under which Meta and browsers reach this server; needed for live accounts."
    )
    meta_app_id: str | None = Field(None, description="Id of your Meta app, for live accounts.")
    meta_app_secret: SecretStr | None = Field(None, description="Secret of your Meta app, for live accounts.")
    meta_graph_version: str = Field(
        "v25.0",
        pattern=r"^v\d+\.\d$",
        description="Graph API version to call; GET /v1/platform-versions says until when it is served.",
    )
    master_key: SecretStr | None = Field(
        None,
        description="Base64 of the 32-byte key that wraps token keys; generated in the data directory if unset. "
        "Several are separated by commas: the first seals, all open.",
    )
    sandbox: bool = Field(True, description="Start the built-in simulated Meta that serves test keys.")
    sandbox_url: HttpUrl | None = Field(
        None, description="Another simulated Meta for the test environment, instead of the built-in one."
    )
    sandbox_image_seconds: Seconds = Field(0.3, description="Time the built-in simulated Meta takes over an image.")
    sandbox_video_seconds: Seconds = Field(2.0, description="Time the built-in simulated Meta takes over a video.")
    trusted_origins: list[str] = Field([], description="Origins a connect `returnTo` may point to, as a JSON list.")
    shared_accounts: bool = Field(
        False, description="Whether several organizations of this server may connect the same Page or account."
    )
    patience_seconds: float = Field(
        25,
        ge=0,
        le=120,
        description="How long an immediate post waits for its result, and a request for one with the same "
        "Idempotency-Key that is under way.",
    )
    settle_seconds: Seconds = Field(
        120, description="Meta commits or drops a request within this time; waited before a lost one may be repeated."
    )
    pace: float = Field(
        1, gt=0, le=10, description="Factor for the pauses of polling and retries; chaos runs make them short."
    )
    lease_seconds: Seconds = Field(30, description="How long a worker owns an account without renewing.")
    page_publish: Literal["direct", "two_step"] = Field(
        "direct",
        description="two_step makes Page posts unpublished and then publishes them: experimental, never twice.",
    )
    missed_after_seconds: Seconds = Field(
        3600, description="A scheduled post that could not start for longer than this waits for a word (hold: missed)."
    )
    hold_days: float = Field(7, gt=0, description="How long a post may be held before it fails.")
    duplicate_guard_seconds: float = Field(
        600,
        ge=0,
        description="Equal posts without Idempotency-Key to one account within this time are refused; 0: off.",
    )
    work: bool = Field(
        True, description="Whether `publicist serve` publishes too; with false, `publicist worker` has to run."
    )
    stop_seconds: Seconds = Field(
        10, description="How long a stopping process waits for calls under way; the rest is looked up by the next."
    )
    ticker_seconds: Seconds = Field(1, description="Longest pause between two looks for due work.")
    token_look_seconds: Seconds = Field(
        60,
        description="Pause between two looks at API versions, and for tokens to ask about (each is due once a day).",
    )
    upstream_timeout_seconds: Seconds = Field(30, description="Time allowed for one call to Meta.")
    media_max_bytes: int = Field(4_000_000_000, gt=0, description="Largest file POST /v1/media takes, in bytes.")
    body_max_bytes: int = Field(40_000_000, gt=0, description="Largest JSON body, in bytes (bytesBase64 included).")
    media_processes: int = Field(2, ge=1, le=64, description="Processes that decode images and videos at most.")
    media_memory_bytes: int = Field(
        2_000_000_000, ge=300_000_000, description="Memory each of them may take, in bytes of address space."
    )
    media_seconds: float = Field(30, gt=0, le=600, description="Time each of them may take over one file.")
    media_idle_seconds: Seconds = Field(30, description="An idle one of them ends after this time.")
    json_depth_max: int = Field(64, ge=1, le=190, description="How deeply the arrays and objects of a body may nest.")
    client_seconds: Seconds = Field(
        30,
        description="Time a client may take to send the head of a request, to send its body (and a second more per "
        "1,000 bytes), and to take any of an answer that waits for it.",
    )
    key_requests: int = Field(
        0, ge=0, description="Requests of one API key, or of one user, per `rate_seconds`; 0: no limit."
    )
    address_requests: int = Field(
        0,
        ge=0,
        description="Requests from one client address per `rate_seconds`; 0: no limit.",
    )
    login_attempts: int = Field(
        10,
        ge=0,
        description="Passwords tried for one user, and from one client address, per `rate_seconds`; 0: no limit.",
    )
    session_idle_hours: float = Field(12, gt=0, le=8760, description="After how long a session that is not used ends.")
    session_hours: float = Field(168, gt=0, le=8760, description="After how long a session ends, used or not.")
    rate_seconds: int = Field(60, ge=1, le=86_400, description="Length of the windows that requests are counted in.")
    trusted_proxies: list[IPv4Network | IPv6Network] = Field(
        [],
        description="Networks of your reverse proxies, as a JSON list; only their X-Forwarded-For is believed.",
    )
    schedule_window_days: float = Field(
        1825, gt=0, description="Posts due later are warned about; Meta's own scheduler reaches 30 or 75 days ahead."
    )
    facebook_photo_max_bytes: int = Field(
        4_000_000, gt=0, description="Largest Page photo, in bytes; Meta documents 10 MB and was seen to refuse 4 MB."
    )
    facebook_video_max_bytes: int = Field(
        2_000_000_000, gt=0, description="Largest Page video, in bytes; Meta's pages name 2 GB and 4 GB."
    )
    facebook_video_max_seconds: Seconds = Field(
        2400, description="Longest Page video; Meta's error list names 40 minutes, other pages more."
    )
    instagram_carousel_video_max_seconds: Seconds = Field(
        60, description="Carousel videos that last longer are warned about; only an older page of Meta's names a limit."
    )
    media_url_hours: int = Field(
        48, ge=24, description="How long a signed media URL handed to Meta stays valid; a container lives 24 hours."
    )
    media_keep_days: float = Field(
        30, ge=0, description="Days until a file that no post needs is deleted, after upload or last use; 0: never."
    )
    fetch_seconds: Seconds = Field(60, description="Time allowed for fetching the file of one media URL.")
    rehost: bool = Field(
        False, description="Whether files of media URLs are stored and served by Publicist when an item does not say."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe line to log.")
    log_format: Literal["text", "json"] = Field("text", description="How log lines are printed.")

    @property
    def settle(self) -> timedelta:
        """`settle_seconds` as a duration."""
        return timedelta(seconds=self.settle_seconds)

    @property
    def lease(self) -> timedelta:
        """`lease_seconds` as a duration."""
        return timedelta(seconds=self.lease_seconds)


def is_loopback(host: str) -> bool:
    """Whether a host name or address literal means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
