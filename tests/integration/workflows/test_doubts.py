"""A post that may be live is never called failed, whatever keeps a worker from looking for it."""

from datetime import timedelta
from typing import Any

import pytest

from publicist.domain.platform import ErrorClass, UpstreamError
from publicist.domain.targets import Attempt, Target, TargetStatus
from publicist.kit.ids import new_id
from publicist.services.post_changes import Resolution
from publicist.storage import accounts, attempts, targets
from tests.integration.workflows.conftest import PAGE, Shop, posted, shown
from tests.integration.workflows.test_twins import in_doubt, intent
from tests.support.rows import NOW, add_target
from tests.unit.meta.scripted import reply


@pytest.fixture
async def doubtful(shop: Shop) -> Target:
    """A post whose publish call may have had its effect; its worker died then."""
    target = await add_target(shop.database, shop.account, status=TargetStatus.PUBLISHING, attempt_number=1)
    await in_doubt(shop.database, target)
    return target


def live(number: int) -> dict[str, Any]:
    """The post as the Page's feed lists it."""
    return {"id": f"{PAGE}_{number}", "message": "hello", "created_time": "2026-11-23T12:00:01+0000"}


async def set_account(shop: Shop, **values: Any) -> None:
    """Change the Page's row."""
    async with shop.database.write() as connection:
        await accounts.update(connection, shop.account.id, values)


NO_ACCESS = {
    "dead token": {"token": b"", "token_died_at": NOW, "token_death": "The password was changed."},
    "disconnected": {"token": b"", "disconnected_at": NOW},
}


@pytest.mark.parametrize("why", sorted(NO_ACCESS))
async def test_without_access_a_post_in_doubt_stays_in_doubt_until_somebody_can_look(
    shop: Shop, doubtful: Target, why: str
) -> None:
    await set_account(shop, **NO_ACCESS[why])
    await shop.run(await shop.look(doubtful.id))
    found = await shop.target(doubtful.id)
    assert found.error is not None
    assert (found.status, found.error["rule"]) == (TargetStatus.UNCONFIRMED, "publish.unconfirmed")
    assert found.next_run_at == NOW + timedelta(hours=1)
    assert "Publicist looks for the post again at" in found.error["remediation"]
    await set_account(shop, token=shop.account.token, token_died_at=None, token_death=None, disconnected_at=None)
    shop.clock.advance(timedelta(hours=1))
    shop.meta.by_path["/feed"] = [reply({"data": [live(1)]})]
    shop.meta.replies += [shown(1)]
    await shop.run(await shop.look(doubtful.id))
    assert (await shop.target(doubtful.id)).status is TargetStatus.PUBLISHED
    assert shop.feed_calls() == 0


async def test_what_was_never_sent_fails_without_access(shop: Shop) -> None:
    target = await add_target(shop.database, shop.account)
    await set_account(shop, **NO_ACCESS["disconnected"])
    await shop.run(await shop.look(target.id))
    found = await shop.target(target.id)
    assert found.error is not None
    assert found.status is TargetStatus.REJECTED
    assert found.error["remediation"].endswith(f"POST /v1/posts/{target.id}/retry sends it again.")


async def test_an_attempt_that_cannot_find_out_about_an_earlier_one_does_not_call_it_failed(
    shop: Shop, doubtful: Target
) -> None:
    """Somebody ended the first attempt and asked for another, which Meta did not let look five times."""
    second = Attempt(new_id(), doubtful.id, 2, NOW)
    refusal = UpstreamError(ErrorClass.PERMISSION, "No.", "Grant it.", not_done=True).to_json()
    looked = {"key": "earlier-feed:2", "kind": "read", "tries": 5, "outcome": "refused", "error": refusal}
    async with shop.database.write() as connection:
        await attempts.finish_open(connection, doubtful.id, {"finished_at": NOW, "succeeded": False})
        await attempts.add(connection, second)
        await attempts.save_steps(connection, [intent(doubtful, second, **looked)])
    await shop.run(await shop.look(doubtful.id))
    found = await shop.target(doubtful.id)
    assert found.error is not None
    assert (found.status, found.next_run_at) == (TargetStatus.UNCONFIRMED, None)
    assert found.error["remediation"].endswith(f"POST /v1/posts/{doubtful.id}/resolve.")
    assert "not live" not in found.error["remediation"]
    assert shop.feed_calls() == 0


@pytest.fixture
async def given_up(shop: Shop, doubtful: Target) -> Target:
    """Nobody found out about it in a day; three days later the account is connected again, and it is looked for."""
    async with shop.database.write() as connection:
        await attempts.finish_open(connection, doubtful.id, {"finished_at": NOW, "succeeded": None})
        given_up = {"status": TargetStatus.UNCONFIRMED, "next_run_at": None, "error": {"message": "No answer came."}}
        await targets.update(connection, doubtful, given_up)
        shop.clock.advance(timedelta(days=3))
        await targets.look_again(connection, shop.account.id, shop.clock.now())
    return doubtful


async def test_a_post_that_was_given_up_is_looked_for_and_never_sent_by_itself(shop: Shop, given_up: Target) -> None:
    shop.meta.by_path["/feed"] = [reply({"data": []}) for _ in range(50)]
    await shop.run(await shop.look(given_up.id))
    found = await shop.target(given_up.id)
    assert found.error is not None
    assert (found.status, found.next_run_at) == (TargetStatus.UNCONFIRMED, None)
    assert found.error["message"] == "No answer came."
    assert found.error["remediation"].endswith(f"POST /v1/posts/{given_up.id}/resolve.")
    assert shop.feed_calls() == 0


async def test_a_post_that_was_given_up_is_published_when_it_is_found(shop: Shop, given_up: Target) -> None:
    shop.meta.by_path["/feed"] = [reply({"data": [live(1)]})]
    shop.meta.replies += [shown(1)]
    await shop.run(await shop.look(given_up.id))
    assert (await shop.target(given_up.id)).status is TargetStatus.PUBLISHED
    assert shop.feed_calls() == 0


async def test_a_pause_holds_no_post_that_may_be_live(shop: Shop, given_up: Target) -> None:
    """It would be queued then, and sent when the pause ends."""
    await set_account(shop, paused_at=NOW)
    shop.meta.by_path["/feed"] = [reply({"data": []}) for _ in range(50)]
    await shop.run(await shop.look(given_up.id))
    assert (await shop.target(given_up.id)).status is TargetStatus.UNCONFIRMED
    assert shop.feed_calls() == 0


async def test_who_asks_for_another_attempt_gets_one(shop: Shop, given_up: Target) -> None:
    await shop.changes.resolve(shop.caller, given_up.id, Resolution(published=False))
    await shop.changes.retry(shop.caller, given_up.id)
    publish = f"POST /graph.facebook.com/v25.0/{PAGE}/feed"
    shop.meta.by_path = {publish: [posted(1)], "/feed": [reply({"data": []}) for _ in range(50)]}
    shop.meta.replies += [shown(1)]
    await shop.run(await shop.look(given_up.id))
    assert (await shop.target(given_up.id)).status is TargetStatus.PUBLISHED
    assert shop.feed_calls() == 1
