"""What a Facebook Page would refuse, as data (limits: Meta's reference pages), a module per subject."""

from publicist.platforms.facebook.rules import account, fields, images, link, media, reach, required, text, videos
from publicist.platforms.facebook.rules.common import ME
from publicist.platforms.facebook.rules.notes import NOTES
from publicist.preflight.media_rules import media_rules
from publicist.preflight.rule import Rule

__all__ = ["NOTES", "RULES"]

RULES: tuple[Rule, ...] = (
    *required.RULES,
    *media_rules(ME),
    *text.RULES,
    *media.RULES,
    *images.RULES,
    *videos.RULES,
    *reach.RULES,
    *link.RULES,
    *fields.RULES,
    *account.RULES,
)
"""In the order in which violations are told: the first error decides the rule of the answer."""
