"""What POST /v1/posts answers: sent again with one key, refused by Meta, and while the work is under way."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.served import Served, serving

AccountOf = Callable[[str], dict[str, Any]]
FAR = "2031-05-01T09:00:00+02:00"


@pytest.fixture
def page(account_of: AccountOf) -> str:
    """A Page's account id."""
    return str(account_of("facebook")["id"])


def test_twenty_requests_with_one_key_publish_once(served: Served, page: str) -> None:
    text = f"only once {datetime.now(UTC).timestamp()}"
    body = {"account": {"platform": "facebook", "id": page}, "text": text}
    key = f"key-{datetime.now(UTC).timestamp()}"
    replies: list[Any] = []
    threads = [
        threading.Thread(target=lambda: replies.append(served.post(body, **{"Idempotency-Key": key})))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert sum("idempotency-replayed" in reply.headers for reply in replies) == 19
    sent = [e for e in served.journal() if e["method"] == "POST" and e["params"].get("message") == text]
    assert len(sent) == 1


def test_a_key_belongs_to_one_body_whatever_the_order_of_its_members(served: Served, page: str) -> None:
    key = {"Idempotency-Key": f"body-{datetime.now(UTC).timestamp()}"}
    body = {"account": {"platform": "facebook", "id": page}, "text": "a", "scheduledAt": FAR}
    first = served.post(body, **key)
    same = served.post(dict(reversed(body.items())), **key)
    other = served.post({**body, "text": "b"}, **key)
    assert (first.status_code, same.status_code, other.status_code) == (202, 202, 409)
    assert same.json()["id"] == first.json()["id"]
    assert other.json()["error"]["rule"] == "idempotency_key.body_mismatch"


def test_a_refusal_leaves_no_key(served: Served, page: str) -> None:
    key = {"Idempotency-Key": f"refused-{datetime.now(UTC).timestamp()}"}
    account = {"platform": "facebook", "id": page}
    assert served.post({"account": account, "text": " "}, **key).status_code == 400
    assert served.post({"account": account, "text": "fine", "scheduledAt": FAR}, **key).status_code == 202


def test_a_key_has_1_to_255_characters(served: Served, page: str) -> None:
    body = {"account": {"platform": "facebook", "id": page}, "text": "x", "scheduledAt": FAR}
    for key in ("", "k" * 256):
        reply = served.post(body, **{"Idempotency-Key": key})
        assert (reply.status_code, reply.json()["error"]["rule"]) == (400, "idempotency_key.length")
    longest = f"{datetime.now(UTC).timestamp()}".ljust(255, "k")
    reply = served.post(body, **{"Idempotency-Key": longest})
    assert (reply.status_code, reply.headers["idempotency-key"]) == (202, longest)
    assert "idempotency-replayed" not in reply.headers


def test_a_replay_shows_what_became_of_the_post(served: Served, page: str) -> None:
    key = {"Idempotency-Key": f"canceled-{datetime.now(UTC).timestamp()}"}
    body = {"account": {"platform": "facebook", "id": page}, "text": "not today", "scheduledAt": FAR}
    id = served.post(body, **key).json()["id"]
    served.call("DELETE", f"/v1/posts/{id}")
    again = served.post(body, **key)
    assert (again.status_code, again.json()["id"], again.json()["status"]) == (200, id, "canceled")
    assert again.headers["idempotency-replayed"] == "true"


def test_members_that_are_not_known_are_left_out(served: Served, page: str) -> None:
    account = {"platform": "facebook", "id": page}
    live = served.post({"account": account, "text": f"plain {datetime.now(UTC).timestamp()}"})
    assert live.status_code == 201
    assert set(live.json()) == {"id", "batchId", "platform", "status", "uri", "cid", "createdAt"}
    assert live.headers["location"] == f"/v1/posts/{live.json()['id']}"
    waiting = served.post({"account": account, "text": "later", "scheduledAt": FAR, "metadata": {"a": None}})
    assert set(waiting.json()) == {"id", "batchId", "platform", "status", "scheduledAt", "metadata", "createdAt"}
    assert waiting.json()["metadata"] == {"a": None}
    assert "retry-after" not in waiting.headers


@pytest.mark.parametrize("prefer", ["wait=0", "Respond-Async", "respond-async, wait=0", "foo=1; bar, wait=0"])
def test_a_caller_who_does_not_wait_gets_202(served: Served, page: str, prefer: str) -> None:
    body = {"targets": [{"accountId": page}], "text": f"do not wait {datetime.now(UTC).timestamp()}"}
    reply = served.post(body, Prefer=prefer)
    assert (reply.status_code, reply.json()["status"]) == (202, "publishing")
    assert reply.headers["location"] == f"/v1/posts/{reply.json()['results'][0]['postId']}"
    assert int(reply.headers["retry-after"]) > 0


@pytest.mark.parametrize("prefer", ["wait=60", "respond-async, wait=60", "handling=strict"])
def test_a_caller_who_waits_gets_the_result(served: Served, page: str, prefer: str) -> None:
    body = {"targets": [{"accountId": page}], "text": f"wait for it {datetime.now(UTC).timestamp()}"}
    reply = served.post(body, Prefer=prefer)
    assert (reply.status_code, reply.json()["status"]) == (200, "published")


def test_what_meta_refuses_is_the_http_error_in_one_shape_and_a_result_in_the_other(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as fresh:
        page = next(account for account in fresh.connect() if account["platform"] == "facebook")
        fresh.control("POST", "reset")  # Meta forgets every token
        key = {"Idempotency-Key": "refused"}
        body = {"account": {"platform": "facebook", "id": page["id"]}, "text": "hello"}
        first, again = fresh.post(body, **key), fresh.post(body, **key)
        for reply in (first, again):
            assert reply.status_code == 401, reply.text
            error = reply.json()["error"]
            assert (error["code"], error["platform"]) == ("platform_auth_failed", "facebook")
            assert error["platformResponse"]["error"]["code"] == 190
            assert error["remediation"]
            assert reply.headers["idempotency-key"] == "refused"
        assert again.headers["idempotency-replayed"] == "true"
        assert first.headers["location"] == again.headers["location"]
        post = fresh.call("GET", first.headers["location"]).json()
        assert (post["status"], post["error"]["code"]) == ("rejected", "platform_auth_failed")
        batch = fresh.post({"targets": [{"accountId": page["id"]}], "text": "hello again"})
        assert (batch.status_code, batch.json()["status"]) == (200, "failed")
        assert batch.json()["results"][0]["error"]["code"] == "platform_auth_failed"
