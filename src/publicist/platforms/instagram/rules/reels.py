"""Reels, and videos of a carousel: size, time and shape."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.domain.media import Facts
from publicist.platforms.instagram.rules.common import ME, MEDIA_RULE, REEL
from publicist.preflight.checks import measured, size_max, usable
from publicist.preflight.examples import draft, video
from publicist.preflight.rule import Finding, Limit, Rule

VIDEO_BYTES_MAX = 300_000_000
DURATION = (3.0, 900.0)
WIDTH_MAX = 1920
RATIO = (0.01, 10.0)
_ADVISED = 9 / 16
_EARLY, _LATE = 0.001, 0.1
"""Seconds that are let pass: times are rounded, and sound often lasts a moment longer than the pictures."""


def _lasts_as_it_may(seconds: float) -> bool:
    shortest, longest = DURATION
    return shortest - _EARLY <= seconds <= longest + _LATE


def _stored_ratio(facts: Facts) -> float | None:
    return round(facts.columns / facts.rows, 4) if facts.columns and facts.rows else None


def _not_vertical(found: Draft) -> Iterator[Finding]:
    """A single video is a Reel, and shown full screen on a phone."""
    for index, _, facts in usable(found, "video"):
        if len(found.media) == 1 and facts.ratio is not None and abs(facts.ratio - _ADVISED) > 0.01:
            words = f"The Reel is {facts.width} x {facts.height}, a ratio of {facts.ratio:.2f}:1"
            yield Finding(f"/media/{index}", round(facts.ratio, 4), f"{words}; Meta advises 9:16 (0.56:1).")


RULES: tuple[Rule, ...] = (
    MEDIA_RULE(
        id="instagram.media.video_size_max",
        title="A video has at most 300 MB",
        severity="error",
        limit=Limit(VIDEO_BYTES_MAX, "bytes"),
        check=size_max("video", VIDEO_BYTES_MAX),
        remediation="Encode the video with a lower bitrate.",
        why="Instagram refuses larger Reels; tables that say 1 GB are outdated.",
        passing=draft(ME, video(bytes=VIDEO_BYTES_MAX)),
        failing=draft(ME, video(bytes=VIDEO_BYTES_MAX + 1)),
    ),
    MEDIA_RULE(
        id="instagram.media.video_duration",
        title="A video lasts 3 seconds to 15 minutes",
        severity="error",
        limit=Limit(DURATION, "seconds"),
        check=measured(
            "video",
            lambda facts: facts.duration and round(facts.duration, 3),
            _lasts_as_it_may,
            lambda seconds: f"lasts {seconds:,.1f} s; Instagram takes 3 s to 15 minutes",
        ),
        remediation="Cut the video, or loop it, to between 3 seconds and 15 minutes.",
        why="Instagram refuses other Reels, and says so only after the upload.",
        passing=REEL,
        failing=draft(ME, video(duration=2.0)),
    ),
    MEDIA_RULE(
        id="instagram.media.video_width_max",
        title="A video has at most 1,920 columns of pixels",
        severity="error",
        limit=Limit(WIDTH_MAX, "pixels"),
        check=measured(
            "video",
            lambda facts: facts.columns,
            lambda columns: columns <= WIDTH_MAX,
            lambda columns: f"is stored {columns:,} pixels wide; Instagram takes 1,920",
        ),
        remediation="Scale the video down; 1080 x 1920 is what Instagram shows.",
        why="Instagram refuses wider videos. What counts is the picture as stored, before it is turned.",
        passing=draft(ME, video(width=1920, height=1080)),
        failing=draft(ME, video(width=3840, height=2160)),
    ),
    MEDIA_RULE(
        id="instagram.media.video_aspect_ratio",
        title="A video is between 0.01:1 and 10:1",
        severity="error",
        limit=Limit(RATIO, "width divided by height"),
        check=measured(
            "video",
            _stored_ratio,
            lambda ratio: RATIO[0] <= ratio <= RATIO[1],
            lambda ratio: f"has a ratio of {ratio:.2f}:1; Instagram takes 0.01:1 to 10:1",
        ),
        remediation="Crop or pad the video; 9:16 is advised.",
        why="Instagram refuses videos outside this range.",
        passing=draft(ME, video(width=1080, height=1080)),
        failing=draft(ME, video(width=1920, height=180)),
    ),
    MEDIA_RULE(
        id="instagram.reel.aspect_ratio",
        title="A Reel that is not 9:16 does not fill the screen",
        severity="warning",
        limit=Limit("9:16", "width to height"),
        check=_not_vertical,
        remediation="Nothing has to be done. Crop or pad the video to 9:16 to decide what is seen.",
        why="Meta advises 9:16. Instagram shows other Reels with bars, or crops them in some places.",
        passing=REEL,
        failing=draft(ME, video(width=1920, height=1080)),
    ),
)
