"""What the account has to be allowed to do."""

from collections.abc import Iterator
from datetime import timedelta

from publicist.domain.drafts import Draft
from publicist.platforms.instagram.rules.common import ME, PUBLISHING, VERIFIED
from publicist.preflight.account_rules import EXAMPLE_NOW, RECONNECT, account_rules, ended, ends_first, known
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Finding, Limit, Rule

SCOPES = ("instagram_content_publish", "instagram_basic", "pages_read_engagement")
"""What publishing takes (Meta: Permissions Reference)."""

_DATA_ACCESS = "Meta: Facebook Login, Authentication Versus Data Access"
_TOMORROW = EXAMPLE_NOW + timedelta(days=1)
_LATER = EXAMPLE_NOW + timedelta(days=2)


def _room(found: Draft) -> Iterator[Finding]:
    left = found.account.posts_left if found.account else None
    if left is not None and left <= 0:
        words = "Instagram takes no more posts of this account today; the post waits for room in the 24-hour window."
        yield Finding("/account", left, words)


RULES: tuple[Rule, ...] = (
    *account_rules(ME, SCOPES),
    Rule(
        id="instagram.account.data_access_ended",
        platform=ME,
        title="Access to the account's data has not ended",
        severity="error",
        limit=None,
        check=ended(lambda account: account.data_access_expires_at, "Access to the data"),
        remediation=RECONNECT,
        why="Permissions for Instagram end 90 days after the person last used the app; those for Pages do not.",
        source=_DATA_ACCESS,
        verified=VERIFIED,
        passing=draft(ME, image(), account=known(data_access_expires_at=_TOMORROW)),
        failing=draft(ME, image(), account=known(data_access_expires_at=EXAMPLE_NOW)),
    ),
    Rule(
        id="instagram.account.data_access_ends_first",
        platform=ME,
        title="Access to the account's data ends before the post is due",
        severity="warning",
        limit=None,
        check=ends_first(lambda account: account.data_access_expires_at, "Access to the data"),
        remediation="Connect the account again before that day.",
        why="Permissions for Instagram end 90 days after the person last used the app, whatever the token's own date.",
        source=_DATA_ACCESS,
        verified=VERIFIED,
        passing=draft(ME, image(), scheduled_at=_TOMORROW, account=known(data_access_expires_at=_LATER)),
        failing=draft(ME, image(), scheduled_at=_LATER, account=known(data_access_expires_at=_TOMORROW)),
    ),
    Rule(
        id="instagram.account.quota_left",
        platform=ME,
        title="The daily publishing limit leaves room",
        severity="warning",
        limit=Limit(1, "posts left today"),
        check=_room,
        remediation="Nothing has to be done: the post waits (hold: quota). Schedule it for tomorrow to decide when.",
        why="Instagram allows a number of API posts per account in 24 hours. Meta's pages name 100 and 50, so "
        "Publicist asks the account.",
        source=PUBLISHING,
        verified=VERIFIED,
        passing=draft(ME, image(), account=known(posts_left=1)),
        failing=draft(ME, image(), account=known(posts_left=0)),
    ),
)
