"""A violation: one breach of one rule at one place of a request."""

from dataclasses import dataclass
from typing import Any

from publicist.kit.links import rule_url


@dataclass(frozen=True, slots=True)
class Violation:
    """`path` is a JSON pointer into the request; `fix` RFC 6902 operations on it that make the violation go away."""

    rule: str
    severity: str
    target: int
    platform: str
    path: str
    message: str
    actual: Any
    limit: Any
    unit: str | None
    remediation: str
    fix: tuple[dict[str, Any], ...]
    source: str

    def to_json(self, docs_base: str) -> dict[str, Any]:
        """The wire form; members that say nothing are left out."""
        members = {
            "rule": self.rule,
            "severity": self.severity,
            "target": self.target,
            "platform": self.platform,
            "path": self.path,
            "message": self.message,
            "actual": self.actual,
            "limit": list(self.limit) if isinstance(self.limit, tuple) else self.limit,
            "unit": self.unit,
            "remediation": self.remediation,
            "fix": list(self.fix) or None,
            "ruleUrl": rule_url(docs_base, self.rule),
            "source": self.source,
        }
        return {name: value for name, value in members.items() if value is not None}
