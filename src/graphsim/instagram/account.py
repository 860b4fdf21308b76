"""An Instagram account: who reaches it, its profile, its quota."""

from graphsim.auth import Caller
from graphsim.call import Call
from graphsim.instagram.models import AccountType, InstagramAccount
from graphsim.state import State
from graphsim.wire.errors import GraphError, Json, unsupported
from graphsim.wire.fields import select

CONTAINERS_PER_DAY = 400
DAY = 24 * 3600.0
_NEEDED = ("instagram_basic", "pages_read_engagement")


def reach(call: Call, account_id: str) -> InstagramAccount:
    """An account, by the token of its Page or of a user who granted that Page. Raises GraphError."""
    state, caller = call.state, call.caller
    account = state.instagram.get(account_id)
    if account is None or not _granted(caller, account.page_id):
        raise unsupported(call.method, account_id)
    caller.need(*_NEEDED)
    caller.need_data_access(call.now)
    return account


def _granted(caller: Caller, page_id: str) -> bool:
    if caller.token.kind.is_person:
        return caller.grant is not None and page_id in caller.grant.page_ids
    return caller.token.page_id == page_id


def check_may_publish(account: InstagramAccount) -> None:
    """Raises GraphError for an account that Instagram keeps from publishing."""
    if account.account_type is AccountType.PERSONAL:
        raise GraphError(110, "The user is not an Instagram Business", subcode=2207013)
    if account.restricted:
        words = "The account is restricted. Log in to the Instagram app and follow the instructions there."
        raise GraphError(25, "The Instagram account is restricted", subcode=2207050, words=words)


def published_today(state: State, account: InstagramAccount) -> int:
    """Posts and stories of the last 24 hours; a carousel counts once (Meta: Content Publishing).

    Those deleted since count too: unconfirmed at Meta, and the harder answer.
    """
    since = state.clock.now() - DAY
    return sum(moment > since for moment in account.published_at) + account.used_before


def count_published(state: State, account: InstagramAccount) -> None:
    """One more."""
    now = state.clock.now()
    account.published_at = [*(moment for moment in account.published_at if moment > now - DAY), now]
    state.instagram.put(account)


def check_containers(state: State, account: InstagramAccount) -> None:
    """400 containers in 24 hours, items of carousels included. Raises GraphError 9/2207042."""
    since = state.clock.now() - DAY
    if sum(c.created_at > since for c in state.containers.of(account.id)) >= CONTAINERS_PER_DAY:
        raise GraphError(9, "Application request limit reached", subcode=2207042)


ACCOUNT_FIELDS = {
    "id": lambda call, account, _: account.id,
    "username": lambda call, account, _: account.username,
    "name": lambda call, account, _: account.name,
    "biography": lambda call, account, _: account.biography or None,
    "profile_picture_url": lambda call, account, _: None,
    "followers_count": lambda call, account, _: 0,
    "follows_count": lambda call, account, _: 0,
    "media_count": lambda call, account, _: sum(not m.parent_id for m in call.state.media.of(account.id)),
}
"""Readers of an account (Meta: IG User)."""


def read_account(call: Call) -> Json:
    """The profile."""
    account = reach(call, call.id)
    return select(account.node_type, ACCOUNT_FIELDS, call, account, call.fields())


QUOTA_FIELDS = {
    "quota_usage": lambda call, account, _: published_today(call.state, account),
    "config": lambda call, account, _: {"quota_total": account.quota_total, "quota_duration": int(DAY)},
}
"""Readers of the publishing limit (Meta: IG User Content Publishing Limit)."""


def read_quota(call: Call) -> Json:
    """`/{ig}/content_publishing_limit`: `quota_usage` unless `config` is asked for."""
    account = reach(call, call.id)
    since = call.params.moment("since")
    if since and since < call.now - DAY:
        raise GraphError(100, "(#100) Param since must be within the last 24 hours.")
    return {"data": [select("IGContentPublishingLimit", QUOTA_FIELDS, call, account, call.fields("quota_usage"))]}
