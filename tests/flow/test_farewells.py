"""A person removes the app, wants their data deleted, or is disconnected: sent by the simulated Meta, over HTTP."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import psycopg
import pytest

from tests.support.served import SHARED, Served, serving, wait_for


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server of its own: people leave it."""
    with serving(tmp_path / "data", env=SHARED) as running:
        running.connect()
        yield running


def call_back(served: Served, kind: str) -> dict[str, Any]:
    """What Meta sent about the person, and what it was answered."""
    person = served.control("GET", "world")["users"][0]["id"]
    found: dict[str, Any] = served.control("POST", "callbacks", json={"kind": kind, "user": person})
    return found


def accounts(served: Served) -> list[dict[str, Any]]:
    """Those that are connected."""
    found: list[dict[str, Any]] = served.call("GET", "/v1/accounts").json()["data"]
    return found


def of_type(served: Served, kind: str) -> list[str]:
    """The accounts of the events of that type."""
    listed = served.call("GET", "/v1/events", params={"type": kind, "limit": 200}).json()["data"]
    return [event["data"]["accountId"] for event in listed]


def health(served: Served, account: dict[str, Any]) -> dict[str, Any]:
    """Of one account."""
    found: dict[str, Any] = served.call("GET", f"/v1/accounts/{account['id']}").json()["health"]
    return found


def test_a_person_who_removes_the_app_ends_their_accounts_at_once_and_once(served: Served) -> None:
    before = accounts(served)
    page = next(one for one in before if one["platform"] == "facebook")
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    body = {"account": {"platform": "facebook", "id": page["id"]}, "text": "waits"}
    post = served.post({**body, "scheduledAt": later}).json()["id"]
    sent = call_back(served, "deauthorize")
    assert (sent["status"], sent["reply"]) == (200, "")
    ids = sorted(one["id"] for one in before)
    assert sorted(one["id"] for one in accounts(served)) == ids
    assert {health(served, one)["status"] for one in before} == {"reconnect_required"}
    for kind in ("token.revoked", "account.reconnect_required"):
        assert sorted(of_type(served, kind)) == ids
    now = served.post({**body, "text": "at once"}).json()["error"]
    assert (now["rule"], "/v1/accounts/connect" in now["remediation"]) == ("account.token.missing", True)
    assert served.call("GET", f"/v1/posts/{post}").json()["status"] == "queued"
    grant = served.call("GET", "/v1/grants").json()["data"][0]
    scan = served.call("POST", f"/v1/grants/{grant['id']}/scan")
    assert (scan.status_code, scan.json()["error"]["rule"]) == (401, "meta.token.dead")
    entry = served.call("GET", "/v1/audit", params={"action": "deauthorize"}).json()["data"][0]
    assert (entry["actor"], entry["objectId"]) == ("meta", grant["id"])
    served.connect()
    assert {health(served, one)["status"] for one in before} == {"ok"}


def test_a_callback_counts_once_and_spares_a_later_consent(served: Served) -> None:
    signed = parse_qs(call_back(served, "deauthorize")["body"])["signed_request"][0]
    served.connect()
    again = served.http.post(f"{served.url}/deauth/meta", data={"signed_request": signed})
    assert (again.status_code, again.json()["error"]) == (400, "signed_request_invalid")
    assert "carried out before" in again.json()["message"]
    assert {health(served, one)["status"] for one in accounts(served)} == {"ok"}


def test_a_callback_that_was_carried_out_is_refused_after_a_restart_too(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env=SHARED) as first:
        first.connect()
        signed = parse_qs(call_back(first, "deauthorize")["body"])["signed_request"][0]
        first.connect()
        before, key = accounts(first), first.key
    with serving(tmp_path / "data", env=SHARED, key=key) as second:
        again = second.http.post(f"{second.url}/deauth/meta", data={"signed_request": signed})
        assert (again.status_code, "carried out before" in again.json()["message"]) == (400, True)
        assert accounts(second) == before
        assert {health(second, one)["status"] for one in before} == {"ok"}


def test_one_of_each_in_the_same_second_are_both_carried_out(served: Served) -> None:
    """Nothing in what Meta signs tells one kind from the other."""
    signed = parse_qs(call_back(served, "deauthorize")["body"])["signed_request"][0]
    replies = [served.http.post(f"{served.url}/data-deletion/meta", json={"signed_request": signed}) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 400]
    assert accounts(served) == []


