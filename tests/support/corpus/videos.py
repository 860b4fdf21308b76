"""Videos of the corpus: every codec, container, sound, turn and timing that people send."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from tests.support import files
from tests.support.corpus.case import Case
from tests.support.priority import ordinary_priority

_SMALL = {"seconds": 3, "width": 360, "height": 640}


def _clip(
    name: str, instagram: str = "", facebook: str = "", facts: dict[str, Any] | None = None, **options: Any
) -> Case:
    return Case(name, lambda: files.mp4(**{**_SMALL, **options}), "video", instagram, facebook, facts or {})


@cache
def encoded(codec: str, container: str, pixel_format: str = "yuv420p") -> bytes:
    """Three seconds without sound, in any codec and container that FFmpeg writes."""
    buffer, still = BytesIO(), files.picture(352, 288, "RGBA")
    picture = VideoFrame.from_bytes(still.tobytes(), still.width, still.height, format="rgba")
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=25)
        if not isinstance(stream, VideoStream):
            raise TypeError(f"{codec} is not a video codec")
        stream.width, stream.height, stream.pix_fmt = still.width, still.height, pixel_format
        for number in range(75):
            frame = picture.reformat(format=pixel_format)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    ordinary_priority()
    return buffer.getvalue()


@cache
def fragmented() -> bytes:
    """An MP4 in fragments, as streams are recorded: its index is spread over the file."""
    return _remuxed({"movflags": "frag_keyframe+empty_moov+default_base_moof"})


def _remuxed(options: dict[str, str] | None = None, copies: int = 1) -> bytes:
    """A clip written anew, packet by packet; with `copies`, its pictures stand there more than once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        source = BytesIO(files.mp4(**_SMALL))
        with av.open(source, "r") as given, av.open(str(path), "w", options=options or {}) as output:
            pairs = {stream.index: output.add_stream_from_template(stream) for stream in given.streams}
            extra = [output.add_stream_from_template(given.streams.video[0]) for _ in range(copies - 1)]
            for packet in given.demux():
                if packet.dts is None:
                    continue
                index = packet.stream.index
                packet.stream = pairs[index]
                output.mux(packet)
                for copy in extra if index == given.streams.video[0].index else ():
                    packet.stream = copy
                    output.mux(packet)
        return path.read_bytes()


@cache
def sound_only(codec: str, container: str) -> bytes:
    """A sound file, a second of silence."""
    buffer = BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=48_000, layout="stereo")
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} is not a sound codec")
        frame = AudioFrame("s16", "stereo", 48_000)
        frame.planes[0].update(bytes(48_000 * 4))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
        context = stream.codec_context
        resampler = AudioResampler(context.format, context.layout, 48_000, context.frame_size or 1024)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return buffer.getvalue()


def grown(size: int) -> bytes:
    """A legal clip with a box of nothing after it, so many bytes in all."""
    data = files.mp4(**_SMALL)
    missing = size - len(data)
    return data + missing.to_bytes(4, "big") + b"free" + bytes(missing - 8)


def _foreign(name: str, make: Callable[[], bytes]) -> Case:
    """A container that Publicist does not open."""
    return Case(name, make, "video", "kind_mismatch", "kind_mismatch", {"kind": None})


