"""Which version is called and which one answers, on a running server; and the version in errors and attempts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from tests.support.served import SHARED, Served, serving, wait_for

AccountOf = Callable[[str], dict[str, Any]]


def platform_versions(served: Served) -> list[dict[str, Any]]:
    """The answer, asked without a key."""
    reply = httpx2.get(f"{served.url}/v1/platform-versions")
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["data"]
    return found


def test_everybody_may_ask_until_when_the_version_is_served(served: Served) -> None:
    for one in platform_versions(served):
        assert (one["version"], one["releasedOn"], one["sunsetOn"]) == ("v25.0", "2026-02-18", "2028-07-29")
        assert (one["newestVersion"], one["source"]) == ("v26.0", "Graph API, Changelog")
        listed = {version["version"]: version for version in one["versions"]}
        assert listed["v25.0"] == {name: one[name] for name in ("version", "releasedOn", "sunsetOn", "state")}
        assert listed["v26.0"]["sunsetOn"] is None
        assert listed["v20.0"]["state"] == "sunset"
        assert [answers["environment"] for answers in one["environments"]] == ["test"]
    assert [one["platform"] for one in platform_versions(served)] == ["facebook", "instagram"]


def test_a_version_that_meta_does_not_serve_any_more_is_shown_as_drift(tmp_path: Path) -> None:
    env = {**SHARED, "PUBLICIST_META_GRAPH_VERSION": "v20.0", "PUBLICIST_TOKEN_LOOK_SECONDS": "0.1"}
    with serving(tmp_path / "data", env=env) as served:
        accounts = served.connect()
        drifted = wait_for(lambda: platform_versions(served)[0]["environments"][0]["drift"])
        (answers,) = platform_versions(served)[0]["environments"]
        page = next(account for account in accounts if account["platform"] == "facebook")
        post = served.post({"account": {"platform": "facebook", "id": page["id"]}, "text": "by an old version"}).json()
        (attempt,) = served.call("GET", f"/v1/posts/{post['id']}").json()["attempts"]
        log = (tmp_path / "data.log").read_text()
    assert drifted is True
    assert answers["servedVersion"] == "v21.0"
    assert answers["servedSince"] is not None
    assert log.count("version.drift") == 1
    assert (attempt["succeeded"], attempt["platformVersion"]) == (True, "v20.0")


def test_every_error_that_names_a_platform_names_its_version(served: Served, account_of: AccountOf) -> None:
    page, gram = account_of("facebook")["id"], account_of("instagram")["id"]
    account = {"platform": "facebook", "id": page}
    live = {"Authorization": f"Bearer {served.cli('keys', 'create', '--env', 'live', '--json')['key']}"}
    replies = [
        served.post({"targets": [{"accountId": page}, {"accountId": gram}], "text": "no picture for Instagram"}),
        served.post({"account": account, "text": "sim:error=506 refused by Meta"}),
        served.call("POST", "/v1/accounts/connect/facebook", json={}, headers=live),
    ]
    errors = [reply.json()["error"] for reply in replies]
    codes = [(error["code"], error["platform"], error["platformVersion"]) for error in errors]
    assert codes == [
        ("preflight_failed", "instagram", "v25.0"),
        ("platform_rejected", "facebook", "v25.0"),
        ("platform_not_enabled", "facebook", "v25.0"),
    ]
    problem = served.post({"account": {"platform": "instagram", "id": gram}}, Accept="application/problem+json").json()
    assert (problem["platform"], problem["platformVersion"]) == ("instagram", "v25.0")
    without = served.call("POST", "/v1/posts", json={"txt": "no platform here"}).json()["error"]
    assert {"platform", "platformVersion"} & set(without) == set()


def test_a_refused_post_and_its_attempt_keep_the_version(served: Served, account_of: AccountOf) -> None:
    account = {"platform": "facebook", "id": account_of("facebook")["id"]}
    assert served.post({"account": account, "text": "sim:error=506 once more"}).status_code == 422
    post = served.call("GET", "/v1/posts?limit=1").json()["data"][0]
    detail = served.call("GET", f"/v1/posts/{post['id']}").json()
    assert detail["error"]["platformVersion"] == "v25.0"
    assert [attempt["platformVersion"] for attempt in detail["attempts"]] == ["v25.0"]
