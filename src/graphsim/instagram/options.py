"""The parameters of a container that only decorate, checked as Instagram checks them (Meta: IG User Media)."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphsim.instagram.models import InstagramAccount, Surface
from graphsim.state import State
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.params import Params, loads

S = Surface
_FEED = (S.IMAGE, S.REEL, S.CAROUSEL)
_STORIES = (S.STORY_IMAGE, S.STORY_VIDEO)
_ALL_VIDEO = (S.REEL, S.CHILD_VIDEO, S.STORY_VIDEO)

TAKEN_BY: Mapping[str, Sequence[Surface]] = {
    "image_url": (S.IMAGE, S.CHILD_IMAGE, S.STORY_IMAGE),
    "video_url": _ALL_VIDEO,
    "upload_type": _ALL_VIDEO,
    "media_type": (*_ALL_VIDEO, S.CAROUSEL, S.STORY_IMAGE),
    "is_carousel_item": (S.CHILD_IMAGE, S.CHILD_VIDEO),
    "children": (S.CAROUSEL,),
    "caption": _FEED,
    "alt_text": (S.IMAGE, S.CHILD_IMAGE),
    "location_id": _FEED,
    "user_tags": (S.IMAGE, S.CHILD_IMAGE, S.REEL, S.CHILD_VIDEO, *_STORIES),
    "product_tags": (S.IMAGE, S.CHILD_IMAGE, S.REEL, S.CHILD_VIDEO),
    "collaborators": _FEED,
    "cover_url": (S.REEL,),
    "thumb_offset": (S.REEL, S.CHILD_VIDEO),
    "audio_name": (S.REEL,),
    "share_to_feed": (S.REEL,),
    "trial_params": (S.REEL,),
    "branded_content_sponsor_ids": (*_FEED, *_STORIES),
    "is_paid_partnership": (*_FEED, *_STORIES),
    "is_ai_generated": (*_FEED, *_STORIES),
    "audio_configuration": (S.REEL,),
    "poll_attachment": (S.IMAGE, S.REEL, S.CAROUSEL),
    "is_poll_duration_extended": (S.IMAGE, S.REEL, S.CAROUSEL),
    "is_comment_prompt_used": (S.IMAGE, S.REEL, S.CAROUSEL),
}
"""Which surfaces take a parameter; on any other it is refused by name."""
ALT_TEXT_MAX = 1000
_TAGS_MAX, _PRODUCTS_MAX, _COLLABORATORS_MAX, _SPONSORS_MAX = 20, 5, 3, 2
_GRADUATIONS = ("MANUAL", "SS_PERFORMANCE")


def check_taken(params: Params, surface: Surface) -> None:
    """Raises GraphError for a parameter that the surface does not take."""
    for name in sorted(params.names()):
        if surface not in TAKEN_BY.get(name, ()):
            raise GraphError(100, f"(#100) param {name} is not allowed")


def read_options(state: State, account: InstagramAccount, surface: Surface, params: Params) -> Json:
    """What decorates the post, checked. Raises GraphError."""
    found: Json = {}
    for name, read in _READERS.items():
        if params.has(name):
            found[name] = read(state, account, surface, params)
    if "poll_attachment" in found and found.get("is_comment_prompt_used"):
        raise invalid("Only one of poll_attachment and is_comment_prompt_used is allowed.")
    if found.get("is_poll_duration_extended") and "poll_attachment" not in found:
        raise invalid("Param is_poll_duration_extended needs poll_attachment.")
    return found


def _location(state: State, account: InstagramAccount, surface: Surface, params: Params) -> str:
    page = state.pages.get(params.text("location_id"))
    if page is None or not page.has_location:
        raise GraphError(100, "INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID")
    return page.id


def _tags(name: str, params: Params, most: int) -> list[Json]:
    text = params.text(name)
    tags = loads(text) if text else []
    if not isinstance(tags, list) or not all(isinstance(tag, dict) for tag in tags):
        raise invalid(f"Param {name} must be an array of objects.")
    if len(tags) > most:
        raise invalid(f"Param {name} holds more than {most} tags.", 2207040)
    return tags


def _in_picture(tag: Json) -> bool:
    return all(isinstance(tag.get(axis), int | float) and 0.0 <= tag[axis] <= 1.0 for axis in ("x", "y"))


def _user_tags(state: State, account: InstagramAccount, surface: Surface, params: Params) -> list[Json]:
    tags = _tags("user_tags", params, _TAGS_MAX)
    for tag in tags:
        placed = "x" in tag or "y" in tag
        if not isinstance(tag.get("username"), str) or not set(tag) <= {"username", "x", "y"}:
            raise invalid("Each item of user_tags takes username, x and y.")
        if surface in _ALL_VIDEO and surface is not S.STORY_VIDEO and placed:
            raise invalid("Positions of user_tags are not allowed on videos.")
        if (placed or surface in (S.IMAGE, S.CHILD_IMAGE)) and not _in_picture(tag):
            raise invalid("Positions of user_tags must be between 0.0 and 1.0.")
    return tags


def _product_tags(state: State, account: InstagramAccount, surface: Surface, params: Params) -> list[Json]:
    tags = _tags("product_tags", params, _PRODUCTS_MAX)
    for tag in tags:
        if not str(tag.get("product_id", "")).isdecimal():
            raise GraphError(100, "(#100) Invalid product", subcode=2207037)
        placed = "x" in tag or "y" in tag
        if surface.is_video and placed:
            raise GraphError(100, "(#100) Product tag positions are not allowed on videos", subcode=2207035)
        if not surface.is_video and not _in_picture(tag):
            raise GraphError(100, "(#100) Product tag positions are missing", subcode=2207036)
    return tags


def _names(name: str, most: int) -> Any:
    def read(state: State, account: InstagramAccount, surface: Surface, params: Params) -> list[str]:
        found = [str(item) for item in params.items(name)]
        if len(found) > most or len(set(found)) != len(found) or not all(found):
            raise invalid(f"Param {name} takes up to {most} different values.")
        return found

    return read


def _flag(name: str) -> Any:
    return lambda state, account, surface, params: params.flag(name)


def _audio_name(state: State, account: InstagramAccount, surface: Surface, params: Params) -> str:
    return params.required("audio_name")


def _trial(state: State, account: InstagramAccount, surface: Surface, params: Params) -> Json:
    found = params.object("trial_params")
    if set(found) != {"graduation_strategy"} or found["graduation_strategy"] not in _GRADUATIONS:
        raise invalid("Param trial_params takes graduation_strategy: MANUAL or SS_PERFORMANCE.")
    if not account.trial_reels:
        raise GraphError(100, "(#100) The account is not eligible for trial reels", subcode=2207081)
    return found


def _audio(state: State, account: InstagramAccount, surface: Surface, params: Params) -> Json:
    found = params.object("audio_configuration")
    volumes = [found.get(name, 100) for name in ("audio_volume", "video_volume")]
    known = {"audio_id", "audio_volume", "video_volume"}
    if not found.get("audio_id") or not set(found) <= known or not all(v in range(101) for v in volumes):
        raise invalid("Param audio_configuration takes audio_id, and audio_volume and video_volume from 0 to 100.")
    return found


def _poll(state: State, account: InstagramAccount, surface: Surface, params: Params) -> Json:
    found = params.object("poll_attachment")
    options = [f"option_{letter}" for letter in "abcd"]
    named = [name for name in options if found.get(name)]
    if set(found) - set(options) or len(named) < 2 or named != options[: len(named)]:
        raise invalid("Param poll_attachment takes two to four of option_a, option_b, option_c, option_d.")
    return found


_READERS = {
    "location_id": _location,
    "user_tags": _user_tags,
    "product_tags": _product_tags,
    "collaborators": _names("collaborators", _COLLABORATORS_MAX),
    "audio_name": _audio_name,
    "trial_params": _trial,
    "branded_content_sponsor_ids": _names("branded_content_sponsor_ids", _SPONSORS_MAX),
    "is_paid_partnership": _flag("is_paid_partnership"),
    "is_ai_generated": _flag("is_ai_generated"),
    "audio_configuration": _audio,
    "poll_attachment": _poll,
    "is_poll_duration_extended": _flag("is_poll_duration_extended"),
    "is_comment_prompt_used": _flag("is_comment_prompt_used"),
}
