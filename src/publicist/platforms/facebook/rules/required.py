"""A post says something."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.platforms.facebook.rules.common import FEED, ME, VERIFIED
from publicist.preflight.examples import draft
from publicist.preflight.rule import Finding, Limit, Rule


def _text_required(found: Draft) -> Iterator[Finding]:
    if not found.media and not found.options.get("link") and not (found.text or "").strip():
        yield Finding("/text", found.text or "", "The post has no text, no link and no media.")


RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.text.required",
        platform=ME,
        title="A post without media or link has text",
        severity="error",
        limit=Limit(1, "graphemes"),
        check=_text_required,
        remediation="Add text, a link or media.",
        why="Facebook refuses a post with nothing in it; white space alone counts as nothing.",
        source=FEED,
        verified=VERIFIED,
        passing=draft(ME),
        failing=draft(ME, text="  "),
    ),
)
