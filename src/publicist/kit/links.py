"""Addresses of the docs pages that Publicist serves about its own errors and rules."""


def doc_url(base: str, code: str) -> str:
    """The page of an error code."""
    return f"{base}/docs/errors/{code}"


def rule_url(base: str, rule: str) -> str:
    """The page of a rule: dots become dashes, lower-cased (contract: errors, envelope)."""
    return f"{base}/docs/preflight/{rule.replace('.', '-').lower()}"
