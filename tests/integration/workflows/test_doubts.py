"""A post that may be live is never called failed, whatever keeps a worker from looking for it."""

from datetime import timedelta
from typing import Any

import pytest

from publicist.domain.platform import ErrorClass, UpstreamError
from publicist.domain.targets import Attempt, Target, TargetStatus
from publicist.kit.ids import new_id
from publicist.storage import accounts, attempts
from tests.integration.workflows.conftest import PAGE, Shop, shown
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
