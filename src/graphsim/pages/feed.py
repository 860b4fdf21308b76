"""`POST /{page}/feed`: words, links and photos (Meta: Page Feed)."""

from urllib.parse import urlsplit

from graphsim.call import Call
from graphsim.pages.access import may_publish
from graphsim.pages.models import PHOTO_LIFETIME, Page, Photo, Post
from graphsim.pages.posts import new_post
from graphsim.settings import Profile
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.params import Params

MESSAGE_MAX = 63_206
DUPLICATE_SECONDS = 3600.0
SOON, LATEST = 600.0, 30 * 24 * 3600.0
"""Bounds of a scheduled post in seconds from now; of the two documented ends (30, 75 days) the nearer one."""
_USED = 1366051
_NOT_A_PHOTO = 2069019
_PRESET_MAX = 130
_UNPUBLISHED = ("SCHEDULED", "SCHEDULED_RECURRING", "DRAFT", "PUBLISH_PENDING", "ADS_POST", "INLINE_CREATED",
                "PUBLISHED", "REVIEWABLE_BRANDED_CONTENT")  # fmt: skip
_GRANULARITIES = ("year", "month", "day", "hour", "min", "none")
_OWNERS_ONLY = ("picture", "name", "description", "caption")
OBJECTS = ("targeting", "feed_targeting", "call_to_action")
KEPT = ("place", "tags", "og_action_type_id", "og_object_id", "text_format_preset_id", "child_attachments")


def create_post(call: Call) -> Json:
    """A post; repeating the last words within an hour is refused, unless the profile is strict."""
    found, params = may_publish(call, call.id), call.params
    message, link = params.text("message"), params.text("link")
    photos = [_attachable(call, found, item) for item in params.items("attached_media")]
    _check_words(params, message, link)
    if not message.strip() and not link and not photos:
        raise invalid("At least one of message, link or attached_media is required.")
    scheduled_at, options = schedule_of(call), read_post_options(call)
    published = params.flag("published", True)
    if published and call.state.settings.profile is not Profile.STRICT:
        _check_duplicate(call, found, message, link, photos)
    ids = [photo.id for photo in photos]
    post = Post("", found.id, message, link, ids, None, published, call.now, scheduled_at, options=options)
    return {"id": new_post(call, post).id}


def _check_words(params: Params, message: str, link: str) -> None:
    if len(message) > MESSAGE_MAX:
        raise invalid("Param message is too long.")
    if link and not _is_web(link):
        raise GraphError(1500, "(#1500) The url you supplied is invalid", subcode=2061006)
    for name in _OWNERS_ONLY:
        if params.has(name):
            words = (
                "(#100) Only owners of the URL have the ability to specify the picture, name, thumbnail or "
                "description params"
            )
            raise GraphError(100, words)


def _is_web(link: str) -> bool:
    """An absolute address that a crawler can open: scheme, host, a real port, no white space."""
    try:
        parts = urlsplit(link)
        legal = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return legal and link.startswith(("http://", "https://")) and not any(letter.isspace() for letter in link)


def schedule_of(call: Call) -> float:
    """`scheduled_publish_time` as unix seconds, 0 without one; only with `published=false`. Raises GraphError."""
    moment = call.params.moment("scheduled_publish_time")
    if not moment:
        return 0.0
    if call.params.flag("published", True):
        raise invalid("Param scheduled_publish_time needs published=false.")
    if not SOON <= moment - call.now <= LATEST:
        raise invalid("The specified scheduled publish time is invalid: it must be 10 minutes to 30 days away.")
    return moment


def read_post_options(call: Call) -> Json:
    """What decorates a post, checked. Raises GraphError."""
    params = call.params
    found: Json = {name: params.object(name) for name in OBJECTS if params.has(name)}
    found |= {name: params.text(name) for name in KEPT if params.has(name)}
    if "tags" in found and "place" not in found:
        raise invalid("Param tags needs place.")
    if params.has("child_attachments") and not 2 <= len(params.items("child_attachments")) <= 5:
        raise invalid("Param child_attachments takes 2 to 5 items.")
    if "text_format_preset_id" in found and len(params.text("message")) > _PRESET_MAX:
        raise invalid(f"A post with text_format_preset_id takes {_PRESET_MAX} characters.")
    kind = params.text("unpublished_content_type", "PUBLISHED")
    if kind not in _UNPUBLISHED:
        raise invalid(f"Param unpublished_content_type must be one of {', '.join(_UNPUBLISHED)}.")
    if params.text("backdated_time_granularity", "none") not in _GRANULARITIES:
        raise invalid(f"Param backdated_time_granularity must be one of {', '.join(_GRANULARITIES)}.")
    backdated = params.moment("backdated_time")
    if backdated > call.now:
        raise invalid("Param backdated_time must be in the past.")
    return found | ({"backdated_time": backdated} if backdated else {})


def _attachable(call: Call, found: Page, item: object) -> Photo:
    """An unpublished photo of this Page that no post uses. Raises GraphError."""
    photo = call.state.photos.get(str(item.get("media_fbid"))) if isinstance(item, dict) else None
    if photo is None or photo.page_id != found.id:
        raise invalid("Param attached_media holds an id that is not an unpublished photo of this Page.", _NOT_A_PHOTO)
    if call.unguarded:
        return photo
    if photo.post_id is not None or photo.published:
        raise GraphError(100, "(#100) Photos already used in a post", subcode=_USED)
    if call.now >= photo.created_at + PHOTO_LIFETIME:
        raise invalid("Param attached_media holds a photo that was removed after 24 hours.", _NOT_A_PHOTO)
    if call.params.has("scheduled_publish_time") and not photo.temporary:
        raise invalid("A scheduled post takes only photos uploaded with temporary=true.", _NOT_A_PHOTO)
    return photo


def _check_duplicate(call: Call, found: Page, message: str, link: str, photos: list[Photo]) -> None:
    """The same words as the Page's previous post within an hour: code 506, stricter than Meta may be."""
    if call.state.settings.equal_posts:
        return
    mine = [post for post in call.state.posts.of(found.id) if post.published]
    last = mine[-1] if mine else None
    if last is None or photos or last.photo_ids or last.video_id:
        return
    if call.now - last.created_at < DUPLICATE_SECONDS and (last.message, last.link) == (message, link):
        words = "This status update is identical to the last one you posted. Try posting something different."
        raise GraphError(506, "(#506) Duplicate status message", words=words)
