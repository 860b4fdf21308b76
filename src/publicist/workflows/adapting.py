"""Which files a target publishes: the renditions it asked for, made before the first call goes out."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from publicist.domain.platform import ErrorClass, JobMedia, UpstreamError
from publicist.domain.renditions import Rendition
from publicist.domain.targets import Target
from publicist.storage import media
from publicist.workflows.tools import PublishTools


class NotAdapted(Exception):
    """A rendition failed; `error` is why the target cannot be published."""

    def __init__(self, error: UpstreamError) -> None:
        super().__init__(error.message)
        self.error = error


async def with_renditions(
    tools: PublishTools, target: Target, files: Sequence[JobMedia], since: datetime
) -> tuple[JobMedia, ...]:
    """The target's files in order, each that has a rendition replaced by it; waits until all are made.

    `since` is when the attempt began: what failed before is tried again. Raises NotAdapted.
    """
    wanted = [(index, item.rendition_id) for index, item in enumerate(target.media) if item.rendition_id is not None]
    made = await asyncio.gather(*(_ended(tools, index, name, since) for index, name in wanted))
    chosen = list(files)
    for (index, _), rendition in zip(wanted, made, strict=True):
        chosen[index] = await _replaced(tools, index, files[index], rendition)
    return tuple(chosen)


async def _ended(tools: PublishTools, index: int, name: str, since: datetime) -> Rendition:
    try:
        return await tools.renderer.ended(name, since)
    except LookupError:
        raise NotAdapted(_failed(index, "its file is gone")) from None


async def _replaced(tools: PublishTools, index: int, item: JobMedia, rendition: Rendition) -> JobMedia:
    async with tools.database.read() as connection:
        row = await media.by_id(connection, rendition.media_id) if rendition.media_id else None
    if row is None:
        raise NotAdapted(_failed(index, rendition.reason or "its file is gone"))
    return replace(item, media_id=row.id, url=tools.media_url(row), facts=row.facts, is_ours=True)


def _failed(index: int, reason: str) -> UpstreamError:
    return UpstreamError(
        error_class=ErrorClass.CONTENT,
        message=f"Media item {index + 1} could not be adapted: {reason}.",
        remediation="Convert the image yourself and upload the result, or send it as a JPEG without `adapt`.",
        not_done=True,
        rule="media.adapt_failed",
    )
