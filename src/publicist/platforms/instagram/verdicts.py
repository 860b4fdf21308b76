"""What is said of the Instagram account of each Page that a consent reaches, and where a person mends it."""

from functools import partial

from publicist.domain.verdicts import CONNECTED, Verdict
from publicist.meta.discovery import Reach, SeenPage
from publicist.meta.pages import InstagramFacts
from publicist.platforms.instagram.rules.common import ME, VERIFIED
from publicist.preflight.rule import RuleNote

SCOPES = ("instagram_basic", "instagram_content_publish", "pages_read_engagement")
"""What publishing takes (Meta: Permissions Reference)."""

_note = partial(RuleNote, platform=ME, verified=VERIFIED)
_SCAN = "then scan the grant again: POST /v1/grants/{id}/scan."
_LINK_PAGE = "https://www.facebook.com/settings/?tab=linked_profiles"

NOT_LINKED = _note(
    "instagram.connect.not_linked",
    title="No professional Instagram account is linked to the Page",
    why="Instagram accounts are reached through the Page that they are linked to, and Meta names none for this "
    "Page: it has none, or it was not ticked in the dialog.",
    remediation="On the Page, open Settings, Linked accounts, Instagram, and connect the account; if it is connected "
    f"there, connect again at POST /v1/accounts/connect/facebook and tick it. Else {_SCAN}",
    source="Meta: User, Accounts reference",
)
PERSONAL = _note(
    "instagram.connect.personal",
    title="The Instagram account is a personal one",
    why="Meta lets apps publish on professional accounts only: business or creator.",
    remediation="In the Instagram app, open Settings, Account type and tools, Switch to professional account, " + _SCAN,
    source="Meta: Instagram Platform, Content Publishing",
)
PERMISSION_DECLINED = _note(
    "instagram.connect.permission_declined",
    title="A permission that publishing on Instagram takes was declined",
    why="People can untick single permissions in Meta's dialog. Publishing on Instagram takes instagram_basic, "
    "instagram_content_publish and pages_read_engagement; without instagram_basic accounts cannot even be seen.",
    remediation="Connect again at POST /v1/accounts/connect/facebook and allow everything that Meta's dialog asks for.",
    source="Meta: Permissions Reference",
)
THROUGH_PAGE = _note(
    "instagram.connect.through_page",
    title="Something is in the way of the Page that the account is linked to",
    why="Instagram accounts are posted to with the token of their Page, and need the same role and checks as the Page.",
    remediation="Do what the verdict on the Page says, " + _SCAN,
    source="Meta: Instagram Platform, Content Publishing",
)
NOTES = (NOT_LINKED, PERSONAL, PERMISSION_DECLINED, THROUGH_PAGE)
"""One docs page for each."""


def verdict_on(page: SeenPage, account: InstagramFacts | None, reach: Reach) -> Verdict:
    """Connected, or the first thing that is in the way. `account` is the linked one, if there is any to be seen."""
    missing = tuple(scope for scope in SCOPES if scope not in reach.granted)
    if missing:
        return _said(page, account, PERMISSION_DECLINED, f" ({', '.join(missing)})", missing)
    if account is None:
        return _said(page, page.facts.other_instagram, PERSONAL if page.facts.other_instagram else NOT_LINKED)
    obstacle = page.obstacle(reach.granted | {"pages_manage_posts"})
    if obstacle is not None:
        return _said(page, account, THROUGH_PAGE, f" ({obstacle.value})")
    name = _name(page, account)
    return Verdict(ME, account.id, name, page.facts.id, CONNECTED, f"{name} can be posted to.")


def _said(
    page: SeenPage, account: InstagramFacts | None, note: RuleNote, more: str = "", missing: tuple[str, ...] = ()
) -> Verdict:
    name = _name(page, account)
    return Verdict(
        platform=ME,
        platform_account_id=account.id if account else None,
        display_name=name if account else None,
        page_id=page.facts.id,
        reason=note.id.rpartition(".")[2],
        message=f"{name}: {note.title}{more}.",
        rule=note.id,
        remediation=note.remediation,
        link=_LINK_PAGE if note is NOT_LINKED else None,
        scopes=missing,
    )


def _name(page: SeenPage, account: InstagramFacts | None) -> str:
    own = (account.username or account.name or account.id) if account else None
    return own or f"Instagram of {page.facts.name or page.facts.id}"
