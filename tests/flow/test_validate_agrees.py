"""Validate says ok exactly when create accepts, and both say the same: over generated posts, good and bad."""

import base64
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support import files
from tests.support.served import Served

SEED = 20261127
POSTS = 160
FAR = "2031-05-01T09:00:00+02:00"
NOBODY = "01a20ab5-97d8-715a-8720-a943e4945e0e"
EXTERNAL = "validate-agrees"
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
TEXTS = ("shipped", "shipped", "x" * 2200, "x" * 2201, FAMILY * 1000, "#a " * 31, "@a " * 21, " ", "", "a\0b", 7)
FAULTS: tuple[dict[str, Any], ...] = (
    {"scheduledAt": "2020-01-01T00:00:00Z"},
    {"scheduledAt": "2031-05-01T09:00:00"},
    {"publishNow": True},
    {"txt": "hello"},
    {"metadata": {str(number): number for number in range(51)}},
    {"externalId": ""},
    {"options": {"platform": "facebook", "link": "https://example.com"}},
    {"threads": {}},
)


def make_files() -> dict[str, bytes]:
    """Good ones and bad ones; made when the test runs, encoding takes a moment."""
    return {
        "a.jpg": files.jpeg(),
        "broken.jpg": files.truncated_jpeg(),
        "clip.mp4": files.mp4(3.0),
        "empty.jpg": files.empty(),
        "note.jpg": files.text_as_jpg(),
        "picture.png": files.png(),
        "short.mp4": files.mp4(2.0),
        "tall.jpg": files.jpeg(1080, 1350),
        "wide.jpg": files.jpeg(1500, 500),
    }


class Generator:
    """Bodies of POST /v1/posts from one seed; about half of them have something wrong."""

    def __init__(self, seed: int, accounts: dict[str, str], contents: dict[str, bytes], media: dict[str, str]) -> None:
        self._random = random.Random(seed)
        self._accounts = accounts
        self._contents = contents
        self._media = media

    def body(self) -> dict[str, Any]:
        """One post in either shape."""
        pick = self._random
        body: dict[str, Any] = {"scheduledAt": FAR, "externalId": EXTERNAL}
        if pick.random() < 0.5:
            platform = pick.choice(sorted(self._accounts))
            body |= {"account": {"platform": platform, "id": self._accounts[platform]}, **self._content(platform)}
        else:
            body |= self._content(None)
            body["targets"] = [self._target() for _ in range(pick.choice((0, 1, 1, 2, 2, 3)))]
        return body | (pick.choice(FAULTS) if pick.random() < 0.15 else {})

    def _target(self) -> dict[str, Any]:
        pick = self._random
        platform = pick.choice(sorted(self._accounts))
        target: dict[str, Any] = {"accountId": self._accounts[platform]}
        if pick.random() < 0.1:
            target = pick.choice(
                ({"accountId": NOBODY}, {"platform": "bluesky"}, {}, {**target, "platform": "threads"})
            )
        return target | (self._content(platform) if pick.random() < 0.5 else {})

    def _content(self, platform: str | None) -> dict[str, Any]:
        pick = self._random
        content: dict[str, Any] = {}
        if pick.random() < 0.8:
            content["text"] = pick.choice(TEXTS) if pick.random() < 0.4 else "shipped"
        if pick.random() < 0.8:
            content["media"] = [self._item() for _ in range(pick.choice((0, 1, 1, 1, 2, 3, 10, 11)))]
        if pick.random() < 0.1:
            content["firstComment"] = {"text": "first"}
        if platform is not None and pick.random() < 0.2:
            links: tuple[dict[str, str], ...] = (
                {},
                {"link": "https://example.com/a"},
                {"link": "ftp://example.com"},
                {"lnk": "x"},
            )
            content["options"] = {"platform": pick.choice((platform, platform, "facebook")), **pick.choice(links)}
        return content

    def _item(self) -> dict[str, Any]:
        pick = self._random
        name = pick.choice(sorted(self._media)) if pick.random() < 0.3 else "a.jpg"
        kind = "video" if name.endswith(".mp4") or pick.random() < 0.03 else "image"
        item: dict[str, Any] = {"kind": kind, "mediaId": self._media[name]}
        if pick.random() < 0.1:
            item = {"kind": kind, "bytesBase64": base64.b64encode(self._contents[name]).decode()}
        if pick.random() < 0.04:
            item = pick.choice(
                ({"kind": kind}, {"kind": kind, "mediaId": "med_0000000000000000000000"}, {**item, "x": 1})
            )
        return item | ({"altText": pick.choice(("a cup", "x" * 1001))} if pick.random() < 0.15 else {})


@pytest.fixture
def clean(served: Served) -> Iterator[Served]:
    """What is queued here leaves the shared server again."""
    yield served
    served.call("POST", "/v1/posts/cancel", json={"externalId": EXTERNAL})


def timeless(error: dict[str, Any]) -> dict[str, Any]:
    """An error as every request would get it, whenever it comes."""
    known = {name: value for name, value in error.items() if name != "requestId"}
    return {**known, "message": re.sub(r"it is \S+ now", "it is later now", error["message"])}


def told(result: dict[str, Any]) -> list[tuple[int, str, str]]:
    """Every rule that a verdict names."""
    found = []
    for target in result["targets"]:
        found += [(target["target"], one["rule"], one["path"]) for one in target["violations"]]
        found += [(target["target"], one["code"], one["path"]) for one in target["warnings"]]
    return sorted(found)


def test_validate_says_what_create_does(clean: Served, account_of: Callable[[str], dict[str, Any]]) -> None:
    contents, media = make_files(), {}
    for name, data in contents.items():
        media[name] = clean.call("POST", "/v1/media", files={"file": (name, data)}).json()["id"]
    accounts = {platform: account_of(platform)["id"] for platform in ("facebook", "instagram")}
    generator = Generator(SEED, accounts, contents, media)
    bodies = [generator.body() for _ in range(POSTS)]
    results: list[dict[str, Any]] = []
    for start in range(0, POSTS, 100):
        reply = clean.call("POST", "/v1/posts/validate", json={"posts": bodies[start : start + 100]})
        results += reply.json()["results"]
    seen = {"accepted": 0, "preflight_failed": 0, "validation_failed": 0, "not_found": 0}
    for body, result in zip(bodies, results, strict=True):
        created = clean.post(body)
        if created.status_code == 202:
            seen["accepted"] += 1
            assert result["ok"] is True, body
            assert all(target["calls"] for target in result["targets"])
            continue
        error = created.json()["error"]
        seen[error["code"]] += 1
        assert result["ok"] is False, body
        if error["code"] != "preflight_failed":
            assert timeless(result["error"]) == timeless(error)
            continue
        assert told(result) == sorted((one["target"], one["rule"], one["path"]) for one in error["violations"])
    assert all(count >= 5 for count in seen.values()), seen
