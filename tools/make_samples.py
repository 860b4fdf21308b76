"""Makes the sample files of `publicist demo` from three free photographs: `python tools/make_samples.py SRC_DIR`.

SRC_DIR holds coffee.png, chelsea.png and rocket.jpg as scikit-image ships them (see the README beside the samples).
"""

import math
import sys
from array import array
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from PIL import Image, ImageCms, ImageOps

SAMPLES = Path(__file__).parent.parent / "src" / "publicist" / "cli" / "samples"
PHOTOS = {"coffee.png": "coffee.jpg", "chelsea.png": "cat.jpg", "rocket.jpg": "rocket.jpg"}
PHOTO_SIZE = (1080, 720)
"""3:2, as the photographs are; Instagram takes 4:5 to 1.91:1 and shows feed pictures 1080 wide."""

CLIP_SIZE = (720, 1280)
CLIP_SECONDS = 6
FPS = 30
SOUND_RATE = 48_000
SOUND_SAMPLES = 1024
CHORD = (110.0, 164.81, 220.0, 277.18, 329.63)
"""A major over two octaves, in hertz."""

_BT709 = 1
_LIMITED_RANGE = 1


def main(source: Path) -> None:
    """Write every sample file."""
    for name, target in PHOTOS.items():
        photo = ImageOps.fit(_srgb(Image.open(source / name)), PHOTO_SIZE, Image.Resampling.LANCZOS)
        photo.save(SAMPLES / target, "JPEG", quality=88, optimize=True, progressive=True)
    make_clip(_srgb(Image.open(source / "coffee.png")), SAMPLES / "clip.mp4")
    for path in sorted(SAMPLES.glob("*.[jm]p*")):
        print(f"{path.name:12} {path.stat().st_size:>9,} bytes")


def _srgb(photo: Image.Image) -> Image.Image:
    profile = photo.info.get("icc_profile")
    if not isinstance(profile, bytes):
        return photo.convert("RGB")
    converted = ImageCms.profileToProfile(photo, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
    if converted is None:
        raise RuntimeError("the colours could not be converted")
    del converted.info["icc_profile"]
    return converted


def make_clip(photo: Image.Image, path: Path) -> None:
    """A slow move over the photograph with a quiet chord: H.264 and AAC, `moov` first, no edit list."""
    options = {"movflags": "faststart", "use_editlist": "0"}
    with av.open(str(path), "w", format="mp4", options=options) as output:
        video = _video(output)
        sound = output.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        sound.bit_rate = 128_000
        for picture in _pictures(photo):
            output.mux(video.encode(picture))
        output.mux(video.encode(None))
        for samples in _chord(sound):
            output.mux(sound.encode(samples))
        output.mux(sound.encode(None))


def _video(output: OutputContainer) -> VideoStream:
    """Without B-frames the first picture stands at time zero, so that no edit list is needed to put it there."""
    video = output.add_stream("libx264", rate=FPS, options={"preset": "slower", "crf": "21", "bf": "0", "g": "60"})
    video.width, video.height = CLIP_SIZE
    video.pix_fmt = "yuv420p"
    video.color_primaries = video.color_trc = video.colorspace = _BT709
    video.color_range = _LIMITED_RANGE
    return video


def _pictures(photo: Image.Image) -> Iterator[VideoFrame]:
    count = CLIP_SECONDS * FPS
    for number in range(count):
        eased = (1 - math.cos(math.pi * number / (count - 1))) / 2
        view = photo.resize(CLIP_SIZE, Image.Resampling.BICUBIC, box=_window(photo, eased)).convert("RGBA")
        frame = VideoFrame.from_bytes(view.tobytes(), view.width, view.height, format="rgba")
        frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        yield frame


def _window(photo: Image.Image, progress: float) -> tuple[float, float, float, float]:
    """The part of the photograph in view: it starts left and whole, and ends closer on the cup."""
    height = photo.height * (1 - 0.15 * progress)
    width = height * CLIP_SIZE[0] / CLIP_SIZE[1]
    left = (photo.width - width) * (0.12 + 0.38 * progress)
    top = (photo.height - height) * 0.5
    return left, top, left + width, top + height


def _chord(sound: AudioStream) -> Iterator[AudioFrame]:
    """AAC begins one frame early; starting one frame late puts its first sample at time zero."""
    last = CLIP_SECONDS * SOUND_RATE - 2 * SOUND_SAMPLES
    for start in range(0, last, SOUND_SAMPLES):
        frame = AudioFrame("s16", "stereo", SOUND_SAMPLES)
        levels = array("h")
        for number in range(start, start + SOUND_SAMPLES):
            seconds = number / SOUND_RATE
            levels.extend((_level(seconds, 1.0), _level(seconds, 1.002)))
        frame.planes[0].update(levels.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, start + SOUND_SAMPLES, Fraction(1, SOUND_RATE)
        yield frame


def _level(seconds: float, detune: float) -> int:
    """The chord at one moment: each note enters a little after the one below it, and all fade at the end."""
    fade = min(1.0, (CLIP_SECONDS - seconds) / 1.5)
    notes = (
        math.sin(2 * math.pi * pitch * detune * seconds) * min(1.0, max(0.0, seconds - 0.35 * place)) / (place + 2)
        for place, pitch in enumerate(CHORD)
    )
    return round(9000 * fade * sum(notes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
