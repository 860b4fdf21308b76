"""Media is really downloaded and decoded: real dimensions, codecs and durations decide."""

import io
from pathlib import Path

import av
from av.stream import Stream
from PIL import Image, ImageOps

from graphsim.media.boxes import read_boxes
from graphsim.media.gif import is_whole
from graphsim.media.models import ImageFacts, VideoFacts

av.logging.set_libav_level(av.logging.PANIC)


def image_facts(path: Path) -> ImageFacts | None:
    """What an image is; None when it does not decode to its end."""
    try:
        with Image.open(path) as image:
            image.load()
            if image.format == "GIF" and not is_whole(path.read_bytes()):
                return None
            upright = ImageOps.exif_transpose(image)
            return ImageFacts(image.format or "", upright.width, upright.height)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _has_decoder(stream: Stream) -> bool:
    """PyAV gives a stream whose codec it does not know no context, whatever its type hints say."""
    return getattr(stream, "codec_context", None) is not None


def video_facts(path: Path) -> VideoFacts | None:
    """What a video is; None when there is no picture in it, or when it ends too early."""
    try:
        boxes = read_boxes(path)
        if not boxes.whole:
            return None
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            audio = container.streams.audio[0] if container.streams.audio else None
            if not _has_decoder(stream):
                return None
            heard = audio.codec_context if audio is not None and _has_decoder(audio) else None
            duration = float(container.duration or 0) / 1_000_000
            frame = next(container.decode(stream))
            poster = io.BytesIO()
            picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
            picture.convert("RGB").save(poster, "JPEG", quality=85)
            return VideoFacts(
                container=container.format.name,
                codec=stream.codec_context.name,
                pixel_format=stream.codec_context.pix_fmt or "",
                width=stream.codec_context.width,
                height=stream.codec_context.height,
                duration=duration,
                fps=float(stream.average_rate or 0),
                audio_codec=heard.name if heard else "unknown" if audio else None,
                audio_rate=heard.sample_rate if heard else 0,
                audio_channels=heard.channels if heard else 0,
                bit_rate=int(container.bit_rate or 0),
                interlaced=bool(frame.interlaced_frame),
                moov_first=boxes.moov_first,
                edited=boxes.edited,
                poster=poster.getvalue(),
            )
    except (av.FFmpegError, StopIteration, IndexError, OSError, ValueError):
        return None
