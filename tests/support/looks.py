"""Whether two pictures look the same."""

from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageChops


def distance(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of a channel anywhere, 0 to 255, after details of a few pixels are smoothed away."""
    assert one.size == other.size
    small = (max(1, one.width // 8), max(1, one.height // 8))
    pair = [image.convert("RGB").resize(small, Image.Resampling.BOX) for image in (one, other)]
    return max(high for _, high in ImageChops.difference(*pair).getextrema())  # type: ignore[misc]


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image as a file."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    """A file as an image."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def stored(upright: Image.Image, orientation: int) -> Image.Image:
    """The picture as a camera stores it under an EXIF orientation, by the definition of the tag: it names the visual
    side at which row 0 lies, and the one at which column 0 lies (CIPA DC-008)."""
    sides = ("top left", "top right", "bottom right", "bottom left", "left top", "right top", "right bottom")
    row, column = (*sides, "left bottom")[orientation - 1].split()
    turned = orientation >= 5
    width, height = upright.size
    image = Image.new("RGB", (height, width) if turned else (width, height))
    for y in range(image.height):
        for x in range(image.width):
            down, across = (x, y) if turned else (y, x)
            if "bottom" in (row, column):
                down = height - 1 - down
            if "right" in (row, column):
                across = width - 1 - across
            image.putpixel((x, y), upright.getpixel((across, down)))  # type: ignore[arg-type]
    return image


def phone_heic(upright: Image.Image, orientation: int) -> bytes:
    """A HEIC as a phone makes it that was held some other way than upright."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = stored(upright, orientation)
    # The encoder turns by what the picture says of itself, and leaves an EXIF block that it is handed alone.
    image.info["exif"] = exif.tobytes()
    return saved(image, "HEIF", quality=95)
