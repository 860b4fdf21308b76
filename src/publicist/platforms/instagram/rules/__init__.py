"""What Instagram would refuse, as data (limits: Meta's reference pages), a module per subject."""

from publicist.platforms.instagram.rules import (
    account,
    carousel,
    fields,
    images,
    layout,
    media,
    pictures,
    reach,
    reels,
    required,
    sound,
    text,
)
from publicist.platforms.instagram.rules.common import ME
from publicist.platforms.instagram.rules.notes import NOTES
from publicist.preflight.media_rules import media_rules
from publicist.preflight.rule import Rule

__all__ = ["NOTES", "RULES"]

RULES: tuple[Rule, ...] = (
    *required.RULES,
    *media_rules(ME),
    *text.RULES,
    *carousel.RULES,
    *media.RULES,
    *images.RULES,
    *reels.RULES,
    *pictures.RULES,
    *sound.RULES,
    *layout.RULES,
    *reach.RULES,
    *fields.RULES,
    *account.RULES,
)
"""In the order in which violations are told: the first error decides the rule of the answer."""
