"""Every rule as data: for agents, for form builders, and for whoever wants to know the limits without asking Meta."""

import json
from datetime import date
from functools import cache
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from publicist import __version__
from publicist.api.deps import App
from publicist.api.schemas.common import Out, public_errors
from publicist.api.schemas.params import RuleId
from publicist.domain.rule_limits import SAFEST, RuleLimits
from publicist.kit.links import rule_url
from publicist.preflight.render import Entry, example_body
from publicist.preflight.rule import Rule
from publicist.services.rules import entries, entry, platforms_of, rule_limits

router = APIRouter(prefix="/v1/rules", tags=["Rules"])


class RuleOut(Out):
    """One rule. `raised` is `preflight` (before anything is sent, with examples and a limit) or `later`, by the network
    or while an account is connected. In examples, long texts are shortened and files are told in words.
    """

    id: str
    raised: str
    severity: str | None
    platforms: list[str]
    title: str
    why: str
    message: str | None = Field(description="What the violation of the failing example says.")
    path: str | None = Field(description="Where in the request that violation points.")
    limit: Any = Field(description="What this server applies; null when the rule is about no number.")
    unit: str | None
    setting: str | None = Field(description="The setting that holds the limit, where Meta's own pages disagree.")
    refuser: str | None = Field(description="`network`, or `publicist` where the limit is ours and not Meta's.")
    remediation: str
    source: str
    verified: date
    rule_url: str
    passing: dict[str, Any] | None
    failing: dict[str, Any] | None


class RuleList(Out):
    """The catalogue of one version of Publicist."""

    version: str
    data: list[RuleOut]


@router.get(
    "", operation_id="listRules", summary="Every rule, with its limit and its source", responses=public_errors(429)
)
async def list_rules(app: App) -> RuleList:
    """The whole catalogue; it needs no key. Python programs have the same in the package, as `publicist/rules.json`."""
    return _catalogue(app.docs_base, rule_limits(app.settings))


@router.get(
    "/{id}",
    operation_id="getRule",
    summary="One rule, with limit and source",
    responses=public_errors(404, 429),
)
async def get_rule(app: App, id: RuleId) -> RuleOut:
    """By the id that violations and errors name in `rule`, for example `instagram.media.aspect_ratio`."""
    return _out(entry(id), app.docs_base, rule_limits(app.settings))


@cache
def _catalogue(docs_base: str, limits: RuleLimits) -> RuleList:
    """Made once: rules are code and do not change while a server runs."""
    return RuleList(version=__version__, data=[_out(found, docs_base, limits) for found in entries()])


def packaged() -> str:
    """The catalogue as the file in the package: one rule per line, with the default limits; `ruleUrl` is relative."""
    listed = _catalogue("", SAFEST).model_dump(mode="json", by_alias=True)
    lines = ",\n".join(json.dumps(rule, ensure_ascii=False) for rule in listed["data"])
    return f'{{"version": {json.dumps(listed["version"])}, "data": [\n{lines}\n]}}\n'


def _out(found: Entry, docs_base: str, limits: RuleLimits) -> RuleOut:
    return RuleOut(
        id=found.id,
        platforms=list(platforms_of(found)),
        title=found.title,
        why=found.why,
        remediation=found.remediation,
        source=found.source,
        verified=found.verified,
        rule_url=rule_url(docs_base, found.id),
        **(_checked(found, limits) if isinstance(found, Rule) else _NOT_CHECKED),
    )


_NOT_CHECKED: dict[str, Any] = {
    "raised": "later",
    **dict.fromkeys(
        ("severity", "message", "path", "limit", "unit", "setting", "refuser", "passing", "failing"),
    ),
}


def _checked(rule: Rule, limits: RuleLimits) -> dict[str, Any]:
    finding = next(iter(rule.check(rule.failing)))
    limit = rule.limit.value if rule.limit else None
    if rule.setting is not None:
        limit = getattr(limits, rule.setting)
    return {
        "raised": "preflight",
        "severity": rule.severity,
        "message": finding.message,
        "path": finding.at,
        "limit": list(limit) if isinstance(limit, tuple) else limit,
        "unit": rule.limit.unit if rule.limit else None,
        "setting": f"PUBLICIST_{rule.setting.upper()}" if rule.setting else None,
        "refuser": rule.refuser,
        "passing": example_body(rule.passing),
        "failing": example_body(rule.failing),
    }
