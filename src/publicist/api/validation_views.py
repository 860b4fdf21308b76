"""Verdicts as the API shows them."""

from collections.abc import Sequence

from publicist.api.schemas.accounts import containers_out, quota_out
from publicist.api.schemas.common import Violation
from publicist.api.schemas.validation import (
    CallOut,
    NoticeOut,
    QuotaStateOut,
    RenditionPlanOut,
    TokenOut,
    UploadOut,
    ValidationOut,
    VerdictOut,
)
from publicist.domain.platform import Call
from publicist.domain.readiness import QuotaReadiness, TokenReadiness
from publicist.kit.links import rule_url
from publicist.services.validation import Notice, TargetVerdict

_NOTICE_MEMBERS = ("path", "actual", "limit", "unit", "fix", "source")


def validation_out(verdicts: Sequence[TargetVerdict], docs_base: str) -> ValidationOut:
    """One post."""
    targets = [verdict_out(index, verdict, docs_base) for index, verdict in enumerate(verdicts)]
    return ValidationOut(ok=all(target.ok for target in targets), targets=targets)


def verdict_out(index: int, verdict: TargetVerdict, docs_base: str) -> VerdictOut:
    """One target, the `index`-th of its post."""
    return VerdictOut(
        target=index,
        account_id=verdict.account_id,
        platform=verdict.platform,
        ok=verdict.ok,
        violations=[Violation.model_validate(violation.to_json(docs_base)) for violation in verdict.refusals],
        warnings=[_notice(notice, docs_base) for notice in verdict.notices],
        calls=[_call(call) for call in verdict.calls],
        renditions=[
            RenditionPlanOut(id=one.id, media_id=one.source_id, recipe=one.recipe.to_json())
            for one in verdict.renditions
        ],
        token=_token(verdict.readiness.token),
        quota=_quota(verdict.readiness.quota),
        paused=verdict.readiness.paused,
    )


def _notice(notice: Notice, docs_base: str) -> NoticeOut:
    known = notice.violation.to_json(docs_base) if notice.violation else {}
    return NoticeOut(
        code=notice.code,
        message=notice.message,
        remediation=notice.remediation,
        rule_url=rule_url(docs_base, notice.code),
        **{name: known[name] for name in _NOTICE_MEMBERS if name in known},
    )


def _call(call: Call) -> CallOut:
    upload = call.request.upload
    return CallOut(
        key=call.key,
        kind=call.kind,
        host=call.request.host,
        upload=UploadOut(media=upload.media_id, offset=upload.offset, length=upload.length) if upload else None,
        **call.request.to_json(),
    )


def _token(token: TokenReadiness) -> TokenOut:
    return TokenOut(
        state=token.state,
        expires_at=token.expires_at,
        data_access_expires_at=token.data_access_expires_at,
        declined_scopes=list(token.declined_scopes),
    )


def _quota(quota: QuotaReadiness) -> QuotaStateOut:
    return QuotaStateOut(
        state=quota.state,
        posts=quota_out(quota.posts),
        read_at=quota.read_at,
        containers=containers_out(quota.containers_used, quota.containers_per_day),
        throttled_until=quota.throttled_until,
    )
