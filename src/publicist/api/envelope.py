"""The one error envelope (contract: errors)."""

from typing import Any

from publicist.kit.errors import PublicistError
from publicist.kit.links import doc_url, rule_url


def envelope(error: PublicistError, *, docs_base: str, request_id: str, version: str | None = None) -> dict[str, Any]:
    """The contract's members of an error, those that are known; `version` is what its platform is called with."""
    found = {
        "code": error.code,
        "message": error.message,
        "rule": error.rule,
        "platform": error.platform,
        "platformVersion": error.platform_version or version,
        "platformResponse": error.platform_response,
        "remediation": error.remediation,
        "docUrl": doc_url(docs_base, error.code),
        "ruleUrl": rule_url(docs_base, error.rule) if error.rule else None,
        "requestId": request_id,
        "violations": list(error.violations) or None,
    }
    return {name: value for name, value in found.items() if value is not None}
