"""What is known of a target before it runs: its rows, its account, its files, and where its calls would go."""

from dataclasses import dataclass, replace

from publicist.domain.accounts import RECONNECT, Account
from publicist.domain.history import Forgotten
from publicist.domain.platform import DEAD_TOKEN, ErrorClass, JobMedia, UpstreamError
from publicist.domain.targets import Attempt, StepRecord, Target, TargetMedia, TargetStatus
from publicist.platforms import Platform, Upstream, registry
from publicist.storage import accounts, attempts, media, organizations, targets
from publicist.storage.session import Connection
from publicist.workflows.failover import begins_anew, concerns
from publicist.workflows.tools import PublishTools


@dataclass(frozen=True, slots=True)
class Situation:
    """One target that is due, as a single look at the database found it."""

    target: Target
    account: Account
    paused: bool
    """The account, or its whole organization."""
    steps: tuple[StepRecord, ...]
    attempts: tuple[Attempt, ...]
    media: tuple[JobMedia, ...]
    lost_media: str | None
    """A file that is gone; the target cannot be sent."""
    platform: Platform
    upstream: Upstream | None
    """None when the target's environment is not configured here."""
    token: str
    forgotten: Forgotten | None = None
    """A stretch of history in which the database may have lost that the target was published."""

    @property
    def is_under_way(self) -> bool:
        """Whether an attempt is open: a crash or a pause interrupted it."""
        return bool(self.attempts) and self.attempts[-1].finished_at is None

    @property
    def is_stale(self) -> bool:
        """Whether the open attempt is given up for a new one, because the database may not know all it did."""
        if self.forgotten is None or not self.is_under_way:
            return False
        return begins_anew(self.forgotten, self.attempts[-1], self.steps)

    @property
    def goes_on(self) -> bool:
        """Whether the open attempt goes on without a write; a queued one has to be claimed from its caller first."""
        return self.is_under_way and self.target.status is not TargetStatus.QUEUED and not self.is_stale

    def obstacle(self) -> UpstreamError | None:
        """Why nothing can be sent at all; None when nothing stands in the way."""
        if self.upstream is None:
            return cannot(
                ErrorClass.CONFIG,
                f"The {self.target.environment} environment is not configured on this server.",
                "Set PUBLICIST_META_APP_ID, PUBLICIST_META_APP_SECRET and PUBLICIST_PUBLIC_URL, and start it again.",
            )
        if self.account.token_died_at is not None and not self.token:
            return replace(cannot(ErrorClass.AUTH, self.account.token_death or "", RECONNECT), rule=DEAD_TOKEN)
        if self.account.disconnected_at is not None or not self.token:
            return cannot(ErrorClass.AUTH, "The account was disconnected.", "Connect it again.")
        if self.lost_media is not None:
            return cannot(ErrorClass.CONTENT, f"The file {self.lost_media} is gone.", "Upload it and post again.")
        return None


def cannot(error_class: ErrorClass, message: str, remediation: str) -> UpstreamError:
    """A failure of ours: nothing was sent."""
    return UpstreamError(error_class=error_class, message=message, remediation=remediation, not_done=True)


async def look_at(tools: PublishTools, target_id: str, forgotten: Forgotten | None = None) -> Situation | None:
    """What there is to know; None when the target is not due, e.g. because a caller moved it a moment ago.

    `forgotten` is what the database may have lost, as the lease was told.

    Raises LookupError for a target without an account.
    """
    async with tools.database.read() as connection:
        target = await targets.by_id(connection, target_id)
        if target is None or target.next_run_at is None or target.next_run_at > tools.clock.now():
            return None
        account = await accounts.by_id(connection, target.account_id)
        if account is None:
            raise LookupError(f"target {target.id} names a missing account")
        found = await _situation(tools, connection, target, account)
    return replace(found, forgotten=forgotten) if concerns(forgotten, target) else found


async def _situation(tools: PublishTools, connection: Connection, target: Target, account: Account) -> Situation:
    found = [await _file(tools, connection, item) for item in target.media]
    return Situation(
        target=target,
        account=account,
        paused=account.paused_at is not None or await organizations.is_paused(connection, target.organization_id),
        steps=tuple(await attempts.steps_of_target(connection, target.id)),
        attempts=tuple(await attempts.of_target(connection, target.id)),
        media=tuple(file for file in found if file is not None),
        lost_media=next((item.media_id for item, file in zip(target.media, found, strict=True) if file is None), None),
        platform=registry()[target.platform],
        upstream=tools.upstreams.get(target.environment),
        token=tools.vault.open(account.token, account.id) if account.token else "",
    )


async def _file(tools: PublishTools, connection: Connection, item: TargetMedia) -> JobMedia | None:
    """The file as the upstream is told of it; None when it is gone."""
    row = await media.by_id(connection, item.media_id)
    if row is None or row.facts.kind is None:
        return None
    url = item.source_url or tools.media_url(row)
    return JobMedia(row.facts.kind, row.id, url, row.facts, item.alt_text, is_ours=item.source_url is None)
