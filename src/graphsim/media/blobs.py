"""Bytes that were fetched or uploaded, kept under ids, and looked at away from the event loop."""

import asyncio
import shutil
from pathlib import Path

from starlette.datastructures import UploadFile

from graphsim.media.fetch import fetch
from graphsim.media.models import Blob, ImageFacts, VideoFacts
from graphsim.media.probe import image_facts, video_facts
from graphsim.state import State

_MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "BMP": "image/bmp", "TIFF": "image/tiff"}


async def download(state: State, url: str) -> str:
    """The id of the bytes behind a URL. Raises FetchError."""
    blob_id = state.new_id()
    path = state.blob_path(blob_id)
    try:
        await fetch(url, path, state.settings.fetch_seconds)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return blob_id


def receive(state: State, upload: UploadFile) -> str:
    """The id of the bytes of a file part."""
    blob_id = state.new_id()
    with state.blob_path(blob_id).open("wb") as file:
        shutil.copyfileobj(upload.file, file)
    return blob_id


async def look_at_image(path: Path) -> ImageFacts | None:
    """`image_facts`, off the loop."""
    return await asyncio.to_thread(image_facts, path)


async def look_at_video(path: Path) -> VideoFacts | None:
    """`video_facts`, off the loop."""
    return await asyncio.to_thread(video_facts, path)


def keep_image(state: State, blob_id: str, facts: ImageFacts) -> str:
    """Note that the bytes are an image people may see."""
    mime = _MIMES.get(facts.kind, "application/octet-stream")
    state.blobs.put(Blob(blob_id, mime, state.blob_path(blob_id).stat().st_size))
    return blob_id


def keep_video(state: State, blob_id: str, facts: VideoFacts) -> str:
    """Note that the bytes are a video people may see, and keep its poster; the poster's id."""
    state.blobs.put(Blob(blob_id, "video/mp4", state.blob_path(blob_id).stat().st_size))
    poster = state.new_id()
    state.blob_path(poster).write_bytes(facts.poster)
    state.blobs.put(Blob(poster, "image/jpeg", len(facts.poster)))
    return poster
