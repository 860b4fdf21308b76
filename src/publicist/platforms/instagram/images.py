"""What Instagram takes as an image in a feed (Meta: IG User Media reference, image specifications)."""

from publicist.domain.adapt import ImageLimits
from publicist.domain.rule_limits import RuleLimits

IMAGE_MIMES = ("image/jpeg",)
BYTES_MAX = 8_000_000
RATIO = (0.8, 1.91)
"""4:5 to 1.91:1."""
WIDTH = (320, 1440)


def image_limits(limits: RuleLimits) -> ImageLimits:
    """The same whatever is set; a carousel is shown in the shape of its first item."""
    return ImageLimits(IMAGE_MIMES, BYTES_MAX, RATIO, width_min=WIDTH[0], width_max=WIDTH[1], one_shape=True)
