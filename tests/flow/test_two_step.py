"""PUBLICIST_PAGE_PUBLISH=two_step: Page posts are made unpublished and then published."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import files
from tests.support.served import SHARED, Served, serving

SHOW = "POST /{page-post}"
LOST = [
    pytest.param({"kind": "reset", "when": "after"}, id="reset after accept"),
    pytest.param({"kind": "http", "status": 500, "when": "after"}, id="500 after accept"),
    pytest.param({"kind": "http", "status": 500, "when": "before"}, id="500 and dropped"),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that publishes to Pages so; short pauses."""
    env = {**SHARED, "PUBLICIST_PAGE_PUBLISH": "two_step", "PUBLICIST_PACE": "0.05", "PUBLICIST_SETTLE_SECONDS": "1"}
    with serving(tmp_path_factory.mktemp("two-step") / "data", env=env) as served:
        served.connect()
        yield served


@pytest.fixture
def served(running: Served) -> Served:
    """For `account_of`."""
    return running


@pytest.fixture
def page(account_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """A Page."""
    return account_of("facebook")


def send(served: Served, page: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Post it and wait for the end."""
    reply = served.post({"targets": [{"accountId": page["id"]}], **members})
    result: dict[str, Any] = reply.json()["results"][0]
    return result


def seen(served: Served, text: str) -> int:
    """How often people see these words."""
    posts = served.control("GET", "published")["published"].values()
    return sum(post["text"] == text for of_page in posts for post in of_page)


def test_validate_names_the_calls_that_are_then_made(served: Served, page: dict[str, Any]) -> None:
    body = {"targets": [{"accountId": page["id"]}], "text": "foretold in two steps"}
    foretold = served.call("POST", "/v1/posts/validate", json=body).json()["targets"][0]["calls"]
    post = served.post(body).json()["results"][0]["postId"]
    steps = served.call("GET", f"/v1/posts/{post}").json()["attempts"][0]["steps"]
    assert [call["key"] for call in foretold] == [step["key"] for step in steps]
    assert [call["key"].partition(":")[0] for call in foretold] == ["draft", "show", "permalink"]


def test_words_are_made_unpublished_and_then_published(served: Served, page: dict[str, Any]) -> None:
    start = len(served.journal())
    result = send(served, page, text="in two steps")
    assert result["status"] == "published", result
    assert seen(served, "in two steps") == 1
    made, shown = [entry for entry in served.journal()[start:] if entry["method"] == "POST"]
    assert made["path"].endswith("/feed")
    assert shown["path"].rsplit("/", 1)[-1].startswith(made["path"].split("/")[-2] + "_")


@pytest.mark.parametrize("count", [1, 2])
def test_photos_go_the_same_way(served: Served, page: dict[str, Any], count: int, tmp_path: Path) -> None:
    media = []
    for number in range(count):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(files.jpeg(600 + number, 600))
        media.append({"kind": "image", "mediaId": served.upload(path)})
    assert send(served, page, text=f"{count} photos", media=media)["status"] == "published"
    assert seen(served, f"{count} photos") == 1


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("edge", ["POST /{page}/feed", SHOW])
def test_a_lost_answer_to_either_call_shows_it_once(
    served: Served, page: dict[str, Any], fault: dict[str, Any], edge: str, request: pytest.FixtureRequest
) -> None:
    served.control("POST", "faults", json={"faults": [{**fault, "edge": edge, "calls": "1"}]})
    text = request.node.name
    assert send(served, page, text=text)["status"] == "published"
    assert seen(served, text) == 1


def test_a_post_that_may_not_be_published_is_deleted(served: Served, page: dict[str, Any]) -> None:
    refusal = {"kind": "error", "code": 200, "when": "before", "edge": SHOW, "calls": "1"}
    served.control("POST", "faults", json={"faults": [refusal]})
    start = len(served.journal())
    assert send(served, page, text="refused in the second step")["status"] == "rejected"
    assert [entry["method"] for entry in served.journal()[start:] if entry["method"] != "GET"] == [
        "POST", "POST", "DELETE",
    ]  # fmt: skip
    assert seen(served, "refused in the second step") == 0
