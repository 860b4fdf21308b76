"""Idempotency-Key on every route that writes (POST /v1/posts has tests of its own): one effect, one answer."""

import threading
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import sqlalchemy as sa

from publicist.domain.targets import TargetStatus
from publicist.storage import tables
from publicist.storage.session import driver_url
from tests.support import files
from tests.support.consent import press
from tests.support.served import ON_BOTH, Served

FAR = "2031-05-01T09:00:00+02:00"
Request = tuple[str, str, dict[str, Any] | None]
"""Method, path, JSON body."""


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """On both engines."""
    running: Served = request.getfixturevalue(request.param)
    return running


def fresh() -> dict[str, str]:
    """A key nobody used."""
    return {"Idempotency-Key": str(uuid.uuid4())}


def page(served: Served) -> str:
    """A Page's account id."""
    return str(served.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]["id"])


def queued(served: Served) -> str:
    """A post that waits for its time."""
    body = {"targets": [{"accountId": page(served)}], "text": f"later {uuid.uuid4()}", "scheduledAt": FAR}
    reply = served.post(body)
    assert reply.status_code == 202, reply.text
    return str(reply.json()["results"][0]["postId"])


def canceled(served: Served) -> str:
    """A post that was canceled."""
    id = queued(served)
    assert served.call("DELETE", f"/v1/posts/{id}").status_code == 200
    return id


def unconfirmed(served: Served) -> str:
    """A post in doubt; its row is put into that state, which takes Meta's and our clocks a while otherwise."""
    id = queued(served)
    url = served.env.get("PUBLICIST_DATABASE_URL") or f"sqlite:///{served.data_dir}/publicist.db"
    engine = sa.create_engine(driver_url(url))
    with engine.begin() as connection:
        in_doubt = {"status": TargetStatus.UNCONFIRMED, "next_run_at": None}
        connection.execute(tables.targets.update().where(tables.targets.c.id == id).values(in_doubt))
    engine.dispose()
    return id


def consent(served: Served) -> dict[str, Any]:
    """What a finished consent has to be completed with."""
    opened = served.call("POST", "/v1/accounts/connect/facebook", json={}).json()["descriptor"]
    code = parse_qs(urlsplit(press(served.http, opened["authorizationUrl"])).query)["code"][0]
    return {"code": code, "state": opened["state"], "redirectUri": opened["redirectUri"]}


HOOKS = "/v1/webhook-endpoints"
HOOK = {"url": "http://127.0.0.1:9/hook", "events": ["post.published"], "description": "for tests"}


def hook(served: Served) -> str:
    """The path of a webhook endpoint, which gets nothing."""
    made = served.call("POST", HOOKS, json=HOOK).json()
    assert served.call("PATCH", f"{HOOKS}/{made['id']}", json={"active": False}).status_code == 200
    return f"{HOOKS}/{made['id']}"


REQUESTS: dict[str, Callable[[Served], Request]] = {
    "add a webhook": lambda _served: ("POST", HOOKS, HOOK),
    "cancel": lambda served: ("DELETE", f"/v1/posts/{queued(served)}", None),
    "cancel a selection": lambda served: ("POST", "/v1/posts/cancel", {"accountId": served_page_with_one_post(served)}),
    "complete a consent": lambda served: ("POST", "/v1/accounts/connect/facebook/complete", consent(served)),
    "disconnect": lambda served: ("DELETE", f"/v1/accounts/{page(served)}", None),
    "edit": lambda served: ("PATCH", f"/v1/posts/{queued(served)}", {"text": "other words"}),
    "open a consent": lambda _served: ("POST", "/v1/accounts/connect/facebook", {}),
    "open a consent without a body": lambda _served: ("POST", "/v1/accounts/connect/facebook", None),
    "pause": lambda served: ("POST", f"/v1/accounts/{page(served)}/pause", None),
    "pause everything": lambda _served: ("POST", "/v1/organization/pause", None),
    "reschedule": lambda served: ("PATCH", f"/v1/posts/{queued(served)}", {"scheduledAt": "2032-01-01T00:00:00Z"}),
    "resolve": lambda served: ("POST", f"/v1/posts/{unconfirmed(served)}/resolve", {"outcome": "failed"}),
    "resume": lambda served: ("POST", f"/v1/accounts/{page(served)}/resume", None),
    "resume everything": lambda _served: ("POST", "/v1/organization/resume", None),
    "remove a webhook": lambda served: ("DELETE", hook(served), None),
    "replay a webhook": lambda served: ("POST", f"{hook(served)}/replay", {"since": "2026-01-01T00:00:00Z"}),
    "rotate a secret": lambda served: ("POST", f"{hook(served)}/rotate-secret", {}),
    "test a webhook": lambda served: ("POST", f"{hook(served)}/test", {}),
    "retry": lambda served: ("POST", f"/v1/posts/{canceled(served)}/retry", None),
}


def served_page_with_one_post(served: Served) -> str:
    """An account with something to cancel."""
    queued(served)
    return page(served)


