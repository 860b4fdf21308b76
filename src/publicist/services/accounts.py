"""Accounts: open a consent, turn it into accounts, list and disconnect them."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

import structlog

from publicist.crypto import states
from publicist.crypto.envelope import Vault
from publicist.domain.accounts import Account, Grant
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.kit.clock import Clock
from publicist.kit.errors import (
    Conflict,
    PlatformNotEnabled,
    PlatformRejected,
    PublicistError,
    ValidationFailed,
)
from publicist.kit.links import http_url
from publicist.platforms import Connector, DialogWish, Platform, Upstream, family, registry
from publicist.services.grants import Grants, GrantView, Reached, connector_of
from publicist.services.ownership import PROFILE_SCOPE, missing, owned_account
from publicist.services.profiles import profile_for
from publicist.storage import accounts, events, oauth_states
from publicist.storage.oauth_states import OAuthState
from publicist.storage.session import Database
from publicist.workflows.account_events import account_event

log = structlog.get_logger(__name__)

STATE_LIFETIME = timedelta(minutes=10)
_VERDICTS_SHOWN = 5


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
    """What a consent yielded. `created` tells whether the first account is new; a selective consent may yield none."""

    grant: Grant
    accounts: tuple[Account, ...]
    created: bool
    selective: bool
    missing_scopes: tuple[str, ...]
    notices: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class ConnectSettings:
    """`bases` are the URLs under which a browser reaches this server, per environment."""

    state_key: bytes
    bases: Mapping[Environment, str]
    trusted_origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConnectWish:
    """What the caller wants of a consent. `scopes` are extended ones; a configuration replaces them all."""

    profile_id: str | None = None
    return_to: str | None = None
    scopes: tuple[str, ...] = ()
    config_id: str | None = None
    selective: bool = False
    session_id: str | None = None
    """The session of the browser that asks; no other one may bring the consent back."""


class Accounts:
    """The accounts of every tenant; queries are scoped to the caller."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        upstreams: Mapping[Environment, Upstream],
        grants: Grants,
        settings: ConnectSettings,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self.upstreams = upstreams
        """Where each environment that is set up speaks to Meta."""
        self._grants = grants
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
            return await owned_account(connection, caller, account_id)

    async def ever(self, caller: Caller, account_id: str) -> Account:
        """One account, also a disconnected one. Raises NotFound."""
        async with self._database.read() as connection:
            account = await accounts.ever(connection, caller, account_id)
        if account is None:
            raise missing(caller, "account", account_id, remediation="GET /v1/accounts lists those that are connected.")
        return account

    async def grants_of(self, caller: Caller, listed: Iterable[Account]) -> Mapping[str, Grant]:
        """The grants that these accounts came from, by id; those of other profiles are not there."""
        async with self._database.read() as connection:
            found = await accounts.grants(connection, {one.grant_id for one in listed if one.grant_id is not None})
        return {id: grant for id, grant in found.items() if caller.sees(grant.profile_id)}

    async def disconnect(self, caller: Caller, account_id: str) -> None:
        """Forget the account's token; its posts stay. With the last account of a consent, the consent is taken back at
        the network first; one that does not answer is not asked again. Raises NotFound."""
        account = await self.get(caller, account_id)
        async with self._database.read() as connection:
            last = await accounts.last_grant(connection, account)
        if last is not None:
            await self._revoke(last)
        now = self._clock.now()
        async with self._database.write() as connection:
            if last is not None:  # the grant before its accounts, as everywhere: Meta calls back about it meanwhile
                await accounts.forget_token(connection, last)
            await accounts.update(connection, account.id, {"token": b"", "disconnected_at": now, "updated_at": now})
            await events.add(connection, account_event(account, "account.disconnected", now))

    async def _revoke(self, grant: Grant) -> None:
        upstream = self.upstreams.get(grant.environment)
        connector = next((one.connector for one in family(grant.family) if one.connector), None)
        if upstream is None or connector is None:
            return
        try:
            await connector.revoke(upstream, self._vault.open(grant.token, grant.seal_context))
        except PublicistError as error:
            log.warning("grant.not_revoked", grant_id=grant.id, reason=str(error))

    async def try_master_key(self) -> None:
        """Open one stored token, if there is any. Raises MasterKeyError: better at the start than at the first post."""
        async with self._database.read() as connection:
            sealed = await accounts.any_sealed(connection)
        if sealed is not None:
            self._vault.open(*sealed)

    # Connect

    async def open_dialog(self, caller: Caller, platform_name: str, wish: ConnectWish) -> Dialog:
        """Where to send the user. Raises ValidationFailed, PlatformNotEnabled, or NotFound for the profile."""
        platform = self._platform(platform_name)
        connector, upstream = connector_of(platform), self._upstream(caller.environment, platform)
        scopes = _asked_scopes(connector, wish)
        now = self._clock.now()
        redirect_uri = self._redirect_uri(caller.environment, platform.name)
        async with self._database.write() as connection:
            row = OAuthState(
                nonce=secrets.token_urlsafe(24),
                organization_id=caller.organization_id,
                environment=caller.environment,
                platform=platform.name,
                profile_id=await profile_for(connection, caller, wish.profile_id),
                redirect_uri=redirect_uri,
                return_to=self._trusted(wish.return_to, caller.environment),
                expires_at=now + STATE_LIFETIME,
                api_key_id=caller.api_key_id or None,
                only_profile=caller.profile_id,
                user_id=caller.user_id,
                session_id=wish.session_id,
                scopes=scopes or None,
                selective=wish.selective,
            )
            await oauth_states.add(connection, row)
        token = states.StateToken(row.nonce, platform.name)
        state = states.sign(self._settings.state_key, token, row.expires_at)
        asked = DialogWish(scopes, wish.config_id)
        url = connector.authorization_url(upstream, asked, state=state, redirect_uri=redirect_uri)
        return Dialog(platform.name, url, state, scopes, redirect_uri)

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

    async def complete(self, opened: OAuthState, *, code: str, session_id: str | None) -> Connected:
        """Exchange the code and store what it reaches; the consent counts as used once that is stored. `session_id` is
        that of the browser, or program, which brings it.

        Raises BadState (`used`, `another_browser`), and PlatformAuthFailed, PlatformUnavailable, PlatformRejected.
        """
        if opened.session_id not in (None, session_id):
            raise states.BadState("another_browser")
        if opened.used_at is not None:
            raise states.BadState("used")
        platform = self._platform(opened.platform)
        upstream = self._upstream(opened.environment, platform)
        connector = connector_of(platform)
        caller = Caller(opened.organization_id, opened.environment, "", profile_id=opened.only_profile)
        consent = await connector.exchange(upstream, code=code, redirect_uri=opened.redirect_uri)
        reached = await self._grants.reach(caller, platform, consent.subject, consent.token)
        asked = opened.scopes or connector.scopes
        lacking = tuple(scope for scope in asked if scope not in consent.granted_scopes)
        if platform.none_found and platform.name not in {one.platform for one in reached.storable}:
            raise _none_found(platform, reached, lacking)
        grant = replace(
            self._grants.sealed(caller, platform, consent), profile_id=opened.profile_id, selective=opened.selective
        )
        async with self._database.write() as connection:
            if not await oauth_states.use(connection, opened.nonce, self._clock.now()):
                raise states.BadState("used")
            kept, stored = await self._grants.keep(connection, caller, grant, reached, chosen=None)
            if not stored and not opened.selective:
                raise _elsewhere()
        return Connected(
            kept,
            tuple(account for account, _ in stored),
            bool(stored) and stored[0][1],
            opened.selective,
            lacking,
            connector.missing(asked, consent.granted_scopes),
        )

    async def view(self, connected: Connected) -> GrantView:
        """The grant of a consent that was just completed."""
        grant = connected.grant
        return await self._grants.get(Caller(grant.organization_id, grant.environment, ""), grant.id)

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

    def _trusted(self, url: str | None, environment: Environment) -> str | None:
        """The URL if it is ours or on the allow-list; others are dropped, as the contract has it."""
        origin = _origin(url) if url else None
        own = _origin(self._settings.bases[environment])
        return url if origin is not None and (origin == own or origin in self._settings.trusted_origins) else None


