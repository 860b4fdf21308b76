"""`publicist listen` as a process: events come out as they happen, are sent on signed, and survive a restart."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from chaos.rig import free_port
from tests.flow.test_events import schedule
from tests.flow.test_webhooks import is_signed
from tests.support.receivers import receiving
from tests.support.served import SHARED, Served, serving

Account = Callable[[str], dict[str, Any]]
SECRET = "whsec_" + "c2VjcmV0" * 5 + "abcd"


@contextmanager
def listening(served: Served, *options: str) -> Iterator[Callable[[], dict[str, Any]]]:
    """The command, until the block ends; call what is given for the next event it prints."""
    command = [sys.executable, "-m", "publicist.cli.main", "listen", "--json", "--url", served.url, *options]
    env = {**os.environ, "PUBLICIST_API_KEY": served.key}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert any(line.endswith(": connected\n") for line in process.stderr)
        lines = process.stdout
        try:
            yield lambda: dict(json.loads(lines.readline()))
        finally:
            process.kill()


@pytest.fixture
def newest(served: Served) -> str:
    """The id of the last event so far: who listens from there misses nothing of the test."""
    page = served.call("GET", "/v1/events", params={"limit": 200}).json()
    while page["hasMore"]:
        page = served.call("GET", "/v1/events", params={"limit": 200, "after": page["lastId"]}).json()
    return str(page["lastId"])


def test_events_are_sent_on_signed(served: Served, account_of: Account, newest: str) -> None:
    with receiving(lambda got: 500 if got.event["type"] == "post.canceled" else 200) as receiver:
        options = ("--after", newest, "--event", "post.queued", "--event", "post.canceled", "--secret", SECRET)
        with listening(served, *options, "--forward-to", receiver.url) as shown:
            post = schedule(served, account_of("facebook"), "listened to")
            served.call("PATCH", f"/v1/posts/{post}", json={"scheduledAt": "2031-02-01T00:00:00Z"})
            served.call("DELETE", f"/v1/posts/{post}")
            first, second = shown(), shown()
    assert [one["event"]["type"] for one in (first, second)] == ["post.queued", "post.canceled"]
    assert first["event"]["data"]["id"] == post
    assert [one["forwarded"]["status"] for one in (first, second)] == [200, 500]
    assert [got.event for got in receiver.requests] == [first["event"], second["event"]]
    assert all(is_signed(got, SECRET) for got in receiver.requests)
    assert receiver.requests[0].headers["x-letmepost-event"] == "post.queued"


def test_a_receiver_that_is_not_there_is_said_and_the_next_event_comes(
    served: Served, account_of: Account, newest: str
) -> None:
    with listening(served, "--after", newest, "--forward-to", f"http://127.0.0.1:{free_port()}/") as shown:
        served.call("DELETE", f"/v1/posts/{schedule(served, account_of('facebook'), 'to nobody')}")
        first, second = shown(), shown()
    assert [one["event"]["type"] for one in (first, second)] == ["post.queued", "post.canceled"]
    assert first["forwarded"]["status"] is None
    assert first["forwarded"]["error"]


def test_a_restart_of_the_server_costs_no_event(tmp_path: Path) -> None:
    """Also when no event came before it: the stream begins with a place to go on from."""
    port = free_port()
    with ExitStack() as stack:
        with serving(tmp_path / "data", env=SHARED, port=port) as served:
            served.connect()
            shown = stack.enter_context(listening(served))
        with serving(tmp_path / "data", env=SHARED, port=port, key=served.key) as again:
            account = again.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]
            post = schedule(again, account, "as soon as it is back")
            assert shown()["event"]["data"]["id"] == post


def test_a_key_that_is_refused_ends_it_with_words(served: Served) -> None:
    command = [sys.executable, "-m", "publicist.cli.main", "listen", "--url", served.url, "--key", "lmp_test_wrong"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "key" in done.stderr
