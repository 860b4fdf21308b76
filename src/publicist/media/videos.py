"""Facts of a video, with FFmpeg's libraries (PyAV) as the judge of whether it decodes."""

from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition, Stream
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from publicist.domain.media import Facts
from publicist.media.boxes import read_structure
from publicist.media.matroska import is_truncated
from publicist.media.sniff import FORMATS

FRAME_PIXELS_MAX = 120_000_000
"""Larger frames are refused undecoded."""

UNKNOWN_CODEC = "unknown"
"""What `Facts` names a codec that the file names and no decoder knows."""

_PACKETS_MAX = 500
"""The first picture has to come within so many packets; a file that hides it deeper is not looked through."""

_BLOCK = 4
_CHROMA = {(2, 2): "4:2:0", (2, 4): "4:2:2", (4, 4): "4:4:4", (1, 4): "4:1:1", (1, 1): "4:1:0"}
"""Subsampling by the size of the chroma planes of a block of `_BLOCK` by `_BLOCK` pixels."""

_DEMUXERS = {"video/mp4": "mov", "video/quicktime": "mov", "video/webm": "matroska"}

av.logging.set_libav_level(av.logging.PANIC)


def video_facts(path: Path, known: Facts) -> Facts:
    """`known` (type, size, hash, kind) with what container and first frame say. Never raises for bad content."""
    facts, truncated = _structure(path, known)
    try:
        with av.open(str(path), "r", format=_DEMUXERS[known.mime], metadata_errors="replace") as container:
            facts = _describe(container, facts)
    except (FFmpegError, ValueError, MemoryError):
        facts = replace(facts, broken="does not decode")
    if truncated:
        facts = replace(facts, broken="ends before the video does")
    if facts.broken is None:
        return facts
    return replace(facts, broken=f"the file starts like {FORMATS[known.mime].name}, but {facts.broken}")


def _structure(path: Path, known: Facts) -> tuple[Facts, bool]:
    if known.mime == "video/webm":
        return known, is_truncated(path)
    structure = read_structure(path)
    facts = replace(
        known,
        moov_first=structure.moov_first,
        edit_lists=structure.edit_lists,
        edited=structure.edited,
        variable_frame_rate=structure.variable_frame_rate,
    )
    return facts, structure.truncated


def _describe(container: InputContainer, facts: Facts) -> Facts:
    facts = replace(
        facts,
        duration=container.duration / av.time_base if container.duration else None,
        bitrate=container.bit_rate or None,
    )
    if container.streams.audio:
        facts = _describe_audio(container.streams.audio[0], facts)
    pictures = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not pictures:
        return replace(facts, broken="has no video track")
    return _describe_video(container, pictures[0], facts)


def _describe_audio(stream: AudioStream, facts: Facts) -> Facts:
    if not _decodable(stream):
        return replace(facts, audio_codec=UNKNOWN_CODEC)
    return replace(
        facts,
        audio_codec=stream.codec_context.codec.canonical_name,
        audio_rate=stream.codec_context.sample_rate or None,
        audio_channels=stream.codec_context.channels or None,
        audio_bitrate=stream.codec_context.bit_rate or None,
    )


def _describe_video(container: InputContainer, stream: VideoStream, facts: Facts) -> Facts:
    if not _decodable(stream):
        return replace(facts, video_codec=UNKNOWN_CODEC, broken="its video codec is not known")
    pixels = stream.width * stream.height
    if pixels > FRAME_PIXELS_MAX:
        return replace(facts, broken=f"has frames of {pixels:,} pixels; more than {FRAME_PIXELS_MAX:,} are not opened")
    facts = replace(
        facts,
        width=stream.width or None,
        height=stream.height or None,
        video_codec=stream.codec_context.codec.canonical_name,
        video_profile=stream.profile,
        pixel_format=stream.pix_fmt,
        fps=_rounded(stream.average_rate),
        video_bitrate=stream.bit_rate or None,
        **_sampling(stream.pix_fmt),
    )
    frame = _first_frame(container, stream)
    if frame is None:
        return replace(facts, broken="has no picture that decodes")
    return _turn(replace(facts, interlaced=bool(frame.interlaced_frame)), -frame.rotation % 360)


def _sampling(pixel_format: str | None) -> dict[str, Any]:
    """Bit depth and chroma subsampling of a pixel format; nothing for formats without colour planes, or unknown."""
    if pixel_format is None:
        return {}
    shape = VideoFormat(pixel_format, _BLOCK, _BLOCK)
    planes = shape.components
    if len(planes) < 3:
        return {"bit_depth": planes[0].bits} if planes else {}
    chroma = _CHROMA.get((planes[1].width, planes[1].height))
    return {"bit_depth": planes[0].bits, "chroma": chroma}


def _decodable(stream: Stream) -> bool:
    """PyAV gives a stream without a decoder no codec context, whatever its type hints say."""
    return getattr(stream, "codec_context", None) is not None


def _rounded(rate: Fraction | None) -> float | None:
    return round(float(rate), 3) if rate else None


def _first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    for packet in islice(container.demux(stream), _PACKETS_MAX):
        for frame in stream.decode(packet):
            return frame
    return None


def _turn(facts: Facts, clockwise: int) -> Facts:
    """The rotation that the container asks the player for, and the size as displayed after it."""
    if clockwise in (90, 270):
        return replace(facts, rotation=clockwise, width=facts.height, height=facts.width)
    return replace(facts, rotation=clockwise)
