"""POST /v1/posts/validate: what a post would be told and what would be sent, without sending anything."""

import base64
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from publicist.api.schemas.validation import ValidationListOut, ValidationOut
from publicist.api.validation_examples import ANSWERS
from publicist.bootstrap import database_url
from publicist.client import Client
from publicist.kit.settings import Settings
from publicist.storage import tables
from publicist.storage.session import Database
from tests.support import files
from tests.support.served import ON_BOTH, Served, serving

AccountOf = Callable[[str], dict[str, Any]]
FAR = "2031-05-01T09:00:00+02:00"
NAMED = re.compile(r"\{[^{}]+\}")


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """Everything here runs on SQLite and on PostgreSQL."""
    found: Served = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own, where nobody else writes, with the guard against repeats."""
    with serving(tmp_path_factory.mktemp("validate") / "data") as running:
        running.connect()
        yield running


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A web server of somebody with one picture."""
    (tmp_path / "a.jpg").write_bytes(files.jpeg())
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def account_on(served: Served, platform: str) -> str:
    """The id of an account of that platform."""
    return str(served.call("GET", f"/v1/accounts?platform={platform}").json()["data"][0]["id"])


def upload(served: Served, data: bytes, name: str) -> str:
    """A file's media id."""
    reply = served.call("POST", "/v1/media", files={"file": (name, data)})
    assert reply.status_code == 201, reply.text
    return str(reply.json()["id"])


def validated(served: Served, body: Any) -> dict[str, Any]:
    """The answer to a body that can be read."""
    reply = served.call("POST", "/v1/posts/validate", json=body)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def rows(served: Served) -> dict[str, list[Any]]:
    """Every row of every table."""
    database = Database(database_url(Settings(data_dir=served.data_dir)))
    async with database.read() as connection:
        found = {
            table.name: [tuple(row) for row in await connection.execute(table.select())]
            for table in tables.metadata.sorted_tables
        }
    await database.close()
    return found


async def test_nothing_is_stored_and_meta_hears_nothing(fresh: Served, site: str) -> None:
    instagram, page = account_on(fresh, "instagram"), account_on(fresh, "facebook")
    stored = upload(fresh, files.jpeg(), "a.jpg")
    inline = base64.b64encode(files.jpeg()).decode()
    media = [{"kind": "image", **source} for source in ({"mediaId": stored}, {"url": f"{site}/a.jpg"})]
    body = {
        "targets": [{"accountId": instagram}, {"accountId": page}],
        "text": "never sent",
        "media": [*media, {"kind": "image", "bytesBase64": inline}],
    }
    bad = {"account": {"platform": "instagram", "id": instagram}, "text": "#a " * 31}
    before = (await rows(fresh), fresh.journal(), sorted(fresh.data_dir.rglob("media/**/*")))
    assert validated(fresh, body)["ok"] is True
    assert validated(fresh, bad)["ok"] is False
    listed = validated(fresh, {"posts": [body, bad, {}, {**body, "scheduledAt": FAR}]})
    assert [result["ok"] for result in listed["results"]] == [True, False, False, True]
    after = (await rows(fresh), fresh.journal(), sorted(fresh.data_dir.rglob("media/**/*")))
    assert after == before


def test_a_refusal_lists_what_create_would_and_sends_no_calls(served: Served, account_of: AccountOf) -> None:
    png = {"kind": "image", "mediaId": upload(served, files.png(), "b.png")}
    body = {
        "targets": [{"accountId": account_of("instagram")["id"]}, {"accountId": account_of("facebook")["id"]}],
        "text": "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}" * 1200,
        "media": [png],
    }
    found = validated(served, body)
    assert found["ok"] is False
    instagram, page = found["targets"]
    assert (instagram["ok"], page["ok"]) == (False, True)
    assert [one["rule"] for one in instagram["violations"]] == ["instagram.media.mime_allowed"]
    assert [one["code"] for one in instagram["warnings"]] == ["instagram.text.code_points"]
    assert instagram["warnings"][0]["limit"] == 2200
    assert instagram["calls"] == []
    assert [call["key"] for call in page["calls"]] == ["photo:1.0", "feed:1.1", "permalink:1"]
    created = served.post(body).json()["error"]["violations"]
    assert [one for one in created if one["severity"] == "error"] == instagram["violations"]


