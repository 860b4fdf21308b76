"""Meta's simulated consent page, gone through as a browser without JavaScript would."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

import httpx2

from publicist.cli.consent import ConsentForm


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
    form = ConsentForm()
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
