"""A careless client is caught red-handed: each mistake does its damage here, as it would at Meta."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.graphsim.conftest import REDIRECT, Caller, Site, consent
from tests.support.careless import ENOUGH, Careless
from tests.support.graphsim import Graphsim, start_graphsim

Account = tuple[str, Caller]
FEED, PUBLISH = "POST /{page}/feed", "POST /{ig-user}/media_publish"
DAY = 24 * 3600


def accounts(user: Caller) -> tuple[Account, Account]:
    """A Page and its Instagram account."""
    first = user.done("GET", "me/accounts", fields="id,access_token,instagram_business_account")["data"][0]
    own = Caller(user.sim, first["access_token"])
    return (first["id"], own), (first["instagram_business_account"]["id"], own)


@pytest.fixture(scope="module")
def strict_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphsim]:
    """One process in the strict profile."""
    sim = start_graphsim(tmp_path_factory.mktemp("strict"), redirect_uri=REDIRECT, profile="strict")
    yield sim
    sim.stop()


@pytest.fixture
def strict(strict_process: Graphsim) -> Graphsim:
    """A strict simulator that remembers nothing."""
    strict_process.control("POST", "reset")
    return strict_process


def go_wrong(sim: Graphsim, edge: str, **fault: Any) -> None:
    """A fault on the first call."""
    sim.control("POST", "faults", json={"faults": [{"edge": edge, "calls": "1", **fault}]})


def later(sim: Graphsim, seconds: float = 5) -> None:
    """Time passes."""
    sim.control("POST", "clock", json={"seconds": seconds})


def seen(sim: Graphsim, owner: Account) -> list[str]:
    """The words that people see."""
    return [post["text"] for post in sim.control("GET", "published")["published"][owner[0]]]


def test_mistake_01_publishing_at_once_publishes_nothing(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Meta: IG User Media Publish, 9007/2207027."""
    client = Careless(instagram)
    reply = client.publish(client.container(f"{site.url}/ok.jpg", "now"))
    assert reply.json()["error"]["error_subcode"] == 2207027
    assert seen(sim, instagram) == []


def test_mistake_02_sending_again_after_a_500_posts_twice(strict: Graphsim) -> None:
    """Recorded: an unknown error may come after the write happened."""
    page, _ = accounts(consent(strict))
    go_wrong(strict, FEED, kind="error", code=1, when="after")
    client = Careless(page)
    assert client.retry_until_200(lambda: client.post(message="hello")).status_code == 200
    assert seen(strict, page) == ["hello", "hello"]