def surfaces(served: Served) -> dict[str, dict[str, Any]]:
    """A body for everything that can be published."""
    photo = {"kind": "image", "mediaId": upload(served, files.jpeg(), "a.jpg"), "altText": "a gradient"}
    other = {"kind": "image", "mediaId": upload(served, files.jpeg(1080, 1350), "b.jpg")}
    clip = {"kind": "video", "mediaId": upload(served, files.mp4(3.0), "c.mp4")}
    options = {"platform": "facebook", "link": "https://example.com/news"}
    return {
        "facebook link": {"text": "read", "options": options},
        "facebook photo": {"text": "one", "media": [photo]},
        "facebook photos": {"text": "two", "media": [photo, other]},
        "facebook text": {"text": "words? yes"},
        "facebook video": {"text": "moving", "media": [clip]},
        "instagram carousel": {"text": "three", "media": [photo, clip, other]},
        "instagram image": {"media": [photo]},
        "instagram reel": {"text": "reel", "media": [clip]},
    }


def test_what_validate_says_is_what_create_sends(served: Served, account_of: AccountOf) -> None:
    for surface, members in surfaces(served).items():
        platform = surface.split()[0]
        body = {"account": {"platform": platform, "id": account_of(platform)["id"]}, **members}
        said = validated(served, body)["targets"][0]["calls"]
        created = served.post(body)
        assert created.status_code == 201, created.text
        (attempt,) = served.call("GET", f"/v1/posts/{created.json()['id']}").json()["attempts"]
        did = {step["key"]: step for step in attempt["steps"]}
        assert {call["key"] for call in said} == set(did), surface
        bound: dict[str, str] = {}
        for call in said:
            step = did[call["key"]]
            assert call["kind"] == step["kind"]
            assert_same(call, step["request"], bound)


def assert_same(call: Mapping[str, Any], request: Mapping[str, Any], bound: dict[str, str]) -> None:
    """Equal, but for what stands in braces, which means the same thing wherever it stands."""
    assert call["method"] == request["method"]
    assert set(call["params"]) == set(request["params"])
    pairs = [(call["path"], request["path"])]
    pairs += [(value, request["params"][name]) for name, value in call["params"].items()]
    for said, did in pairs:
        if not isinstance(said, str):
            assert said == did
            continue
        names = NAMED.findall(said)
        pattern = '([^,"]+)'.join(re.escape(part) for part in NAMED.split(said))
        found = re.fullmatch(pattern, did)
        assert found, f"{said} is not {did}"
        for name, value in zip(names, found.groups(), strict=True):
            assert bound.setdefault(name, value) == value


def test_no_token_and_no_signature_is_shown(served: Served, account_of: AccountOf) -> None:
    for surface, members in surfaces(served).items():
        platform = surface.split()[0]
        body = {"account": {"platform": platform, "id": account_of(platform)["id"]}, **members}
        text = served.call("POST", "/v1/posts/validate", json=body).text
        assert not re.search(r"signature=|access_token|appsecret|Bearer|OAuth", text), surface


def test_files_that_are_not_stored_are_named_by_their_place(served: Served, account_of: AccountOf, site: str) -> None:
    inline = {"kind": "image", "bytesBase64": base64.b64encode(files.jpeg()).decode()}
    url = {"kind": "image", "url": f"{site}/a.jpg?token=mine"}
    body = {"account": {"platform": "instagram", "id": account_of("instagram")["id"]}, "media": [url, inline]}
    calls = validated(served, body)["targets"][0]["calls"]
    assert [call["params"].get("image_url") for call in calls[:2]] == [
        f"{site}/a.jpg",
        "{signed URL of media item 2}",
    ]
    clip = {"kind": "video", "bytesBase64": base64.b64encode(files.mp4(3.0)).decode()}
    calls = validated(served, {**body, "media": [clip]})["targets"][0]["calls"]
    uploads = [call["upload"] for call in calls if "upload" in call]
    assert uploads == [{"media": "{media item 1}", "offset": 0, "length": len(files.mp4(3.0))}]


def test_a_url_that_gives_no_file_is_a_violation(served: Served, account_of: AccountOf, site: str) -> None:
    media = [{"kind": "image", "url": f"{site}/none.jpg"}]
    body = {"account": {"platform": "instagram", "id": account_of("instagram")["id"]}, "media": media}
    (target,) = validated(served, body)["targets"]
    assert [one["rule"] for one in target["violations"]] == ["instagram.media.reachable"]
    assert target["violations"][0]["actual"]["status"] == 404


