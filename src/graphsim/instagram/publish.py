"""`media_publish`: the one call that makes a post (Meta: IG User Media Publish)."""

import asyncio

from graphsim.auth import page_for
from graphsim.call import Call
from graphsim.instagram.account import check_may_publish, count_published, published_today, reach
from graphsim.instagram.models import Container, InstagramAccount, Media, StatusCode, Surface, status_of
from graphsim.settings import Profile
from graphsim.wire.errors import GraphError, Json

_MISSING = "The requested resource does not exist"


async def publish(call: Call) -> Json:
    """Checks, and after `commit_seconds` of the strict profile the effect: two calls in flight make two posts there."""
    account = reach(call, call.id)
    page_for(call.caller, account.page_id, "post")
    call.caller.need("instagram_content_publish")
    check_may_publish(account)
    container = _publishable(call, account)
    strict = call.state.settings.profile is Profile.STRICT
    if strict and call.state.settings.commit_seconds and not call.late:
        await asyncio.sleep(call.state.settings.commit_seconds)
    count_published(call.state, account)
    return {"id": _publish(call, container).id}


def _publishable(call: Call, account: InstagramAccount) -> Container:
    """The container, finished. Raises GraphError."""
    container = call.state.containers.get(call.params.required("creation_id"))
    if container is None or container.account_id != account.id or container.surface.is_child:
        raise GraphError(24, _MISSING, subcode=2207008)
    code = status_of(container, call.now)
    if code is StatusCode.PUBLISHED and call.unguarded:
        return container
    if code is StatusCode.PUBLISHED:
        raise GraphError(-1, "Fatal", subcode=2207085, title="Fatal", words="This container was published already.")
    if code is StatusCode.EXPIRED:
        raise GraphError(24, _MISSING, subcode=2207008)
    if code is not StatusCode.FINISHED:
        words = "The media is not ready for publishing, please wait for a moment"
        raise GraphError(9007, "Media ID is not available", subcode=2207027, title="Cannot Publish", words=words)
    if published_today(call.state, account) >= account.quota_total:
        raise GraphError(9, "Application request limit reached", subcode=2207042)
    return container


def _publish(call: Call, container: Container, parent_id: str = "") -> Media:
    state = call.state
    media = Media(
        id=state.new_id(),
        account_id=container.account_id,
        surface=container.surface,
        created_at=call.now,
        caption=container.caption,
        alt_text=container.alt_text,
        shortcode="D" + state.text(10, "shortcode"),
        parent_id=parent_id,
        share_to_feed=container.share_to_feed or container.surface is not Surface.REEL,
        options=container.options,
        container_id=container.id,
        blob_id=container.blob_id,
        poster_id=container.poster_id,
    )
    media.children = [_publish(call, state.containers.one(id), media.id).id for id in container.children]
    container.media_id = media.id
    state.containers.put(container)
    return state.media.put(media)
