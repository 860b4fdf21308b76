"""The files that generated posts are made of: legal ones, ones at every limit, and ones that are wrong in one way."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from PIL import ImageCms

from publicist.domain.media import Facts, Kind
from publicist.media.probe import probe
from tests.support import files

Make = Callable[[], bytes]

MISSING = "missing.jpg"
"""A name that the file server answers with 404."""


@dataclass(frozen=True, slots=True)
class PoolFile:
    """A file on disk and what Publicist knows of it; `usual` ones are legal everywhere, so that long posts can be."""

    name: str
    path: Path
    facts: Facts
    usual: bool

    @property
    def kind(self) -> Kind:
        """What an honest caller would declare; an image for what is neither."""
        return self.facts.kind or "image"


def build(folder: Path, *, slow: bool) -> list[PoolFile]:
    """Encode and probe every file; `slow` adds those that last or weigh much."""
    made = [*((name, make, True) for name, make in _usual()), *((name, make, False) for name, make in _others())]
    if slow:
        made += [(name, make, False) for name, make in _slow()]
    return [_keep(folder, name, make, usual) for name, make, usual in made]


def _keep(folder: Path, name: str, make: Make, usual: bool) -> PoolFile:
    path = folder / name
    path.write_bytes(make())
    return PoolFile(name, path, probe(path), usual)


def _usual() -> Iterator[tuple[str, Make]]:
    for width, height in ((1080, 1080), (1080, 1350), (1080, 566), (640, 640), (1200, 628), (320, 320)):
        yield f"usual-{width}x{height}.jpg", partial(files.jpeg, width, height, quality=60)
    yield "usual.mp4", partial(_clip, 3)
    yield "usual-long.mp4", partial(_clip, 5, width=90, height=160)
    yield "usual.mov", partial(files.mov, 3, 180, 320)
    yield "usual-hevc.mp4", partial(_clip, 3, codec="libx265")
    yield "usual-silent.mp4", partial(_clip, 3, audio=False)


def _others() -> Iterator[tuple[str, Make]]:
    yield from _shapes()
    yield from _images()
    yield from _sizes()
    yield from _no_media()
    yield from _pictures()
    yield from _sounds()
    yield from _layouts()
    yield from _times()


_SHAPES = (
    (319, 319), (318, 398), (320, 400), (320, 401), (321, 168), (100, 100), (1440, 1440), (1441, 1441), (1080, 565),
    (1080, 567), (1080, 563), (1080, 1349), (1080, 1351), (1080, 1355), (1080, 1360), (1080, 1365), (1080, 1920),
    (1200, 630), (1200, 625), (1910, 1000), (1914, 1000), (1916, 1000), (1921, 1000), (796, 1000), (794, 1000),
    (791, 1000), (1500, 500), (500, 1500), (2000, 1200),
)  # fmt: skip


def _shapes() -> Iterator[tuple[str, Make]]:
    for width, height in _SHAPES:
        yield f"shape-{width}x{height}.jpg", partial(files.jpeg, width, height, quality=40)
    for orientation in range(1, 9):
        yield f"turned-{orientation}.jpg", partial(files.jpeg, 1000, 700, exif_orientation=orientation)
        yield f"tall-{orientation}.jpg", partial(files.jpeg, 500, 700, exif_orientation=orientation)


def _images() -> Iterator[tuple[str, Make]]:
    p3 = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"sRGB", b"P3P3")
    yield "progressive.jpg", partial(files.jpeg, 700, 700, progressive=True)
    yield "grey.jpg", partial(files.grey_jpeg, 700, 700)
    yield "cmyk.jpg", partial(files.cmyk_jpeg, 700, 700)
    yield "profile.jpg", partial(files.jpeg, 700, 700, profile=p3)
    yield "mpo.jpg", partial(files.mpo, 700, 700)
    for mode in ("RGB", "RGBA", "L", "P"):
        yield f"{mode.lower()}.png", partial(files.png, 600, 600, mode)
    yield "still.gif", partial(files.gif, 320, 320)
    yield "moving.gif", partial(files.gif, 320, 320, frames=40)
    yield "image.webp", partial(files.webp, 600, 600)
    yield "image.avif", files.avif
    yield "image.heic", files.heic
    yield "image.bmp", partial(files.bmp, 400, 400)
    yield "image.tiff", partial(files.tiff, 400, 400)
    yield "named.png", partial(files.jpeg, 600, 600)


def _sizes() -> Iterator[tuple[str, Make]]:
    for size in (4_000_000, 4_000_001, 8_000_000, 8_000_001):
        yield f"weight-{size}.jpg", partial(files.jpeg, 640, 640, size=size)


def _no_media() -> Iterator[tuple[str, Make]]:
    yield "cut.jpg", partial(files.truncated_jpeg, 700, 700)
    yield "cut-late.jpg", lambda: files.jpeg(700, 700)[:-40]
    yield "cut.png", lambda: files.png(600, 600)[:-600]
    yield "damaged.png", _damaged_png
    yield "cut.gif", lambda: files.gif(320, 320, frames=40)[:-3000]
    yield "cut-late.gif", lambda: files.gif(320, 320, frames=40)[:-1]
    yield "cut.mp4", lambda: _clip(4)[:-20_000]
    yield "cut-half.mp4", partial(files.truncated_mp4, 4, width=180, height=320)
    yield "empty.jpg", files.empty
    yield "text.jpg", files.text_as_jpg
    yield "page.jpg", files.html_page
    yield "archive.jpg", _zip
    yield "document.jpg", lambda: b"%PDF-1.7\n" + bytes(500)
    yield "noise.jpg", lambda: bytes(range(256)) * 20
    yield "header.jpg", lambda: files.jpeg(700, 700)[:300]


def _damaged_png() -> bytes:
    """A PNG with one wrong byte in the middle of its picture."""
    data = bytearray(files.png(600, 600))
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.jpg", files.jpeg(64, 64))
    return buffer.getvalue()


def _clip(seconds: float, width: int = 180, height: int = 320, **options: Any) -> bytes:
    return files.mp4(seconds, width, height, **options)


def _pictures() -> Iterator[tuple[str, Make]]:
    yield "codec-av1.mp4", partial(_clip, 3, codec="libsvtav1")
    yield "codec-vp9.mp4", partial(_clip, 3, codec="libvpx-vp9")
    yield "codec-mpeg4.mp4", partial(_clip, 3, codec="mpeg4")
    yield "codec.webm", partial(files.webm, 3)
    for name in ("yuv422p", "yuv444p", "yuv420p10le", "yuvj420p"):
        yield f"pixels-{name}.mp4", partial(_clip, 3, pixel_format=name)
    yield "pixels-hevc10.mp4", partial(_clip, 3, codec="libx265", pixel_format="yuv420p10le")
    yield "interlaced.mp4", partial(_clip, 3, interlaced=True)
    yield "variable.mp4", partial(_clip, 3, variable=True, fps=36)
    for fps in (10, 22, 23, 24, 25, 60, 61, 90, Fraction(24000, 1001), Fraction(60000, 1001), Fraction(2295, 100)):
        yield f"fps-{float(fps):.3f}.mp4", partial(_clip, 3.2, fps=fps)
    for width, height in ((1920, 1080), (1922, 1080), (1080, 1920), (2560, 320), (1920, 192), (1930, 192), (18, 1790),
                          (20, 1990), (16, 1700), (180, 180)):  # fmt: skip
        yield f"shape-{width}x{height}.mp4", partial(_clip, 3, width, height, fps=24, audio=False)
    for rotation in (90, 180, 270):
        yield f"turned-{rotation}.mp4", partial(_clip, 3, rotation=rotation)
    yield "turned-wide.mp4", partial(_clip, 3, 1926, 300, rotation=90, fps=24, audio=False)
    yield "turned-tall.mp4", partial(_clip, 3, 300, 1926, rotation=90, fps=24, audio=False)


def _sounds() -> Iterator[tuple[str, Make]]:
    for rate in (22_050, 44_100, 96_000):
        yield f"sound-{rate}.mp4", partial(_clip, 3, audio_rate=rate)
    for layout in ("mono", "5.1"):
        yield f"sound-{layout}.mp4", partial(_clip, 3, audio_layout=layout)
    yield "sound-opus.mp4", partial(_clip, 3, audio_codec="libopus")
    yield "sound-mp3.mp4", partial(_clip, 3, audio_codec="libmp3lame")
    yield "sound-unknown.mp4", _unknown_sound
    yield "sound-only.mp4", partial(_clip, 4, video=False)


def _unknown_sound() -> bytes:
    """Sound that says it is of a kind which nobody knows (ISO/IEC 14496-1, objectTypeIndication)."""
    data = _clip(3)
    aac = b"\x04\x80\x80\x80\x17\x40"
    return data.replace(b"mp4a", b"yyyy").replace(aac, aac[:-1] + b"\xfe")


def _layouts() -> Iterator[tuple[str, Make]]:
    yield "index-last.mp4", partial(_clip, 3, faststart=False)
    yield "index-last.mov", partial(files.mov, 3, 180, 320, faststart=False)
    yield "edit-plain.mp4", partial(_clip, 3, edit_list=True)
    yield "edit-speed.mp4", partial(files.edited_mp4, 3, width=180, height=320)


def _times() -> Iterator[tuple[str, Make]]:
    for seconds in (0.5, 0.9, 1, 2, 2.9, 2.967, 3.034, 60, 61):
        yield f"time-{seconds}.mp4", partial(_clip, seconds, 90, 160, audio=False)


def _slow() -> Iterator[tuple[str, Make]]:
    for seconds in (899, 900, 901):
        yield f"time-{seconds}.mp4", partial(_clip, seconds, 36, 64, fps=24, audio=False)
    for seconds in (2400, 2402):
        yield f"time-{seconds}.mp4", partial(_clip, seconds, 36, 64, fps=1, audio=False)
    for size in (9_375_000, 9_376_000):
        yield f"weight-{size}.mp4", partial(_heavy, size)
    yield "weight.png", partial(files.png, 2400, 2400, "RGBA")


def _heavy(size: int) -> bytes:
    """A clip of 3 s that an empty box makes so large; 9,375,000 bytes are 25 megabits a second."""
    data = _clip(3, audio=False)
    return data + (size - len(data)).to_bytes(4, "big") + b"free" + bytes(size - len(data) - 8)
