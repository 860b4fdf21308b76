"""Runs every rule over every draft, and reports everything at once."""

from collections.abc import Callable, Sequence
from typing import Any

from publicist.domain.drafts import Draft
from publicist.kit.errors import PreflightFailed
from publicist.preflight.adapting import agreed, mending
from publicist.preflight.rule import Finding, Rule
from publicist.preflight.violation import Violation


def check(drafts: Sequence[Draft], rules_of: Callable[[str], Sequence[Rule]]) -> list[Violation]:
    """Every violation of every draft as it would be published, in the order of the drafts and then of the rules.

    One that has no fix of its own gets one where setting `adapt` mends it.
    """
    return agreed(
        [
            _violation(draft, rule, finding)
            for draft in drafts
            for rule in rules_of(draft.platform)
            for finding in rule.check(draft)
        ]
    )


def _violation(draft: Draft, rule: Rule, finding: Finding) -> Violation:
    return Violation(
        rule=rule.id,
        severity=rule.severity,
        target=draft.target,
        platform=draft.platform,
        path=_absolute(draft, finding.at),
        message=finding.message,
        actual=finding.actual,
        limit=_limit(rule, finding),
        unit=rule.limit.unit if rule.limit else None,
        remediation=rule.remediation,
        fix=tuple({**step, "path": _absolute(draft, step["path"])} for step in _fix(draft, rule, finding)),
        source=rule.source,
    )


def _limit(rule: Rule, finding: Finding) -> Any:
    if finding.limit is not None:
        return finding.limit
    return rule.limit.value if rule.limit else None


def _fix(draft: Draft, rule: Rule, finding: Finding) -> tuple[dict[str, Any], ...]:
    return finding.fix or mending(draft, rule, finding)


def _absolute(draft: Draft, at: str) -> str:
    """`/media/0` of a draft as a pointer into the request, where `media` may be the target's own or the shared one."""
    member, _, rest = at.strip("/").partition("/")
    base = draft.pointers.get(member, f"/{member}")
    return f"{base}/{rest}" if rest else base


def as_error(violations: Sequence[Violation], docs_base: str) -> PreflightFailed:
    """The refusal: the first error decides rule and message, and all violations are listed."""
    first = next(violation for violation in violations if violation.severity == "error")
    return PreflightFailed(
        first.message,
        rule=first.rule,
        remediation=first.remediation,
        platform=first.platform,
        violations=[violation.to_json(docs_base) for violation in violations],
    )
