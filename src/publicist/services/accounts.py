"""Accounts: open a consent, turn it into accounts, list and disconnect them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from publicist.crypto import states
from publicist.crypto.envelope import Vault
from publicist.domain.accounts import Account, Consent, DiscoveredAccount, Grant
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.kit.clock import Clock
from publicist.kit.errors import Conflict, PlatformNotEnabled, PlatformRejected, ValidationFailed
from publicist.kit.ids import new_id
from publicist.kit.links import http_url
from publicist.platforms import Connector, Platform, Upstream, family, registry
from publicist.services.ownership import PROFILE_SCOPE, missing
from publicist.services.profiles import profile_for
from publicist.storage import accounts, events, oauth_states
from publicist.storage.oauth_states import OAuthState
from publicist.storage.session import Connection, Database
from publicist.workflows.account_events import account_event, token_lives

STATE_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Dialog:
    """A consent that was opened and waits for its user."""

    platform: str
    authorization_url: str
    state: str
    scopes: tuple[str, ...]
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Connected:
    """What a consent yielded. `created` tells whether the first account is new."""

    accounts: tuple[Account, ...]
    created: bool
    missing_scopes: tuple[str, ...]
    notices: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class ConnectSettings:
    """`bases` are the URLs under which a browser reaches this server, per environment."""

    state_key: bytes
    bases: Mapping[Environment, str]
    trusted_origins: frozenset[str]


class Accounts:
    """The accounts of every tenant; queries are scoped to the caller."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        upstreams: Mapping[Environment, Upstream],
        settings: ConnectSettings,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self.upstreams = upstreams
        """Where each environment that is set up speaks to Meta."""
        self._settings = settings

    async def list_connected(
        self, caller: Caller, *, platform: str | None = None, profile_id: str | None = None
    ) -> list[Account]:
        """Connected accounts, oldest first."""
        async with self._database.read() as connection:
            return await accounts.of_caller(connection, caller, platform=platform, profile_id=profile_id)

    async def get(self, caller: Caller, account_id: str) -> Account:
        """One connected account. Raises NotFound."""
        async with self._database.read() as connection:
            account = await accounts.get(connection, caller, account_id)
        if account is None:
            words = "GET /v1/accounts lists what is there."
            raise missing(caller, "account", account_id, remediation=words)
        return account

    async def disconnect(self, caller: Caller, account_id: str) -> None:
        """Forget the account's token; its posts stay. Raises NotFound."""
        account = await self.get(caller, account_id)
        now = self._clock.now()
        async with self._database.write() as connection:
            await accounts.update(connection, account.id, {"token": b"", "disconnected_at": now, "updated_at": now})
            await events.add(connection, account_event(account, "account.disconnected", now))

    async def try_master_key(self) -> None:
        """Open one stored token, if there is any. Raises MasterKeyError: better at the start than at the first post."""
        async with self._database.read() as connection:
            sealed = await accounts.any_sealed(connection)
        if sealed is not None:
            self._vault.open(*sealed)

    # Connect

    async def open_dialog(
        self, caller: Caller, platform_name: str, *, profile_id: str | None, return_to: str | None
    ) -> Dialog:
        """Where to send the user. Raises ValidationFailed, PlatformNotEnabled, or NotFound for the profile."""
        platform = self._platform(platform_name)
        connector, upstream = _connector(platform), self._upstream(caller.environment, platform)
        now = self._clock.now()
        redirect_uri = self._redirect_uri(caller.environment, platform.name)
        async with self._database.write() as connection:
            row = OAuthState(
                nonce=secrets.token_urlsafe(24),
                organization_id=caller.organization_id,
                environment=caller.environment,
                platform=platform.name,
                profile_id=await profile_for(connection, caller, profile_id),
                redirect_uri=redirect_uri,
                return_to=return_to if return_to and self._is_trusted(return_to, caller.environment) else None,
                expires_at=now + STATE_LIFETIME,
                api_key_id=caller.api_key_id or None,
                only_profile=caller.profile_id,
            )
            await oauth_states.add(connection, row)
        token = states.StateToken(row.nonce, platform.name)
        state = states.sign(self._settings.state_key, token, row.expires_at)
        url = connector.authorization_url(upstream, state=state, redirect_uri=redirect_uri)
        return Dialog(platform.name, url, state, connector.scopes, redirect_uri)

    async def opened(self, platform_name: str, state: str) -> OAuthState:
        """The consent a state belongs to, used or not. Raises BadState; reason `platform_mismatch` and `used` too."""
        now = self._clock.now()
        token = states.verify(self._settings.state_key, state, now)
        if token.platform != platform_name:
            raise states.BadState("platform_mismatch")
        async with self._database.read() as connection:
            row = await oauth_states.by_nonce(connection, token.nonce)
        if row is None or row.expires_at <= now:
            raise states.BadState("expired")
        return row

    async def complete(self, opened: OAuthState, *, code: str) -> Connected:
        """Exchange the code and store what it reaches; the consent counts as used once that is stored.

        Raises BadState (`used`) for a second use, and PlatformAuthFailed, PlatformUnavailable, PlatformRejected.
        """
        if opened.used_at is not None:
            raise states.BadState("used")
        platform = self._platform(opened.platform)
        upstream = self._upstream(opened.environment, platform)
        connector = _connector(platform)
        consent = await connector.exchange(upstream, code=code, redirect_uri=opened.redirect_uri)
        found: list[DiscoveredAccount] = []
        for member in family(platform.family):
            found += await member.discover(upstream, consent.token)
        missing = tuple(scope for scope in connector.scopes if scope not in consent.granted_scopes)
        if platform.none_found and not any(account.platform == platform.name for account in found):
            raise _none_found(platform, missing)
        stored, created = await self._store(opened, platform, consent, found)
        return Connected(stored, created, missing, consent.notices)

    async def _store(
        self, opened: OAuthState, platform: Platform, consent: Consent, found: list[DiscoveredAccount]
    ) -> tuple[tuple[Account, ...], bool]:
        caller = Caller(opened.organization_id, opened.environment, "")
        async with self._database.write() as connection:
            if not await oauth_states.use(connection, opened.nonce, self._clock.now()):
                raise states.BadState("used")
            grant = await self._save_grant(connection, caller, platform, consent)
            saved = [await self._save_account(connection, caller, opened, grant, one) for one in found]
            stored = [pair for pair in saved if pair is not None]
            if not stored:
                raise _elsewhere()
            now = self._clock.now()
            await events.add(connection, *(account_event(account, "account.connected", now) for account, _ in stored))
        return tuple(account for account, _ in stored), stored[0][1]

    async def _save_grant(self, connection: Connection, caller: Caller, platform: Platform, consent: Consent) -> Grant:
        now = self._clock.now()
        grant = Grant(
            id=new_id(),
            organization_id=caller.organization_id,
            environment=caller.environment,
            family=platform.family,
            subject=consent.subject,
            token=b"",
            token_expires_at=consent.token_expires_at,
            data_access_expires_at=consent.data_access_expires_at,
            granted_scopes=consent.granted_scopes,
            declined_scopes=consent.declined_scopes,
            created_at=now,
            updated_at=now,
        )
        sealed = self._vault.seal(consent.token, grant.seal_context)
        return await accounts.save_grant(connection, replace(grant, token=sealed))

    async def _save_account(
        self, connection: Connection, caller: Caller, opened: OAuthState, grant: Grant, found: DiscoveredAccount
    ) -> tuple[Account, bool] | None:
        """A new row, or the same row renewed; a good token is never replaced by an empty one.

        None for an account that is connected in another profile when the key of a profile opened the consent.
        """
        now = self._clock.now()
        before = await accounts.by_platform_id(connection, caller, found.platform, found.platform_account_id)
        elsewhere = before is not None and opened.only_profile not in (None, before.profile_id)
        if before is not None and elsewhere and before.disconnected_at is None:
            return None
        account_id = before.id if before else new_id()
        token = self._vault.seal(found.token, account_id) if found.token else (before.token if before else b"")
        account = Account(
            id=account_id,
            organization_id=caller.organization_id,
            environment=caller.environment,
            profile_id=before.profile_id if before and not elsewhere else opened.profile_id,
            grant_id=grant.id,
            platform=found.platform,
            platform_account_id=found.platform_account_id,
            display_name=found.display_name or (before.display_name if before else None),
            token=token,
            token_expires_at=found.token_expires_at,
            metadata=dict(found.metadata),
            created_at=before.created_at if before else now,
            updated_at=now,
        )
        if before is None:
            await accounts.add(connection, account)
        else:
            await accounts.update(connection, account.id, _renewed(account))
        if found.token:
            await token_lives(connection, account, now)
        return account, before is None

    def _platform(self, name: str) -> Platform:
        platform = registry().get(name)
        if platform is None:
            known = ", ".join(sorted(registry()))
            raise ValidationFailed(f"There is no platform {name!r}; there are: {known}.", rule="platform")
        return platform

    def _upstream(self, environment: Environment, platform: Platform) -> Upstream:
        upstream = self.upstreams.get(environment)
        if upstream is None:
            raise PlatformNotEnabled(
                f"The {environment} environment is not set up for {platform.title} on this server.",
                platform=platform.name,
                remediation="Set PUBLICIST_META_APP_ID, PUBLICIST_META_APP_SECRET and PUBLICIST_PUBLIC_URL, "
                "or use a test key.",
            )
        return upstream

    def _redirect_uri(self, environment: Environment, platform: str) -> str:
        return f"{self._settings.bases[environment]}/v1/accounts/oauth/{platform}/callback"

    def result_url(self, opened: OAuthState | None) -> str:
        """Where the browser goes after the callback: the caller's `returnTo`, or our own page."""
        if opened is not None and opened.return_to:
            return opened.return_to
        return self._settings.bases[opened.environment if opened else Environment.TEST] + "/connected"

    def _is_trusted(self, url: str, environment: Environment) -> bool:
        origin = _origin(url)
        return origin is not None and (
            origin == _origin(self._settings.bases[environment]) or origin in self._settings.trusted_origins
        )


