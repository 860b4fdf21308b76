"""Editing a queued post: checked as a new one, one conditional write, and nothing that a worker could send half of."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from publicist.api.post_requests import read_edit
from publicist.api.schemas.post_changes import PatchIn
from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.kit.clock import iso
from publicist.kit.errors import Conflict, NotFound, PreflightFailed
from publicist.services.post_edits import Edit
from publicist.storage import tables, targets
from publicist.storage.session import Database
from publicist.workflows.endings import TargetChanged, change
from tests.support import files
from tests.support.rows import NOW, add_account, add_caller
from tests.unit.services.conftest import Desk, request

SOON, LATER = NOW + timedelta(hours=1), NOW + timedelta(hours=2)


@pytest.fixture
async def caller(database: Database) -> Caller:
    """Somebody with an organization."""
    return await add_caller(database)


@pytest.fixture
async def page(database: Database, caller: Caller) -> Account:
    """The caller's only Page."""
    return await add_account(database, caller)


async def scheduled(desk: Desk, caller: Caller, page: Account, **members: Any) -> str:
    """One queued target; its id."""
    body = {"targets": [{"accountId": page.id}], "text": "before", "scheduledAt": iso(SOON), **members}
    return (await desk.posts.create(caller, request(**body))).targets[0].id


def edit(**members: Any) -> Edit:
    """A PATCH body, read."""
    return read_edit(PatchIn.model_validate(members))


async def event_types(database: Database) -> list[str]:
    """All events, oldest first."""
    async with database.read() as connection:
        return list((await connection.execute(sa.select(tables.events.c.type).order_by(tables.events.c.id))).scalars())


async def test_a_text_is_replaced_and_the_rest_stays(desk: Desk, caller: Caller, page: Account) -> None:
    picture = await desk.media.store_bytes(caller, files.jpeg(), "image/jpeg")
    id = await scheduled(desk, caller, page, media=[{"kind": "image", "mediaId": picture.id, "altText": "a cat"}])
    row = await desk.edits.edit(caller, id, edit(text="after"))
    assert row.target.text == "after"
    assert [(item.media_id, item.alt_text) for item in row.target.media] == [(picture.id, "a cat")]
    assert row.target.scheduled_at == SOON
    assert (await event_types(desk.database))[-1] == "post.edited"


async def test_members_can_be_emptied_and_moved_in_the_same_request(desk: Desk, caller: Caller, page: Account) -> None:
    picture = await desk.media.store_bytes(caller, files.jpeg(), "image/jpeg")
    id = await scheduled(desk, caller, page, media=[{"kind": "image", "mediaId": picture.id}])
    row = await desk.edits.edit(caller, id, edit(media=[], scheduledAt=iso(LATER)))
    assert (row.target.media, row.target.text, row.target.scheduled_at) == ((), "before", LATER)
    assert (await event_types(desk.database))[-2:] == ["post.edited", "post.rescheduled"]


async def test_what_a_new_post_may_not_be_an_edit_may_not_make(desk: Desk, caller: Caller, page: Account) -> None:
    id = await scheduled(desk, caller, page)
    with pytest.raises(PreflightFailed):
        await desk.edits.edit(caller, id, edit(text=None))
    row, _ = await desk.posts.get(caller, id)
    assert row.target.text == "before"
    assert "post.edited" not in await event_types(desk.database)


async def test_what_is_due_or_somebody_elses_is_not_edited(desk: Desk, caller: Caller, page: Account) -> None:
    id = await scheduled(desk, caller, page)
    with pytest.raises(NotFound):
        await desk.edits.edit(await add_caller(desk.database), id, edit(text="mine"))
    desk.clock.advance(timedelta(hours=1))
    with pytest.raises(Conflict):
        await desk.edits.edit(caller, id, edit(text="too late"))


@pytest.mark.parametrize("members", [{"text": "after"}, {"text": "before", "scheduledAt": iso(LATER)}])
async def test_a_worker_that_read_the_post_before_the_edit_writes_nothing(
    desk: Desk, caller: Caller, page: Account, members: dict[str, Any]
) -> None:
    id = await scheduled(desk, caller, page)
    async with desk.database.read() as connection:
        seen = await targets.by_id(connection, id)
    assert seen is not None
    await desk.edits.edit(caller, id, edit(**members))
    with pytest.raises(TargetChanged):
        async with desk.database.write() as connection:
            await change(connection, seen, {"status": "publishing"})


@pytest.mark.parametrize(
    "body", [{}, {"timezone": "UTC"}, {"publishNow": True, "scheduledAt": iso(LATER), "text": "x"}]
)
def test_a_patch_must_change_something_and_not_contradict_itself(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"nothing to change|contradict"):
        PatchIn.model_validate(body)
