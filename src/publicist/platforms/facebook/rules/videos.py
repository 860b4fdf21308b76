"""Videos."""

from publicist.platforms.facebook.rules.common import ME, VERIFIED, VIDEOS
from publicist.preflight.checks import size_max
from publicist.preflight.examples import draft, video
from publicist.preflight.rule import Limit, Rule

VIDEO_BYTES_MAX = 4_000_000_000


RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.media.video_size_max",
        platform=ME,
        title="A video has at most 4 GB",
        severity="error",
        limit=Limit(VIDEO_BYTES_MAX, "bytes"),
        check=size_max("video", VIDEO_BYTES_MAX),
        remediation="Encode the video with a lower bitrate.",
        why="Larger Page videos are refused.",
        source=VIDEOS,
        verified=VERIFIED,
        passing=draft(ME, video(bytes=VIDEO_BYTES_MAX)),
        failing=draft(ME, video(bytes=VIDEO_BYTES_MAX + 1)),
    ),
)