@pytest.mark.parametrize("path", ["/v1/posts", "/posts"])
@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        ({"text": "hi"}, 400, "targets"),
        ({"targets": [{"platform": "facebook"}], "txt": "hi"}, 400, "txt"),
        ({"targets": [{"platform": "facebook"}], "text": "x"}, 400, "target.account.ambiguous"),
        ({"account": {"platform": "facebook", "id": "01a20ab5-97d8-715a-8720-a943e4945e0e"}, "text": "x"}, 404, None),
        (["not", "an", "object"], 400, "body"),
    ],
)
def test_a_body_that_create_cannot_read_is_refused_in_the_same_words(
    served: Served, path: str, body: Any, status: int, rule: str | None
) -> None:
    reply, created = (served.call("POST", at, json=body) for at in (f"{path}/validate", path))
    assert (reply.status_code, reply.json()["error"].get("rule")) == (status, rule)
    errors = [one.json()["error"] for one in (reply, created)]
    assert {**errors[0], "requestId": ""} == {**errors[1], "requestId": ""}


def test_a_past_time_is_refused_and_a_wall_time_in_a_gap_is_told(served: Served, account_of: AccountOf) -> None:
    account = {"account": {"platform": "facebook", "id": account_of("facebook")["id"]}, "text": "x"}
    past = served.call("POST", "/v1/posts/validate", json={**account, "scheduledAt": "2020-01-01T00:00:00Z"})
    assert (past.status_code, past.json()["error"]["rule"]) == (400, "scheduledAt.future")
    gap = validated(served, {**account, "scheduledAt": "2030-03-31T02:30:00", "timezone": "Europe/Berlin"})
    warning = gap["targets"][0]["warnings"][0]
    assert warning["code"] == "scheduledAt.gap"
    assert served.http.get(warning["ruleUrl"]).status_code == 200


def test_every_post_of_a_list_has_its_own_result_in_order(served: Served, account_of: AccountOf) -> None:
    account = {"platform": "facebook", "id": account_of("facebook")["id"]}
    posts: list[Any] = [
        {"account": account, "text": "fine"},
        "not an object",
        {"account": account, "text": " "},
        {"account": account, "text": "x", "txt": 1},
        {"targets": [{"accountId": "01a20ab5-97d8-715a-8720-a943e4945e0e"}], "text": "x"},
        {"account": account, "text": "x", "posts": []},
        {"targets": [{"accountId": account["id"]}], "text": "last"},
    ]
    found = validated(served, {"posts": posts})
    assert found["ok"] is False
    results = found["results"]
    assert [result["index"] for result in results] == list(range(len(posts)))
    assert [result["ok"] for result in results] == [True, False, False, False, False, False, True]
    assert [result.get("error", {}).get("rule") for result in results] == [
        None,
        "body",
        None,
        "txt",
        None,
        "posts",
        None,
    ]
    assert [result.get("error", {}).get("code") for result in results][4] == "not_found"
    assert [one["rule"] for one in results[2]["targets"][0]["violations"]] == ["facebook.text.required"]
    for result in results[:1] + results[-1:]:
        assert result["targets"][0]["calls"]


def test_a_list_has_1_to_100_posts(served: Served, account_of: AccountOf) -> None:
    account = {"platform": "facebook", "id": account_of("facebook")["id"]}
    post = {"account": account, "text": "fine"}
    assert len(validated(served, {"posts": [post] * 100})["results"]) == 100
    cases: list[tuple[Any, str, str]] = [
        ({"posts": [post] * 101}, "posts.max", "101 posts came; at most 100"),
        ({"posts": []}, "posts", "at least one post"),
        ({"posts": {}}, "posts", "at least one post"),
        ({"posts": [post], "text": "x"}, "text", "Unknown field 'text'"),
    ]
    for body, rule, words in cases:
        reply = served.call("POST", "/v1/posts/validate", json=body)
        assert (reply.status_code, reply.json()["error"]["rule"]) == (400, rule)
        assert words in reply.json()["error"]["message"]


def test_a_list_fetches_each_url_once(served: Served, account_of: AccountOf, tmp_path: Path) -> None:
    asked: list[str] = []

    class Counting(SimpleHTTPRequestHandler):
        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            asked.append(f"{self.command} {self.path}")

    (tmp_path / "a.jpg").write_bytes(files.jpeg())
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Counting, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        media = [{"kind": "image", "url": f"http://127.0.0.1:{server.server_port}/a.jpg"}]
        body = {"account": {"platform": "instagram", "id": account_of("instagram")["id"]}, "media": media}
        assert validated(served, {"posts": [body] * 20})["ok"] is True
        server.shutdown()
    assert asked == ["GET /robots.txt", "GET /a.jpg"]


def test_another_tenants_or_environments_account_and_media_are_not_there(served: Served, account_of: AccountOf) -> None:
    live = {"Authorization": f"Bearer {served.cli('keys', 'create', '--env', 'live', '--json')['key']}"}
    body = {"account": {"platform": "facebook", "id": account_of("facebook")["id"]}, "text": "x"}
    reply = served.call("POST", "/v1/posts/validate", json=body, headers=live)
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")
    assert served.http.post(f"{served.url}/v1/posts/validate", json=body).status_code == 401


