"""Facts of an image, with Pillow as the judge of whether it decodes."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image, ImageCms

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
}
_TURNED = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height (CIPA DC-008, tag 0x0112)."""


class _TooManyPixels(Exception):
    """Carries the number of pixels."""

    def __init__(self, pixels: int) -> None:
        super().__init__(pixels)
        self.pixels = pixels


def image_facts(path: Path, known: Facts) -> Facts:
    """`known` (type, size, hash, kind) with what the picture says. Never raises for what is in the file."""
    if known.bytes > BYTES_MAX:
        return replace(known, broken=f"the image has {known.bytes:,} bytes; more than {BYTES_MAX:,} are not opened")
    decoder = _DECODERS.get(known.mime)
    if decoder is None:
        return _heif_facts(path, known)
    try:
        return _decode(path, known, decoder)
    except _TooManyPixels as error:
        return replace(known, broken=f"the image has {error.pixels:,} pixels; more than {PIXELS_MAX:,} are not opened")
    except Exception as error:
        # Broken files make Pillow raise OSError, SyntaxError, ValueError, RuntimeError, struct.error and more.
        return replace(known, broken=_sentence(known.mime, error))


def _heif_facts(path: Path, known: Facts) -> Facts:
    """No decoder for HEIC comes with Publicist, so only what the boxes of the file say is known."""
    name, size = FORMATS[known.mime].name, read_heif_size(path)
    if read_structure(path).truncated:
        return replace(known, broken=f"the file is {name} that ends before the picture does")
    if size is None:
        return replace(known, broken=f"the file starts like {name}, but holds no picture")
    return replace(known, width=size[0], height=size[1])


def _decode(path: Path, known: Facts, decoder: str) -> Facts:
    if decoder == "GIF" and is_cut_off(path):
        return replace(known, broken=f"the file is {FORMATS[known.mime].name} that ends before the picture does")
    with _open(path, decoder) as image:
        size = image.size
        # A JPEG is read to its end at an eighth of its size: every byte is judged, little memory is used.
        image.draft(None, (max(1, image.width // 8), max(1, image.height // 8)))
        # Before anything else: asking a PNG for its EXIF block decodes it too, and would hide what is wrong with it.
        image.load()
        return _describe(image, size, known)


def _open(path: Path, decoder: str) -> Image.Image:
    try:
        image = Image.open(path, formats=(decoder,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        number = re.search(r"\d+", str(error))
        raise _TooManyPixels(int(number.group()) if number else PIXELS_MAX + 1) from None
    if image.width * image.height > PIXELS_MAX:
        image.close()
        raise _TooManyPixels(image.width * image.height)
    return image


def _describe(image: Image.Image, size: tuple[int, int], known: Facts) -> Facts:
    orientation = _orientation(image)
    width, height = size if orientation not in _TURNED else (size[1], size[0])
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


def _orientation(image: Image.Image) -> int:
    """1 when there is none, or when the EXIF block cannot be read: it is metadata, the picture may still be good."""
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
