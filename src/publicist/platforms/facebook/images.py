"""What a Page takes as a photo (Meta: Page Photos reference)."""

from publicist.domain.adapt import ImageLimits
from publicist.domain.rule_limits import RuleLimits

IMAGE_MIMES = ("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff")
_SIDE_MAX = 2048
"""Facebook keeps no more of a photo (Facebook Help Centre: photo quality)."""


def image_limits(limits: RuleLimits) -> ImageLimits:
    """Photos of every shape; how many bytes is a setting, because Meta documents more than it takes."""
    return ImageLimits(IMAGE_MIMES, limits.facebook_photo_max_bytes, width_max=_SIDE_MAX, height_max=_SIDE_MAX)
