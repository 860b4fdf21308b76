"""What single files are warned about: they are accepted all the same, so the table of verdicts does not show it."""

from collections.abc import Mapping

WARNED: Mapping[str, tuple[str, ...]] = {
    "facebook.media.video_codec": (
        "webm",
        "mp4 av1",
        "mp4 vp9",
        "mp4 mpeg4",
        "mov mpeg2video",
        "mov mjpeg",
        "mov prores",
        "mov qtrle",
    ),
    "instagram.media.audio_bitrate": ("mp4 5.1", "mp4 with opus", "mp4 with ac-3", "mov with pcm", "mov with alac"),
    "instagram.media.colour_space": ("jpeg with a rubbish profile", "jpeg cmyk"),
    "instagram.media.image_width_max": ("jpeg banner", "jpeg 12 megapixels"),
    "instagram.reel.aspect_ratio": (
        "mp4 square",
        "mp4 16:9",
        "mp4 of 2,000 columns",
        "mp4 turned, of 2,000 columns",
        "mp4 12:1",
        "mp4 turned by 90",
        "mp4 turned by 270",
        "mp4 of 15 minutes",
        "mp4 of 15 minutes and 2 seconds",
        "mp4 av1",
        "mp4 vp9",
        "mp4 mpeg4",
        "mov mpeg2video",
        "mov mjpeg",
        "mov prores",
        "mov qtrle",
    ),
}
"""Rule id to the names of the files, each posted alone."""
