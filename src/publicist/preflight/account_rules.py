"""Rules about the account that hold on every platform; they judge by stored rows, and ask nobody."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from publicist.domain.drafts import Draft, DraftAccount
from publicist.domain.rule_limits import SAFEST
from publicist.preflight.checks import Check
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Finding, Limit, Rule

RECONNECT = "Connect the account again at POST /v1/accounts/connect/facebook, then post again."
EXAMPLE_NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""When the examples of these rules are judged."""

_VERIFIED = date(2026, 11, 23)
_DAY = timedelta(days=1)
_TOKENS = "Meta: Facebook Login, Long-Lived Access Tokens"


def known(**changes: Any) -> DraftAccount:
    """A healthy account at `EXAMPLE_NOW`, for examples."""
    return DraftAccount(**{"now": EXAMPLE_NOW, **changes})


def ended(ends: Callable[[DraftAccount], datetime | None], what: str) -> Check:
    """The date that ends the account's access is not past."""

    def check(found: Draft) -> Iterator[Finding]:
        at = ends(found.account) if found.account else None
        if found.account and at is not None and at <= found.account.now:
            yield Finding("/account", at.isoformat(), f"{what} of this account ended on {_day(at)}.")

    return check


def ends_first(ends: Callable[[DraftAccount], datetime | None], what: str) -> Check:
    """The date that ends the account's access is not before the post is due."""

    def check(found: Draft) -> Iterator[Finding]:
        at = ends(found.account) if found.account else None
        if found.account and at is not None and found.scheduled_at and found.account.now < at <= found.scheduled_at:
            words = f"{what} of this account ends on {_day(at)}, before the post is due on {_day(found.scheduled_at)}."
            yield Finding("/scheduledAt", at.isoformat(), words)

    return check


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _has_token(found: Draft) -> Iterator[Finding]:
    if found.account is not None and not found.account.has_token:
        yield Finding("/account", None, "No token is stored for this account, so nothing can be sent in its name.")


def _granted(scopes: Sequence[str]) -> Check:
    """A consent that is known granted all of the permissions; one that says nothing is taken to be whole."""

    def check(found: Draft) -> Iterator[Finding]:
        granted = found.account.granted_scopes if found.account else None
        missing = [scope for scope in scopes if scope not in granted] if granted else []
        if missing:
            words = f"The consent of this account lacks {', '.join(missing)}; Meta refuses to publish without."
            yield Finding("/account", missing, words)

    return check


def _window(found: Draft) -> Iterator[Finding]:
    days = found.limits.schedule_window_days
    ahead = (found.scheduled_at - found.account.now) / _DAY if found.account and found.scheduled_at else 0.0
    if ahead > days:
        words = f"The post is due in {ahead:,.0f} days; more than {days:,.0f} days ahead may be a slip."
        yield Finding("/scheduledAt", round(ahead, 1), words, limit=days)


def account_rules(platform: str, scopes: Sequence[str]) -> tuple[Rule, ...]:
    """The rules, with examples for that platform and the permissions that publishing on it takes."""
    return (*_token_rules(platform), _permission_rule(platform, scopes), _window_rule(platform))


def _example(platform: str, *, due: datetime | None = None, **account: Any) -> Draft:
    return draft(platform, image(), scheduled_at=due, account=known(**account))


def _token_rules(platform: str) -> tuple[Rule, ...]:
    rule = partial(Rule, platform=None, limit=None, verified=_VERIFIED)
    tomorrow, yesterday = EXAMPLE_NOW + _DAY, EXAMPLE_NOW - _DAY
    return (
        rule(
            id="account.token.missing",
            title="The account has a token",
            severity="error",
            check=_has_token,
            remediation=RECONNECT,
            why="The consent gave no token for this Page, most often because the person has no role on it any more.",
            source="Meta: User, Accounts reference",
            passing=_example(platform),
            failing=_example(platform, has_token=False),
        ),
        rule(
            id="account.token.expired",
            title="The account's token is still valid",
            severity="error",
            check=ended(lambda account: account.token_expires_at, "The token"),
            remediation=RECONNECT,
            why="Meta refuses a token after its date (190/463).",
            source=_TOKENS,
            passing=_example(platform, token_expires_at=tomorrow),
            failing=_example(platform, token_expires_at=yesterday),
        ),
        rule(
            id="account.token.ends_first",
            title="The token ends before the post is due",
            severity="warning",
            check=ends_first(lambda account: account.token_expires_at, "The token"),
            remediation="Connect the account again before that day.",
            why="A post whose account has no valid token when it is due cannot go out.",
            source=_TOKENS,
            passing=_example(platform, due=tomorrow, token_expires_at=tomorrow + _DAY),
            failing=_example(platform, due=tomorrow + _DAY, token_expires_at=tomorrow),
        ),
    )


def _permission_rule(platform: str, scopes: Sequence[str]) -> Rule:
    return Rule(
        id="account.permission.missing",
        platform=None,
        title="The consent grants what publishing takes",
        severity="error",
        limit=None,
        check=_granted(scopes),
        remediation="Connect the account again at POST /v1/accounts/connect/facebook and allow all that is asked for.",
        why="People can untick single permissions in Meta's dialog. Pages take pages_manage_posts and "
        "pages_read_engagement; Instagram takes instagram_basic, instagram_content_publish and pages_read_engagement.",
        source="Meta: Permissions Reference",
        verified=_VERIFIED,
        passing=_example(platform, granted_scopes=frozenset(scopes)),
        failing=_example(platform, granted_scopes=frozenset(scopes[1:])),
    )


def _window_rule(platform: str) -> Rule:
    return Rule(
        id="post.schedule.window",
        platform=None,
        title="A post that is due in many years may be a slip",
        severity="warning",
        limit=Limit(SAFEST.schedule_window_days, "days"),
        check=_window,
        remediation="Look at the year. If it is meant, nothing has to be done.",
        why="Publicist keeps scheduled posts itself, so the window of Meta's own scheduler is no limit here. Its pages "
        "disagree on it: 10 minutes to 30 days in the guide, to 75 days in the reference. Set the limit to one of "
        "these to be told of posts that Meta's tools could not schedule.",
        source="Meta: Pages API, Posts",
        verified=_VERIFIED,
        passing=_example(platform, due=EXAMPLE_NOW + 365 * _DAY),
        failing=_example(platform, due=EXAMPLE_NOW + 36_500 * _DAY),
        setting="schedule_window_days",
        refuser="publicist",
    )
