"""The text."""

from publicist.platforms.facebook.rules.common import FEED, ME, VERIFIED
from publicist.preflight.checks import code_points_max, max_graphemes
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
    Rule(
        id="facebook.text.code_points",
        platform=ME,
        title="A text has at most 63,206 code points",
        severity="error",
        limit=Limit(TEXT_MAX, "code points"),
        check=code_points_max(TEXT_MAX, "text", "Facebook may count it as too long"),
        remediation="Shorten the text, or use fewer combined characters and emoji.",
        why="Meta does not say what it counts. One visible character, an emoji with a skin tone for one, can be "
        "several code points; Publicist keeps to the stricter reading.",
        source=FEED,
        verified=VERIFIED,
        passing=draft(ME, text="\N{LATIN SMALL LETTER E WITH ACUTE}" * TEXT_MAX),
        failing=draft(ME, text="e\N{COMBINING ACUTE ACCENT}" * 40_000),
    ),
)
