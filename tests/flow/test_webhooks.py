"""Webhooks over HTTP, on both engines: endpoints, real deliveries of real posts, tests, secrets, and strangers."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.receivers import Received, receiving
from tests.support.served import ON_BOTH, SHARED, Served, serving, wait_for

Account = Callable[[str], dict[str, Any]]
PATH = "/v1/webhook-endpoints"


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """Both engines."""
    found: Served = request.getfixturevalue(request.param)
    return found


def create(served: Served, url: str, **more: Any) -> dict[str, Any]:
    """A new endpoint with its secret."""
    reply = served.call("POST", PATH, json={"url": url, **more})
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()
    return found


def publish(served: Served, account: dict[str, Any], text: str) -> str:
    """The id of a post that is live."""
    reply = served.post({"account": {"platform": account["platform"], "id": account["id"]}, "text": text})
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


def is_signed(got: Received, secret: str) -> bool:
    """As a receiver checks it, in both forms; the second one also as the older of two."""
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    standard = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    plain = "sha256=" + hmac.new(secret.encode(), got.body, hashlib.sha256).hexdigest()
    older = got.headers.get("x-letmepost-signature-previous")
    in_both = plain in (got.headers["x-letmepost-signature"], older)
    return standard in got.headers["webhook-signature"].split(" ") and in_both


def test_a_published_post_arrives_signed(served: Served, account_of: Account) -> None:
    with receiving() as receiver:
        endpoint = create(served, receiver.url, events=["post.published"], description="mine")
        post = publish(served, account_of("facebook"), "tell me")
        wait_for(lambda: [got for got in receiver.requests if got.event["data"]["id"] == post])
        got = next(got for got in receiver.requests if got.event["data"]["id"] == post)
        assert is_signed(got, endpoint["signingSecret"])
        assert not is_signed(got, "whsec_" + "A" * 44)
        assert (got.headers["x-letmepost-event"], got.headers["content-type"]) == ("post.published", "application/json")
        assert got.headers["x-letmepost-event-id"] == got.headers["webhook-id"] == got.event["id"]
        assert (got.event["type"], got.event["data"]["sandbox"]) == ("post.published", True)
        shown = wait_for(lambda: _delivered(served, endpoint))
        assert shown["log"][-1]["responseBody"] == "thank you"
        seen = served.call("GET", f"{PATH}/{endpoint['id']}").json()
        assert (seen["lastFailureReason"], seen["lastDeliveryAt"] is None) == (None, False)
        assert "signingSecret" not in seen
        again = served.call("POST", f"{PATH}/{endpoint['id']}/deliveries/{shown['id']}/redeliver")
        assert again.status_code == 200, again.text
        wait_for(lambda: sum(one.headers["webhook-id"] == shown["eventId"] for one in receiver.requests) == 2)
        wait_for(lambda: _delivered(served, endpoint))
        since = {"since": "2020-01-01T00:00:00Z"}
        assert served.call("POST", f"{PATH}/{endpoint['id']}/replay", json=since).json()["count"] >= 1
        assert served.call("DELETE", f"{PATH}/{endpoint['id']}").json() == {"id": endpoint["id"], "deleted": True}


def _delivered(served: Served, endpoint: dict[str, Any]) -> Any:
    query = {"status": "delivered", "limit": "1"}
    reply = served.call("GET", f"{PATH}/{endpoint['id']}/deliveries", params=query)
    assert reply.status_code == 200, reply.text
    found = reply.json()["data"]
    return found[0] if found else None


def test_a_receiver_that_never_answers_delays_nobody(served: Served, account_of: Account) -> None:
    with receiving() as healthy, receiving() as hanging:
        hanging.answer = lambda _: 200 if hanging.let_go.wait(60) else 500
        ends = [create(served, one.url, events=["post.queued"]) for one in (hanging, healthy)]
        named = {"platform": "facebook", "id": account_of("facebook")["id"]}
        posts = [
            served.post({"account": named, "text": f"n {n}", "scheduledAt": "2031-01-01T00:00:00Z"}).json()["id"]
            for n in range(20)
        ]
        wait_for(lambda: {got.event["data"]["id"] for got in healthy.requests} >= set(posts))
        assert len(hanging.requests) == 8
        hanging.let_go.set()
        wait_for(lambda: {got.event["data"]["id"] for got in hanging.requests} >= set(posts))
        for one in ends:
            served.call("DELETE", f"{PATH}/{one['id']}")


def test_a_test_delivery_says_what_the_receiver_said(served: Served) -> None:
    with receiving(lambda _: 418) as receiver:
        endpoint = create(served, receiver.url)
        served.call("PATCH", f"{PATH}/{endpoint['id']}", json={"active": False})
        body = {"type": "post.failed", "data": {"any": "thing"}}
        found = served.call("POST", f"{PATH}/{endpoint['id']}/test", json=body).json()
        assert (found["delivered"], found["status"], found["nonRetryable"]) == (False, 418, True)
        assert (found["responseBody"], found["errorName"]) == ("thank you", "answered 418")
        assert receiver.requests[-1].event == found["sentEvent"]
        assert is_signed(receiver.requests[-1], endpoint["signingSecret"])
        assert (
            served.call("POST", f"{PATH}/{endpoint['id']}/test").json()["sentEvent"]["data"]["platform"] == "facebook"
        )
    gone = served.call("POST", f"{PATH}/{endpoint['id']}/test", json={}).json()
    assert (gone["status"], gone["errorName"], gone["nonRetryable"]) == (0, "does not accept connections", False)
    served.call("DELETE", f"{PATH}/{endpoint['id']}")


def test_a_new_secret_and_the_old_one_both_sign_for_a_while(served: Served) -> None:
    with receiving() as receiver:
        made = create(served, receiver.url)
        path = f"{PATH}/{made['id']}"
        rotated = served.call("POST", f"{path}/rotate-secret").json()
        served.call("POST", f"{path}/test", json={})
        assert rotated["signingSecret"] != made["signingSecret"]
        for secret in (made["signingSecret"], rotated["signingSecret"]):
            assert is_signed(receiver.requests[-1], secret)
        last = served.call("POST", f"{path}/rotate-secret", json={"overlapHours": 0}).json()
        served.call("POST", f"{path}/test", json={})
        assert is_signed(receiver.requests[-1], last["signingSecret"])
        assert not is_signed(receiver.requests[-1], rotated["signingSecret"])
        served.call("DELETE", path)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "url"),
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": "https://example.com/", "events": ["post.publishd"]}, "events"),
        ({"url": "https://example.com/", "description": "x" * 501}, "description"),
        ({"url": "https://example.com/", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_endpoint_is_refused_by_field(served: Served, body: dict[str, Any], rule: str) -> None:
    error = served.call("POST", PATH, json=body).json()["error"]
    assert (error["code"], error["rule"]) == ("validation_failed", rule)


def test_changes_are_checked_and_kept(served: Served) -> None:
    made = create(served, "https://example.com/hook", events=["post.validated", "quota.warning"])
    path = f"{PATH}/{made['id']}"
    assert served.call("PATCH", path, json={}).status_code == 400
    assert served.call("PATCH", path, json={"url": None}).status_code == 400
    changed = served.call("PATCH", path, json={"events": ["post.failed"], "active": False, "description": None}).json()
    assert (changed["events"], changed["active"], changed["description"]) == (["post.failed"], False, None)
    assert changed["url"] == made["url"]
    assert made["id"] in [one["id"] for one in served.call("GET", PATH).json()["data"]]
    served.call("DELETE", path)
    for method, at in (("GET", path), ("PATCH", path), ("DELETE", path), ("POST", f"{path}/test")):
        assert served.call(method, at, json={"active": True} if method == "PATCH" else None).status_code == 404


def test_live_events_are_never_sent_to_a_private_address(tmp_path: Path) -> None:
    with receiving() as receiver, serving(tmp_path / "data", env=SHARED) as served:
        live = {"Authorization": f"Bearer {served.cli('keys', 'create', '--env', 'live', '--json')['key']}"}
        made = served.call("POST", PATH, headers=live, json={"url": receiver.url}).json()
        found = served.call("POST", f"{PATH}/{made['id']}/test", headers=live, json={}).json()
        assert (found["delivered"], found["status"]) == (False, 0)
        assert "not on the public internet" in found["errorName"]
        assert receiver.requests == []
        assert served.call("GET", f"{PATH}/{made['id']}").status_code == 404
