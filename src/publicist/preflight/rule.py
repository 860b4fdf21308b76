"""A rule as data: its id, limit, check, words, source, and the two examples that are its tests and its docs page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from publicist.domain.drafts import Draft

Severity = Literal["error", "warning"]
Refuser = Literal["network", "publicist"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound and its unit, e.g. 2200 graphemes; `value` may be a pair for a range."""

    value: float | str | tuple[float, float]
    unit: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule. `at` is a pointer below the draft, e.g. `/text`, `/media/0/altText`, `/media`."""

    at: str
    actual: Any
    message: str
    fix: tuple[dict[str, Any], ...] = ()
    """RFC 6902 operations whose paths are relative like `at`; empty when no patch makes it go away."""
    limit: Any = None
    """The bound that was applied, where it is a setting and not the rule's own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One constraint. `passing` and `failing` are drafts that prove it; `check` is pure and reports every breach."""

    id: str
    platform: str | None
    title: str
    severity: Severity
    limit: Limit | None
    check: Callable[[Draft], Iterable[Finding]]
    remediation: str
    why: str
    source: str
    """Title of the page that states the fact."""
    verified: date
    passing: Draft
    failing: Draft
    setting: str | None = None
    """The member of `RuleLimits` that holds the limit, where Meta's own pages disagree."""
    refuser: Refuser = "network"
    """Whose limit it is: the network would refuse, or Publicist does because it could not keep its promise."""


@dataclass(frozen=True, slots=True)
class RuleNote:
    """A rule id that no draft can break: the platform, the connect flow or the API raises it. For its docs page."""

    id: str
    platform: str | None
    title: str
    why: str
    remediation: str
    source: str
    verified: date
