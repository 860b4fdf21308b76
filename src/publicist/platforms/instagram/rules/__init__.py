"""What Instagram would refuse, as data (limits: Meta's reference pages), a module per subject."""

from publicist.platforms.instagram.rules import fields, images, media, reach, reels, required, text
from publicist.platforms.instagram.rules.common import ME
from publicist.platforms.instagram.rules.notes import NOTES
from publicist.preflight.media_rules import media_rules
from publicist.preflight.rule import Rule

__all__ = ["NOTES", "RULES"]

RULES: tuple[Rule, ...] = (
    *required.RULES,
    *media_rules(ME),
    *text.RULES,
    *media.RULES,
    *images.RULES,
    *reels.RULES,
    *reach.RULES,
    *fields.RULES,
)
"""In the order in which violations are told: the first error decides the rule of the answer."""
