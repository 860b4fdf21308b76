"""Real files of every kind the tests need, made by real encoders; each is made once per process."""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import ExifTags, Image

from tests.support.priority import ordinary_priority

_AUDIO_SAMPLES = 1024
_COMMENT_MAX = 65_537

_QUICK = {
    # With B-frames, x265 gives a video of very few pictures a random decoding time, which the container then refuses.
    "libx265": {"preset": "ultrafast", "x265-params": "bframes=0:log-level=none"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "11"},
}

av.logging.set_libav_level(av.logging.PANIC)


def picture(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A colourful gradient, different in each corner, so that a turned or mirrored copy can be told apart."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.new("L", (width, height), 96))).convert(mode)


@cache
def jpeg(
    width: int = 1080,
    height: int = 1080,
    *,
    size: int | None = None,
    quality: int = 85,
    exif_orientation: int | None = None,
    progressive: bool = False,
    profile: bytes | None = None,
) -> bytes:
    """A JPEG; `size` pads it to exactly so many bytes with comment segments that every decoder skips."""
    exif = Image.Exif()
    if exif_orientation is not None:
        exif[ExifTags.Base.Orientation] = exif_orientation
    data = _saved(
        picture(width, height), "JPEG", quality=quality, progressive=progressive, exif=exif, icc_profile=profile
    )
    return data if size is None else _padded(data, size)


@cache
def cmyk_jpeg(width: int = 1080, height: int = 1080) -> bytes:
    """A JPEG with four ink channels, as print programs make them."""
    return _saved(picture(width, height, "CMYK"), "JPEG")


@cache
def grey_jpeg(width: int = 1080, height: int = 1080) -> bytes:
    """A JPEG without colour."""
    return _saved(picture(width, height, "L"), "JPEG")


@cache
def mpo(width: int = 1080, height: int = 1080) -> bytes:
    """Two JPEGs in one file, as stereo cameras make them."""
    return _saved(picture(width, height), "MPO", save_all=True, append_images=[picture(width, height)])


@cache
def truncated_jpeg(width: int = 1080, height: int = 1080) -> bytes:
    """The first half of a JPEG."""
    data = jpeg(width, height)
    return data[: len(data) // 2]


@cache
def png(width: int = 1080, height: int = 1080, mode: str = "RGB") -> bytes:
    """A PNG."""
    return _saved(picture(width, height, mode), "PNG")


def plain_png(width: int, height: int) -> bytes:
    """A small file that decodes to a large picture of one colour."""
    return _saved(Image.new("RGB", (width, height), (10, 120, 200)), "PNG")


@cache
def gif(width: int = 320, height: int = 320, frames: int = 1) -> bytes:
    """A GIF, moving when it has more than one frame."""
    shades = [Image.new("RGB", (width, height), (40 * number % 256, 96, 160)) for number in range(frames)]
    return _saved(shades[0], "GIF", save_all=True, append_images=shades[1:])


@cache
def webp(width: int = 1080, height: int = 1080) -> bytes:
    """A WebP."""
    return _saved(picture(width, height), "WEBP")


@cache
def avif(width: int = 320, height: int = 320) -> bytes:
    """An AVIF."""
    return _saved(picture(width, height), "AVIF", speed=10)


@cache
def heic(width: int = 640, height: int = 480, *, rotation: int = 0) -> bytes:
    """A HEIC with one HEVC picture (ISO/IEC 23008-12); `rotation` in degrees counter-clockwise, a multiple of 90."""
    clip = mp4(0.1, width, height, fps=10, audio=False, codec="libx265", faststart=False)
    picture_data, decoder = _content(clip, b"mdat"), _content(clip, b"hvcC")
    size = _box(b"ispe", bytes(4) + width.to_bytes(4, "big") + height.to_bytes(4, "big"))
    properties = size + _box(b"hvcC", decoder) + _box(b"irot", bytes([rotation // 90]))
    order = bytes(4) + b"\0\0\0\x01" + b"\0\x01" + b"\x03\x01\x82\x83"
    start = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")

    def meta(data_at: int) -> bytes:
        extent = data_at.to_bytes(4, "big") + len(picture_data).to_bytes(4, "big")
        return _box(
            b"meta",
            bytes(4)
            + _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
            + _box(b"pitm", bytes(4) + b"\0\x01")
            + _box(b"iloc", bytes(4) + b"\x44\0\0\x01" + b"\0\x01" + bytes(2) + b"\0\x01" + extent)
            + _box(b"iinf", bytes(4) + b"\0\x01" + _box(b"infe", b"\x02\0\0\0\0\x01\0\0hvc1\0"))
            + _box(b"iprp", _box(b"ipco", properties) + _box(b"ipma", order)),
        )

    head = start + meta(len(start) + len(meta(0)) + 8)
    return head + _box(b"mdat", picture_data)


@cache
def bmp(width: int = 64, height: int = 64) -> bytes:
    """A BMP."""
    return _saved(picture(width, height), "BMP")


@cache
def tiff(width: int = 64, height: int = 64) -> bytes:
    """A TIFF."""
    return _saved(picture(width, height), "TIFF")


def text_as_jpg() -> bytes:
    """What someone gets who renames a text file to .jpg."""
    return b"This is a note about a photograph, not a photograph.\n"


def html_page() -> bytes:
    """What a share page of a cloud drive answers instead of the file."""
    return b"<!DOCTYPE html>\n<html><head><title>Shared file</title></head><body>Sign in</body></html>\n"


def empty() -> bytes:
    """No bytes at all."""
    return b""


@cache
def mp4(
    seconds: float = 3,
    width: int = 720,
    height: int = 1280,
    fps: int | Fraction = 30,
    audio: bool = True,
    codec: str = "libx264",
    *,
    video: bool = True,
    container: str = "mp4",
    audio_codec: str = "aac",
    audio_rate: int = 48_000,
    audio_layout: str = "stereo",
    pixel_format: str = "yuv420p",
    rotation: int = 0,
    faststart: bool = True,
    edit_list: bool = False,
    interlaced: bool = False,
    variable: bool = False,
) -> bytes:
    """A video with a still picture and a quiet hum; legal on every surface unless an argument makes it otherwise.

    `rotation` is what the container asks the player for, in degrees clockwise. `variable` leaves out every third
    picture, so that others stay twice as long.
    """
    options = {"use_editlist": str(int(edit_list)), "movflags": "faststart" if faststart else "disable_chpl"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"video.{container}"
        with av.open(str(path), "w", format=container, options={} if container == "webm" else options) as output:
            shown = _video_stream(output, codec, width, height, fps, pixel_format, interlaced) if video else None
            sound = output.add_stream(audio_codec, rate=audio_rate, layout=audio_layout) if audio else None
            if shown:
                shown.set_display_rotation(-rotation)
                _encode(output, shown, _frames(shown, seconds, 3 if variable else None))
            if isinstance(sound, AudioStream):
                _encode(output, sound, _hum(sound, seconds, first=0 if edit_list else _AUDIO_SAMPLES))
        ordinary_priority()
        return path.read_bytes()


def mov(seconds: float = 3, width: int = 720, height: int = 1280, **options: Any) -> bytes:
    """A QuickTime video, as iPhones make them; takes the arguments of `mp4`."""
    return mp4(seconds, width, height, container="mov", **options)


def webm(seconds: float = 1, width: int = 180, height: int = 320, **options: Any) -> bytes:
    """A WebM video; takes the arguments of `mp4`."""
    return mp4(seconds, width, height, container="webm", codec="libvpx-vp9", audio_codec="libopus", **options)


@cache
def edited_mp4(seconds: float = 3, **options: Any) -> bytes:
    """A video whose edit lists ask for double speed; takes the arguments of `mp4`."""
    data = bytearray(mp4(seconds, edit_list=True, **options))
    at = data.find(b"elst")
    while at >= 0:
        data[at + 20 : at + 24] = b"\0\x02\0\0"
        at = data.find(b"elst", at + 4)
    return bytes(data)


def truncated_mp4(seconds: float = 3, **options: Any) -> bytes:
    """The first half of a video; with `faststart` (default) it opens and starts to play."""
    data = mp4(seconds, **options)
    return data[: len(data) // 2]


def grow_mp4(path: Path, size: int) -> Path:
    """Make an MP4 or MOV exactly `size` bytes large with an empty `free` box; takes no room on disk."""
    missing = size - path.stat().st_size
    with path.open("ab") as file:
        file.write(missing.to_bytes(4, "big") + b"free")
        file.truncate(size)
    return path


def _box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def _content(data: bytes, kind: bytes) -> bytes:
    """The content of the first box of a kind in a small ISO base media file."""
    at = data.index(kind)
    return data[at + 4 : at - 4 + int.from_bytes(data[at - 4 : at], "big")]


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _padded(data: bytes, size: int) -> bytes:
    """The JPEG with comment segments (ITU-T T.81, B.2.4.5) after its first marker; 4 bytes or more are missing."""
    missing, comments = size - len(data), []
    while missing > 0:
        take = min(missing, _COMMENT_MAX)
        if 0 < missing - take < 4:
            take -= 4
        comments.append(b"\xff\xfe" + (take - 2).to_bytes(2, "big") + bytes(take - 4))
        missing -= take
    padded = data[:2] + b"".join(comments) + data[2:]
    if len(padded) != size:
        raise ValueError(f"a JPEG of {len(data)} bytes cannot be padded to {size}")
    return padded


def _video_stream(
    output: OutputContainer,
    codec: str,
    width: int,
    height: int,
    fps: int | Fraction,
    pixel_format: str,
    interlaced: bool,
) -> VideoStream:
    fields = {"x264-params": "interlaced=1"} if interlaced else {}
    stream = output.add_stream(codec, rate=fps, options={**_QUICK.get(codec, {"preset": "ultrafast"}), **fields})
    if not isinstance(stream, VideoStream):
        raise TypeError(f"{codec} is not a video codec")
    stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
    return stream


def _frames(stream: VideoStream, seconds: float, without: int | None) -> Iterator[VideoFrame]:
    """The pictures; every `without`-th one is left out."""
    still = picture(stream.width, stream.height, "RGBA")
    frame = VideoFrame.from_bytes(still.tobytes(), still.width, still.height, format="rgba")
    frame = frame.reformat(format=stream.pix_fmt)
    rate = stream.codec_context.framerate
    for number in range(round(seconds * rate)):
        if without and number % without == 1:
            continue
        frame.pts, frame.time_base = number, 1 / rate
        yield frame


def _hum(stream: AudioStream, seconds: float, first: int) -> Iterator[AudioFrame]:
    """A triangle wave of about 64 Hz (at 48 kHz), quiet, in every channel; ends a moment before the picture does.

    It starts at sample `first`: AAC begins one frame early, and without an edit list nothing could cut that frame off.
    """
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    wave = chain(range(0, 2000, 8), range(2000, 0, -8), range(0, -2000, -8), range(-2000, 0, 8))
    cycle = b"".join(level.to_bytes(2, "little", signed=True) * channels for level in wave)
    whole = cycle * (_AUDIO_SAMPLES * 2 * channels // len(cycle) + 1)
    for start in range(first, int(seconds * rate) - 2 * _AUDIO_SAMPLES, _AUDIO_SAMPLES):
        frame = AudioFrame("s16", stream.codec_context.layout.name, _AUDIO_SAMPLES)
        frame.planes[0].update(whole[: _AUDIO_SAMPLES * 2 * channels])
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame


def _encode(output: OutputContainer, stream: VideoStream | AudioStream, frames: Iterator[Any]) -> None:
    for frame in frames:
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))