def test_deleted_data_is_gone_and_the_person_can_see_that(served: Served) -> None:
    before = accounts(served)
    page = next(one for one in before if one["platform"] == "facebook")
    live = served.post({"account": {"platform": "facebook", "id": page["id"]}, "text": "stays"}).json()
    sent = call_back(served, "data_deletion")
    assert (sent["status"], sent["valid"]) == (200, True)
    assert accounts(served) == []
    assert served.call("GET", "/v1/grants").json()["data"] == []
    assert sorted(of_type(served, "account.disconnected")) == sorted(one["id"] for one in before)
    post = served.call("GET", f"/v1/posts/{live['id']}").json()
    assert (post["status"], post["text"], post["account"]["displayName"]) == ("published", "stays", None)
    shown = served.http.get(_answered(sent)["url"])
    assert shown.status_code == 200
    assert "deleted" in shown.text
    assert _answered(sent)["confirmation_code"] in shown.text
    assert page["displayName"] not in shown.text
    assert [one["id"] for one in served.connect()] == [one["id"] for one in before]


def _answered(sent: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = json.loads(sent["reply"])
    return found


@pytest.mark.parametrize("code", ["", "lmp_00000000-0000-4000-8000-000000000000", "<b>bold</b>"])
def test_an_unknown_code_has_a_page_that_says_so(served: Served, code: str) -> None:
    shown = served.http.get(f"{served.url}/data-deletion/status", params={"code": code})
    assert shown.status_code == 404
    assert "<b>bold" not in shown.text


@pytest.mark.parametrize("path", ["/deauth/meta", "/data-deletion/meta"])
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({}, "signed_request_missing"),
        ({"data": {"other": "x"}}, "signed_request_missing"),
        ({"json": ["x"]}, "signed_request_missing"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "signed_request_missing"),
        ({"data": {"signed_request": "a.b"}}, "signed_request_invalid"),
        ({"json": {"signed_request": "\u2603.\u2603"}}, "signed_request_invalid"),
    ],
    ids=["nothing", "another field", "a list", "broken", "not signed", "snowmen"],
)
def test_what_meta_did_not_send_changes_nothing(
    served_sqlite: Served, path: str, options: dict[str, Any], error: str
) -> None:
    before = accounts(served_sqlite)
    reply = served_sqlite.http.post(f"{served_sqlite.url}{path}", **options)
    assert (reply.status_code, reply.json()["error"]) == (400, error)
    assert accounts(served_sqlite) == before


def test_without_an_app_there_is_nothing_to_check_with(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env={"PUBLICIST_SANDBOX": "false"}) as served:
        reply = served.http.post(f"{served.url}/deauth/meta", data={"signed_request": "a.b"})
        assert (reply.status_code, reply.json()["error"]) == (503, "deauth_callback_not_configured")


def test_the_last_account_takes_the_consent_with_it(served: Served) -> None:
    first, *others = accounts(served)
    for one in others:
        served.call("DELETE", f"/v1/accounts/{one['id']}")
    assert revocations(served) == 0
    served.call("DELETE", f"/v1/accounts/{first['id']}")
    assert revocations(served) == 1
    wait_for(lambda: served.control("GET", "sent")["sent"])
    assert of_type(served, "token.revoked") == []
    assert served.connect() != []


def revocations(served: Served) -> int:
    """How often a consent was taken back at Meta."""
    return sum(one["method"] == "DELETE" and one["path"].endswith("/permissions") for one in served.journal())


def test_a_meta_that_does_not_answer_keeps_nobody_connected(served: Served) -> None:
    fault = {"kind": "http", "status": 500, "edge": "DELETE /{user}/permissions", "when": "before"}
    served.control("POST", "faults", json={"faults": [fault]})
    for one in accounts(served):
        assert served.call("DELETE", f"/v1/accounts/{one['id']}").status_code == 200
    assert accounts(served) == []


@pytest.mark.postgres
def test_a_disconnect_and_metas_callback_about_it_do_not_lock_each_other_out(
    tmp_path: Path, make_database_url: Callable[[str], str]
) -> None:
    """Both take the consent first, and its accounts then."""
    url = make_database_url("postgres")
    with serving(tmp_path / "data", env={**SHARED, "PUBLICIST_DATABASE_URL": url}) as served:
        last, *others = served.connect()
        for one in others:
            served.call("DELETE", f"/v1/accounts/{one['id']}")
        with psycopg.connect(url) as callback, ThreadPoolExecutor(1) as client:
            callback.execute("SELECT id FROM grants FOR UPDATE")
            leaving = client.submit(served.call, "DELETE", f"/v1/accounts/{last['id']}")
            wait_for(lambda: waiting(callback))
            callback.execute("UPDATE accounts SET updated_at = updated_at WHERE id = %s", [last["id"]])
            callback.commit()
            assert leaving.result().status_code == 200
        assert accounts(served) == []


def waiting(connection: "psycopg.Connection[Any]") -> bool:
    """Whether somebody waits for a lock that another transaction has."""
    row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return row is not None and row[0] > 0
