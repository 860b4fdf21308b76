"""Limits of requests: per key and per address, true in every answer, and one for all processes of a PostgreSQL."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import psycopg
import pytest

from publicist.domain.rate_limits import Budget, Budgeted, Window
from publicist.kit.clock import SystemClock
from tests.support.served import Served, serving

DAY = 86_400
"""A window that no test outlives, but for one at midnight: see `fresh_day`."""
KEY_LIMIT, ADDRESS_LIMIT = 6, 9


@pytest.fixture(autouse=True)
def fresh_day() -> None:
    """Nobody begins in the last minutes of a window."""
    if Window.at(SystemClock().now(), DAY).left < 300:
        pytest.skip("the day's window ends within five minutes")


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Served]:
    """A server on SQLite with both limits, behind a proxy at 127.0.0.1."""
    env = {
        "PUBLICIST_KEY_REQUESTS": str(KEY_LIMIT),
        "PUBLICIST_ADDRESS_REQUESTS": str(ADDRESS_LIMIT),
        "PUBLICIST_RATE_SECONDS": str(DAY),
        "PUBLICIST_TRUSTED_PROXIES": '["127.0.0.1"]',
    }
    with serving(tmp_path / "data", env=env) as running:
        yield running


def heard(reply: httpx2.Response) -> tuple[int, int]:
    """The limit that ends first, and what is left of it; the two forms agree."""
    limit, left = int(reply.headers["ratelimit-limit"]), int(reply.headers["ratelimit-remaining"])
    assert 0 < int(reply.headers["ratelimit-reset"]) <= DAY
    assert reply.headers["x-ratelimit-limit"] == str(limit)
    assert f"q={limit};w={DAY}" in reply.headers["ratelimit-policy"]
    assert f"r={left};t=" in reply.headers["ratelimit"]
    return limit, left


def ask(served: Served, address: str, *, key: str | None = None, method: str = "GET", **more: str) -> httpx2.Response:
    headers = {"X-Forwarded-For": address, **({"Authorization": f"Bearer {key}"} if key else {}), **more}
    return served.http.request(method, f"{served.url}/v1/accounts", headers=headers)


def test_a_key_has_a_budget_whatever_address_it_comes_from(limited: Served) -> None:
    lefts = [heard(ask(limited, f"198.51.100.{n}", key=limited.key)) for n in range(KEY_LIMIT)]
    assert lefts == [(KEY_LIMIT, KEY_LIMIT - n) for n in range(1, KEY_LIMIT + 1)]
    refused = ask(limited, "198.51.100.99", key=limited.key)
    assert refused.status_code == 429
    error = refused.json()["error"]
    assert (error["code"], error["rule"]) == ("rate_limited", "rate_limit.key")
    assert str(KEY_LIMIT) in error["message"]
    assert 0 < int(refused.headers["retry-after"]) <= DAY
    assert heard(refused) == (KEY_LIMIT, 0)
    again = ask(limited, "198.51.100.99", key=limited.key, Accept="application/problem+json")
    assert (again.status_code, again.json()["status"]) == (429, 429)


def test_an_address_has_a_budget_whatever_it_sends(limited: Served) -> None:
    for n in range(ADDRESS_LIMIT):
        assert ask(limited, "203.0.113.5", key=f"lmp_test_{n:032}").status_code == 401
    refused = ask(limited, "203.0.113.5", key=limited.key)
    assert (refused.status_code, refused.json()["error"]["rule"]) == (429, "rate_limit.address")
    assert refused.headers["x-request-id"] == refused.json()["error"]["requestId"]
    assert heard(refused) == (ADDRESS_LIMIT, 0)
    assert ask(limited, "6.6.6.6, 203.0.113.5").status_code == 429, "what a stranger wrote into the header is nothing"
    assert ask(limited, "203.0.113.6", key=limited.key).status_code == 200
    for path in ("/health", "/docs/api", "/sandbox/meta/"):
        assert limited.http.get(limited.url + path, headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 200


def test_a_refused_write_is_not_kept_under_its_key_and_counts_once(limited: Served) -> None:
    headers = {"Authorization": f"Bearer {limited.key}", "X-Forwarded-For": "203.0.113.9", "Idempotency-Key": "one"}
    url = f"{limited.url}/v1/webhook-endpoints"
    lefts = []
    for _ in range(KEY_LIMIT):
        reply = limited.http.post(url, headers=headers, json={"url": "http://127.0.0.1:9/x"})
        assert reply.status_code == 201
        lefts.append(heard(reply)[1])
    assert lefts == list(range(KEY_LIMIT - 1, -1, -1))
    assert limited.http.post(url, headers={**headers, "Idempotency-Key": "two"}, json={}).status_code == 429


def test_a_made_up_header_changes_nothing_without_trusted_proxies(tmp_path: Path) -> None:
    env = {"PUBLICIST_ADDRESS_REQUESTS": "3", "PUBLICIST_RATE_SECONDS": str(DAY)}
    with serving(tmp_path / "data", env=env) as running:
        statuses = [ask(running, f"198.51.100.{n}", key=running.key).status_code for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_without_limits_nothing_is_counted_and_nothing_said(served: Served) -> None:
    reply = served.call("GET", "/v1/accounts")
    assert [name for name in reply.headers if "ratelimit" in name] == []


def test_the_controls_of_the_simulated_meta_are_not_for_what_a_proxy_passes_on(served: Served) -> None:
    url = f"{served.url}/sandbox/meta/_control/world"
    assert served.http.get(url).status_code == 200
    assert served.http.get(url, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


@pytest.mark.postgres
def test_processes_on_one_postgresql_count_together(tmp_path: Path, postgres_uri: str) -> None:
    name = f"limits_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_uri, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    env = {
        "PUBLICIST_DATABASE_URL": postgres_uri.replace("/postgres?", f"/{name}?"),
        "PUBLICIST_KEY_REQUESTS": "20",
        "PUBLICIST_RATE_SECONDS": str(DAY),
    }
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with (
        serving(tmp_path / "one" / "data", env=env) as one,
        serving(tmp_path / "two" / "data", env={**env, "PUBLICIST_SANDBOX": "false"}, key=one.key) as two,
        ThreadPoolExecutor(8) as pool,
    ):
        replies = list(pool.map(lambda n: (one, two)[n % 2].call("GET", "/v1/accounts"), range(30)))
    assert sorted(reply.status_code for reply in replies) == [200] * 20 + [429] * 10
    taken = [heard(reply)[1] for reply in replies if reply.status_code == 200]
    assert sorted(taken) == list(range(20)), "each answer says what was left when it was counted"


def test_a_window_begins_where_the_one_before_ends() -> None:
    now = SystemClock().now()
    assert Window.at(now, 60).number == int(now.timestamp() // 60)
    assert 1 <= Window.at(now, 60).left <= 60
    assert Budget(Budgeted.KEY, 3, 5, 60, 10).remaining == 0