def test_mistake_03_trusting_is_transient_gives_a_good_post_up(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Met in production: 9007 says that it is not transient."""
    client = Careless(instagram)
    container = client.container(f"{site.url}/ok.jpg", "wait for me")
    assert client.believes_transient(client.publish(container)) is False
    assert seen(sim, instagram) == []
    later(sim)
    assert client.publish(container).status_code == 200
    assert seen(sim, instagram) == ["wait for me"]


def test_mistake_04_the_first_of_the_list_is_somebody_elses(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Meta: IG Media: the list is newest first, and others publish too."""
    client = Careless(instagram)
    mine, other = (client.container(f"{site.url}/ok.jpg", words) for words in ("mine", "other"))
    later(sim)
    wanted = client.publish(mine).json()["id"]
    later(sim)
    client.publish(other)
    assert client.latest() != wanted


def test_mistake_05_success_false_is_taken_for_success(sim: Graphsim, page: Account) -> None:
    """One report: 200 with success false."""
    client = Careless(page)
    post = client.post(message="still here").json()["id"]
    go_wrong(sim, "DELETE /{page-post}", kind="success_false")
    assert client.delete(post) is True
    assert seen(sim, page) == ["still here"]


def test_mistake_06_an_action_block_is_taken_for_a_throttle(strict: Graphsim, site: Site) -> None:
    """Incidents of 2026: 4/2207051 says 'request limit' while the post is live."""
    _, instagram = accounts(consent(strict))
    client = Careless(instagram)
    go_wrong(strict, PUBLISH, kind="error", code=4, subcode=2207051, when="after")
    first = client.container(f"{site.url}/ok.jpg", "blocked?")
    later(strict)
    assert "request limit" in client.publish(first).json()["error"]["message"]
    second = client.container(f"{site.url}/ok.jpg", "blocked?")
    later(strict, 3600)
    assert client.publish(second).status_code == 200
    assert seen(strict, instagram) == ["blocked?", "blocked?"]


def test_mistake_07_a_failed_read_is_taken_for_a_failed_post(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Incident of 2026: reads answered 100/33 while publishing worked."""
    client = Careless(instagram)
    sim.control(
        "POST", "faults", json={"faults": [{"edge": "GET /{container}", "kind": "error", "code": 100, "subcode": 33}]}
    )
    container = client.container(f"{site.url}/ok.jpg", "fine")
    later(sim)
    assert client.finished_by_status(container) is False
    assert client.publish(container).status_code == 200
    assert seen(sim, instagram) == ["fine"]


def test_mistake_08_an_id_as_a_number_names_something_else(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Recorded: ids are decimal strings above 2^53."""
    client = Careless(instagram)
    containers = [client.container(f"{site.url}/ok.jpg") for _ in range(10)]
    rounded = [str(int(float(id))) for id in containers]
    assert rounded != containers
    wrong = next(new for old, new in zip(containers, rounded, strict=True) if old != new)
    assert instagram[1].refused("POST", f"{instagram[0]}/media_publish", creation_id=wrong)[0] in (24, 9007)


def test_mistake_09_polling_without_a_deadline_never_ends(sim: Graphsim, instagram: Account) -> None:
    """Reports: containers hang, and a broken upload shows only in `video_status`."""
    go_wrong(sim, "POST /{ig-user}/media", kind="phase_error")
    made = instagram[1].done("POST", f"{instagram[0]}/media", media_type="REELS", upload_type="resumable")["id"]
    for _ in range(ENOUGH):
        later(sim, 3600)
        assert Careless(instagram).finished_by_status(made) is False
    phases = instagram[1].done("GET", made, fields="status_code,video_status")
    assert phases["status_code"] == "IN_PROGRESS"
    assert phases["video_status"]["processing_phase"]["status"] == "error"


@pytest.mark.parametrize("kind", ["truncated", "reset"])
def test_mistake_10_an_answer_that_cannot_be_read_is_taken_for_nothing_done(strict: Graphsim, kind: str) -> None:
    """Met in production: the write happened, the answer is broken."""
    page, _ = accounts(consent(strict))
    go_wrong(strict, FEED, kind=kind)
    client = Careless(page)
    client.retry_until_200(lambda: client.post(message="once, please"))
    assert seen(strict, page) == ["once, please"] * 2


def test_mistake_11_a_consent_is_taken_for_all_permissions(sim: Graphsim) -> None:
    """Meta: the user can untick permissions and Pages; the dialog succeeds all the same."""
    page, _ = accounts(consent(sim, decline=["pages_manage_posts"]))
    assert Careless(page).post(message="may I?").json()["error"]["code"] == 200
    assert seen(sim, page) == []


def test_mistake_12_the_first_page_of_the_list_is_taken_for_all(sim: Graphsim) -> None:
    """Meta: User Accounts: 25 at a time."""
    sim.seed("sixty-pages")
    listed = consent(sim).done("GET", "me/accounts")
    assert (len(listed["data"]), len(sim.pages())) == (25, 60)
    assert "next" in listed["paging"]


def test_mistake_13_an_exchange_is_taken_for_a_longer_life(sim: Graphsim, user: Caller) -> None:
    """Unconfirmed at Meta: a long-lived token keeps its end."""
    later(sim, 30 * DAY)
    assert user.done("GET", "me")["name"] == "Alex Demo"
    consent_again = user.done("GET", "debug_token", input_token=user.token)["data"]["expires_at"]
    later(sim, 31 * DAY)
    assert sim.world()["now"] > consent_again
    assert user.refused("GET", "me") == (190, 463)


def test_mistake_14_the_persons_token_does_not_publish(sim: Graphsim, user: Caller, page: Account) -> None:
    """Meta: Pages API: writes need the Page's own token."""
    assert Careless((page[0], user)).post(message="hello").json()["error"]["code"] == 200
    assert seen(sim, page) == []


def test_mistake_15_a_container_is_kept_for_tomorrow(sim: Graphsim, instagram: Account, site: Site) -> None:
    """Meta: IG Container: 24 hours."""
    client = Careless(instagram)
    container = client.container(f"{site.url}/ok.jpg", "tomorrow")
    later(sim, DAY + 1)
    assert client.publish(container).json()["error"]["error_subcode"] == 2207008
    assert seen(sim, instagram) == []


def test_mistake_16_trying_again_while_throttled_makes_the_pause_longer(sim: Graphsim, page: Account) -> None:
    """Meta: Rate Limits; no 429 and no Retry-After."""
    sim.control("POST", "usage", json={"kind": "pages", "id": page[0], "percent": 100, "minutes": 1})
    client = Careless(page)
    replies = [client.post(message="hello") for _ in range(ENOUGH)]
    assert {reply.status_code for reply in replies} == {400}
    assert all("retry-after" not in reply.headers for reply in replies)
    later(sim, 61)
    assert client.post(message="hello").json()["error"]["code"] == 80001
    assert seen(sim, page) == []
