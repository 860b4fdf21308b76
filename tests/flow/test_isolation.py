"""Another organization's, environment's or profile's things are not there: made from the OpenAPI description, every
route is tried with every id of somebody else, so that a new route is covered by itself. Where a route needs a body that
cannot be made of its schema, or takes an id of a new kind, the suite fails until it is told."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from publicist.bootstrap import database_url, open_application
from publicist.domain.environments import Environment
from publicist.kit.clock import SystemClock
from publicist.kit.settings import Settings
from publicist.services.application import Addresses
from publicist.services.organizations import NewKey, Organizations
from publicist.services.ownership import PROFILE_SCOPE
from publicist.storage.session import Database
from tests.support import files
from tests.support.openapi_calls import Operation, Place, operations
from tests.support.receivers import receiving
from tests.support.served import FAST, SHARED, Served, serving, wait_for

ALIKE = {"PUBLICIST_SHARED_ACCOUNTS": "true"}
"""Two organizations have the same Page: the harder case."""
LATER = "2031-01-01T00:00:00Z"
NO_IDS = {"connect": "facebook"}
"""Path parameters that name no row."""
BODY_IDS = {"accountId": "accounts", "mediaId": "media", "profileId": "profiles", "account.id": "accounts"}
QUERY_IDS = {
    "profileId": "profiles",
    "accountId": "accounts",
    "postId": "posts",
    "apiKeyId": "api-keys",
    "userId": "users",
    "objectId": "posts",
    "after": "events",
}
FOREIGN = {"configId", "externalId", "platformPostId"}
"""Ids that are not ours."""
BODIES: dict[str, Any] = {
    "changePost": {"scheduledAt": LATER},
    "chooseAccounts": {"accounts": ["1"]},
    "updateProfile": {"name": "Taken over"},
    "updateWebhookEndpoint": {"active": False},
    "resolvePost": {"outcome": "failed"},
    "askRendition": {"platform": "instagram", "adapt": "fit"},
    "replayWebhooks": {"since": "2020-01-01T00:00:00Z"},
    "createApiKey": {"name": "one"},
    "createWebhookEndpoint": {"url": "http://127.0.0.1:9/hook"},
    "importMedia": {"bytesBase64": "aGVsbG8="},
    "completeConnect": {"code": "c", "state": "s", "redirectUri": "https://publicist.example.com/"},
}
"""Bodies that are valid where the smallest one by schema is not."""
SHARED_ROOMS = {"environment": {"profiles"}}
"""What two strangers share on purpose: both environments of an organization have the same profiles."""
UNTOLD = {"profiles", "users"}
"""Rooms whose ids strangers may see, or that nobody sees with a key (`test_users` has those of people)."""
VOLATILE = {"lastUsedAt"}
REFUSALS = {"profile.scope_mismatch", "target.account.not_connected", "state"}
"""Rules of the contract that say in other words that something is not there."""


@dataclass(frozen=True)
class World:
    """Somebody with one of everything, and the words that only they may read."""

    key: str
    ids: Mapping[str, str]
    words: frozenset[str]


@dataclass(frozen=True)
class Rig:
    """A server, its routes, an owner, and strangers by what separates them from the owner, each with what they have."""

    served: Served
    routes: list[Operation]
    owner: World
    strangers: Mapping[str, World]

    def call(self, who: World, method: str, path: str, **options: Any) -> httpx2.Response:
        """A request with somebody's key."""
        return self.served.call(method.upper(), path, headers={"Authorization": f"Bearer {who.key}"}, **options)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Made once: the calls of strangers change nothing, which is what is tested."""
    folder = tmp_path_factory.mktemp("isolation")
    with serving(folder / "data", env={**SHARED, **FAST, **ALIKE}) as served, receiving() as receiver:
        first, *others = [page["id"] for page in served.control("GET", "world")["pages"] if page.get("instagram")]
        served.connect(pages=[first])
        owner = _owner(served, receiver.url)
        live = served.cli("keys", "create", "--env", "live", "--json")["key"]
        made = served.call("POST", "/v1/profiles", json={"name": "Elsewhere"}).json()
        body = {"name": "of a profile", "profileId": made["id"]}
        inside = served.call("POST", "/v1/api-keys", json=body).json()["key"]
        strangers = {"environment": live, "organization": _other_key(served), "profile": inside}
        routes = operations(served.call("GET", "/openapi.json").json())
        pages = {"organization": others, "profile": [first, *others]}
        worlds = {name: _stranger(replace(served, key=key), pages.get(name)) for name, key in strangers.items()}
        yield Rig(served, routes, owner, worlds)


def _owner(served: Served, receiver: str) -> World:
    account = served.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]
    endpoint = served.call(
        "POST", "/v1/webhook-endpoints", json={"url": receiver, "description": "canary hook", "events": ["post.queued"]}
    ).json()
    media = served.call("POST", "/v1/media", files={"file": ("canary.jpg", files.jpeg(1200, 300))}).json()["id"]
    asked = served.call("POST", f"/v1/media/{media}/renditions", json=BODIES["askRendition"]).json()
    named = {"platform": "facebook", "id": account["id"]}
    post = served.post({"account": named, "text": "canary words", "scheduledAt": LATER}).json()["id"]
    path = f"/v1/webhook-endpoints/{endpoint['id']}/deliveries?status=delivered"
    delivered = wait_for(lambda: served.call("GET", path).json()["data"])
    rendition = asked["rendition"]["id"]
    wait_for(lambda: served.call("GET", f"/v1/renditions/{rendition}").json()["state"] == "ready")
    ids = {
        "accounts": account["id"],
        "posts": post,
        "grants": account["grantId"],
        "media": media,
        "renditions": rendition,
        "webhook-endpoints": endpoint["id"],
        "deliveries": delivered[0]["id"],
        "events": delivered[0]["eventId"],
        "profiles": account["profileId"],
        "api-keys": served.call("GET", "/v1/api-keys").json()["data"][0]["id"],
        "users": served.cli("users", "add", "ana@example.com", "--json", stdin="a password nobody has")["id"],
    }
    words = {"canary", account["displayName"], account["platformAccountId"], receiver}
    return World(served.key, ids, frozenset(words) | {id for room, id in ids.items() if room not in UNTOLD})


def _other_key(served: Served) -> str:
    """Of another organization on the same server, made as the command line makes keys."""

    async def make() -> str:
        database = Database(database_url(Settings(data_dir=served.data_dir)))
        organizations = Organizations(database, SystemClock())
        other = await organizations.create("Strangers")
        key = await organizations.create_key(NewKey(Environment.TEST, "stranger"), other.id)
        await database.close()
        return key

    return asyncio.run(make())


def _stranger(served: Served, pages: list[str] | None) -> World:
    """Somebody with files, endpoints, keys and perhaps Pages of their own: nothing is refused because nothing is there.
    The key of a profile asks for the owner's Page too, and does not get it."""
    hook = {"url": "https://hooks.example.com/", "events": ["version.deprecated"]}
    upload = {"file": ("a.jpg", files.jpeg(640, 480))}
    made = {
        "media": served.call("POST", "/v1/media", files=upload),
        "webhook-endpoints": served.call("POST", "/v1/webhook-endpoints", json=hook),
        "api-keys": served.call("POST", "/v1/api-keys", json={"name": "own"}),
    }
    assert {reply.status_code for reply in made.values()} == {201}
    ids = {room: reply.json()["id"] for room, reply in made.items()}
    if pages:
        found = served.connect(pages=pages)
        ids["accounts"] = next(one["id"] for one in found if one["platform"] == "facebook")
    return World(served.key, ids, frozenset())


