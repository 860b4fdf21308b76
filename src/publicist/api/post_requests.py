"""From the body of POST /v1/posts, in either shape, to the one form that the service takes."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from publicist.api.deps import parse
from publicist.api.schemas.post_changes import PatchIn
from publicist.api.schemas.posts import TARGETS_MAX, AccountPostIn, MediaIn, TargetIn, TargetsPostIn
from publicist.domain.adapt import NOTHING
from publicist.kit.errors import ValidationFailed
from publicist.platforms import registry
from publicist.services.post_edits import Edit
from publicist.services.post_requests import MediaRequest, PostRequest, TargetRequest, field_at

_LEGACY_OPTIONS = ("pinterest", "threads", "twitter")
"""Members of the `account` shape that carried a platform's options (contract: legacy shape)."""


def read_post(data: Any) -> tuple[PostRequest, bool]:
    """The request, and whether it came in the seed's `account` shape. Raises ValidationFailed."""
    if not isinstance(data, Mapping):
        raise ValidationFailed("The body must be a JSON object.", rule="body")
    _check_storable(data)
    if "account" in data and "targets" in data:
        words = "Send either `account` or `targets`, not both."
        raise ValidationFailed(words, rule="targets", remediation="`targets` posts to several accounts at once.")
    if "account" in data:
        _check_legacy(data)
        body = parse(AccountPostIn, data)
        return _checked(body, data, [_from_account(body)]), True
    _check_targets(data)
    batch = parse(TargetsPostIn, data)
    listed = [_from_target(batch, target, f"/targets/{index}") for index, target in enumerate(batch.targets)]
    return _checked(batch, data, listed), False


def _check_storable(value: Any, at: str = "") -> None:
    """Refuse what no database keeps: the character U+0000, and numbers that are not finite."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            _check_storable(name, at)
            _check_storable(member, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _check_storable(member, f"{at}.{index}")
    elif isinstance(value, str) and "\0" in value:
        raise ValidationFailed(f"{at or 'A name'} contains the character U+0000.", rule=at or "body")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValidationFailed(f"{at} is not a finite number.", rule=at)


def _check_legacy(data: Mapping[str, Any]) -> None:
    for name in _LEGACY_OPTIONS:
        if name in data and name not in registry():
            known = ", ".join(sorted(registry()))
            raise ValidationFailed(f"There is no platform {name!r} here; there are: {known}.", rule=name)


def _check_targets(data: Mapping[str, Any]) -> None:
    targets = data.get("targets")
    if not isinstance(targets, list) or not targets:
        raise ValidationFailed(
            "`targets` must name at least one account.",
            rule="targets",
            remediation='Send {"targets": [{"accountId": "..."}], "text": "..."}, or the form with one `account`.',
        )
    if len(targets) > TARGETS_MAX:
        raise ValidationFailed(f"{len(targets)} targets came; at most {TARGETS_MAX} are taken.", rule="targets.max")
    if "options" in data:
        words = "`options` belongs inside a target: each platform has its own."
        raise ValidationFailed(words, rule="options", remediation="Move it to targets[0].options.")


def _checked(body: AccountPostIn | TargetsPostIn, data: Any, targets: Sequence[TargetRequest]) -> PostRequest:
    if body.publish_now and body.scheduled_at is not None:
        words = "publishNow and scheduledAt contradict each other."
        raise ValidationFailed(words, rule="mode_conflict", remediation="Send one of them.")
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return PostRequest(
        targets=tuple(targets),
        schedule=body.scheduled_at,
        external_id=body.external_id,
        metadata=body.metadata,
        profile_id=body.profile_id,
        expire_after_seconds=body.expire_after,
        allow_duplicate=bool(body.allow_duplicate),
        fingerprint=hashlib.sha256(canonical.encode()).hexdigest(),
    )


def _from_account(body: AccountPostIn) -> TargetRequest:
    return TargetRequest(
        account_id=body.account.id,
        platform=body.account.platform,
        text=body.text,
        media=_media(body.media or [], "/media"),
        first_comment=body.first_comment.text if body.first_comment else None,
        options=body.options,
        pointers=_pointers("", set()) | {"account": "/account"},
    )


def _from_target(body: TargetsPostIn, target: TargetIn, at: str) -> TargetRequest:
    """A target's own members replace the shared ones; an own empty media list clears them."""
    if target.account_id is None and target.platform is None:
        rule = f"{field_at(at)}.accountId"
        raise ValidationFailed(f"{rule}: give accountId or platform.", rule=rule)
    own_media = target.media is not None
    comment = target.first_comment or body.first_comment
    own = {
        name
        for name, given in (("text", target.text), ("media", target.media), ("firstComment", target.first_comment))
        if given is not None
    }
    return TargetRequest(
        account_id=target.account_id,
        platform=target.platform,
        text=target.text if target.text is not None else body.text,
        media=_media((target.media if own_media else body.media) or [], f"{at}/media" if own_media else "/media"),
        first_comment=comment.text if comment else None,
        options=target.options,
        pointers=_pointers(at, own | {"options"}) | {"account": at},
    )


def read_edit(patch: PatchIn) -> Edit:
    """The change of content, and of the time with it."""
    return Edit(
        members=patch.edits,
        text=patch.text,
        media=_media(patch.media or [], "/media"),
        options=patch.options,
        moves=patch.moves,
        schedule=patch.scheduled_at,
    )


def _pointers(at: str, own: set[str]) -> dict[str, str]:
    """Where each member of a target stands in the request."""
    return {name: f"{at if name in own else ''}/{name}" for name in ("text", "media", "options", "firstComment")}


def _media(items: Sequence[MediaIn], at: str) -> tuple[MediaRequest, ...]:
    return tuple(
        MediaRequest(
            kind=item.kind,
            alt_text=item.alt_text,
            media_id=item.media_id,
            url=item.url,
            bytes_base64=item.bytes_base64,
            pointer=f"{at}/{index}",
            ref=item.model_dump(by_alias=True, exclude_none=True, exclude={"bytes_base64"}),
            rehost=item.rehost,
            adapt=item.adapt or NOTHING,
        )
        for index, item in enumerate(items)
    )
