"""Addresses: those of the docs pages about errors and rules, and those that callers send."""

from urllib.parse import SplitResult, quote, urlsplit


def http_url(text: str) -> SplitResult | None:
    """The parts of an absolute http or https URL; None for every other text, also for one that no parser takes."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def doc_url(base: str, code: str) -> str:
    """The page of an error code."""
    return f"{base}/docs/errors/{code}"


def rule_url(base: str, rule: str) -> str:
    """The page of a rule: dots become dashes, lower-cased (contract: errors, envelope). A rule may be the name of a
    field that a caller made up, so what a URL cannot hold is escaped."""
    return f"{base}/docs/preflight/{quote(rule.replace('.', '-').lower(), safe='')}"