def send(served: Served, request: Request, headers: dict[str, str]) -> httpx2.Response:
    """One request."""
    method, path, body = request
    return served.call(method, path, headers=headers, **({} if body is None else {"json": body}))


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_a_request_sent_again_has_one_effect_and_one_answer(served: Served, name: str) -> None:
    request, key = REQUESTS[name](served), fresh()
    try:
        first, again = send(served, request, key), send(served, request, key)
        assert first.status_code in (200, 201), first.text
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == key["Idempotency-Key"]
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        assert again.headers["content-type"] == first.headers["content-type"]
        assert again.headers["x-request-id"] != first.headers["x-request-id"]
    finally:
        served.call("POST", "/v1/organization/resume")
        for endpoint in served.call("GET", HOOKS).json()["data"]:
            served.call("DELETE", f"{HOOKS}/{endpoint['id']}")
        for account in served.connect():
            served.call("POST", f"/v1/accounts/{account['id']}/resume")


def test_twenty_at_once_are_answered_alike(served: Served) -> None:
    request, key = REQUESTS["cancel"](served), fresh()
    replies: list[httpx2.Response] = []
    threads = [threading.Thread(target=lambda: replies.append(send(served, request, key))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply.status_code for reply in replies} == {200}
    assert sum("idempotency-replayed" in reply.headers for reply in replies) == 19


def test_a_key_belongs_to_one_body_one_path_and_one_query(served: Served) -> None:
    id, other, key = queued(served), queued(served), fresh()
    body = {"text": "a", "scheduledAt": "2033-01-01T00:00:00Z"}
    assert send(served, ("PATCH", f"/v1/posts/{id}", body), key).status_code == 200
    turned = dict(reversed(body.items()))
    assert send(served, ("PATCH", f"/v1/posts/{id}", turned), key).headers["idempotency-replayed"] == "true"
    for request in (
        ("PATCH", f"/v1/posts/{id}", {**body, "text": "b"}),
        ("PATCH", f"/v1/posts/{other}", body),
        ("PATCH", f"/v1/posts/{id}?more=1", body),
    ):
        reply = send(served, request, key)
        assert (reply.status_code, reply.json()["error"]["code"]) == (409, "idempotency_conflict")
        assert reply.json()["error"]["rule"] == "idempotency_key.body_mismatch"
    assert send(served, ("DELETE", f"/v1/posts/{id}", None), key).status_code == 200, "another route, another key"


def test_a_key_is_good_for_both_mounts_of_a_route(served: Served) -> None:
    id, key = queued(served), fresh()
    assert send(served, ("DELETE", f"/posts/{id}", None), key).status_code == 200
    assert send(served, ("DELETE", f"/v1/posts/{id}", None), key).headers["idempotency-replayed"] == "true"


def test_a_refusal_leaves_no_key(served: Served) -> None:
    id, key = queued(served), fresh()
    refused = send(served, ("PATCH", f"/v1/posts/{id}", {"text": " "}), key)
    assert (refused.status_code, "idempotency-key" in refused.headers) == (400, False)
    assert send(served, ("PATCH", f"/v1/posts/{id}", {"text": "fine"}), key).status_code == 200


def test_a_key_has_1_to_255_characters_and_is_looked_at_after_the_caller(served: Served) -> None:
    path = "/v1/organization/resume"
    for key in ("", "k" * 256):
        reply = send(served, ("POST", path, None), {"Idempotency-Key": key})
        assert (reply.status_code, reply.json()["error"]["rule"]) == (400, "idempotency_key.length")
        stranger = served.http.post(f"{served.url}{path}", headers={"Idempotency-Key": key})
        assert stranger.status_code == 401
    longest = str(uuid.uuid4()).ljust(255, "k")
    assert send(served, ("POST", path, None), {"Idempotency-Key": longest}).status_code == 200


def upload(
    served: Served, data: bytes, key: dict[str, str], name: str = "a.jpg", declared: str = "image/jpeg", **fields: str
) -> httpx2.Response:
    """One file; the boundary is another each time."""
    return served.call("POST", "/v1/media", headers=key, files={"file": (name, data, declared)}, data=fields)


def test_an_upload_sent_again_stores_one_file(served: Served) -> None:
    data, key = files.jpeg(433, 433), fresh()
    first, again = upload(served, data, key), upload(served, data, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    listed = [media["id"] for media in served.call("GET", "/v1/media?limit=10").json()["data"]]
    assert listed.count(first.json()["id"]) == 1
    assert served.call("GET", "/v1/media?limit=1").json()["data"][0]["id"] == first.json()["id"]
    assert list((served.data_dir / "media" / "tmp").iterdir()) == []


def test_another_file_name_type_or_field_is_another_upload(served: Served) -> None:
    data, key = files.jpeg(434, 434), fresh()
    assert upload(served, data, key).status_code == 201
    for reply in (
        upload(served, files.jpeg(435, 435), key),
        upload(served, data, key, name="b.jpg"),
        upload(served, data, key, declared="image/png"),
        upload(served, data, key, title="x"),
    ):
        assert (reply.status_code, reply.json()["error"]["rule"]) == (409, "idempotency_key.body_mismatch")


def test_a_malformed_upload_leaves_no_key(served: Served) -> None:
    key = fresh()
    headers = {"Content-Type": "multipart/form-data; boundary=b", **key}
    assert served.call("POST", "/v1/media", headers=headers, content=b"nonsense").status_code == 400
    assert upload(served, files.jpeg(), key).status_code == 201


def test_uploads_at_once_store_one_file(served: Served) -> None:
    data, key = files.jpeg(436, 436), fresh()
    replies: list[httpx2.Response] = []
    threads = [threading.Thread(target=lambda: replies.append(upload(served, data, key))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 1
