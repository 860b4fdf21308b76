"""Meta's simulated consent page, gone through as a browser without JavaScript would."""

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx2


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it would send with every box ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = found.get("action") or ""
        if tag == "input" and found.get("name") and found.get("type") in ("hidden", "checkbox"):
            self.fields.append((str(found["name"]), found.get("value") or ""))


def press(
    http: httpx2.Client,
    authorization_url: str,
    *,
    pages: Sequence[str] | None = None,
    decline: Sequence[str] = (),
    action: str = "continue",
) -> str:
    """Open the dialog, tick these Pages (all) and every scope but those declined, press a button; where it leads."""
    dialog = http.get(authorization_url)
    assert dialog.status_code == 200, dialog.text
    form = _Form()
    form.feed(dialog.text)
    assert form.action is not None, dialog.text
    sent = [
        (name, value)
        for name, value in form.fields
        if not (name == "pages" and pages is not None and value not in pages)
        and not (name == "scopes" and value in decline)
    ]
    body: dict[str, list[str]] = {}
    for name, value in [*sent, ("action", action)]:
        body.setdefault(name, []).append(value)
    granted = http.post(urljoin(authorization_url, form.action), data=body)
    assert granted.status_code == 302, granted.text
    return str(granted.headers["location"]).split("#")[0]


def grant(http: httpx2.Client, authorization_url: str, **choices: Any) -> httpx2.Response:
    """`press`, and follow the redirect: the callback's answer."""
    return http.get(press(http, authorization_url, **choices))
