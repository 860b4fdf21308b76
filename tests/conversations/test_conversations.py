"""Unmodified clients: each method of the SDK, the CLI, the MCP server and the n8n nodes, replayed over sockets."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support import files
from tests.support.consent import press
from tests.support.conversations import RECORDED, Talk
from tests.support.receivers import Receiver, receiving
from tests.support.served import SHARED, Served, serving

NOBODY = "01a20ab5-97d8-715a-8720-a943e4945e0e"
SHAPES = json.loads((RECORDED / "shapes.json").read_text())
CLIENTS = {path.stem: json.loads(path.read_text()) for path in sorted(RECORDED.glob("*.json")) if path.stem != "shapes"}
TALKS = [(client, name) for client, recorded in CLIENTS.items() for name in recorded["conversations"]]
SDK_METHODS = {
    *("posts.create", "posts.list", "posts.get", "media.list"),
    *("accounts.list", "accounts.get", "accounts.delete", "accounts.connect", "accounts.completeConnect"),
    *("listPinterestBoards", "addPinterestBoard", "setPinterestDefaultBoard"),
    *("apiKeys.create", "list", "delete"),
    *("webhooks.create", "get", "list", "update", "test", "delete"),
}
"""Contract 9.2."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own: conversations disconnect accounts."""
    with serving(tmp_path_factory.mktemp("talks") / "data", env=SHARED) as found:
        yield found


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Where webhooks arrive."""
    with receiving() as found:
        yield found


@pytest.fixture
def known(running: Served, receiver: Receiver) -> dict[str, Any]:
    """What recordings name in braces."""
    accounts = running.connect()
    pages = [one["id"] for one in accounts if one["platform"] == "facebook"]
    grams = [one["id"] for one in accounts if one["platform"] == "instagram"]
    picture = running.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()
    return {
        "key": running.key,
        "run": uuid.uuid4().hex[:8],
        "nobody": NOBODY,
        "page": pages[0],
        "instagram": grams[0],
        "spare": grams[-1],
        "profile": accounts[0]["profileId"],
        "media": picture["id"],
        "mediaUrl": picture["url"],
        "base64": base64.b64encode(files.jpeg()).decode(),
        "receiver": receiver.url,
    }


@pytest.mark.parametrize(("client", "name"), TALKS)
def test_a_client_hears_what_it_expects(
    running: Served, receiver: Receiver, known: dict[str, Any], client: str, name: str
) -> None:
    assert known["spare"] != known["instagram"]
    talk = Talk(running.url, files.jpeg(), known, SHAPES, CLIENTS[client])
    for step in CLIENTS[client]["conversations"][name]:
        answer = talk.say(step)
        if "consent" in step:
            leads = press(running.http, answer["descriptor"]["authorizationUrl"])
            talk.known["code"] = parse_qs(urlsplit(leads).query)["code"][0]
        if "signed" in step:
            got = receiver.requests[-1]
            wanted = hmac.new(talk.known[step["signed"]].encode(), got.body, hashlib.sha256).hexdigest()
            assert got.headers["x-letmepost-signature"] == f"sha256={wanted}"


def test_every_method_of_the_sdk_is_recorded() -> None:
    named = {part for name in CLIENTS["sdk"]["conversations"] for part in name.replace(",", "").split()}
    assert {method for method in SDK_METHODS if method not in named and f"accounts.{method}" not in named} == set()


def test_a_shape_that_is_not_met_is_told() -> None:
    talk = Talk("", b"", {"id": "x"}, SHAPES, {"headers": {}, "keyed": []})
    assert list(talk.faults({"id": "={id}"}, {"id": "x"})) == []
    assert list(talk.faults({"id": "={id}"}, {"id": "y"})) == ["/id is 'y' and not ={id}"]
    assert list(talk.faults({"data": []}, {"data": [1]})) == ["/data is [1]"]
    assert list(talk.faults({"at": "time"}, {"at": "2030-01-01T09:00:00Z"})) != []
    assert list(talk.faults("@error", {})) == ["/error is missing"]
