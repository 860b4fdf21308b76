"""Facts of an image, with Pillow as the judge of whether it decodes."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image, ImageCms

try:
    import pillow_heif
except ImportError:  # the extra `heic` is not installed
    pillow_heif = None  # type: ignore[assignment]

from publicist.domain.media import Facts
from publicist.media.boxes import read_heif_size, read_structure
from publicist.media.gif import is_cut_off
from publicist.media.sniff import FORMATS

PIXELS_MAX = 120_000_000
"""Larger pictures are refused unread: decoding one could take more memory than the machine has."""

BYTES_MAX = 100_000_000
"""Larger image files are refused unread: reading them could take minutes."""

Image.MAX_IMAGE_PIXELS = PIXELS_MAX

_DECODERS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/mpo": "JPEG",
}
_HEIF = frozenset({"image/heic", "image/heif"})
if pillow_heif is not None:
    pillow_heif.register_heif_opener(thumbnails=False)
    _DECODERS |= dict.fromkeys(_HEIF, "HEIF")
TURNED = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height (CIPA DC-008, tag 0x0112)."""


class TooManyPixels(Exception):
    """The picture is not opened; carries the number of its pixels."""

    def __init__(self, pixels: int) -> None:
        super().__init__(pixels)
        self.pixels = pixels


def image_facts(path: Path, known: Facts) -> Facts:
    """`known` (type, size, hash, kind) with what the picture says. Never raises for what is in the file."""
    if known.bytes > BYTES_MAX:
        return replace(known, broken=f"the image has {known.bytes:,} bytes; more than {BYTES_MAX:,} are not opened")
    if known.mime in _HEIF:
        known = _heif_facts(path, known)
        if known.broken or known.mime not in _DECODERS:
            return known
    try:
        return _decode(path, known)
    except TooManyPixels as error:
        return replace(known, broken=f"the image has {error.pixels:,} pixels; more than {PIXELS_MAX:,} are not opened")
    except MemoryError:
        raise
    except Exception as error:
        # Broken files make Pillow raise OSError, SyntaxError, ValueError, RuntimeError, struct.error and more.
        return replace(known, broken=_sentence(known.mime, error))


def _heif_facts(path: Path, known: Facts) -> Facts:
    """What the boxes of the file say; without the extra `heic` there is no decoder that says more."""
    name, size = FORMATS[known.mime].name, read_heif_size(path)
    if read_structure(path).truncated:
        return replace(known, broken=f"the file is {name} that ends before the picture does")
    if size is None:
        return replace(known, broken=f"the file starts like {name}, but holds no picture")
    return replace(known, width=size[0], height=size[1])


def _decode(path: Path, known: Facts) -> Facts:
    if known.mime == "image/gif" and is_cut_off(path):
        return replace(known, broken=f"the file is {FORMATS[known.mime].name} that ends before the picture does")
    with open_image(path, known.mime) as image:
        size = image.size
        # A JPEG is read to its end at an eighth of its size: every byte is judged, little memory is used.
        image.draft(None, (max(1, image.width // 8), max(1, image.height // 8)))
        # Before anything else: asking a PNG for its EXIF block decodes it too, and would hide what is wrong with it.
        image.load()
        return _describe(image, size, known)


def open_image(path: Path, mime: str) -> Image.Image:
    """An image of that type, not decoded yet. Raises TooManyPixels, KeyError for a type without a decoder, and what
    Pillow raises."""
    try:
        image = Image.open(path, formats=(_DECODERS[mime],))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        number = re.search(r"\d+", str(error))
        raise TooManyPixels(int(number.group()) if number else PIXELS_MAX + 1) from None
    if image.width * image.height > PIXELS_MAX:
        image.close()
        raise TooManyPixels(image.width * image.height)
    return image


def _describe(image: Image.Image, size: tuple[int, int], known: Facts) -> Facts:
    orientation = orientation_of(image)
    width, height = size if orientation not in TURNED else (size[1], size[0])
    return replace(
        known,
        mime="image/mpo" if image.format == "MPO" else known.mime,
        width=width,
        height=height,
        orientation=orientation,
        colour_space=_colour_space(image),
        frames=getattr(image, "n_frames", 1),
        progressive="progressive" in image.info if known.mime == "image/jpeg" else None,
        alpha=image.has_transparency_data,
        icc_profile=_profile(image),
    )


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 when there is none, or when the EXIF block cannot be read.

    EXIF is metadata: the picture may be good without it. A TIFF has 1 always: Pillow turns it upright by itself.
    """
    if image.format == "TIFF":
        return 1
    try:
        value = image.getexif().get(ExifTags.Base.Orientation)
    except (OSError, SyntaxError, ValueError, KeyError):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _colour_space(image: Image.Image) -> str:
    name = _profile(image)
    return f"{image.mode} ({name})" if name else image.mode


def _profile(image: Image.Image) -> str | None:
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes):
        return None
    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile))).strip() or None
    except (ImageCms.PyCMSError, OSError, ValueError):
        return "unreadable profile"


def _sentence(mime: str, error: Exception) -> str:
    name = FORMATS[mime].name
    if "truncated" in str(error):
        return f"the file is {name} that ends before the picture does"
    return f"the file starts like {name}, but does not decode"
