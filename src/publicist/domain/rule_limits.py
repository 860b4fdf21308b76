"""Limits on which Meta's own pages disagree, or say nothing. Each is a setting; the defaults are the safest values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleLimits:
    """Members are named like the settings, `PUBLICIST_<NAME>`. Sizes in bytes, times in seconds."""

    schedule_window_days: float = 1825.0
    facebook_photo_max_bytes: int = 4_000_000
    facebook_video_max_bytes: int = 2_000_000_000
    facebook_video_max_seconds: float = 2400.0
    instagram_carousel_video_max_seconds: float = 60.0


SAFEST = RuleLimits()
"""What holds unless someone set something else."""
