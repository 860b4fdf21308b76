"""Grants: what a consent reaches, a verdict for each account of the network, and the accounts that are made of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from publicist.crypto.envelope import Vault
from publicist.domain.accounts import RECONNECT, Account, Consent, DiscoveredAccount, Grant
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.verdicts import Found, Survey, Verdict
from publicist.kit.clock import Clock
from publicist.kit.errors import PlatformAuthFailed, PlatformRejected, ValidationFailed
from publicist.kit.ids import new_id
from publicist.platforms import Connector, Platform, Upstream, family, registry
from publicist.services.ownership import missing
from publicist.storage import accounts, events
from publicist.storage.session import Connection, Database
from publicist.workflows.account_events import account_event, token_lives

ELSEWHERE = "elsewhere"
_ELSEWHERE_RULE = "account.connect.elsewhere"
_LISTED = 20


Key = tuple[str, str | None]
"""An account of the network: `(platform, platform_account_id)`."""


@dataclass(frozen=True, slots=True)
class GrantView:
    """A grant with the accounts that it yielded and that are connected; other profiles' are not there."""

    grant: Grant
    accounts: tuple[Account, ...]
    hidden: frozenset[Key] = frozenset()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """As of `grant.scanned_at`, in the network's order."""
        found = (Verdict.from_json(data) for data in self.grant.verdicts)
        return tuple(one for one in found if (one.platform, one.platform_account_id) not in self.hidden)


@dataclass(frozen=True, slots=True)
class Reached:
    """One reading of a grant: what it may do, and every account that it reaches."""

    survey: Survey
    found: tuple[Found, ...]

    @property
    def storable(self) -> tuple[DiscoveredAccount, ...]:
        """What has a token that the network accepts."""
        return tuple(one.account for one in self.found if one.account is not None)


Stored = list[tuple[Account, bool]]
"""Accounts, each with whether it is newly connected."""


class Grants:
    """The grants of every tenant; queries are scoped to the caller."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        upstreams: Mapping[Environment, Upstream],
        *,
        shared_accounts: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._upstreams = upstreams
        self._shared_accounts = shared_accounts
        """Whether several organizations may have one account of the network."""

    async def list_all(self, caller: Caller) -> list[GrantView]:
        """The caller's grants, newest consent first."""
        async with self._database.read() as connection:
            mine = [one for one in await accounts.grants_of_caller(connection, caller) if caller.sees(one.profile_id)]
            return [await _view(connection, caller, grant) for grant in mine]

    async def get(self, caller: Caller, grant_id: str) -> GrantView:
        """One grant. Raises NotFound."""
        async with self._database.read() as connection:
            return await _view(connection, caller, await _owned(connection, caller, grant_id))

    async def scan(self, caller: Caller, grant_id: str) -> GrantView:
        """Read again what the grant reaches; what is new is connected, unless accounts of this grant are chosen.

        Raises NotFound, PlatformAuthFailed when a new consent is needed, RateLimited or PlatformUnavailable.
        """
        return await self._read_again(caller, grant_id, frozenset())

    async def choose(self, caller: Caller, grant_id: str, ids: Collection[str]) -> GrantView:
        """Connect these accounts of the network, all of them or none. Raises as `scan`, ValidationFailed for an id
        without a verdict, and PlatformRejected, with the verdict's rule, for one that cannot be connected."""
        return await self._read_again(caller, grant_id, frozenset(ids))

    async def _read_again(self, caller: Caller, grant_id: str, ids: frozenset[str]) -> GrantView:
        async with self._database.read() as connection:
            grant = await _owned(connection, caller, grant_id)
        platform = _start_of(grant.family)
        if not grant.token:
            raise PlatformAuthFailed(
                "The person removed the app, and with it this consent.",
                rule="meta.token.dead",
                remediation=RECONNECT,
                platform=platform.name,
            )
        token = self._vault.open(grant.token, grant.seal_context)
        reached = await self.reach(caller, platform, grant.subject, token)
        _check_chosen(ids, reached.found)
        async with self._database.write() as connection:
            current = await _owned(connection, caller, grant_id)
            await self.keep(connection, caller, current, reached, chosen=ids)
            return await _view(connection, caller, await _owned(connection, caller, grant_id))

    async def reach(self, caller: Caller, platform: Platform, subject: str, token: str) -> Reached:
        """Everything the token reaches, read once, with a verdict for each. Raises what `Connector.survey` raises."""
        upstream = self._upstreams[caller.environment]
        async with self._database.read() as connection:
            known = await _known(connection, caller, platform, subject)
        survey = await connector_of(platform).survey(upstream, token, known)
        found = [one for member in family(platform.family) for one in await member.discover(upstream, survey.reach)]
        if not self._shared_accounts:
            async with self._database.read() as connection:
                found = await _without_foreign(connection, caller, found)
        return Reached(survey, tuple(found))

    def sealed(self, caller: Caller, platform: Platform, consent: Consent) -> Grant:
        """A new grant of a consent, with its token sealed."""
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
        return replace(grant, token=self._vault.seal(consent.token, grant.seal_context))

    async def keep(
        self, connection: Connection, caller: Caller, grant: Grant, reached: Reached, *, chosen: frozenset[str] | None
    ) -> tuple[Grant, Stored]:
        """Store a grant with its verdicts, and the accounts: all that can be stored, or for a selective grant those
        that are chosen and those that are there already. `chosen` is None for a new consent, which announces all.

        Accounts that are connected in another profile than the caller's are left alone."""
        read = replace(
            grant,
            granted_scopes=reached.survey.granted_scopes,
            declined_scopes=reached.survey.declined_scopes,
            verdicts=tuple(asdict(one.verdict) for one in reached.found),
            scanned_at=self._clock.now(),
        )
        kept = await accounts.save_grant(connection, read)
        tenant = Caller(caller.organization_id, caller.environment, "")
        stored: Stored = []
        for account in reached.storable:
            before = await accounts.by_platform_id(connection, tenant, account.platform, account.platform_account_id)
            is_there = before is not None and before.disconnected_at is None
            if before is not None and is_there and not caller.sees(before.profile_id):
                continue
            if is_there or not kept.selective or account.platform_account_id in (chosen or ()):
                own = replace(kept, profile_id=grant.profile_id)
                saved = await self._save(connection, caller, own, account, before)
                stored.append((saved, not is_there))
        now = self._clock.now()
        told = [account for account, is_new in stored if is_new or chosen is None]
        await events.add(connection, *(account_event(account, "account.connected", now) for account in told))
        return kept, stored

    async def _save(
        self, connection: Connection, caller: Caller, grant: Grant, found: DiscoveredAccount, before: Account | None
    ) -> Account:
        """A new row, or the same row renewed."""
        now = self._clock.now()
        account_id = before.id if before else new_id()
        account = Account(
            id=account_id,
            organization_id=grant.organization_id,
            environment=grant.environment,
            profile_id=before.profile_id if before and caller.sees(before.profile_id) else str(grant.profile_id),
            grant_id=grant.id,
            platform=found.platform,
            platform_account_id=found.platform_account_id,
            display_name=found.display_name or (before.display_name if before else None),
            token=self._vault.seal(found.token, account_id),
            token_expires_at=found.token_expires_at,
            metadata=dict(found.metadata),
            created_at=before.created_at if before else now,
            updated_at=now,
        )
        if before is None:
            await accounts.add(connection, account)
        else:
            await accounts.update(connection, account.id, _renewed(account))
        await token_lives(connection, account, now)
        return account


