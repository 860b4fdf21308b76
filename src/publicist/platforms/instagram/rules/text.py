"""The caption."""

import re
from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.platforms.instagram.rules.common import GOOD, ME, MEDIA_PAGE, VERIFIED
from publicist.preflight.checks import (
    code_points_max,
    max_graphemes,
)
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Finding, Limit, Rule

CAPTION_MAX = 2200
HASHTAGS_MAX = 30
MENTIONS_MAX = 20
_HASHTAG = re.compile(r"(?<![\w&])#\w+")
_MENTION = re.compile(r"(?<![\w.])@[\w.]+")


def _hashtags(found: Draft) -> Iterator[Finding]:
    tags = len(_HASHTAG.findall(found.text or ""))
    if tags > HASHTAGS_MAX:
        yield Finding("/text", tags, f"The caption has {tags} hashtags; the limit is {HASHTAGS_MAX}.")


def _mentions(found: Draft) -> Iterator[Finding]:
    names = len(_MENTION.findall(found.text or ""))
    if names > MENTIONS_MAX:
        yield Finding("/text", names, f"The caption mentions {names} accounts; the limit is {MENTIONS_MAX}.")


RULES: tuple[Rule, ...] = (
    Rule(
        id="instagram.text.max_graphemes",
        platform=ME,
        title="A caption has at most 2,200 characters",
        severity="error",
        limit=Limit(CAPTION_MAX, "graphemes"),
        check=max_graphemes(CAPTION_MAX, "caption"),
        remediation="Shorten the caption.",
        why="Instagram refuses longer captions (36004/2207010). A character is what a reader sees, emoji included.",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=draft(ME, image(), text="x" * CAPTION_MAX),
        failing=draft(ME, image(), text="x" * (CAPTION_MAX + 1)),
    ),
    Rule(
        id="instagram.text.code_points",
        platform=ME,
        title="A caption within the limit may still be counted as too long",
        severity="warning",
        limit=Limit(CAPTION_MAX, "code points"),
        check=code_points_max(CAPTION_MAX, "caption", "Instagram may count it as too long"),
        remediation="Shorten the caption below 2,200 code points to be safe.",
        why="Meta does not say whether it counts visible characters or code points; emoji can be several code points.",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=GOOD,
        failing=draft(ME, image(), text="\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}" * 1200),
    ),
    Rule(
        id="instagram.text.hashtags_max",
        platform=ME,
        title="A caption has at most 30 hashtags",
        severity="error",
        limit=Limit(HASHTAGS_MAX, "hashtags"),
        check=_hashtags,
        remediation="Remove hashtags until there are 30.",
        why="Instagram refuses captions with more (36004/2207010).",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=draft(ME, image(), text="#a " * HASHTAGS_MAX),
        failing=draft(ME, image(), text="#a " * (HASHTAGS_MAX + 1)),
    ),
    Rule(
        id="instagram.text.mentions_max",
        platform=ME,
        title="A caption mentions at most 20 accounts",
        severity="error",
        limit=Limit(MENTIONS_MAX, "mentions"),
        check=_mentions,
        remediation="Remove mentions until there are 20.",
        why="Instagram refuses captions with more (100/2207040).",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=draft(ME, image(), text="@a " * MENTIONS_MAX),
        failing=draft(ME, image(), text="@a " * (MENTIONS_MAX + 1)),
    ),
)