STRANGERS = ("environment", "organization", "profile")


@pytest.mark.parametrize("stranger", STRANGERS)
def test_every_id_in_a_path_is_not_there_for_a_stranger(rig: Rig, stranger: str) -> None:
    """The key of a profile is told that there may be other profiles, whatever it asks for."""
    before = _seen_by_owner(rig)
    tried, wrong = 0, []
    for route in rig.routes:
        for name, room in route.rooms.items():
            if not route.takes_keys or room in NO_IDS or room in SHARED_ROOMS.get(stranger, ()):
                continue
            tried += 1
            path = route.filled(_own_but(rig, stranger, route, name))
            reply = rig.call(rig.strangers[stranger], route.method, path, json=BODIES.get(route.id, route.sample()))
            names_the_profile = reply.json()["error"].get("rule") == PROFILE_SCOPE
            if not _is_not_there(reply, rig.owner, path) or names_the_profile != (stranger == "profile"):
                wrong.append((route.method, path, reply.status_code, reply.text))
    assert wrong == []
    assert tried >= 25
    assert _seen_by_owner(rig) == before


def _own_but(rig: Rig, stranger: str, route: Operation, name: str) -> dict[str, str]:
    """The owner's id for one parameter, the stranger's own for the others where it has one."""
    own, theirs = rig.strangers[stranger].ids, rig.owner.ids
    found = {}
    for other, room in route.rooms.items():
        if room in NO_IDS:
            found[other] = NO_IDS[room]
        else:
            found[other] = theirs[room] if other == name else own.get(room, theirs[room])
    return found


