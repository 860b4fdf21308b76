"""The simulated Meta's consent page, gone through over HTTP as a browser without scripts would."""

from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from publicist.cli.output import CommandFailed
from publicist.client import Client


class ConsentForm(HTMLParser):
    """The form of a consent page: where it goes, and what it sends with every box ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what a browser would send."""
        found = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = found.get("action") or ""
        if tag == "input" and found.get("name") and found.get("type") in ("hidden", "checkbox"):
            self.fields.append((str(found["name"]), found.get("value") or ""))


def grant_everything(client: Client, say: Callable[[str], None]) -> None:
    """Open the dialog, grant all of it, follow the redirect back. Raises CommandFailed when a step does not work."""
    authorization_url = client.connect()["descriptor"]["authorizationUrl"]
    with httpx2.Client(timeout=30.0) as browser:
        say(f"opening the consent page at {urlsplit(authorization_url).netloc}")
        dialog = browser.get(authorization_url)
        form = ConsentForm()
        form.feed(dialog.text)
        if dialog.status_code != 200 or form.action is None:
            raise CommandFailed(f"the consent page answered {dialog.status_code} without a form; is this a live key?")
        pages = sum(name == "pages" for name, _ in form.fields)
        say(f"granting every permission for {pages} Pages")
        body: dict[str, list[str]] = {}
        for name, value in [*form.fields, ("action", "continue")]:
            body.setdefault(name, []).append(value)
        granted = browser.post(urljoin(authorization_url, form.action), data=body)
        if granted.status_code != 302:
            raise CommandFailed(f"the consent page answered {granted.status_code} to Continue")
        say("following the redirect back to Publicist")
        returned = browser.get(granted.headers["location"].split("#")[0])
        outcome = parse_qs(urlsplit(returned.headers.get("location", "")).query)
        if "connect_error" in outcome:
            words = outcome.get("connect_message", outcome["connect_error"])[0]
            raise CommandFailed(f"Publicist could not finish the consent: {words}")
