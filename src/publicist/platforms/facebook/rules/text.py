"""The text."""

from publicist.platforms.facebook.rules.common import FEED, ME, VERIFIED
from publicist.preflight.checks import max_graphemes
from publicist.preflight.examples import draft
from publicist.preflight.rule import Limit, Rule

TEXT_MAX = 63_206


RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.text.max_graphemes",
        platform=ME,
        title="A text has at most 63,206 characters",
        severity="error",
        limit=Limit(TEXT_MAX, "graphemes"),
        check=max_graphemes(TEXT_MAX, "text"),
        remediation="Shorten the text.",
        why="Facebook refuses longer posts (a long-standing limit that its present pages do not state).",
        source=FEED,
        verified=VERIFIED,
        passing=draft(ME, text="x" * TEXT_MAX),
        failing=draft(ME, text="x" * (TEXT_MAX + 1)),
    ),
)
