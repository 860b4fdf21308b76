"""The feed of events over HTTP: pages, filters, and server-sent events that go on where they were cut."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from publicist.client.stream import messages
from publicist.domain.events import EVENT_TYPES
from tests.support.openapi import answer_faults
from tests.support.served import ON_BOTH, SHARED, Served, serving

Account = Callable[[str], dict[str, Any]]


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """Both engines."""
    found: Served = request.getfixturevalue(request.param)
    return found


def schedule(served: Served, account: dict[str, Any], text: str) -> str:
    """The id of a post for later."""
    named = {"platform": account["platform"], "id": account["id"]}
    return str(served.post({"account": named, "text": text, "scheduledAt": "2031-01-01T00:00:00Z"}).json()["id"])


def feed(served: Served, **query: Any) -> dict[str, Any]:
    """GET /v1/events."""
    reply = served.call("GET", "/v1/events", params=query)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def events_of(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The messages of a stream that are events, with their data taken apart."""
    return ({**fields, "data": json.loads(fields["data"])} for fields in messages(lines) if "data" in fields)


def test_a_post_tells_its_story_in_pages(served: Served, account_of: Account) -> None:
    post = schedule(served, account_of("facebook"), "story")
    served.call("PATCH", f"/v1/posts/{post}", json={"scheduledAt": "2031-02-01T00:00:00Z"})
    served.call("DELETE", f"/v1/posts/{post}")
    first = feed(served, postId=post, limit=2)
    second = feed(served, postId=post, limit=2, after=first["lastId"])
    assert [event["type"] for event in first["data"]] == ["post.queued", "post.rescheduled"]
    assert [event["type"] for event in second["data"]] == ["post.canceled"]
    assert (first["hasMore"], second["hasMore"]) == (True, False)
    event = first["data"][0]
    assert set(event) == {"id", "type", "createdAt", "organizationId", "data"}
    assert (event["data"]["id"], event["data"]["sandbox"]) == (post, True)
    assert feed(served, postId=post, after=second["lastId"]) == {
        "data": [], "lastId": second["lastId"], "hasMore": False,
    }  # fmt: skip


def test_filters_narrow_and_a_wrong_one_is_named(served: Served, account_of: Account) -> None:
    page, instagram = account_of("facebook"), account_of("instagram")
    schedule(served, page, "filtered")
    kinds = {event["type"] for event in feed(served, type="post.queued,account.connected", limit=200)["data"]}
    assert kinds == {"post.queued", "account.connected"}
    for account in (page, instagram):
        told = feed(served, accountId=account["id"], limit=200)["data"]
        assert {one["data"]["accountId"] for one in told} == {account["id"]}
    assert feed(served, since="2100-01-01T00:00:00Z")["data"] == []
    for query, said in (
        ({"type": "post.publshed"}, ", ".join(sorted(EVENT_TYPES))),
        ({"after": "01a20000-0000-7000-8000-000000000000"}, "There is no event"),
        ({"limit": "0"}, "limit"),
    ):
        reply = served.call("GET", "/v1/events", params=query)
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "validation_failed")
        assert said in reply.text


def test_a_stream_goes_on_after_the_last_event_that_was_received(served: Served, account_of: Account) -> None:
    account = account_of("facebook")
    headers = {"Authorization": f"Bearer {served.key}"}
    url = f"{served.url}/v1/events/stream"
    with served.http.stream("GET", url, headers=headers, params={"accountId": account["id"]}) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        lines = reply.iter_lines()
        assert next(lines) == ": connected"
        post = schedule(served, account, "streamed")
        got = next(events_of(lines))
    assert (got["event"], got["data"]["type"], got["data"]["data"]["id"]) == ("post.queued", "post.queued", post)
    served.call("DELETE", f"/v1/posts/{post}")
    with served.http.stream("GET", url, headers={**headers, "Last-Event-ID": got["id"]}) as reply:
        missed = next(events_of(reply.iter_lines()))
    assert (missed["event"], missed["data"]["data"]["id"]) == ("post.canceled", post)
    wrong = served.call("GET", "/v1/events/stream", headers={"Last-Event-ID": "7"})
    assert (wrong.status_code, wrong.json()["error"]["rule"]) == (400, "Last-Event-ID")


def test_a_server_that_stops_ends_its_streams_cleanly(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env=SHARED) as served:
        headers = {"Authorization": f"Bearer {served.key}"}
        with served.http.stream("GET", f"{served.url}/v1/events/stream", headers=headers) as reply:
            lines = reply.iter_lines()
            assert next(lines) == ": connected"
            os.kill(served.pid, signal.SIGTERM)
            assert list(events_of(lines)) == []


def test_every_event_that_happened_is_what_the_description_says(
    served: Served, account_of: Callable[[str], dict[str, Any]]
) -> None:
    account = {"platform": "facebook", "id": account_of("facebook")["id"]}
    scheduled = {"account": account, "text": "later", "scheduledAt": "2031-01-01T00:00:00Z"}
    id = served.post(scheduled).json()["id"]
    served.call("PATCH", f"/v1/posts/{id}", json={"text": "other", "scheduledAt": "2031-02-01T00:00:00Z"})
    served.call("DELETE", f"/v1/posts/{id}")
    served.post({"account": account, "text": "now"})
    spec = served.http.get(served.url + "/openapi.json").json()
    page = served.call("GET", "/v1/events?limit=200").json()
    kinds = {event["type"] for event in page["data"]}
    assert {"post.queued", "post.edited", "post.rescheduled", "post.canceled", "post.published"} <= kinds
    assert answer_faults(spec, "GET", "/v1/events", 200, page) == []
