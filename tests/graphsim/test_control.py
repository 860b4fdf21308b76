"""The control API, worlds, and runs that repeat."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from graphsim.worlds import WorldError, names, parse_world, read_world
from tests.graphsim.conftest import REDIRECT, Caller, consent, dialog_url
from tests.support.consent import press
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim, start_graphsim

MORGAN, ROBIN = "7100000000000002", "7100000000000003"


def as_person(sim: Graphsim, person: str) -> Caller:
    """A long-lived token of someone else."""
    app = {"client_id": APP_ID, "client_secret": APP_SECRET}
    exchange = f"{sim.url}/graph.facebook.com/v25.0/oauth/access_token"
    with httpx2.Client() as http:
        landed = httpx2.URL(press(http, dialog_url(sim) + f"&as={person}"))
        short = http.post(exchange, data={**app, "redirect_uri": REDIRECT, "code": landed.params["code"]}).json()
        longer = {**app, "grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
        return Caller(sim, http.post(exchange, data=longer).json()["access_token"])


def pages_by_name(user: Caller) -> dict[str, Any]:
    """Pages with their Instagram accounts."""
    fields = "id,name,tasks,access_token,instagram_business_account{id}"
    return {page["name"]: page for page in user.done("GET", "me/accounts", fields=fields, limit=100)["data"]}


def test_the_people_of_the_demo_world_have_the_problems_they_say(sim: Graphsim, site: Any) -> None:
    """Our own magic values, to be picked in the consent."""
    pages = pages_by_name(as_person(sim, MORGAN))
    assert "Portfolio Only" not in pages
    assert pages["No Publishing Role"]["tasks"] == ["ANALYZE"]
    assert "instagram_business_account" not in pages["Personal Account"]
    needs = pages["Needs Authorization"]
    assert Caller(sim, needs["access_token"]).refused("POST", f"{needs['id']}/feed", message="x") == (200, 4854002)
    image = f"{site.url}/ok.jpg"
    restricted = pages["Restricted Account"]
    account = restricted["instagram_business_account"]["id"]
    assert Caller(sim, restricted["access_token"]).refused("POST", f"{account}/media", image_url=image) == (25, 2207050)
    busy = pages["Ninety-Nine Posts"]
    quota = Caller(sim, busy["access_token"]).done(
        "GET", f"{busy['instagram_business_account']['id']}/content_publishing_limit"
    )
    assert quota["data"] == [{"quota_usage": 99}]


def test_a_token_of_an_hour_ends_after_an_hour(sim: Graphsim) -> None:
    """Robin's tokens end early, the Page's with it."""
    page = pages_by_name(as_person(sim, ROBIN))["An Hour To Go"]
    own = Caller(sim, page["access_token"])
    assert own.done("GET", page["id"], fields="name")["name"] == "An Hour To Go"
    sim.control("POST", "clock", json={"seconds": 3601})
    assert own.refused("GET", page["id"], fields="name") == (190, 463)


def test_a_world_of_ones_own_is_seeded(sim: Graphsim) -> None:
    """Users, Pages, Instagram accounts, businesses, roles from JSON."""
    world = {
        "users": [{"id": "1", "name": "Kim"}],
        "businesses": [{"id": "9", "name": "Kim Ltd", "user_ids": ["1"], "owned_page_ids": ["5"]}],
        "pages": [{"id": "5", "name": "Kim's", "instagram": {"id": "6", "username": "kims", "quota_total": 3}}],
    }
    sim.seed(world)
    assert [page["name"] for page in sim.pages()] == ["Kim's"]
    assert pages_by_name(consent(sim))["Kim's"]["instagram_business_account"] == {"id": "6"}


@pytest.mark.parametrize(
    ("world", "words"),
    [
        ({"pages": []}, "users"),
        ({"users": [{"id": "1"}]}, "users/0"),
        ({"users": [], "pages": [{"id": "1", "name": "x", "colour": "red"}]}, "colour"),
        ({"users": [], "pages": [{"id": "1", "name": "x", "instagram": {"id": "2", "account_type": "X"}}]}, "pages/0"),
        ({"world": "nowhere"}, "demo"),
    ],
)
def test_a_bad_world_is_refused_by_name_and_the_old_one_stays(sim: Graphsim, world: dict[str, Any], words: str) -> None:
    """Bad input gets a clear error, and nothing is lost."""
    before = sim.world()["pages"]
    reply = httpx2.post(f"{sim.url}/_control/seed", json=world)
    assert reply.status_code == 400
    assert words in reply.json()["error"]
    assert sim.world()["pages"] == before


def test_every_world_that_ships_can_be_read() -> None:
    """And one that does not ship names those that do."""
    assert {name: len(read_world(name).users) > 0 for name in names()} == dict.fromkeys(names(), True)
    with pytest.raises(WorldError, match="demo"):
        read_world("atlantis")
    assert parse_world({"users": []}).pages == []


def test_a_reset_forgets_everything_but_the_people(sim: Graphsim) -> None:
    """Tokens, posts, faults, the journal and the moved clock are gone."""
    user = consent(sim)
    first = user.done("GET", "me/accounts")["data"][0]
    Caller(sim, first["access_token"]).done("POST", f"{first['id']}/feed", message="x")
    sim.control("POST", "clock", json={"seconds": 1000})
    sim.control("POST", "reset")
    assert sim.journal() == []
    assert sim.control("GET", f"published?account={first['id']}")["published"] == {first["id"]: []}
    assert user.refused("GET", "me") == (190, None)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"seconds": -1}),
        ("clock", {}),
        ("end", {"subcode": 1, "user": "x"}),
        ("end", {"subcode": 460}),
        ("expire", {"what": "everything"}),
        ("roles", {"user": "1", "page": "none", "tasks": []}),
        ("roles", {"user": "1", "page": "112130216863063", "tasks": ["COOK"]}),
        ("account", {"id": "112130216863063", "colour": "red"}),
        ("tokens", {"kind": "USER"}),
        ("usage", {"kind": "moon", "percent": 1}),
        ("plan", {"seed": "1", "rate": 2}),
        ("callbacks", {"kind": "poem"}),
        ("faults", {"faults": []}),
    ],
)
def test_control_calls_that_make_no_sense_are_refused(sim: Graphsim, path: str, body: dict[str, Any]) -> None:
    """400 with words, nothing half done."""
    reply = httpx2.post(f"{sim.url}/_control/{path}", json=body)
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_an_unknown_control_call_names_those_that_are_known(sim: Graphsim) -> None:
    """404 with a list."""
    reply = httpx2.get(f"{sim.url}/_control/nothing")
    assert reply.status_code == 404
    assert "POST seed" in reply.json()["error"]


def _run(folder: Path) -> list[Any]:
    """The same steps; everything that came back."""
    folder.mkdir()
    sim = start_graphsim(
        folder, redirect_uri=REDIRECT, seed="42", fixed_clock="2026-11-24T00:00:00+00:00", clock_step=1.0
    )
    user = consent(sim)
    first = user.done("GET", "me/accounts")["data"][0]
    own = Caller(sim, first["access_token"])
    made = own.done("POST", f"{first['id']}/feed", message="x")
    found = own.done("GET", made["id"], fields="created_time,permalink_url")
    found["permalink_url"] = found["permalink_url"].removeprefix(sim.url)
    reply = [user.token, own.token, found, own.call("GET", "nothing").json(), sim.world()["now"]]
    sim.stop()
    return reply


def test_with_a_seed_and_a_fixed_clock_two_runs_are_the_same(tmp_path: Path) -> None:
    """Ids, tokens, traces and times."""
    assert _run(tmp_path / "a") == _run(tmp_path / "b")


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """State is in a file, durable before the reply leaves."""
    first = start_graphsim(tmp_path, redirect_uri=REDIRECT)
    page = consent(first).done("GET", "me/accounts")["data"][0]
    post = Caller(first, page["access_token"]).done("POST", f"{page['id']}/feed", message="kept")
    first.control("POST", "clock", json={"seconds": 500})
    first.process.kill()
    first.process.wait()
    again = start_graphsim(tmp_path, redirect_uri=REDIRECT)
    found = Caller(again, page["access_token"]).done("GET", post["id"], fields="message")
    assert found == {"id": post["id"], "message": "kept"}
    assert again.world()["now"] > first_moment(again, post["id"], page) + 499
    again.stop()


def first_moment(sim: Graphsim, post: str, page: dict[str, Any]) -> float:
    """When a post was made."""
    published = sim.control("GET", "published")["published"][page["id"]]
    return next(float(one["at"]) for one in published if one["id"] == post)