def _is_not_there(reply: httpx2.Response, owner: World, sent: str) -> bool:
    """API keys have the contract's own code for it."""
    body = reply.json()
    known = reply.status_code == 404 and body["error"]["code"] in ("not_found", "validation_failed")
    return known and not _leaks(reply.text, owner, sent)


def _leaks(text: str, owner: World, sent: str) -> set[str]:
    """What an answer has of the owner that was not in the request."""
    return {word for word in owner.words if word in text and word not in sent}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_every_id_in_a_body_is_not_there_for_a_stranger(rig: Rig, stranger: str) -> None:
    before = _seen_by_owner(rig)
    tried, wrong = 0, []
    for route in rig.routes:
        for place in route.id_places():
            if place[-1] in FOREIGN or not route.takes_keys or _room(place) in SHARED_ROOMS.get(stranger, ()):
                continue
            tried += 1
            path = route.filled({name: _any_of(rig, stranger, room) for name, room in route.rooms.items()})
            body = _with(route, place, rig.owner.ids[_room(place)], _any_of(rig, stranger, "accounts"))
            reply = rig.call(rig.strangers[stranger], route.method, path, json=body)
            if not _is_refused_or_empty(reply, rig.owner, json.dumps(body) + path):
                wrong.append((route.method, path, body, reply.status_code, reply.text))
    assert wrong == []
    assert tried >= 10
    assert _seen_by_owner(rig) == before


def _room(place: Place) -> str:
    return BODY_IDS[".".join(place[-2:]) if place[-1] == "id" else place[-1]]


def _any_of(rig: Rig, stranger: str, room: str) -> str:
    return NO_IDS.get(room) or rig.strangers[stranger].ids.get(room, rig.owner.ids[room])


def _with(route: Operation, place: Place, id: str, account: str) -> Any:
    """A body with an id at a place; posts are for an account that the stranger has, if it has any."""
    known = {name: value for name, value in BODIES.get(route.id, {}).items() if name != place[0]}
    body = {**route.sample(place, id), **known}
    if route.id not in ("createPost", "validatePost"):
        return body
    whose = {} if place == ("profileId",) else {"id": account}
    for target in body.get("targets", ()):
        target.setdefault("accountId", account)
    if "targets" not in body:
        body["account"] = {**whose, **body["account"], "platform": "facebook"}
    return {**body, "text": "a stranger's words"}


def _is_refused_or_empty(reply: httpx2.Response, owner: World, sent: str) -> bool:
    """404, or the contract's refusal of another profile in a post, or an answer about nothing at all."""
    if _leaks(reply.text, owner, sent):
        return False
    if reply.status_code >= 400:
        rule = reply.json()["error"].get("rule")
        return reply.status_code == 404 or rule in REFUSALS
    return bool(reply.json() == {"canceled": [], "more": False})


@pytest.mark.parametrize("stranger", STRANGERS)
def test_no_list_shows_a_stranger_anything_also_when_it_is_asked_for_by_id(rig: Rig, stranger: str) -> None:
    wrong = []
    for route in rig.routes:
        if route.method != "get" or route.rooms or not route.takes_keys:
            continue
        named = [f"{name}={rig.owner.ids[QUERY_IDS[name]]}" for name in route.queries if _is_id(route, name)]
        for query in named if route.streams else ["", *named]:
            reply = rig.call(rig.strangers[stranger], "get", f"{route.path}?{query}")
            if reply.status_code not in (200, 400, 404) or _leaks(reply.text, rig.owner, query):
                wrong.append((route.path, query, reply.status_code, reply.text))
    assert wrong == []


