"""What is said of each Page that a consent reaches, and where a person mends what is in the way."""

from collections.abc import Mapping
from functools import partial

from publicist.domain.verdicts import CONNECTED, Verdict
from publicist.meta.discovery import PAGE_SCOPES, Obstacle, Reach, SeenPage
from publicist.platforms.facebook.rules.common import ME, VERIFIED
from publicist.preflight.rule import RuleNote

_note = partial(RuleNote, platform=ME, verified=VERIFIED)
_AGAIN = "Connect again at POST /v1/accounts/connect/facebook"

NOTES: Mapping[Obstacle, RuleNote] = {
    Obstacle.NOT_TICKED: _note(
        "facebook.connect.not_ticked",
        title="The Page was not ticked in Meta's dialog",
        why="Meta's dialog lets a person pick Pages, and the consent reaches the ticked ones only.",
        remediation=f'{_AGAIN}, choose "Edit settings" in Meta\'s dialog, and tick the Page and its Instagram account.',
        source="Meta: Facebook Login, Manually Build a Login Flow",
    ),
    Obstacle.PORTFOLIO_ONLY: _note(
        "facebook.connect.portfolio_only",
        title="Only a business portfolio shows the Page",
        why="The Page belongs to a portfolio of the person, who has no access to the Page itself, so Meta gives no "
        "token for it.",
        remediation="In Meta Business Suite, open Settings, Accounts, Pages, pick the Page, assign the person with "
        "content access, then scan the grant again: POST /v1/grants/{id}/scan.",
        source="community reports: Pages of portfolios are missing from me/accounts",
    ),
    Obstacle.NO_ROLE: _note(
        "facebook.connect.no_role",
        title="The person has no access to the Page any more",
        why="The consent names the Page, and Meta gives no token for it: most often the person's access was removed.",
        remediation="Ask someone who has full control of the Page to give the person access again (Page settings, Page "
        "access), then scan the grant again: POST /v1/grants/{id}/scan.",
        source="Meta: User, Accounts reference",
    ),
    Obstacle.TOKEN_REFUSED: _note(
        "facebook.connect.token_refused",
        title="Meta refuses the Page's token",
        why="Every token is tried before it is stored. This one was refused, so what was stored before is kept.",
        remediation=f"{_AGAIN}. If Meta asks the person to log in or to confirm something on facebook.com, do that "
        "first.",
        source="Meta: Graph API, Handling Errors",
    ),
    Obstacle.NOT_CHECKED: _note(
        "facebook.connect.not_checked",
        title="Meta did not answer when the Page's token was tried",
        why="A token that was not tried is not stored.",
        remediation="Scan the grant again in a few minutes: POST /v1/grants/{id}/scan.",
        source="Meta: Graph API, Handling Errors",
    ),
    Obstacle.PERMISSION_DECLINED: _note(
        "facebook.connect.permission_declined",
        title="A permission that publishing on the Page takes was declined",
        why="People can untick single permissions in Meta's dialog. Publishing on a Page takes pages_show_list, "
        "pages_manage_posts and pages_read_engagement.",
        remediation=f"{_AGAIN} and allow everything that Meta's dialog asks for.",
        source="Meta: Permissions Reference",
    ),
    Obstacle.TASK_MISSING: _note(
        "facebook.connect.task_missing",
        title="The person's role on the Page does not include creating content",
        why="Publishing takes the task CREATE_CONTENT or MANAGE on the Page.",
        remediation="Ask someone who has full control of the Page to give the person content access (Page settings, "
        "Page access), then scan the grant again: POST /v1/grants/{id}/scan.",
        source="Meta: User, Accounts reference",
    ),
    Obstacle.PUBLISHING_AUTHORIZATION: _note(
        "facebook.connect.publishing_authorization",
        title="Facebook wants Page Publishing Authorization first",
        why="Facebook asks people who manage certain Pages to confirm who and where they are, and refuses posts before "
        "(200/4854002).",
        remediation="Open the Page on facebook.com as the person who connected it, follow the notice on "
        "Page Publishing Authorization, then scan the grant again: POST /v1/grants/{id}/scan.",
        source="error maps of open-source publishers in production",
    ),
    Obstacle.TWO_FACTOR: _note(
        "facebook.connect.two_factor",
        title="The Page wants two-factor authentication",
        why="The Page's owner requires two-factor authentication of everyone who publishes on it.",
        remediation="Switch two-factor authentication on for the person who connected the Page, then scan the grant "
        "again: POST /v1/grants/{id}/scan.",
        source="error maps of open-source publishers in production",
    ),
}
"""One docs page for each."""

_LINKS: Mapping[Obstacle, str] = {
    Obstacle.PORTFOLIO_ONLY: "https://business.facebook.com/latest/settings/pages",
    Obstacle.NO_ROLE: "https://www.facebook.com/settings/?tab=profile_access",
    Obstacle.TASK_MISSING: "https://www.facebook.com/settings/?tab=profile_access",
    Obstacle.PUBLISHING_AUTHORIZATION: "https://www.facebook.com/{page}",
    Obstacle.TWO_FACTOR: "https://www.facebook.com/security/2fac/settings",
}


def verdict_on(page: SeenPage, reach: Reach) -> Verdict:
    """Connected, or the first thing that is in the way."""
    found, name = page.obstacle(reach.granted), page.facts.name or page.facts.id
    if found is None:
        return Verdict(ME, page.facts.id, page.facts.name, None, CONNECTED, f"{name} can be posted to.")
    missing = tuple(scope for scope in PAGE_SCOPES if scope not in reach.granted)
    note, link = NOTES[found], _LINKS.get(found)
    return Verdict(
        platform=ME,
        platform_account_id=page.facts.id,
        display_name=page.facts.name,
        page_id=None,
        reason=found.value,
        message=f"{name}: {note.title}{_details(found, page, missing)}.",
        rule=note.id,
        remediation=note.remediation,
        link=link.format(page=page.facts.id) if link else None,
        scopes=missing if found is Obstacle.PERMISSION_DECLINED else (),
    )


def _details(found: Obstacle, page: SeenPage, missing: tuple[str, ...]) -> str:
    if found is Obstacle.PERMISSION_DECLINED:
        return f" ({', '.join(missing)})"
    if found is Obstacle.TASK_MISSING and page.facts.tasks:
        return f" (it includes {', '.join(page.facts.tasks)})"
    if found is Obstacle.PORTFOLIO_ONLY:
        return f" ({page.portfolio})"
    return f" ({page.words.rstrip('.')})" if page.words else ""
