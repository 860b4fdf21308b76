"""What stands around a login: how often a password may be tried, and where its cookie may go."""

from pathlib import Path

import pytest

from tests.support.people import COOKIE, PASSWORD, add_user, browsing
from tests.support.receivers import receiving
from tests.support.served import FAST, SHARED, serving

HTTPS = "https://publicist.example.com"
A_DAY = {"PUBLICIST_RATE_SECONDS": "86400"}
"""The window does not end while the test runs."""


def test_passwords_are_tried_so_often_and_no_more(tmp_path: Path) -> None:
    env = {**SHARED, **FAST, **A_DAY, "PUBLICIST_LOGIN_ATTEMPTS": "3"}
    with serving(tmp_path / "data", env=env) as served, browsing(served) as browser:
        add_user(served, "ana@example.com", "viewer")
        assert [browser.log_in(f"{n}@example.com", "a wrong password").status_code for n in range(3)] == [401] * 3
        refused = browser.log_in("ana@example.com")
        assert (refused.status_code, refused.json()["error"]["rule"]) == (429, "rate_limit.login")
        assert 0 < int(refused.headers["retry-after"]) <= 86_400


def test_attempts_on_one_user_count_together_wherever_they_come_from(tmp_path: Path) -> None:
    proxy = {"PUBLICIST_TRUSTED_PROXIES": '["127.0.0.0/8"]'}
    env = {**SHARED, **FAST, **A_DAY, **proxy, "PUBLICIST_LOGIN_ATTEMPTS": "3"}
    body = {"email": "ana@example.com", "password": PASSWORD}
    with serving(tmp_path / "data", env=env) as served:
        add_user(served, "ana@example.com", "viewer")
        statuses = [
            served.http.post(
                f"{served.url}/v1/auth/login", json=body, headers={"X-Forwarded-For": f"192.0.2.{number}"}
            ).status_code
            for number in range(5)
        ]
        assert statuses == [200, 200, 200, 429, 429]


def test_changing_a_password_is_no_way_to_guess_it(tmp_path: Path) -> None:
    env = {**SHARED, **FAST, **A_DAY, "PUBLICIST_LOGIN_ATTEMPTS": "3"}
    body = {"currentPassword": "a wrong password", "newPassword": "another long password"}
    with serving(tmp_path / "data", env=env) as served:
        add_user(served, "ana@example.com", "viewer")
        with browsing(served, "ana@example.com") as browser:
            tried = [browser.call("POST", "/v1/auth/password", json=body).status_code for _ in range(3)]
    assert tried == [400, 400, 429]


def test_requests_of_a_user_are_counted(tmp_path: Path) -> None:
    env = {**SHARED, **FAST, **A_DAY, "PUBLICIST_KEY_REQUESTS": "2"}
    with serving(tmp_path / "data", env=env) as served:
        add_user(served, "ana@example.com", "viewer")
        with browsing(served, "ana@example.com") as browser:
            replies = [browser.call("GET", "/v1/posts") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert replies[2].json()["error"]["rule"] == "rate_limit.user"
    assert replies[0].headers["ratelimit-policy"] == '"user";q=2;w=86400'


def test_under_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    env = {**SHARED, **FAST, "PUBLICIST_PUBLIC_URL": HTTPS}
    with serving(tmp_path / "data", env=env) as served, browsing(served) as browser:
        add_user(served, "ana@example.com", "viewer")
        body = {"email": "ana@example.com", "password": PASSWORD}
        reply = browser.call("POST", "/v1/auth/login", json=body, headers={"Origin": HTTPS})
        cookie = reply.headers["set-cookie"]
        assert cookie.startswith("__Host-publicist_session=lmp_sess_")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()
        token = cookie.partition(";")[0].partition("=")[2]
        bound, plain = (
            served.http.get(f"{served.url}/v1/posts", headers={"Cookie": f"{name}={token}"}).status_code
            for name in ("__Host-publicist_session", "publicist_session")
        )
        assert (bound, plain) == (200, 401)


@pytest.mark.parametrize("host", ["192.0.2.7:8484", "publicist.example.com"])
def test_no_password_goes_to_another_machine_over_http(tmp_path: Path, host: str) -> None:
    with serving(tmp_path / "data", env={**SHARED, **FAST}) as served, browsing(served) as browser:
        body = {"email": "ana@example.com", "password": PASSWORD}
        sent = {"Host": host, "Origin": f"http://{host}"}
        reply = browser.call("POST", "/v1/auth/login", json=body, headers=sent)
        assert (reply.status_code, reply.json()["error"]["rule"]) == (403, "session.https")


def test_the_simulated_meta_neither_learns_nor_sets_a_session(tmp_path: Path) -> None:
    """It may be another server: PUBLICIST_SANDBOX_URL."""
    forged = {"Set-Cookie": f"{COOKIE}=lmp_sess_forged; Path=/"}
    with receiving(None, **forged) as elsewhere:
        env = {**SHARED, **FAST, "PUBLICIST_SANDBOX_URL": elsewhere.url.removesuffix("/hook")}
        with serving(tmp_path / "data", env=env) as served:
            add_user(served, "ana@example.com", "viewer")
            with browsing(served, "ana@example.com") as browser:
                reply = browser.call("POST", "/sandbox/meta/graph.facebook.com/v25.0/me", data={"fields": "id"})
                assert (reply.text, "set-cookie" in reply.headers) == ("thank you", False)
                assert browser.call("GET", "/v1/auth/session").status_code == 200
    assert {"cookie", "x-csrf-token"} & set(elsewhere.requests[0].headers) == set()