def _is_id(route: Operation, name: str) -> bool:
    """`after` is an event's id in the feed only, an instant elsewhere; the stream takes others only as filters."""
    if route.streams or name == "after":
        return name == "after" and route.path.startswith("/v1/events")
    return name.endswith("Id") and name not in FOREIGN


def test_the_owner_gets_all_of_it(rig: Rig) -> None:
    """Else the suite would pass because nothing is there for anybody."""
    seen = _seen_by_owner(rig)
    assert {status for status, _ in seen.values()} == {200}
    shown = json.dumps([body for _, body in seen.values()])
    assert [word for word in rig.owner.words if word not in shown] == []


def _seen_by_owner(rig: Rig) -> dict[str, tuple[int, Any]]:
    """Every GET with the owner's ids, without what changes by itself, and the log of what others of the organization
    did."""
    found = {}
    for route in rig.routes:
        if route.method == "get" and route.takes_keys and not route.streams and route.id != "listAudit":
            path = route.filled({name: rig.owner.ids[room] for name, room in route.rooms.items()})
            reply = rig.call(rig.owner, "get", path)
            found[path] = (reply.status_code, _settled(_read(reply)))
    return found


def _read(reply: httpx2.Response) -> Any:
    """JSON, or the lines of it that an export is."""
    if reply.headers["content-type"].startswith("application/x-ndjson"):
        return [json.loads(line) for line in reply.text.splitlines()]
    return reply.json()


def _settled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _settled(one) for name, one in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        return [_settled(one) for one in value]
    return value.partition("?expires=")[0] if isinstance(value, str) else value


def test_the_key_of_a_profile_does_not_pause_the_organization(rig: Rig) -> None:
    for path in ("/v1/organization/pause", "/v1/organization/resume"):
        reply = rig.call(rig.strangers["profile"], "post", path)
        assert (reply.status_code, reply.json()["error"]["rule"]) == (404, "api_key.profile_scope")


def test_a_live_key_does_not_see_test_rows_and_its_consent_is_the_real_one(tmp_path: Path) -> None:
    live_app = {
        "PUBLICIST_META_APP_ID": "42",
        "PUBLICIST_META_APP_SECRET": "canary-secret",
        "PUBLICIST_PUBLIC_URL": "https://publicist.example.com",
    }
    with serving(tmp_path / "data", env=live_app) as running:
        account = running.connect()[0]
        live = {"Authorization": f"Bearer {running.cli('keys', 'create', '--env', 'live', '--json')['key']}"}
        assert running.call("GET", "/v1/accounts", headers=live).json()["data"] == []
        assert running.call("GET", f"/v1/accounts/{account['id']}", headers=live).status_code == 404
        start = running.call("POST", "/v1/accounts/connect/facebook", headers=live, json={}).json()["descriptor"]
        assert start["authorizationUrl"].startswith("https://www.facebook.com/v25.0/dialog/oauth?client_id=42&")
        assert start["redirectUri"] == "https://publicist.example.com/v1/accounts/oauth/facebook/callback"
        assert "canary-secret" not in str(start)


async def test_the_test_environment_knows_no_live_host(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, meta_app_id="42", meta_app_secret="s", public_url="https://publicist.example.com"
    )
    addresses = Addresses("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:1/sandbox/meta")
    async with open_application(settings, addresses) as application:
        upstreams = application.accounts.upstreams
    assert all(url.startswith("http://127.0.0.1:") for url in upstreams[Environment.TEST].hosts.values())
    assert all(url.startswith("https://") for url in upstreams[Environment.LIVE].hosts.values())
    assert upstreams[Environment.TEST].app_secret != upstreams[Environment.LIVE].app_secret


async def test_without_a_meta_app_there_is_no_live_upstream(tmp_path: Path) -> None:
    async with open_application(Settings(data_dir=tmp_path), Addresses("http://127.0.0.1:1", None, None)) as found:
        assert dict(found.accounts.upstreams) == {}
