"""Makes a rendition: a recipe applied to an image, as an upright sRGB JPEG without metadata."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageCms

from publicist.domain.adapt import Recipe, Size
from publicist.media.images import TURNED, TooManyPixels, open_image, orientation_of

_QUALITIES = (92, 88, 84, 80, 74, 68, 60, 50, 40, 30)
"""Tried in this order; the first whose file is small enough is kept."""
_SRGB = ImageCms.createProfile("sRGB")
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
"""The colour space (ICC.1:2022, 7.2.6) that a profile must have to say anything about pixels of a mode."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation (CIPA DC-008, tag 0x0112)."""


class ConversionRefused(Exception):
    """The file cannot be converted; the words are the end of a sentence."""


def convert(source: Path, mime: str, recipe: Recipe, to: Path) -> None:
    """Write the rendition of `source`, an image of type `mime`, to `to`; blocks.

    Raises ConversionRefused when the file does not decode or does not get small enough, and OSError for `to`.
    """
    try:
        picture = _picture(source, mime, recipe)
    except TooManyPixels as error:
        raise ConversionRefused(f"it has {error.pixels:,} pixels, which is too many") from None
    except MemoryError:
        raise
    except Exception as error:
        # Broken files make Pillow raise OSError, SyntaxError, ValueError, RuntimeError, struct.error and more.
        raise ConversionRefused(f"it does not decode ({type(error).__name__})") from error
    to.write_bytes(_encoded(picture, recipe.bytes_max))


def _picture(source: Path, mime: str, recipe: Recipe) -> Image.Image:
    """The finished picture, of the first frame. It is made small first, so that only one large copy is ever held."""
    with open_image(source, mime) as image:
        orientation = orientation_of(image)
        size = _as_stored(recipe.scaled, orientation)
        image.draft(None, size)
        image.load()
        profile = image.info.get("icc_profile")
        small = _plain(image)
    if small.size != size:
        small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if orientation in _UPRIGHT:
        small = small.transpose(_UPRIGHT[orientation])
    return _on_canvas(small.crop(recipe.crop), profile, recipe)


def _as_stored(size: Size, orientation: int) -> Size:
    return (size[1], size[0]) if orientation in TURNED else size


def _plain(image: Image.Image) -> Image.Image:
    """In one of the modes RGB, RGBA, L, LA and CMYK, with 8 bits a channel."""
    if image.mode.startswith("I"):
        # Pillow cuts deeper greys off at 255 instead of scaling them.
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode in ("P", "PA") or (image.mode in ("L", "RGB") and "transparency" in image.info):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("RGB", "RGBA", "L", "LA", "CMYK") else image.convert("RGB")


def _on_canvas(picture: Image.Image, profile: bytes | None, recipe: Recipe) -> Image.Image:
    alpha = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else None
    opaque = picture.convert(picture.mode.removesuffix("A")) if alpha is not None else picture
    canvas = Image.new("RGB", recipe.canvas, recipe.background)
    canvas.paste(_to_srgb(opaque, profile), recipe.at, alpha)
    return canvas


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In sRGB, by the picture's own profile. One that cannot be read, or is for other pixels, says nothing."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if source.profile.xcolor_space == _SPACES[picture.mode]:
                turn = ImageCms.buildTransform(source, _SRGB, picture.mode, "RGB", _INTENT, _FLAGS)
                return turn.apply(picture)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert("RGB")


def _encoded(picture: Image.Image, bytes_max: int) -> bytes:
    """The best of the qualities that is small enough. Raises ConversionRefused when none is."""
    for quality in _QUALITIES:
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= bytes_max:
            return buffer.getvalue()
    raise ConversionRefused(f"a JPEG of {picture.width} x {picture.height} does not get under {bytes_max:,} bytes")