def connector_of(platform: Platform) -> Connector:
    """How a consent of this platform is opened. Raises ValidationFailed where another platform's consent yields it."""
    if platform.connector is None:
        raise ValidationFailed(
            f"{platform.title} accounts are connected together with {platform.connect_at}.",
            rule=f"{platform.name}.connect.{platform.connect_at}",
            platform=platform.name,
            remediation=f"Start at POST /v1/accounts/connect/{platform.connect_at}; one consent connects both.",
        )
    return platform.connector


def _start_of(family_name: str) -> Platform:
    return next(one for one in registry().values() if one.family == family_name and one.connector is not None)


def _key(account: DiscoveredAccount) -> Key:
    return account.platform, account.platform_account_id


def _renewed(account: Account) -> dict[str, object]:
    kept = ("profile_id", "grant_id", "display_name", "token", "token_expires_at", "metadata", "updated_at")
    return {name: getattr(account, name) for name in kept} | {"disconnected_at": None}


async def _owned(connection: Connection, caller: Caller, grant_id: str) -> Grant:
    grant = await accounts.grant(connection, caller, grant_id)
    if grant is None or not caller.sees(grant.profile_id):
        raise missing(caller, "grant", grant_id, remediation="GET /v1/grants lists what is there.")
    return grant


async def _view(connection: Connection, caller: Caller, grant: Grant) -> GrantView:
    yielded = await accounts.of_grant(connection, grant.id)
    connected = [one for one in yielded if one.disconnected_at is None and caller.sees(one.profile_id)]
    hidden = frozenset((one.platform, one.platform_account_id) for one in yielded if not caller.sees(one.profile_id))
    return GrantView(grant, tuple(connected), hidden)


async def _known(connection: Connection, caller: Caller, platform: Platform, subject: str) -> Mapping[str, str | None]:
    """The accounts of this platform that the person's consent reached earlier: id and name."""
    mine = [
        grant
        for grant in await accounts.grants_of_caller(connection, caller)
        if grant.family == platform.family and grant.subject == subject
    ]
    yielded = [account for grant in mine for account in await accounts.of_grant(connection, grant.id)]
    return {
        account.platform_account_id: account.display_name
        for account in yielded
        if account.platform == platform.name and account.disconnected_at is None
    }


async def _without_foreign(connection: Connection, caller: Caller, found: Sequence[Found]) -> list[Found]:
    ids = [one.account.platform_account_id for one in found if one.account is not None]
    taken = await accounts.connected_elsewhere(connection, caller, ids)
    return [
        Found(_elsewhere(one.verdict)) if one.account is not None and _key(one.account) in taken else one
        for one in found
    ]


def _elsewhere(verdict: Verdict) -> Verdict:
    return replace(
        verdict,
        reason=ELSEWHERE,
        message=f"{verdict.display_name or verdict.platform_account_id}: it is connected in another organization of "
        "this server.",
        rule=_ELSEWHERE_RULE,
        remediation="Disconnect it there, then scan the grant again: POST /v1/grants/{id}/scan.",
        link=None,
        scopes=(),
    )


def _check_chosen(ids: Collection[str], found: Sequence[Found]) -> None:
    by_id = {one.verdict.platform_account_id: one for one in found}
    for id in sorted(ids):
        one = by_id.get(id)
        if one is None:
            known = ", ".join(sorted(str(known) for known in by_id if known)[:_LISTED])
            raise ValidationFailed(
                f"accounts names {id!r}, which this grant does not reach; it reaches: {known or 'nothing'}.",
                rule="accounts",
                remediation="GET /v1/grants/{id} lists what the grant reaches: use platformAccountId.",
            )
        if one.account is None:
            raise PlatformRejected(
                one.verdict.message, rule=one.verdict.rule, remediation=one.verdict.remediation,
                platform=one.verdict.platform,
            )  # fmt: skip
