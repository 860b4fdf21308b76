"""Publishing on Instagram: the one call that makes a post, when its answer is lost, and its quotas."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from tests.graphsim.conftest import REDIRECT, SCOPES, Caller, Site, consent
from tests.support.graphsim import Graphsim, start_graphsim
from tests.support.served import wait_for

Account = tuple[str, Caller]
DAY = 24 * 3600
PUBLISH = "POST /{ig-user}/media_publish"


def finished(instagram: Account, site: Site, **params: Any) -> str:
    """A container of a picture that can be published."""
    id, caller = instagram
    made = caller.done("POST", f"{id}/media", image_url=f"{site.url}/ok.jpg", **params)["id"]
    pass_time(caller.sim, 1)
    return str(made)


def publish(instagram: Account, container: str) -> httpx2.Response:
    """The reply to publishing; raises when the connection is cut."""
    reply: httpx2.Response = instagram[1].call("POST", f"{instagram[0]}/media_publish", creation_id=container)
    return reply


def refusal(instagram: Account, container: str) -> tuple[int, int | None]:
    """Why it cannot be published."""
    return instagram[1].refused("POST", f"{instagram[0]}/media_publish", creation_id=container)


def pass_time(sim: Graphsim, seconds: float) -> None:
    """Move the simulator's clock."""
    sim.control("POST", "clock", json={"seconds": seconds})


def fail(sim: Graphsim, kind: str, **arguments: Any) -> None:
    """Something happens to the first publishing call."""
    sim.control("POST", "faults", json={"faults": [{"kind": kind, "edge": PUBLISH, "calls": "1", **arguments}]})


def posts(instagram: Account) -> list[str]:
    """Containers of what people can see, oldest first."""
    found = instagram[1].sim.control("GET", "published")["published"][instagram[0]]
    return [post["container"] for post in found]


def status(instagram: Account, container: str) -> Any:
    """`status_code` of a container."""
    return instagram[1].done("GET", container, fields="status_code")["status_code"]


def first_account(sim: Graphsim, *scopes: str) -> Account:
    """An Instagram account after a consent, and the token of its Page."""
    fields = "access_token,instagram_business_account{id}"
    page = consent(sim, scopes=[*SCOPES, *scopes]).done("GET", "me/accounts", fields=fields)["data"][0]
    return page["instagram_business_account"]["id"], Caller(sim, page["access_token"])


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Account]:
    """An account in the strict profile, where publishing takes a moment."""
    running = start_graphsim(tmp_path, redirect_uri=REDIRECT, profile="strict", commit_seconds=0.3)
    yield first_account(running)
    running.stop()


# Publishing


def test_duty_03_an_early_publish_is_refused_and_says_it_is_not_transient(sim: Graphsim, instagram: Account) -> None:
    """Met in production: it is worth a retry all the same."""
    id, caller = instagram
    reel = caller.done("POST", f"{id}/media", media_type="REELS", upload_type="resumable")["id"]
    error = publish(instagram, reel).json()["error"]
    assert (error["code"], error["error_subcode"], error["is_transient"]) == (9007, 2207027, False)
    assert (error["message"], error["error_user_title"]) == ("Media ID is not available", "Cannot Publish")
    assert posts(instagram) == []


