"""Media is really downloaded and decoded: real dimensions, codecs and durations decide."""

import io
from pathlib import Path

import aiohttp
import av
from PIL import Image, ImageOps

from graphsim.media.models import ImageFacts, VideoFacts

CRAWLER = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
_MAX_BYTES = 1_100_000_000

av.logging.set_libav_level(av.logging.PANIC)


class FetchError(Exception):
    """The URL gave no file; the message says why."""


async def fetch(url: str, to: Path, seconds: float) -> None:
    """Download a URL as Meta's crawler does: anonymously, and without following redirects. Raises FetchError."""
    if not url.startswith(("http://", "https://")):
        raise FetchError("not a URL")
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": CRAWLER}) as session,
            session.get(url, allow_redirects=False) as reply,
        ):
            if reply.status != 200:
                raise FetchError(f"answered {reply.status}")
            received = 0
            with to.open("wb") as file:
                async for chunk in reply.content.iter_chunked(1 << 20):
                    received += len(chunk)
                    if received > _MAX_BYTES:
                        raise FetchError("too large")
                    file.write(chunk)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise FetchError(type(error).__name__) from None


def image_facts(path: Path) -> ImageFacts | None:
    """What an image is; None when it does not decode to its end."""
    try:
        with Image.open(path) as image:
            image.load()
            upright = ImageOps.exif_transpose(image)
            return ImageFacts(image.format or "", upright.width, upright.height)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def video_facts(path: Path) -> VideoFacts | None:
    """What a video is; None when there is no picture in it."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            audio = container.streams.audio[0] if container.streams.audio else None
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
                complete=True,
                audio_codec=audio.codec_context.name if audio else None,
                audio_rate=audio.codec_context.sample_rate if audio else 0,
                audio_channels=audio.codec_context.channels if audio else 0,
                poster=poster.getvalue(),
            )
    except (av.FFmpegError, StopIteration, IndexError, OSError, ValueError):
        return None
