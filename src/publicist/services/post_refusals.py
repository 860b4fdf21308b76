"""Why a post is not taken, or not changed: the refusals that depend on the time and on what is stored."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from publicist.domain.targets import RETRIABLE, Target, TargetMedia, TargetStatus
from publicist.kit.clock import iso
from publicist.kit.errors import Conflict, DuplicatePost, ValidationFailed
from publicist.storage import media
from publicist.storage.session import Connection

SOONEST = timedelta(seconds=1)
"""A scheduled time has to be at least this far ahead."""
_LOOK = "Look at it with GET /v1/posts/{id}."


def check_time(at: datetime | None, now: datetime) -> None:
    """Raises ValidationFailed for a time that is past, or as good as."""
    if at is not None and at < now + SOONEST:
        raise ValidationFailed(
            f"scheduledAt is {iso(at)}, and it is {iso(now)} now; it must be at least 1 second ahead.",
            rule="scheduledAt.future",
            remediation="Leave scheduledAt out to publish now.",
        )


def duplicate_post(earlier: Target, within: timedelta, now: datetime) -> DuplicatePost:
    """The same content went to the same account a moment ago, and neither request had an Idempotency-Key."""
    ago = round((now - earlier.created_at).total_seconds())
    return DuplicatePost(
        f"The same content was accepted for this account {ago} s ago, as post {earlier.id} (now {earlier.status}).",
        rule="post.duplicate",
        remediation=(
            "If this is the same request sent again, use that post. To publish it again within "
            f"{round(within.total_seconds())} s on purpose, send `allowDuplicate: true`."
        ),
        platform=earlier.platform,
        platform_response={"postId": earlier.id, "status": str(earlier.status)},
    )


def not_retriable(target: Target) -> Conflict:
    """Sending it again is refused while nobody knows whether it is live."""
    if target.status is TargetStatus.UNCONFIRMED:
        words = "The post may be live, so sending it again could publish it twice."
        remedy = (
            "Look whether it is live (`error.evidence` of GET /v1/posts/{id}), and say so at /v1/posts/{id}/resolve."
        )
        return Conflict(words, rule="post.unconfirmed", remediation=remedy)
    known = ", ".join(RETRIABLE)
    words = f"The post is {target.status}; only posts that are {known} can be sent again."
    return Conflict(words, rule="post.status", remediation=_LOOK)


def not_resolvable(target: Target) -> Conflict:
    """Only what is unconfirmed is for people to decide."""
    words = f"The post is {target.status}; only posts that are unconfirmed can be resolved."
    return Conflict(words, rule="post.status", remediation=_LOOK)


async def hold_media(connection: Connection, wanted: Iterable[TargetMedia]) -> None:
    """Keep the files of a post from being deleted until this transaction ends, when the post itself keeps them.

    Raises Conflict when one is gone already.
    """
    ids = {item.media_id for item in wanted}
    gone = ids - await media.hold(connection, ids) if ids else set()
    if gone:
        raise Conflict(
            f"The file {min(gone)} was deleted, or has expired.",
            rule="media.unknown",
            remediation="Upload it again with POST /v1/media, and make a new post with the id it answers.",
        )


def media_in_use(media_id: str, posts: Sequence[str], more: bool) -> Conflict:
    """A file that posts still need is not deleted; at most the first of them are named."""
    named = f"{', '.join(posts)}{' and others' if more else ''}" if posts else "those of other profiles"
    return Conflict(
        f"The file {media_id} is used by posts that are not over: {named}.",
        rule="media.in_use",
        remediation="Cancel those posts (DELETE /v1/posts/{id}), or wait until they are out.",
        platform_response={"postIds": list(posts)},
    )


def changed_meanwhile() -> Conflict:
    """What the caller was about to change is not what it saw."""
    words = "The post was changed by another request meanwhile."
    return Conflict(words, rule="post.changed", remediation=f"{_LOOK[:-1]} and try again.")


def not_queued(target: Target) -> Conflict:
    """It is on its way, or has ended."""
    if target.status is TargetStatus.QUEUED:
        return Conflict("The post is due, and about to go out.", rule="post.scheduledAt.window", remediation=_LOOK)
    words = f"The post is {target.status}, and only queued posts can be changed."
    return Conflict(words, rule="post.status", remediation=_LOOK)
