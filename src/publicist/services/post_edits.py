"""Editing a queued post: its content is checked as a new post's is, and changed in one conditional write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publicist.domain.adapt import Adapt
from publicist.domain.api_keys import Caller
from publicist.domain.events import Event
from publicist.domain.schedule import Schedule
from publicist.domain.targets import Target
from publicist.kit.clock import Clock, iso
from publicist.services.drafts import Prepared, prepare
from publicist.services.media import MediaService
from publicist.services.post_changes import change_queued, moved, rescheduled
from publicist.services.post_refusals import changed_meanwhile, check_time, hold_media, not_queued
from publicist.services.post_requests import MediaRequest, PostRequest, TargetRequest
from publicist.services.posts import PostRow, Posts, fingerprint, owned, rows_of
from publicist.storage import events, renditions
from publicist.storage.rows import to_row
from publicist.storage.session import Database
from publicist.storage.units import apart
from publicist.workflows.endings import event_of
from publicist.workflows.engine import RENDER, Engine

_POINTERS = {name: f"/{name}" for name in ("text", "media", "options", "firstComment")} | {"account": ""}


@dataclass(frozen=True, slots=True)
class Edit:
    """What to change. Only the `members` named are replaced; `moves` tells whether `schedule` counts (None: now)."""

    members: frozenset[str]
    text: str | None
    media: tuple[MediaRequest, ...]
    options: Mapping[str, Any] | None
    moves: bool
    schedule: Schedule | None


class PostEdits:
    """Edits of stored posts; queries are scoped to the caller."""

    def __init__(self, database: Database, clock: Clock, media: MediaService, posts: Posts, engine: Engine) -> None:
        self._database = database
        self._clock = clock
        self._media = media
        self._posts = posts
        self._engine = engine

    async def edit(self, caller: Caller, target_id: str, edit: Edit) -> PostRow:
        """All or nothing. Raises NotFound, ValidationFailed, PreflightFailed with every violation, or Conflict."""
        now = self._clock.now()
        if edit.moves:
            check_time(edit.schedule.at if edit.schedule else None, now)
        async with self._database.read() as connection:
            seen = await owned(connection, caller, target_id)
        terms = self._posts.terms(now)
        with apart():  # fetched and probed files take their time, and no other request may have to wait for them
            [prepared] = await prepare(self._database, self._media, caller, _request(seen, edit), terms)
        [warnings] = self._posts.preflight([prepared])
        values = _content(seen, prepared, edit, warnings, now)
        async with self._database.write() as connection:
            target = await owned(connection, caller, target_id)
            if target.fingerprint != seen.fingerprint:
                raise changed_meanwhile()
            await hold_media(connection, prepared.media)
            if not await change_queued(connection, caller, target, values, now):
                raise not_queued(target)
            await renditions.want(connection, caller, prepared.renditions, now)
            await events.add(connection, *_events(target, edit, now))
            [row] = await rows_of(connection, [await owned(connection, caller, target_id)])
        self._engine.wake()
        for one in prepared.renditions:
            self._engine.submit(RENDER, one.id)
        return row


def _request(seen: Target, edit: Edit) -> PostRequest:
    """The edited post as one that is asked for anew."""
    target = TargetRequest(
        account_id=seen.account_id,
        platform=None,
        text=edit.text if "text" in edit.members else seen.text,
        media=edit.media if "media" in edit.members else _media(seen),
        first_comment=None,
        options=edit.options if "options" in edit.members else _options(seen),
        pointers=_POINTERS,
    )
    at = Schedule(seen.scheduled_at) if seen.scheduled_at else None
    return PostRequest(
        targets=(target,),
        schedule=edit.schedule if edit.moves else at,
        external_id=None,
        metadata=None,
        profile_id=None,
        fingerprint=seen.fingerprint,
    )


def _media(seen: Target) -> tuple[MediaRequest, ...]:
    """The files it has, by the ids they are stored under."""
    return tuple(
        MediaRequest(
            item.kind,
            item.alt_text,
            item.media_id,
            None,
            None,
            f"/media/{index}",
            item.ref,
            adapt=Adapt.from_json(item.ref.get("adapt")),
        )
        for index, item in enumerate(seen.media)
    )


def _options(seen: Target) -> Mapping[str, Any] | None:
    return {"platform": seen.platform, **seen.options} if seen.options else None


def _content(
    seen: Target, prepared: Prepared, edit: Edit, warnings: list[dict[str, str]], now: datetime
) -> dict[str, Any]:
    media = prepared.media if "media" in edit.members else seen.media
    about_time = [warning for warning in seen.warnings if warning["code"].startswith("scheduledAt.")]
    values: dict[str, Any] = {
        "text": prepared.draft.text,
        "media": [to_row(item) for item in media],
        "options": dict(prepared.options),
        "fingerprint": fingerprint(prepared),
        "warnings": [*about_time, *warnings],
        "updated_at": now,
    }
    if not edit.moves:
        return values
    said = [edit.schedule.warning] if edit.schedule and edit.schedule.warning else []
    return {**moved(seen, edit.schedule, now), **values, "warnings": [*said, *warnings]}


def _events(target: Target, edit: Edit, now: datetime) -> list[Event]:
    found = [event_of(target, "post.edited", {"changed": sorted(edit.members), "editedAt": iso(now)}, now)]
    if edit.moves:
        found.append(rescheduled(target, edit.schedule.at if edit.schedule else now, now))
    return found
