"""Images of the corpus: every encoding, shape, size, turn and profile that people send."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

from tests.support import files
from tests.support.corpus.case import Case


def _save(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def saved_as(kind: str, mode: str = "RGB", width: int = 640, height: int = 640, **options: Any) -> Callable[[], bytes]:
    """A picture in a format and a mode; built when asked for."""
    return lambda: _save(files.picture(width, height).convert(mode), kind, **options)


def _alpha(kind: str, mode: str = "RGBA", **options: Any) -> Callable[[], bytes]:
    """A picture whose left half can be seen through."""

    def make() -> bytes:
        image = files.picture(320, 320).convert("RGBA")
        image.putalpha(Image.linear_gradient("L").rotate(90).resize((320, 320)))
        return _save(image.convert(mode), kind, **options)

    return make


def _moving(kind: str, frames: int = 3, **options: Any) -> Callable[[], bytes]:
    shades = [Image.new("RGB", (320, 320), (60 * number, 90, 200)) for number in range(frames)]
    return lambda: _save(shades[0], kind, save_all=True, append_images=shades[1:], duration=100, **options)


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _commented_png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>" * 100, zip=True)
    return _save(files.picture(320, 320), "PNG", pnginfo=info)


def _jpeg(name: str, instagram: str = "", facebook: str = "", **options: Any) -> Case:
    make = {"width": 1080, "height": 1080, **options}
    return Case(f"jpeg {name}", lambda: files.jpeg(**make), "image", instagram, facebook, {"mime": "image/jpeg"})


def _other(name: str, make: Callable[[], bytes], mime: str, facebook: str = "", **facts: Any) -> Case:
    """A format that Instagram does not take."""
    return Case(name, make, "image", "mime_allowed", facebook, {"mime": mime, **facts})


_SHAPES = (
    _jpeg("square"),
    _jpeg("4:5", height=1350),
    _jpeg("1.91:1", height=566),
    _jpeg("within the slack of 4:5", height=1358),
    _jpeg("just too tall", "aspect_ratio", height=1366),
    _jpeg("just too wide", "aspect_ratio", height=560),
    _jpeg("3:4", "aspect_ratio", height=1440),
    _jpeg("9:16", "aspect_ratio", height=1920),
    _jpeg("3:1", "aspect_ratio", height=360),
    _jpeg("banner", "aspect_ratio", width=2000, height=100),
    _jpeg("12 megapixels", width=4000, height=3000),
    _jpeg("odd sizes", width=641, height=479),
)
_WIDTHS = (
    _jpeg("320 pixels wide", width=320, height=320),
    _jpeg("319 pixels wide", "image_width_min", width=319, height=319),
)
_SIZES = (
    _jpeg("of 4,000,000 bytes", size=4_000_000),
    _jpeg("of 4,000,001 bytes", facebook="image_size_max", size=4_000_001),
    _jpeg("of 8,000,000 bytes", facebook="image_size_max", size=8_000_000),
    _jpeg("of 8,000,001 bytes", "image_size_max", "image_size_max", size=8_000_001),
)
_TURNS = (
    *(_jpeg(f"turned by EXIF {turn}", width=640, height=720, exif_orientation=turn) for turn in range(1, 9)),
    _jpeg("that EXIF makes too tall", "aspect_ratio", width=1200, height=630, exif_orientation=6),
    _jpeg("that EXIF makes legal", width=630, height=1200, exif_orientation=8),
    _jpeg("with a turn that does not exist", exif_orientation=9),
)
_ENCODINGS = (
    _jpeg("progressive", progressive=True),
    _jpeg("of the lowest quality", quality=1),
    _jpeg("of the highest quality", width=640, height=640, quality=100),
    _jpeg("with a rubbish profile", profile=b"rubbish" * 40),
    Case("jpeg with an sRGB profile", lambda: files.jpeg(640, 640, profile=_srgb()), "image"),
    Case("jpeg grey", files.grey_jpeg, "image", facts={"colour_space": "L"}),
    Case("jpeg cmyk", files.cmyk_jpeg, "image", facts={"colour_space": "CMYK"}),
    Case("jpeg 4:4:4", saved_as("JPEG", subsampling=0), "image"),
    Case("jpeg 4:2:2", saved_as("JPEG", subsampling=1), "image"),
    Case("jpeg optimised", saved_as("JPEG", optimize=True), "image"),
    Case("jpeg with restart markers", saved_as("JPEG", restart_marker_rows=1), "image"),
    Case("jpeg with density and comment", saved_as("JPEG", dpi=(300, 300), comment="hi"), "image"),
    Case("jpeg with a comment of html", saved_as("JPEG", comment=b"<html><script>x</script>"), "image"),
    _other("mpo", files.mpo, "image/mpo", "mime_allowed", frames=2),
)
_FORMATS = (
    _other("png", lambda: files.png(320, 320), "image/png"),
    _other("png rgba", _alpha("PNG"), "image/png"),
    _other("png grey", saved_as("PNG", "L"), "image/png", colour_space="L"),
    _other("png grey with alpha", _alpha("PNG", "LA"), "image/png", colour_space="LA"),
    _other("png palette", saved_as("PNG", "P"), "image/png", colour_space="P"),
    _other("png black and white", saved_as("PNG", "1"), "image/png", colour_space="1"),
    _other("png 16 bit grey", lambda: _save(Image.new("I;16", (320, 320), 9000), "PNG"), "image/png"),
    _other("png animated", _moving("PNG"), "image/png", frames=3),
    _other("png with compressed text", _commented_png, "image/png"),
    _other("png with a profile", lambda: _save(files.picture(320, 320), "PNG", icc_profile=_srgb()), "image/png"),
    _other("gif", lambda: files.gif(), "image/gif", frames=1),
    _other("gif animated", lambda: files.gif(frames=5), "image/gif", frames=5),
    _other("gif transparent", saved_as("GIF", "P", transparency=0), "image/gif"),
    _other("webp", lambda: files.webp(320, 320), "image/webp", "mime_allowed"),
    _other("webp lossless", saved_as("WEBP", lossless=True), "image/webp", "mime_allowed"),
    _other("webp with alpha", _alpha("WEBP"), "image/webp", "mime_allowed"),
    _other("webp animated", _moving("WEBP"), "image/webp", "mime_allowed", frames=3),
    _other("avif", lambda: files.avif(), "image/avif", "mime_allowed"),
    _other("avif with alpha", _alpha("AVIF", speed=10), "image/avif", "mime_allowed"),
    _other("heic", lambda: files.heic(), "image/heic", "mime_allowed", width=640, height=480),
    _other(
        "heic turned", lambda: files.heic(640, 560, rotation=90), "image/heic", "mime_allowed", width=560, height=640
    ),
    _other("bmp", lambda: files.bmp(320, 320), "image/bmp"),
    _other("tiff", lambda: files.tiff(320, 320), "image/tiff"),
    _other("tiff compressed", saved_as("TIFF", compression="tiff_lzw"), "image/tiff"),
)


def _no_image(name: str, make: Callable[[], bytes]) -> Case:
    """What Pillow writes and nobody takes for a photo."""
    return Case(name, make, "image", "kind_mismatch", "kind_mismatch", {"kind": None})


_STRANGE = (
    _no_image("jpeg 2000", saved_as("JPEG2000")),
    _no_image("icon", saved_as("ICO")),
    _no_image("ppm", saved_as("PPM")),
    _no_image("targa", saved_as("TGA")),
    _no_image("dds", saved_as("DDS")),
    _no_image("pdf", saved_as("PDF")),
    _no_image("eps", saved_as("EPS")),
    _no_image("svg", lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
)

IMAGES = (*_SHAPES, *_WIDTHS, *_SIZES, *_TURNS, *_ENCODINGS, *_FORMATS, *_STRANGE)
