"""Videos."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.domain.rule_limits import SAFEST
from publicist.platforms.facebook.rules.common import CLIP, ME, VIDEO_RULE
from publicist.preflight.checks import measured, size_max_set, usable
from publicist.preflight.examples import draft, video
from publicist.preflight.rule import Finding, Limit, Rule

BYTES_MIN = 1024
SECONDS_MIN = 1.0
CODECS = ("h264", "hevc")
_BYTES_MAX = SAFEST.facebook_video_max_bytes
_SECONDS_MAX = SAFEST.facebook_video_max_seconds


def _duration(found: Draft) -> Iterator[Finding]:
    longest = found.limits.facebook_video_max_seconds
    for index, _, facts in usable(found, "video"):
        if facts.duration is not None and not SECONDS_MIN <= facts.duration <= longest:
            words = f"Media item {index + 1} lasts {facts.duration:,.1f} s; Facebook takes 1 s to {longest:g} s."
            yield Finding(f"/media/{index}", round(facts.duration, 3), words, limit=(SECONDS_MIN, longest))


RULES: tuple[Rule, ...] = (
    VIDEO_RULE(
        id="facebook.media.video_size_max",
        title="A video has at most 2 GB",
        severity="error",
        limit=Limit(_BYTES_MAX, "bytes"),
        check=size_max_set("video", lambda limits: limits.facebook_video_max_bytes),
        remediation="Encode the video with a lower bitrate.",
        why="Meta's list of errors refuses videos above 2 GB (1363023); other pages name 4 GB.",
        passing=draft(ME, video(bytes=_BYTES_MAX)),
        failing=draft(ME, video(bytes=_BYTES_MAX + 1)),
        setting="facebook_video_max_bytes",
    ),
    VIDEO_RULE(
        id="facebook.media.video_size_min",
        title="A video has at least 1 KB",
        severity="error",
        limit=Limit(BYTES_MIN, "bytes"),
        check=measured(
            "video",
            lambda facts: facts.bytes,
            lambda size: size >= BYTES_MIN,
            lambda size: f"has {size:,} bytes; Facebook takes videos of {BYTES_MIN:,} or more",
        ),
        remediation="Look whether this is the right file; a real video is larger.",
        why="Meta's list of errors refuses smaller files (1363022).",
        passing=draft(ME, video(bytes=BYTES_MIN)),
        failing=draft(ME, video(bytes=900)),
    ),
    VIDEO_RULE(
        id="facebook.media.video_duration",
        title="A video lasts 1 second to 40 minutes",
        severity="error",
        limit=Limit((SECONDS_MIN, _SECONDS_MAX), "seconds"),
        check=_duration,
        remediation="Cut the video to at most 40 minutes; loop one that is shorter than a second.",
        why="Meta's list of errors refuses others (1363025, 1363026), and only after the upload. The list is old; "
        "other pages allow more.",
        passing=CLIP,
        failing=draft(ME, video(duration=3000.0)),
        setting="facebook_video_max_seconds",
    ),
    VIDEO_RULE(
        id="facebook.media.video_codec",
        title="A video coded in something else than H.264 or HEVC may be refused",
        severity="warning",
        limit=Limit("h264, hevc", "codecs"),
        check=measured(
            "video",
            lambda facts: facts.video_codec,
            lambda codec: codec in CODECS,
            lambda codec: f"is coded in {codec}; Meta names h264 and hevc for Reels, and nothing for other videos",
        ),
        remediation="Encode the video with H.264 and AAC to be safe.",
        why="Meta names H.264 and HEVC for Reels. For other Page videos it names no codec, and refuses files of an "
        "unsupported format (1363024).",
        passing=draft(ME, video(video_codec="hevc")),
        failing=draft(ME, video(video_codec="vp9")),
    ),
)
