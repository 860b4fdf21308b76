"""Consents through the API: open one, go through the dialog, and look at what became of each account."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.support.consent import press
from tests.support.served import Served


def dialog(served: Served, *, key: str | None = None, **body: Any) -> dict[str, Any]:
    """The descriptor of a consent that was just opened."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    reply = served.call("POST", "/v1/accounts/connect/facebook", json=body, headers=headers)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["descriptor"]
    return found


def outcome(location: str) -> dict[str, list[str]]:
    """What a redirect carries."""
    return parse_qs(urlsplit(location).query)


def complete(
    served: Served,
    opened: dict[str, Any],
    *,
    pages: Sequence[str] | None = None,
    decline: Sequence[str] = (),
    key: str | None = None,
    before_exchange: Callable[[], object] = lambda: None,
) -> httpx2.Response:
    """Go through the dialog and finish by API."""
    code = outcome(press(served.http, opened["authorizationUrl"], pages=pages, decline=decline))["code"][0]
    before_exchange()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    body = {"code": code, "state": opened["state"], "redirectUri": opened["redirectUri"]}
    return served.call("POST", "/v1/accounts/connect/facebook/complete", json=body, headers=headers)


def newest_grant(served: Served, *, key: str | None = None) -> dict[str, Any]:
    """The grant of the last consent, by itself and not from the list."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    listed = served.call("GET", "/v1/grants", headers=headers).json()["data"]
    found: dict[str, Any] = served.call("GET", f"/v1/grants/{listed[0]['id']}", headers=headers).json()
    assert found == listed[0]
    return found


def verdicts(grant: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """By platform and, for Instagram, the name of its Page; names of Pages come from the Pages' verdicts."""
    names = {one["platformAccountId"]: one["displayName"] for one in grant["verdicts"] if one["platform"] == "facebook"}
    return {(one["platform"], names[one["pageId"] or one["platformAccountId"]]): one for one in grant["verdicts"]}