def test_a_personal_or_restricted_account_cannot_publish(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Meta: Content Publishing; Error Codes, 25/2207050; the numbers for a personal account are unconfirmed."""
    id, caller = instagram
    container, url = finished(instagram, site), f"{site.url}/ok.jpg"
    for change, expected in (({"restricted": True}, (25, 2207050)), ({"account_type": "PERSONAL"}, (110, 2207013))):
        sim.control("POST", "account", json={"id": id, "restricted": False, **change})
        assert refusal(instagram, container) == expected
        assert caller.refused("POST", f"{id}/media", image_url=url) == expected
    sim.control("POST", "account", json={"id": id, "account_type": "CREATOR"})
    assert publish(instagram, container).status_code == 200


def test_duty_02_a_published_container_is_not_published_again(instagram: Account, site: Site) -> None:
    """Unconfirmed at Meta: some error once the first publish is committed."""
    container = finished(instagram, site)
    assert publish(instagram, container).json()["id"] != container
    assert status(instagram, container) == "PUBLISHED"
    assert refusal(instagram, container) == (-1, 2207085)
    assert posts(instagram) == [container]


@pytest.mark.parametrize(
    ("kind", "arguments", "expected"),
    [
        ("error", {"code": 4, "subcode": 2207051, "when": "after"}, 403),
        ("error", {"code": 1, "when": "after"}, 500),
        ("http", {"status": 502}, 502),
        ("no_id", {}, 200),
        ("reset", {}, None),
        ("reset", {"bytes": 5}, None),
    ],
)
def test_duty_02_a_lost_answer_leaves_the_post_live(
    sim: Graphsim, instagram: Account, site: Site, kind: str, arguments: dict[str, Any], expected: int | None
) -> None:
    """Met in production: Action is blocked, and the post is live."""
    container = finished(instagram, site)
    fail(sim, kind, **arguments)
    if expected is None:
        with pytest.raises(httpx2.TransportError):
            publish(instagram, container)
    else:
        reply = publish(instagram, container)
        assert (reply.status_code, '"id"' in reply.text) == (expected, False)
    assert status(instagram, container) == "PUBLISHED"
    assert posts(instagram) == [container]
    assert len(instagram[1].done("GET", f"{instagram[0]}/media")["data"]) == 1


def test_no_webhook_tells_that_a_post_went_live(tmp_path: Path, site: Site) -> None:
    """Meta: Webhooks: the fields of Instagram; a Page's feed reports the Page's own posts only."""
    sim = start_graphsim(tmp_path, redirect_uri=REDIRECT, webhook_url=f"{site.url}/hook")
    instagram = first_account(sim, "pages_manage_metadata")
    page = instagram[1].done("GET", "me")["id"]
    instagram[1].done("POST", f"{page}/subscribed_apps", subscribed_fields="feed")
    assert publish(instagram, finished(instagram, site)).status_code == 200
    post = instagram[1].done("POST", f"{page}/feed", message="On the Page")["id"]
    sent = wait_for(lambda: sim.control("GET", "sent")["sent"])
    sim.stop()
    assert [json.loads(one["body"])["entry"][0]["changes"][0]["value"]["post_id"] for one in sent[:1]] == [post]


# Two publishes of one container


def cut_and_repeat(instagram: Account, site: Site) -> tuple[str, httpx2.Response]:
    """The connection is cut before the effect, the post is absent, and the caller tries again."""
    container = finished(instagram, site)
    fail(instagram[1].sim, "late_commit", seconds=30)
    with pytest.raises(httpx2.TransportError):
        publish(instagram, container)
    assert (status(instagram, container), posts(instagram)) == ("FINISHED", [])
    return container, publish(instagram, container)


def test_strict_a_repeat_while_the_first_is_uncommitted_makes_a_second_post(strict: Account, site: Site) -> None:
    """Unconfirmed at Meta; the harder answer is given."""
    container, repeated = cut_and_repeat(strict, site)
    assert repeated.status_code == 200
    assert posts(strict) == [container]
    pass_time(strict[1].sim, 31)
    assert posts(strict) == [container, container]


def test_strict_two_calls_in_flight_make_two_posts(strict: Account, site: Site) -> None:
    """Unconfirmed at Meta: there is no idempotency key; the harder answer is given."""
    container = finished(strict, site)
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda _: publish(strict, container), range(2)))
    assert [reply.status_code for reply in replies] == [200, 200]
    assert len({reply.json()["id"] for reply in replies}) == 2
    assert posts(strict) == [container, container]


def test_by_default_a_late_effect_does_not_publish_a_published_container(instagram: Account, site: Site) -> None:
    """Unconfirmed at Meta: a published container stays published once."""
    container, repeated = cut_and_repeat(instagram, site)
    assert repeated.status_code == 200
    pass_time(instagram[1].sim, 31)
    assert posts(instagram) == [container]
    late = [entry for entry in instagram[1].sim.journal() if entry["host"] == "late"]
    assert [entry["error"]["subcode"] for entry in late] == [2207085]


def test_a_late_effect_publishes_when_nobody_repeats(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Met in production: the post appears after the connection was cut."""
    container = finished(instagram, site)
    fail(sim, "late_commit", seconds=30)
    with pytest.raises(httpx2.TransportError):
        publish(instagram, container)
    pass_time(sim, 31)
    assert (status(instagram, container), posts(instagram)) == ("PUBLISHED", [container])


# Quotas


def usage(instagram: Account) -> Any:
    """What counts of the last 24 hours."""
    return instagram[1].done("GET", f"{instagram[0]}/content_publishing_limit")["data"][0]["quota_usage"]


def test_duty_11_the_quota_is_rolling_and_a_carousel_counts_once(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Meta: Content Publishing; IG User Content Publishing Limit."""
    id, caller = instagram
    sim.control("POST", "account", json={"id": id, "used_before": 98})
    children = [finished(instagram, site, is_carousel_item=True) for _ in range(2)]
    album = caller.done("POST", f"{id}/media", media_type="CAROUSEL", children=children)["id"]
    story = finished(instagram, site, media_type="STORIES")
    for container in (album, story):
        assert publish(instagram, container).status_code == 200
    assert usage(instagram) == 100
    last = finished(instagram, site)
    assert refusal(instagram, last) == (9, 2207042)
    pass_time(sim, DAY - 60)
    last = finished(instagram, site)
    assert refusal(instagram, last) == (9, 2207042)
    pass_time(sim, 60)
    assert usage(instagram) == 98
    assert publish(instagram, last).status_code == 200


def test_duty_11_the_total_is_read_from_config(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Meta: IG User Content Publishing Limit; its pages disagree about the total."""
    id, caller = instagram
    sim.control("POST", "account", json={"id": id, "quota_total": 1})
    limit = caller.done("GET", f"{id}/content_publishing_limit", fields="config,quota_usage")
    assert limit == {"data": [{"config": {"quota_total": 1, "quota_duration": DAY}, "quota_usage": 0}]}
    first, second = (finished(instagram, site) for _ in range(2))
    assert publish(instagram, first).status_code == 200
    assert refusal(instagram, second) == (9, 2207042)


def test_duty_11_containers_have_a_quota_too(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Meta: Content Publishing: 400 in 24 hours, items of carousels included."""
    id, caller = instagram
    children = [finished(instagram, site, is_carousel_item=True) for _ in range(2)]
    caller.done("POST", f"{id}/media", media_type="CAROUSEL", children=children)
    reel = {"media_type": "REELS", "upload_type": "resumable"}
    item = {"method": "POST", "relative_url": f"v25.0/{id}/media", "body": urlencode(reel)}
    made = [
        reply["code"] for count in (50,) * 7 + (47,) for reply in caller.call("POST", "", batch=[item] * count).json()
    ]
    assert made == [200] * 397
    assert caller.refused("POST", f"{id}/media", **reel) == (9, 2207042)
    pass_time(sim, DAY)
    assert caller.done("POST", f"{id}/media", **reel)["id"]


def test_a_deleted_post_still_counts(sim: Graphsim, site: Site) -> None:
    """Unconfirmed at Meta; the harder answer is given."""
    user = consent(sim, scopes=(*SCOPES, "instagram_manage_contents"))
    page = user.done("GET", "me/accounts", fields="access_token,instagram_business_account")["data"][0]
    owner = (page["instagram_business_account"]["id"], Caller(sim, page["access_token"]))
    media = owner[1].done("POST", f"{owner[0]}/media_publish", creation_id=finished(owner, site))["id"]
    owner[1].done("DELETE", media)
    assert owner[1].done("GET", f"{owner[0]}/content_publishing_limit")["data"] == [{"quota_usage": 1}]
