"""Reels, and videos of a carousel."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.platforms.instagram.rules.common import ME, MEDIA_PAGE, REEL, VERIFIED
from publicist.preflight.checks import (
    size_max,
    usable,
)
from publicist.preflight.examples import draft, video
from publicist.preflight.rule import Finding, Limit, Rule

VIDEO_BYTES_MAX = 300_000_000
DURATION = (3.0, 900.0)


def _duration(found: Draft) -> Iterator[Finding]:
    shortest, longest = DURATION
    for index, _, facts in usable(found, "video"):
        if facts.duration is not None and not shortest <= facts.duration <= longest:
            words = f"Media item {index + 1} lasts {facts.duration:.1f} s; Instagram takes 3 s to 15 minutes."
            yield Finding(f"/media/{index}", round(facts.duration, 3), words)


RULES: tuple[Rule, ...] = (
    Rule(
        id="instagram.media.video_size_max",
        platform=ME,
        title="A video has at most 300 MB",
        severity="error",
        limit=Limit(VIDEO_BYTES_MAX, "bytes"),
        check=size_max("video", VIDEO_BYTES_MAX),
        remediation="Encode the video with a lower bitrate.",
        why="Instagram refuses larger Reels; tables that say 1 GB are outdated.",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=draft(ME, video(bytes=VIDEO_BYTES_MAX)),
        failing=draft(ME, video(bytes=VIDEO_BYTES_MAX + 1)),
    ),
    Rule(
        id="instagram.media.video_duration",
        platform=ME,
        title="A video lasts 3 seconds to 15 minutes",
        severity="error",
        limit=Limit(DURATION, "seconds"),
        check=_duration,
        remediation="Cut the video, or loop it, to between 3 seconds and 15 minutes.",
        why="Instagram refuses other Reels, and says so only after the upload.",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=REEL,
        failing=draft(ME, video(duration=2.0)),
    ),
)
