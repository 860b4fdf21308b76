"""Deleting and expiring files: what posts need stays, shared bytes stay, and the rest goes."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.media import Media
from publicist.domain.targets import IN_USE, Target, TargetMedia, TargetStatus
from publicist.kit.errors import Conflict, NotFound, PublicistError
from publicist.services.media_expiry import MediaExpiry, Swept
from publicist.storage import targets
from publicist.storage.blobs.local import LocalBlobs
from tests.support import files
from tests.support.rows import NOW, add_account, add_caller, add_target
from tests.unit.services.conftest import Desk, request

KEEP = timedelta(days=30)
AT_ONCE = -1.0
"""As `idle_seconds`: bytes that were stored this very moment are idle too."""


@dataclass
class Store:
    """One tenant with a Page, and the expiry of everything."""

    desk: Desk
    caller: Caller
    account_id: str
    expiry: MediaExpiry
    root: Path

    async def put(self, data: bytes) -> Media:
        """A stored file."""
        return await self.desk.media.store_bytes(self.caller, data, "image/jpeg")

    async def used_by(self, media: Media, status: TargetStatus, **changes: object) -> Target:
        """A post with that file, in that state; only those that are not over have a next run."""
        account = await add_account(self.desk.database, self.caller)
        item = TargetMedia("image", media.id, 'a "quoted" text', None, {"kind": "image", "mediaId": media.id})
        due = NOW if status in IN_USE else None
        return await add_target(self.desk.database, account, media=(item,), status=status, next_run_at=due, **changes)

    async def listed(self) -> set[str]:
        """The files that are there."""
        found = await self.desk.media.page(self.caller, limit=100, before=None, profile_id=None)
        return {media.id for media in found}

    def objects(self) -> int:
        """How many stored objects there are."""
        return len([path for path in self.root.rglob("*") if path.is_file()])


@pytest.fixture
async def store(desk: Desk, tmp_path: Path) -> Store:
    """An empty store."""
    caller = await add_caller(desk.database)
    account = await add_account(desk.database, caller)
    root = tmp_path / "media"
    expiry = MediaExpiry(desk.database, LocalBlobs(root), desk.clock, KEEP)
    return Store(desk, caller, account.id, expiry, root)


async def test_a_deleted_file_is_not_there_and_its_bytes_go_with_the_sweep(store: Store) -> None:
    media = await store.put(files.jpeg())
    await store.desk.media.delete(store.caller, media.id)
    with pytest.raises(NotFound):
        await store.desk.media.get(store.caller, media.id)
    assert await store.expiry.sweep() == Swept(0, 0, 0)
    assert await store.expiry.sweep(idle_seconds=AT_ONCE) == Swept(0, 1, len(files.jpeg()))
    assert store.objects() == 0


async def test_equal_bytes_are_one_object_that_stays_until_its_last_file_is_deleted(store: Store) -> None:
    first, second = await store.put(files.jpeg()), await store.put(files.jpeg())
    foreign = await store.desk.media.store_bytes(await add_caller(store.desk.database), files.jpeg(), "image/jpeg")
    assert (first.id != second.id, store.objects()) == (True, 1)
    for id in (first.id, second.id):
        await store.desk.media.delete(store.caller, id)
        assert (await store.expiry.sweep(idle_seconds=AT_ONCE)).objects == 0
        assert b"".join([chunk async for chunk in store.desk.media.open(foreign)]) == files.jpeg()
    await store.desk.media.delete(Caller(foreign.organization_id, Environment.TEST, ""), foreign.id)
    assert (await store.expiry.sweep(idle_seconds=AT_ONCE)).objects == 1


@pytest.mark.parametrize("status", [TargetStatus.QUEUED, TargetStatus.PUBLISHING, TargetStatus.UNCONFIRMED])
async def test_a_file_that_a_post_may_still_need_is_not_deleted(store: Store, status: TargetStatus) -> None:
    media = await store.put(files.jpeg())
    users = [await store.used_by(media, status) for _ in range(2)]
    await store.used_by(media, TargetStatus.PUBLISHED)
    with pytest.raises(Conflict) as caught:
        await store.desk.media.delete(store.caller, media.id)
    assert (caught.value.status, caught.value.rule) == (409, "media.in_use")
    assert caught.value.platform_response == {"postIds": sorted(post.id for post in users)}
    assert await store.listed() == {media.id}


async def test_at_most_100_posts_are_named(store: Store) -> None:
    media = await store.put(files.jpeg())
    for _ in range(101):
        await store.used_by(media, TargetStatus.QUEUED)
    with pytest.raises(Conflict, match="and others") as caught:
        await store.desk.media.delete(store.caller, media.id)
    assert len(caught.value.platform_response["postIds"]) == 100


@pytest.mark.parametrize("status", [TargetStatus.PUBLISHED, TargetStatus.FAILED, TargetStatus.CANCELED])
async def test_a_file_of_posts_that_are_over_is_deleted(store: Store, status: TargetStatus) -> None:
    media = await store.put(files.jpeg())
    await store.used_by(media, status)
    await store.desk.media.delete(store.caller, media.id)
    assert await store.listed() == set()


async def test_files_of_others_are_not_there_to_delete(store: Store) -> None:
    media = await store.put(files.jpeg())
    live = Caller(store.caller.organization_id, Environment.LIVE, store.caller.api_key_id)
    for caller in (await add_caller(store.desk.database), live):
        with pytest.raises(NotFound) as caught:
            await store.desk.media.delete(caller, media.id)
        assert caught.value.rule == "media.unknown"
    for id in ("med_0000000000000000000000", "nonsense", ""):
        with pytest.raises(NotFound):
            await store.desk.media.delete(store.caller, id)
    assert await store.listed() == {media.id}


async def test_a_file_expires_when_no_post_needed_it_for_so_long(store: Store) -> None:
    """One second before the time, nothing; one second after it, what no post needs."""
    idle, queued, unconfirmed, lately, long_ago = [await store.put(files.jpeg(400 + n, 400)) for n in range(5)]
    await store.used_by(queued, TargetStatus.QUEUED)
    await store.used_by(unconfirmed, TargetStatus.UNCONFIRMED)
    await store.used_by(lately, TargetStatus.FAILED, updated_at=NOW + timedelta(days=20))
    await store.used_by(long_ago, TargetStatus.PUBLISHED)
    everything = {idle.id, queued.id, unconfirmed.id, lately.id, long_ago.id}
    store.desk.clock.advance(KEEP - timedelta(seconds=1))
    assert await store.expiry.due() == 0
    assert (await store.expiry.sweep(idle_seconds=AT_ONCE)).files == 0
    assert await store.listed() == everything
    store.desk.clock.advance(timedelta(seconds=2))
    assert await store.expiry.due() == 2
    assert await store.listed() == everything, "counting deletes nothing"
    swept = await store.expiry.sweep(idle_seconds=AT_ONCE)
    assert (swept.files, swept.objects) == (2, 2)
    assert await store.listed() == {queued.id, unconfirmed.id, lately.id}
    store.desk.clock.advance(timedelta(days=20))
    assert (await store.expiry.sweep(idle_seconds=AT_ONCE)).files == 1
    assert store.objects() == 2


async def test_zero_days_keep_files_for_good(store: Store) -> None:
    media = await store.put(files.jpeg())
    store.desk.clock.advance(timedelta(days=10_000))
    forever = MediaExpiry(store.desk.database, LocalBlobs(store.root), store.desk.clock, None)
    assert await forever.due() == 0
    assert (await forever.sweep(idle_seconds=AT_ONCE)) == Swept(0, 0, 0)
    assert await store.listed() == {media.id}


async def test_many_files_expire_in_batches(store: Store) -> None:
    media = await store.put(files.jpeg())
    temp = store.desk.media.new_temp
    for _ in range(520):
        path = temp()
        path.write_bytes(b"x")
        await store.desk.media.keep(store.caller, path, declared_type="text/plain")
    await store.used_by(media, TargetStatus.QUEUED)
    store.desk.clock.advance(KEEP * 2)
    swept = await store.expiry.sweep(idle_seconds=AT_ONCE)
    assert (swept.files, swept.objects) == (520, 1)
    assert await store.listed() == {media.id}


async def test_a_post_whose_file_was_deleted_is_not_sent_again(store: Store) -> None:
    media = await store.put(files.jpeg())
    post = await store.used_by(media, TargetStatus.FAILED)
    await store.desk.media.delete(store.caller, media.id)
    with pytest.raises(Conflict) as caught:
        await store.desk.changes.retry(store.caller, post.id)
    assert caught.value.rule == "media.unknown"
    async with store.desk.database.read() as connection:
        kept = await targets.get(connection, store.caller, post.id)
    assert kept is not None
    assert kept.status is TargetStatus.FAILED


async def test_deleting_and_posting_at_once_never_leaves_a_post_without_its_file(store: Store) -> None:
    for number in range(20):
        media = await store.put(files.jpeg(400, 400 + number))
        body = {"targets": [{"accountId": store.account_id}], "media": [{"kind": "image", "mediaId": media.id}]}
        posting = store.desk.posts.create(store.caller, request(**body, scheduledAt="2031-01-01T00:00:00Z"))
        made, deleted = await asyncio.gather(
            posting, store.desk.media.delete(store.caller, media.id), return_exceptions=True
        )
        outcomes = [isinstance(made, PublicistError), isinstance(deleted, PublicistError)]
        assert sorted(outcomes) == [False, True], (made, deleted)
        assert (media.id in await store.listed()) is not isinstance(made, PublicistError)
