"""What the account has to be allowed to do."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.platforms.facebook.rules.common import ME, VERIFIED
from publicist.preflight.account_rules import account_rules, known
from publicist.preflight.examples import draft
from publicist.preflight.rule import Finding, Limit, Rule

SCOPES = ("pages_manage_posts", "pages_read_engagement")
"""What publishing takes (Meta: Permissions Reference)."""

TASKS = ("CREATE_CONTENT", "MANAGE")
"""One of these is enough (Meta: User, Accounts reference)."""


def _may_create(found: Draft) -> Iterator[Finding]:
    tasks = found.account.page_tasks if found.account else None
    if tasks is not None and not set(tasks) & set(TASKS):
        words = f"Who connected this Page may only {', '.join(tasks)} on it; publishing takes CREATE_CONTENT or MANAGE."
        yield Finding("/account", list(tasks), words)


RULES: tuple[Rule, ...] = (
    *account_rules(ME, SCOPES),
    Rule(
        id="facebook.account.task_missing",
        platform=ME,
        title="Who connected the Page may publish on it",
        severity="error",
        limit=Limit("CREATE_CONTENT or MANAGE", "Page tasks"),
        check=_may_create,
        remediation="Give the person a role on the Page that may create content, or connect as someone who has one.",
        why="Facebook refuses posts of people whose role on the Page does not include creating content (200).",
        source="Meta: User, Accounts reference",
        verified=VERIFIED,
        passing=draft(ME, account=known(page_tasks=("ANALYZE", "CREATE_CONTENT"))),
        failing=draft(ME, account=known(page_tasks=("ANALYZE", "ADVERTISE"))),
    ),
)