_SHAPES = (
    _clip("mp4 9:16", facts={"mime": "video/mp4", "video_codec": "h264", "audio_codec": "aac", "moov_first": True}),
    _clip("mp4 720 by 1280", width=720, height=1280),
    _clip("mp4 square", width=480, height=480),
    _clip("mp4 16:9", width=640, height=360),
    _clip("mp4 of 2,000 columns", "video_width_max", width=2000, height=1000, fps=24),
    _clip("mp4 turned, of 2,000 columns", "video_width_max", width=2000, height=1000, fps=24, rotation=90),
    _clip("mp4 12:1", "video_aspect_ratio", width=768, height=64),
    _clip("mp4 full hd", width=1080, height=1920, fps=24),
    _clip("mov", container="mov", facts={"mime": "video/quicktime"}),
    *(_clip(f"mp4 turned by {turn}", rotation=turn, facts={"rotation": turn}) for turn in (90, 180, 270)),
)
_TIMES = (
    _clip("mp4 of 2 s", "video_duration", seconds=2),
    _clip("mp4 of 2.9 s", "video_duration", seconds=2.9, audio=False),
    _clip("mp4 of 15 minutes", seconds=900, fps=24, width=64, height=64, audio=False),
    _clip("mp4 of 15 minutes and 2 seconds", "video_duration", seconds=902, fps=24, width=64, height=64, audio=False),
    _clip("mp4 with an edit list", edit_list=True, facts={"edit_lists": True}),
    Case("mp4 at double speed", lambda: files.edited_mp4(**_SMALL), "video", "video_edit_list", facts={"edited": True}),
    _clip("mp4 with the index last", "video_moov", faststart=False, facts={"moov_first": False}),
)
_RATES = (
    _clip("mp4 24 fps", fps=24),
    _clip("mp4 29.97 fps", fps=Fraction(30_000, 1001), facts={"fps": 29.97}),
    _clip("mp4 60 fps", fps=60),
    _clip("mp4 of a varying rate", "video_frame_rate", variable=True, facts={"variable_frame_rate": True}),
    _clip("mp4 15 fps", "video_frame_rate", fps=15),
    _clip("mp4 120 fps", "video_frame_rate", fps=120),
    _clip("mp4 interlaced", "video_interlaced", interlaced=True, facts={"interlaced": True}),
)
_CODECS = (
    _clip("mp4 hevc", codec="libx265", facts={"video_codec": "hevc"}),
    _clip("mov hevc", codec="libx265", container="mov", facts={"video_codec": "hevc"}),
    _clip("mp4 10 bit", "video_pixel_format", pixel_format="yuv420p10le", facts={"bit_depth": 10}),
    _clip("mp4 4:2:2", "video_pixel_format", pixel_format="yuv422p", facts={"chroma": "4:2:2"}),
    _clip("mp4 4:4:4", "video_pixel_format", pixel_format="yuv444p", facts={"chroma": "4:4:4"}),
)
_SOUNDS = (
    _clip("mp4 5.1", "audio_channels", audio_layout="5.1", facts={"audio_channels": 6}),
    _clip("mp4 96 kHz", "audio_rate", audio_rate=96_000, facts={"audio_rate": 96_000}),
    _clip("mp4 with mp3", "audio_codec", audio_codec="libmp3lame", facts={"audio_codec": "mp3"}),
    _clip("mp4 with opus", "audio_codec", audio_codec="libopus", facts={"audio_codec": "opus"}),
    _clip("mp4 with ac-3", "audio_codec", audio_codec="ac3", facts={"audio_codec": "ac3"}),
    _clip("mov with pcm", "audio_codec", container="mov", audio_codec="pcm_s16le", facts={"audio_codec": "pcm_s16le"}),
    _clip("mov with alac", "audio_codec", container="mov", audio_codec="alac", facts={"audio_codec": "alac"}),
    _clip("mp4 without sound", audio=False, facts={"audio_codec": None}),
    _clip("mp4 mono", audio_layout="mono", facts={"audio_channels": 1}),
    _clip("mp4 44.1 kHz", audio_rate=44_100, facts={"audio_rate": 44_100}),
)
_FOREIGN = (
    Case(
        "webm",
        lambda: files.webm(3),
        "video",
        "mime_allowed video_codec audio_codec",
        "mime_allowed",
        {"mime": "video/webm"},
    ),
    _foreign("matroska", lambda: encoded("libx264", "matroska")),
    _foreign("avi", lambda: encoded("mpeg4", "avi")),
    _foreign("mpeg transport stream", lambda: encoded("mpeg2video", "mpegts")),
    _foreign("flash video", lambda: encoded("flv", "flv")),
    _foreign("windows media", lambda: encoded("wmv2", "asf")),
    _foreign("mp3", lambda: sound_only("libmp3lame", "mp3")),
    _foreign("wav", lambda: sound_only("pcm_s16le", "wav")),
    _foreign("ogg", lambda: sound_only("libopus", "ogg")),
    _foreign("m4a", lambda: sound_only("aac", "ipod")),
    Case("mp4 of sound only", lambda: sound_only("aac", "mp4"), "video", "broken", "broken", {"kind": "video"}),
)
_BUILT = (
    Case("mp4 in fragments", fragmented, "video"),
    Case("mp4 with two pictures at once", lambda: _remuxed(copies=2), "video", "video_moov"),
    Case("mp4 of 12 MB", lambda: grown(12_000_000), "video", "video_bitrate", facts={"bytes": 12_000_000}),
    Case("mp4 said to be an image", lambda: files.mp4(**_SMALL), "image", "kind_mismatch", "kind_mismatch"),
    Case("jpeg said to be a video", files.jpeg, "video", "kind_mismatch", "kind_mismatch"),
)


def _coded(codec: str, container: str, name: str, pixel_format: str = "yuv420p", also: str = "") -> Case:
    """A codec that Reels do not take, in a file whose index comes last."""
    make = partial(encoded, codec, container, pixel_format)
    return Case(f"{container} {name}", make, "video", f"video_codec video_moov {also}", facts={"video_codec": name})


_OTHER_CODECS = (
    _coded("libsvtav1", "mp4", "av1"),
    _coded("libvpx-vp9", "mp4", "vp9"),
    _coded("mpeg4", "mp4", "mpeg4"),
    _coded("mpeg2video", "mov", "mpeg2video"),
    _coded("mjpeg", "mov", "mjpeg", "yuvj420p"),
    _coded("prores_ks", "mov", "prores", "yuv422p10le", "video_pixel_format"),
    _coded("qtrle", "mov", "qtrle", "rgb24", "video_pixel_format"),
)

VIDEOS = (*_SHAPES, *_TIMES, *_RATES, *_CODECS, *_SOUNDS, *_FOREIGN, *_BUILT, *_OTHER_CODECS)