def _asked_scopes(connector: Connector, wish: ConnectWish) -> tuple[str, ...]:
    """Those of the connector and the extended ones; none with a configuration. Raises ValidationFailed."""
    for scope in wish.scopes:
        if scope not in connector.extended_scopes:
            known = ", ".join(connector.extended_scopes)
            raise ValidationFailed(f"scopes names {scope!r}; what may be asked for besides is: {known}.", rule="scopes")
    if wish.config_id is None:
        return (*connector.scopes, *(scope for scope in connector.extended_scopes if scope in wish.scopes))
    if wish.scopes:
        raise ValidationFailed(
            "scopes cannot be combined with configId: the configuration names the permissions, Meta revokes others.",
            rule="scopes",
            remediation="Add the permissions to the configuration in the Meta app's settings, and leave scopes out.",
        )
    return ()


def _none_found(platform: Platform, reached: Reached, lacking: tuple[str, ...]) -> PlatformRejected:
    rule, message, remediation = platform.none_found or ("", "", "")
    if lacking:
        message = f"{message} Not granted: {', '.join(lacking)}."
    seen = [one.verdict for one in reached.found if one.verdict.platform == platform.name]
    message = " ".join([message, *(verdict.message for verdict in seen[:_VERDICTS_SHOWN])])
    found = {"verdicts": [asdict(verdict) for verdict in seen]} if seen else None
    return PlatformRejected(
        message, rule=rule, remediation=remediation, platform=platform.name, platform_response=found, status=400
    )


def _elsewhere() -> Conflict:
    return Conflict(
        "Every account of this consent is connected in another profile.",
        rule=PROFILE_SCOPE,
        remediation="Open the consent with a key of the organization, or of that profile.",
    )


def _origin(url: str) -> str | None:
    parts = http_url(url)
    return f"{parts.scheme}://{parts.netloc}" if parts else None
