"""What a network's folder exports: one `PLATFORM`, a manifest of data and a few functions."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from publicist.domain.accounts import Consent
from publicist.domain.adapt import ImageLimits
from publicist.domain.environments import Environment
from publicist.domain.known_errors import KnownError
from publicist.domain.pace import Quota
from publicist.domain.platform import Call, Decision, Job, Outcome
from publicist.domain.platform_versions import LastServed, VersionTable
from publicist.domain.rehearsal import Answer
from publicist.domain.rule_limits import RuleLimits
from publicist.domain.token_life import TokenState
from publicist.domain.verdicts import Found, Survey
from publicist.kit.http import HttpClient
from publicist.preflight.rule import Rule, RuleNote


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where and as whom one environment talks to a platform family.

    `hosts` maps the family's host names (for Meta: `graph`, `dialog`, `rupload`, `video`) to base URLs. Built from the
    environment of the row at hand, so a test row can never reach a live host.
    """

    environment: Environment
    hosts: Mapping[str, str]
    version: str
    app_id: str
    app_secret: str = field(repr=False)
    http: HttpClient = field(repr=False)
    last_served: LastServed = field(default_factory=LastServed, repr=False, compare=False)
    """What its answers say of the version."""


OpenMedia = Callable[[str, int, int], AsyncIterator[bytes]]
"""`open_media(media_id, offset, length)` streams that part of a stored file."""


@dataclass(frozen=True, slots=True)
class DialogWish:
    """What a dialog asks for: permissions, or a configuration of the network's that stands in their place."""

    scopes: tuple[str, ...]
    config_id: str | None = None


class Connector(Protocol):
    """One OAuth consent, which may yield accounts of every platform of the family."""

    scopes: tuple[str, ...]
    extended_scopes: tuple[str, ...]
    """Permissions that are asked for only when the caller names them."""

    def authorization_url(self, upstream: Upstream, wish: DialogWish, *, state: str, redirect_uri: str) -> str:
        """The dialog to send the user to. Holds no secret."""
        ...

    def missing(self, asked: Sequence[str], granted: Sequence[str]) -> tuple[Mapping[str, str], ...]:
        """A notice (`code`, `scope`, `message`, `remediation`) for each permission that was asked for in vain."""
        ...

    async def survey(self, upstream: Upstream, token: str, known: Mapping[str, str | None]) -> Survey:
        """Everything a grant reaches, read once. `known` are the names of accounts that it reached earlier, by id.

        Raises PlatformAuthFailed for a dead token, RateLimited, PlatformRejected or PlatformUnavailable.
        """
        ...

    async def exchange(self, upstream: Upstream, *, code: str, redirect_uri: str) -> Consent:
        """Code for long-lived grant. Raises PlatformAuthFailed or PlatformUnavailable."""
        ...

    async def inspect(self, upstream: Upstream, token: str) -> TokenState:
        """What the network says of a token. Raises PlatformAuthFailed or PlatformUnavailable."""
        ...

    async def extend(self, upstream: Upstream, token: str) -> str:
        """A grant's token that may live longer, or the same. Raises PlatformAuthFailed or PlatformUnavailable."""
        ...

    async def revoke(self, upstream: Upstream, token: str) -> None:
        """Take the whole consent back at the network. Raises PublicistError when it does not say that it is."""
        ...


@dataclass(frozen=True, slots=True)
class Platform:
    """A network. `name` is the contract's string; `family` names the consent that yields its accounts."""

    name: str
    title: str
    family: str
    hosts: Mapping[str, str]
    """The family's live hosts by name; fixed."""
    options_model: type[BaseModel]
    image_limits: Callable[[RuleLimits], ImageLimits]
    """What it takes as an image, where limits are as they are set: what `adapt` makes images into."""
    rules: tuple[Rule, ...]
    notes: tuple[RuleNote, ...]
    """Rule ids that only the upstream or the connect flow raises."""
    errors: tuple[KnownError, ...]
    """The catalogue of the family's errors."""
    versions: VersionTable
    """The versions of the family's API."""
    decide: Callable[[Job], Decision]
    """What comes next; pure."""
    answer: Answer
    """What the network answers when all goes well; pure. `decide` is rehearsed with it."""
    perform: Callable[[Call, Upstream, str, OpenMedia], Awaitable[Outcome]]
    """Send one call with the account's token. Never raises for anything the upstream or the network does."""
    discover: Callable[[Upstream, Any], Awaitable[tuple[Found, ...]]]
    """`discover(upstream, survey.reach)`: a verdict for every account of this network that a grant reaches."""
    quota: Callable[[Upstream, str, str], Awaitable[Quota | None]] | None = None
    """`quota(upstream, token, platform_account_id)`: what is left today; None when that cannot be told."""
    containers_per_day: int | None = None
    """How many containers (media uploads) an account may make in 24 hours."""
    none_found: tuple[str, str, str] | None = None
    """(rule, message, remediation) when a consent that starts here reaches no account of this network."""
    connector: Connector | None = None
    data_access_ends: bool = False
    """Whether an account's access ends with the person's data access (Meta: 90 days without using the app)."""
    connect_at: str | None = None
    """When there is no connector: the platform whose consent yields these accounts."""
