"""Link posts."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.kit.links import http_url
from publicist.platforms.facebook.rules.common import FEED, ME, VERIFIED
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Finding, Rule


def _link_alone(found: Draft) -> Iterator[Finding]:
    if found.media and found.options.get("link"):
        words = "A link and media came together; Facebook shows one of the two, so one would be lost."
        yield Finding("/options/link", found.options["link"], words, ({"op": "remove", "path": "/options/link"},))


def _link_http(found: Draft) -> Iterator[Finding]:
    link = found.options.get("link")
    if link is None:
        return
    if http_url(str(link)) is None:
        yield Finding("/options/link", link, f"{link!r} is not an absolute http or https URL.")


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
)
