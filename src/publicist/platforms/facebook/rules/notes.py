"""Rule ids of Facebook that only connecting raises."""

from publicist.platforms.facebook.rules.common import ME, VERIFIED
from publicist.preflight.rule import RuleNote

NOTES: tuple[RuleNote, ...] = (
    RuleNote(
        "facebook.pages.none",
        ME,
        "The consent reaches no Page",
        "Accounts are made from the Pages that a consent gives access to, and this one gave access to none.",
        "Connect as someone who administers a Page, and tick the Page in Meta's dialog.",
        "Meta: User, Accounts reference",
        VERIFIED,
    ),
)
