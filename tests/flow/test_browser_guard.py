"""The headers that keep a browser from running what it was given; `tests/browser` sees them work."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.support import files
from tests.support.consents import dialog
from tests.support.served import Served

PAGES = ["/", "/docs", "/docs/api", "/docs/nothing", "/connected?accounts=1", "/data-deletion/status", "/docs/api.md"]
SIMULATED = [
    "/sandbox/meta/",
    "/sandbox/meta",
    "/sandbox/meta/coverage",
    "/sandbox/meta/static/feeds.js",
    "/sandbox/meta/no",
]


def policy(reply: httpx2.Response) -> str:
    """The one policy."""
    (found,) = reply.headers.get_list("content-security-policy")
    return str(found)


def get(served: Served, path: str) -> httpx2.Response:
    """As a browser asks."""
    reply = served.http.get(f"{served.url}{path}", headers={"Accept": "text/html"})
    assert reply.headers["x-content-type-options"] == "nosniff"
    return reply


@pytest.mark.parametrize("path", PAGES)
def test_our_own_pages_run_no_script_and_stand_in_no_frame(served: Served, path: str) -> None:
    reply = get(served, path)
    rules = policy(reply).split("; ")
    assert {"default-src 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(rules)
    assert not any(rule.startswith("script-src") for rule in rules)
    assert reply.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", SIMULATED)
def test_whatever_the_simulated_meta_says_is_sandboxed(served: Served, path: str) -> None:
    reply = get(served, path)
    rules = policy(reply).split("; ")
    assert {"sandbox", "default-src 'none'", "form-action 'none'", "frame-ancestors 'none'"} <= set(rules)
    assert not any(rule.startswith("script-src") for rule in rules)
    assert reply.headers["referrer-policy"] == "no-referrer"


def test_only_the_consent_has_a_form_and_still_no_scripts(served: Served) -> None:
    rules = policy(served.http.get(dialog(served)["authorizationUrl"])).split("; ")
    assert {"sandbox allow-forms", "default-src 'none'", "frame-ancestors 'none'"} <= set(rules)
    assert not any(rule.startswith(("script-src", "form-action")) for rule in rules)


def test_files_are_shown_and_never_run(served: Served, account_of: Callable[[str], dict[str, Any]]) -> None:
    picture = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    unknown = served.call("POST", "/v1/media", files={"file": ("a.svg", drawing)}).json()
    shown = served.http.get(picture["url"])
    assert (shown.headers["content-type"], policy(shown).split("; ")[0]) == ("image/jpeg", "default-src 'none'")
    saved = served.http.get(unknown["url"])
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"] == "attachment"
    assert policy(saved) == "sandbox; default-src 'none'"
    account = {"platform": "instagram", "id": account_of("instagram")["id"]}
    body = {"account": account, "text": "guarded", "media": [{"kind": "image", "mediaId": picture["id"]}]}
    page = served.http.get(served.post(body).json()["uri"])
    source = page.text.split('<img src="')[1].split('"')[0]
    copied = served.http.get(source)
    assert (copied.headers["content-type"], policy(copied)) == ("image/jpeg", policy(shown))
    for reply in (shown, saved, copied):
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_answers_of_the_api_are_not_guessed_at(served: Served) -> None:
    assert served.call("GET", "/v1/accounts").headers["x-content-type-options"] == "nosniff"