def _connector(platform: Platform) -> Connector:
    if platform.connector is None:
        raise ValidationFailed(
            f"{platform.title} accounts are connected together with {platform.connect_at}.",
            rule=f"{platform.name}.connect.{platform.connect_at}",
            platform=platform.name,
            remediation=f"Start at POST /v1/accounts/connect/{platform.connect_at}; one consent connects both.",
        )
    return platform.connector


def _none_found(platform: Platform, missing: tuple[str, ...]) -> PlatformRejected:
    rule, message, remediation = platform.none_found or ("", "", "")
    if missing:
        message = f"{message} Not granted: {', '.join(missing)}."
    return PlatformRejected(message, rule=rule, remediation=remediation, platform=platform.name, status=400)


def _elsewhere() -> Conflict:
    return Conflict(
        "Every account of this consent is connected in another profile.",
        rule=PROFILE_SCOPE,
        remediation="Open the consent with a key of the organization, or of that profile.",
    )


def _renewed(account: Account) -> dict[str, object]:
    kept = ("profile_id", "grant_id", "display_name", "token", "token_expires_at", "metadata", "updated_at")
    return {name: getattr(account, name) for name in kept} | {"disconnected_at": None}


def _origin(url: str) -> str | None:
    parts = http_url(url)
    return f"{parts.scheme}://{parts.netloc}" if parts else None
