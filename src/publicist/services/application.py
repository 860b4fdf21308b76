"""The running application: what `bootstrap` puts together, and what the API and the command line use."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from publicist.domain.environments import Environment
from publicist.kit.http import HttpClient
from publicist.kit.settings import Settings
from publicist.services.account_health import AccountHealthService
from publicist.services.accounts import Accounts
from publicist.services.api_keys import ApiKeys
from publicist.services.audit import Audit
from publicist.services.events import Events
from publicist.services.farewells import Farewells
from publicist.services.grants import Grants
from publicist.services.idempotency import Idempotency
from publicist.services.limits import Limits
from publicist.services.media import MediaService
from publicist.services.operations import Operations
from publicist.services.organizations import Organizations
from publicist.services.pauses import Pauses
from publicist.services.platform_versions import PlatformVersions
from publicist.services.post_changes import PostChanges
from publicist.services.post_edits import PostEdits
from publicist.services.posts import Posts
from publicist.services.profiles import Profiles
from publicist.services.rate_limits import RateLimits
from publicist.services.renditions import Renditions
from publicist.services.sessions import Sessions
from publicist.services.users import Users
from publicist.services.validation import Validation
from publicist.services.webhooks import Webhooks
from publicist.storage.session import Database


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where this server is reached, and where the simulated Meta is.

    `own` is the address it listens on; `sandbox` the simulator as this process reaches it (None: switched off), and
    `sandbox_pages` as a browser does.
    """

    own: str
    sandbox: str | None
    sandbox_pages: str | None


@dataclass(frozen=True, slots=True)
class Application:
    """Everything the API and the CLI use. `first_keys` is filled only by the start that made the database."""

    settings: Settings
    addresses: Addresses
    database: Database
    http: HttpClient
    organizations: Organizations
    profiles: Profiles
    api_keys: ApiKeys
    users: Users
    sessions: Sessions
    audit: Audit
    accounts: Accounts
    account_health: AccountHealthService
    grants: Grants
    farewells: Farewells
    limits: Limits
    rate_limits: RateLimits
    media: MediaService
    renditions: Renditions
    posts: Posts
    post_changes: PostChanges
    post_edits: PostEdits
    validation: Validation
    pauses: Pauses
    idempotency: Idempotency
    operations: Operations
    events: Events
    webhooks: Webhooks
    platform_versions: PlatformVersions
    first_keys: Mapping[Environment, str] = field(repr=False)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server is asked to stop: answers that go on without end, end."""

    @property
    def docs_base(self) -> str:
        """The URL under which people read the docs pages of this server."""
        return self.settings.public_url or self.addresses.own