def test_what_is_known_of_the_token_and_the_pause(fresh: Served) -> None:
    page = account_on(fresh, "facebook")
    body = {"account": {"platform": "facebook", "id": page}, "text": "x"}
    (now,) = validated(fresh, body)["targets"]
    assert (now["token"]["state"], now["token"]["declinedScopes"], now["paused"]) == ("valid", [], False)
    assert now["quota"] == {"state": "none"}
    (later,) = validated(fresh, {**body, "scheduledAt": FAR})["targets"]
    assert later["ok"] is True
    assert later["token"]["state"] == "ends_before"
    assert later["token"]["dataAccessExpiresAt"] < "2031"
    for what in (f"accounts/{page}", "organization"):
        fresh.call("POST", f"/v1/{what}/pause")
        assert validated(fresh, body)["targets"][0]["paused"] is True
        fresh.call("POST", f"/v1/{what}/resume")
    assert validated(fresh, body)["targets"][0]["paused"] is False


def test_a_repeat_is_told_because_a_key_would_let_it_pass(fresh: Served) -> None:
    body = {"account": {"platform": "facebook", "id": account_on(fresh, "facebook")}, "text": "once is enough"}
    assert validated(fresh, body)["targets"][0]["warnings"] == []
    first = fresh.post(body)
    assert first.status_code == 201
    (target,) = validated(fresh, body)["targets"]
    assert target["ok"] is True
    assert [one["code"] for one in target["warnings"]] == ["post.duplicate"]
    assert first.json()["id"] in target["warnings"][0]["message"]
    assert validated(fresh, {**body, "allowDuplicate": True})["targets"][0]["warnings"] == []


def test_the_quota_is_unknown_until_it_was_read_and_counts_on(tmp_path: Path) -> None:
    bakery = {"id": "500", "name": "Bakery", "instagram": {"id": "900", "username": "bakery", "quota_total": 2}}
    with serving(tmp_path / "data") as running:
        running.control("POST", "seed", json={"users": [{"id": "1", "name": "Kim"}], "pages": [bakery]})
        running.connect()
        account = account_on(running, "instagram")
        media = [{"kind": "image", "mediaId": upload(running, files.jpeg(), "a.jpg")}]
        body = {"account": {"platform": "instagram", "id": account}, "media": media}
        quota = validated(running, body)["targets"][0]["quota"]
        assert quota == {"state": "unknown", "containers": {"used": 0, "total": 400}}
        running.call("GET", f"/v1/accounts/{account}/limits")
        quota = validated(running, body)["targets"][0]["quota"]
        assert (quota["state"], quota["posts"]) == ("room", {"used": 0, "total": 2, "durationSeconds": 86400})
        for number in range(2):
            assert running.post({**body, "text": f"picture {number}"}).status_code == 201
        (target,) = validated(running, body)["targets"]
        quota = target["quota"]
        assert (quota["state"], quota["posts"]["used"], quota["containers"]["used"]) == ("full", 2, 2)
        assert (target["ok"], [one["code"] for one in target["warnings"]]) == (True, ["instagram.account.quota_left"])


def test_an_idempotency_key_is_not_used_up(served: Served, account_of: AccountOf) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"account": {"platform": "facebook", "id": account_of("facebook")["id"]}, "text": "x", "scheduledAt": FAR}
    for text in ("first", "second"):
        reply = served.call("POST", "/v1/posts/validate", json={**body, "text": text}, headers=key)
        assert (reply.status_code, "idempotency-replayed" in reply.headers) == (200, False)
    created = served.post(body, **key)
    assert (created.status_code, "idempotency-replayed" in created.headers) == (202, False)
    assert served.call("DELETE", f"/v1/posts/{created.json()['id']}").status_code == 200


def test_the_described_answers_have_the_form_that_is_described() -> None:
    for name, model in (("one post", ValidationOut), ("several posts", ValidationListOut)):
        value = ANSWERS[name]["value"]
        assert model.model_validate(value).model_dump(mode="json", by_alias=True, exclude_none=True) == value


def test_the_client_validates(served: Served, account_of: AccountOf) -> None:
    body = {"account": {"platform": "facebook", "id": account_of("facebook")["id"]}, "text": "x"}
    with Client(served.url, served.key) as client:
        assert client.validate(body)["ok"] is True
        assert [result["index"] for result in client.validate({"posts": [body, body]})["results"]] == [0, 1]
