"""Faults: scripts, words of magic, seeded plans; each strikes where and when it is told."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from graphsim.error_table import ERRORS
from graphsim.faults.magic import WORDS
from graphsim.faults.models import MEANINGS, Kind
from tests.graphsim.conftest import REDIRECT, Caller, consent
from tests.support.graphsim import Graphsim, start_graphsim

Account = tuple[str, Caller]
FEED = "POST /{page}/feed"


def script(sim: Graphsim, **fault: Any) -> None:
    """One fault."""
    sim.control("POST", "faults", json={"faults": [fault]})


def on_the_page(sim: Graphsim, page: Account) -> list[str]:
    """The words that people see, oldest first."""
    return [post["text"] for post in sim.control("GET", "published")["published"][page[0]]]


@pytest.mark.parametrize(
    ("fault", "status", "body", "seen"),
    [
        ({"kind": "error", "code": 2}, 500, '"code":2', []),
        ({"kind": "error", "code": 4, "subcode": 2207051, "when": "after"}, 403, '"error_subcode":2207051', ["x"]),
        ({"kind": "error", "code": 4, "subcode": 2207051, "bare": True}, 403, '"code":4', []),
        ({"kind": "http", "status": 502, "when": "before"}, 502, "<html>", []),
        ({"kind": "http", "status": 500, "body": "empty"}, 500, "", ["x"]),
        ({"kind": "truncated"}, 200, '{"id": "', ["x"]),
        ({"kind": "no_id"}, 200, "{}", ["x"]),
        ({"kind": "success_false"}, 200, '{"success":false}', []),
        ({"kind": "latency", "seconds": 0.01, "when": "before"}, 200, '"id"', ["x"]),
    ],
)
def test_duty_24_each_kind_of_fault_strikes(
    sim: Graphsim, page: Account, fault: dict[str, Any], status: int, body: str, seen: list[str]
) -> None:
    """Graph API, Handling Errors; recorded gateway replies."""
    script(sim, edge=FEED, calls="1", **fault)
    reply = page[1].call("POST", f"{page[0]}/feed", message="x")
    assert reply.status_code == status
    assert body in reply.text
    assert on_the_page(sim, page) == seen
    assert sim.journal()[-1]["fault"]["kind"] == fault["kind"]
    assert page[1].call("POST", f"{page[0]}/feed", message="y").status_code == 200


@pytest.mark.parametrize(("when", "seen"), [("before", []), ("after", ["x"])])
def test_a_reset_cuts_the_connection_before_or_after_the_effect(
    sim: Graphsim, page: Account, when: str, seen: list[str]
) -> None:
    """Met in production: the answer of a write gets lost."""
    script(sim, edge=FEED, kind="reset", when=when)
    with pytest.raises(httpx2.TransportError):
        page[1].call("POST", f"{page[0]}/feed", message="x")
    assert on_the_page(sim, page) == seen
    assert sim.journal()[-1]["status"] == 0


def test_a_reset_in_the_middle_of_the_body_is_a_broken_reply(sim: Graphsim, page: Account) -> None:
    """Met in production: a reply that ends early."""
    script(sim, edge=FEED, kind="reset", bytes=5)
    with pytest.raises(httpx2.RemoteProtocolError):
        page[1].call("POST", f"{page[0]}/feed", message="x")
    assert on_the_page(sim, page) == ["x"]


def test_a_late_commit_appears_when_its_time_comes(sim: Graphsim, page: Account) -> None:
    """Unconfirmed at Meta; the harder answer is given."""
    script(sim, edge=FEED, kind="late_commit", seconds=30, calls="1")
    with pytest.raises(httpx2.TransportError):
        page[1].call("POST", f"{page[0]}/feed", message="late")
    assert on_the_page(sim, page) == []
    sim.control("POST", "clock", json={"seconds": 31})
    assert on_the_page(sim, page) == ["late"]
    late = sim.journal()[-1]
    assert (late["host"], list(late["effect"])) == ("late", ["created Post"])


def test_strict_a_repeated_feed_call_makes_a_second_post(tmp_path: Path) -> None:
    """Unconfirmed at Meta; the harder answer is given."""
    sim = start_graphsim(tmp_path, redirect_uri=REDIRECT, profile="strict")
    first = consent(sim).done("GET", "me/accounts")["data"][0]
    page = (first["id"], Caller(sim, first["access_token"]))
    script(sim, edge=FEED, kind="late_commit", seconds=5, calls="1")
    with pytest.raises(httpx2.TransportError):
        page[1].call("POST", f"{page[0]}/feed", message="twice")
    page[1].done("POST", f"{page[0]}/feed", message="twice")
    sim.control("POST", "clock", json={"seconds": 6})
    assert on_the_page(sim, page) == ["twice", "twice"]
    sim.stop()


def test_faults_count_calls_and_pick_objects(sim: Graphsim, page: Account) -> None:
    """`calls` is a number or a span, counted over matching calls only."""
    script(sim, edge=FEED, kind="error", code=2, calls="2-3", object=page[0])
    codes = [page[1].call("POST", f"{page[0]}/feed", message=str(n)).status_code for n in range(4)]
    assert codes == [200, 500, 500, 200]
    assert sim.control("GET", "faults")["faults"][0]["seen"] == 4
    sim.control("DELETE", "faults")
    assert sim.control("GET", "faults")["faults"] == []


def test_reads_lag_and_the_date_is_off_on_demand(sim: Graphsim, page: Account) -> None:
    """Met in production: a new object is missing from reads for a while."""
    script(sim, edge=FEED, kind="lag", seconds=10)
    made = page[1].done("POST", f"{page[0]}/feed", message="hidden")["id"]
    assert page[1].refused("GET", made) == (100, 33)
    assert page[1].done("GET", f"{page[0]}/feed")["data"] == []
    sim.control("POST", "clock", json={"seconds": 11})
    assert page[1].done("GET", made)["message"] == "hidden"
    script(sim, edge="GET /{page-post}", kind="clock_skew", seconds=3600)
    assert page[1].call("GET", made).headers["date"] > page[1].call("GET", f"{page[0]}/feed").headers["date"]


def test_duty_24_every_error_of_the_reference_can_be_scripted(sim: Graphsim, page: Account) -> None:
    """Instagram Platform, Error Codes; Graph API, Handling Errors."""
    pairs = [pair for pair in ERRORS if pair[0] in (9, 24, 190, 9007, 36000, 80002)]
    for code, subcode in pairs:
        script(sim, edge=FEED, kind="error", code=code, **({"subcode": subcode} if subcode else {}))
        assert page[1].refused("POST", f"{page[0]}/feed", message="x") == (code, subcode)
        sim.control("DELETE", "faults")
    script(sim, edge=FEED, kind="error", code=4, subcode=2207051, bare=True)
    assert page[1].refused("POST", f"{page[0]}/feed", message="x") == (4, None)


def _codes(tmp_path: Path, name: str) -> list[int]:
    """What twelve reads answer under one seed."""
    (tmp_path / name).mkdir()
    sim = start_graphsim(tmp_path / name, redirect_uri=REDIRECT, seed="s")
    user = consent(sim)
    sim.control("POST", "plan", json={"seed": "7", "rate": 0.5, "kinds": ["http", "error"]})
    codes = [user.call("GET", "me").status_code for _ in range(12)]
    sim.control("DELETE", "plan")
    assert user.call("GET", "me").status_code == 200
    sim.stop()
    return codes


def test_duty_24_a_seeded_plan_is_the_same_every_time(tmp_path: Path) -> None:
    """A duty of ours: chaos can be repeated."""
    first, second = _codes(tmp_path, "a"), _codes(tmp_path, "b")
    assert first == second
    assert {200} < set(first)


def test_duty_24_the_journal_holds_every_call_and_no_secret(sim: Graphsim, page: Account) -> None:
    """A duty of ours: tests count what was published."""
    made = page[1].done("POST", f"{page[0]}/feed", message="noted")
    entries = sim.journal()
    assert (entries[-1]["edge"], entries[-1]["status"], entries[-1]["token"]) == (FEED, 200, "PAGE")
    assert entries[-1]["effect"] == {"created Post": [made["id"]]}
    assert page[1].token not in str(entries)
    assert [entry["n"] for entry in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "nonsense", "edge": FEED},
        {"kind": "reset", "edge": "POST /{page}/nothing"},
        {"kind": "error", "edge": FEED},
        {"kind": "reset", "edge": FEED, "calls": "many"},
        {"kind": "reset", "edge": FEED, "when": "never"},
    ],
)
def test_a_bad_script_is_refused_with_words(sim: Graphsim, fault: dict[str, Any]) -> None:
    """Nothing of a bad script is kept."""
    reply = httpx2.post(f"{sim.url}/_control/faults", json={"faults": [fault]})
    assert reply.status_code == 400
    assert reply.json()["error"]
    assert sim.control("GET", "faults")["faults"] == []


def test_every_kind_has_a_meaning() -> None:
    """The docs show one line for each."""
    assert set(MEANINGS) == set(Kind)


# Words of magic


@pytest.mark.parametrize(
    ("words", "status", "seen"),
    [
        ("hello sim:action-blocked", 403, True),
        ("hello sim:server-error", 500, False),
        ("hello sim:no-id", 200, True),
        ("hello sim:error=368", 403, False),
        ("hello sim:error=190/460", 400, False),
        ("hello sim:error", 200, True),
        ("hello sim:unknown-word", 200, True),
    ],
)
def test_words_of_magic_make_things_go_wrong_once(
    sim: Graphsim, page: Account, words: str, status: int, seen: bool
) -> None:
    """Our own, as test cards: no control API is needed."""
    assert page[1].call("POST", f"{page[0]}/feed", message=words).status_code == status
    assert (on_the_page(sim, page) == [words]) is seen
    assert page[1].call("POST", f"{page[0]}/feed", message="hello").status_code == 200


def test_a_lost_answer_of_magic_is_live_on_instagram(sim: Graphsim, instagram: Account, site: Any) -> None:
    """The word is in the container's caption, and strikes when it is published."""
    id, caller = instagram
    made = caller.done("POST", f"{id}/media", image_url=f"{site.url}/ok.jpg", caption="sim:lost-answer")["id"]
    sim.control("POST", "clock", json={"seconds": 1})
    with pytest.raises(httpx2.TransportError):
        caller.call("POST", f"{id}/media_publish", creation_id=made)
    assert caller.done("GET", made, fields="status_code")["status_code"] == "PUBLISHED"
    assert len(caller.done("GET", f"{id}/media")["data"]) == 1


def test_a_video_of_magic_never_finishes(sim: Graphsim, instagram: Account) -> None:
    """The container is made, and stays in progress."""
    id, caller = instagram
    made = caller.done(
        "POST", f"{id}/media", media_type="REELS", upload_type="resumable", caption="sim:never-finishes"
    )["id"]
    sim.control("POST", "clock", json={"seconds": 3600})
    assert caller.done("GET", made, fields="status_code")["status_code"] == "IN_PROGRESS"


def test_every_word_of_magic_says_what_it_does() -> None:
    """The start page and the docs show the table."""
    assert all(name.startswith("sim:") and magic.about for name, magic in WORDS.items())
