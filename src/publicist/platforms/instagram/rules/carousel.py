"""What only a carousel has to keep in mind."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.domain.rule_limits import SAFEST
from publicist.platforms.instagram.rules.common import ME, MEDIA_RULE, PUBLISHING, VERIFIED
from publicist.preflight.checks import count_max, usable
from publicist.preflight.examples import draft, image, video
from publicist.preflight.rule import Finding, Limit, Rule

MEDIA_MAX = 10
_ALIKE = 0.01


def _cropped(found: Draft) -> Iterator[Finding]:
    """Items of another ratio than the first; nothing when the first is not known."""
    ratios = {index: facts.ratio for index, _, facts in usable(found) if facts.ratio is not None}
    first = ratios.get(0)
    if first is None:
        return
    for index, ratio in ratios.items():
        if abs(ratio - first) > _ALIKE:
            words = f"Media item {index + 1} has a ratio of {ratio:.2f}:1 and the first has {first:.2f}:1"
            yield Finding(f"/media/{index}", round(ratio, 4), f"{words}; Instagram crops it to that of the first.")


def _long_videos(found: Draft) -> Iterator[Finding]:
    longest = found.limits.instagram_carousel_video_max_seconds
    for index, _, facts in usable(found, "video"):
        if len(found.media) > 1 and facts.duration is not None and facts.duration > longest:
            words = f"Media item {index + 1} lasts {facts.duration:.1f} s; an older page of Meta's allows {longest:g} s"
            yield Finding(f"/media/{index}", round(facts.duration, 3), f"{words} in a carousel.", limit=longest)


RULES: tuple[Rule, ...] = (
    Rule(
        id="instagram.media.count_max",
        platform=ME,
        title="A carousel has at most 10 items",
        severity="error",
        limit=Limit(MEDIA_MAX, "media items"),
        check=count_max(MEDIA_MAX, "an Instagram carousel"),
        remediation="Send at most 10 items, or split them over several posts.",
        why="The API takes carousels of 2 to 10 items (100/2207028), though the app takes more.",
        source=PUBLISHING,
        verified=VERIFIED,
        passing=draft(ME, *[image()] * MEDIA_MAX),
        failing=draft(ME, *[image()] * (MEDIA_MAX + 1)),
    ),
    MEDIA_RULE(
        id="instagram.carousel.aspect_ratio",
        title="All items of a carousel are cropped to the ratio of the first",
        severity="warning",
        limit=None,
        check=_cropped,
        remediation="Give all items one ratio, or put the item first whose ratio they should have.",
        why="A carousel has one ratio, that of its first item; Instagram cuts off what does not fit.",
        passing=draft(ME, image(), image()),
        failing=draft(ME, image(), image(width=1080, height=1350)),
    ),
    MEDIA_RULE(
        id="instagram.carousel.video_duration",
        title="A long video in a carousel may be refused",
        severity="warning",
        limit=Limit(SAFEST.instagram_carousel_video_max_seconds, "seconds"),
        check=_long_videos,
        remediation="Publish the video as a Reel, or cut it to 60 seconds.",
        why="An older page of Meta's allows 60 seconds, the present ones name no limit of their own for carousels.",
        passing=draft(ME, image(), video(duration=60.0)),
        failing=draft(ME, image(), video(duration=75.0)),
        setting="instagram_carousel_video_max_seconds",
    ),
)
