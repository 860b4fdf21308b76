"""Link posts."""

import re
from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.kit.links import http_url
from publicist.platforms.facebook.rules.common import FEED, ME, VERIFIED
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Finding, Rule

_OWN_HOSTS = ("facebook.com", "fb.com", "fb.me")
_WHITE = re.compile(r"\s")


def _link_alone(found: Draft) -> Iterator[Finding]:
    if found.media and found.options.get("link"):
        words = "A link and media came together; Facebook shows one of the two, so one would be lost."
        yield Finding("/options/link", found.options["link"], words, ({"op": "remove", "path": "/options/link"},))


def _link_http(found: Draft) -> Iterator[Finding]:
    link = found.options.get("link")
    if link is None or _is_web(str(link)):
        return
    better = _mended(str(link))
    fix = ({"op": "replace", "path": "/options/link", "value": better},) if better else ()
    yield Finding("/options/link", link, f"{link!r} is not an absolute http or https URL.", fix)


def _is_web(link: str) -> bool:
    """Meta may read schemes by the letter, so they have to be in small ones; white space ends an address."""
    parts = http_url(link)
    if parts is None or _WHITE.search(link) or not link.startswith(("http://", "https://")):
        return False
    try:
        return parts.port != 0
    except ValueError:
        return False


def _mended(link: str) -> str | None:
    """The address that was most probably meant: without white space around it, with a scheme in small letters."""
    link = link.strip()
    scheme, colon, rest = link.partition("://")
    better = f"{scheme.lower()}://{rest}" if colon else f"https://{link}"
    parts = http_url(better)
    return better if parts is not None and "." in (parts.hostname or "") and _is_web(better) else None


def _own_link(found: Draft) -> Iterator[Finding]:
    parts = http_url(str(found.options.get("link") or ""))
    host = (parts.hostname or "") if parts else ""
    if any(host == own or host.endswith(f".{own}") for own in _OWN_HOSTS):
        words = f"The link leads to {host}; Facebook refuses links to itself in some posts (1609008)."
        yield Finding("/options/link", found.options["link"], words)


RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.link.with_media",
        platform=ME,
        title="A link or media, not both",
        severity="error",
        limit=None,
        check=_link_alone,
        remediation="Put the link into the text, or leave out the media.",
        why="Facebook drops the link preview of a post with attached media without a word.",
        source=FEED,
        verified=VERIFIED,
        passing=draft(ME, options={"link": "https://example.com/news"}),
        failing=draft(ME, image(), options={"link": "https://example.com/news"}),
        refuser="publicist",
    ),
    Rule(
        id="facebook.link.http",
        platform=ME,
        title="A link is an absolute web address",
        severity="error",
        limit=None,
        check=_link_http,
        remediation="Send the whole address, beginning with https://.",
        why="Facebook scrapes the page behind the link, and refuses what it cannot open (1500/1609005).",
        source=FEED,
        verified=VERIFIED,
        passing=draft(ME, options={"link": "https://example.com/news"}),
        failing=draft(ME, options={"link": "example.com/news"}),
    ),
    Rule(
        id="facebook.link.facebook",
        platform=ME,
        title="A link to Facebook itself may be refused",
        severity="warning",
        limit=None,
        check=_own_link,
        remediation="Put the link into the text instead.",
        why="Facebook was seen to refuse links to facebook.com in posts (200/1609008).",
        source=FEED,
        verified=VERIFIED,
        passing=draft(ME, options={"link": "https://example.com/news"}),
        failing=draft(ME, options={"link": "https://www.facebook.com/bluecup/posts/1"}),
    ),
)
