"""From a request to drafts: which accounts, which files, which options. Nothing is stored but the files."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from publicist.domain.accounts import Account, Granted
from publicist.domain.adapt import AdaptMode
from publicist.domain.api_keys import Caller
from publicist.domain.drafts import Draft, DraftAccount, DraftMedia
from publicist.domain.media import Media
from publicist.domain.renditions import Wanted, rendition_id
from publicist.domain.rule_limits import SAFEST, RuleLimits
from publicist.domain.targets import TargetMedia
from publicist.kit.errors import ValidationFailed
from publicist.platforms import registry
from publicist.preflight.adapting import adapted
from publicist.services.media import MediaService
from publicist.services.ownership import missing
from publicist.services.post_requests import MediaRequest, PostRequest, TargetRequest, field_at
from publicist.services.url_media import FetchProblem, UrlWish
from publicist.storage import accounts
from publicist.storage.session import Connection, Database
from publicist.workflows.quota import QuotaBook


@dataclass(frozen=True, slots=True)
class Prepared:
    """One target, resolved: its account, what preflight looks at, and what will be stored."""

    account: Account
    draft: Draft
    media: tuple[TargetMedia, ...]
    options: Mapping[str, Any]
    sha256s: tuple[str, ...]
    """The content of each file as it will be published: its hash, with that of the recipe where there is one."""
    renditions: tuple[Wanted, ...] = ()
    """What has to be made of the files before they are published."""


@dataclass(frozen=True, slots=True)
class Terms:
    """When a request is looked at, by which limits, and with what is known of quotas."""

    now: datetime
    limits: RuleLimits = SAFEST
    quotas: QuotaBook = field(default_factory=QuotaBook)


async def prepare(
    database: Database, media: MediaService, caller: Caller, request: PostRequest, terms: Terms
) -> list[Prepared]:
    """Resolve every target. Raises ValidationFailed or NotFound with the rules of the contract."""
    _refuse_other_profile(caller, request)
    async with database.read() as connection:
        found = [await _account(connection, caller, request, target) for target in request.targets]
    options = [_options(account, target) for (account, _), target in zip(found, request.targets, strict=True)]
    files = await _files(media, caller, [item for target in request.targets for item in target.media])
    return [
        _adapted(_prepared(one, request, files, media, terms), caller, media.decodable)
        for one in (
            _Resolved(index, account, granted, target, given)
            for index, ((account, granted), target, given) in enumerate(
                zip(found, request.targets, options, strict=True)
            )
        )
    ]


def _refuse_other_profile(caller: Caller, request: PostRequest) -> None:
    if request.profile_id is not None and not caller.sees(request.profile_id):
        raise ValidationFailed(
            f"profileId is {request.profile_id}, but this API key belongs to the profile {caller.profile_id}.",
            rule="profile.scope_mismatch",
            remediation="Leave profileId out, or use a key of the organization.",
        )


async def _account(
    connection: Connection, caller: Caller, request: PostRequest, target: TargetRequest
) -> tuple[Account, Granted | None]:
    id = target.account_id or await _only_account(connection, caller, request, target)
    found = await accounts.with_granted(connection, caller, id)
    if found is None:
        words = "GET /v1/accounts lists the accounts of this key's environment."
        raise missing(caller, "account", id, remediation=words)
    account, _ = found
    if target.platform is not None and target.platform != account.platform:
        words = f"Account {account.id} is a {account.platform} account, not {target.platform}."
        raise ValidationFailed(words, rule="targets.account.platform_mismatch")
    return found


async def _only_account(connection: Connection, caller: Caller, request: PostRequest, target: TargetRequest) -> str:
    """The id of the platform's one account."""
    platform = str(target.platform)
    if platform not in registry():
        known = ", ".join(sorted(registry()))
        words = f"There is no platform {platform!r}; there are: {known}."
        raise ValidationFailed(words, rule=f"{field_at(target.pointers['account'])}.platform")
    found = await accounts.of_caller(connection, caller, platform=platform, profile_id=request.profile_id)
    if not found:
        words = f"No {platform} account is connected."
        raise ValidationFailed(
            words, rule="target.account.not_connected", remediation="Connect one: POST /v1/accounts/connect/facebook."
        )
    if len(found) > 1:
        words = f"{len(found)} {platform} accounts are connected; say which one by accountId."
        candidates = {"candidates": [account.id for account in found]}
        raise ValidationFailed(words, rule="target.account.ambiguous", platform_response=candidates)
    return found[0].id


def _options(account: Account, target: TargetRequest) -> Mapping[str, Any]:
    """The platform's own options, checked by its own model; `platform` in them must agree with the account."""
    if target.options is None:
        return {}
    named = target.options.get("platform")
    if named is None:
        field = f"{field_at(target.pointers['options'])}.platform"
        raise ValidationFailed(f"{field} is required; here it is {account.platform!r}.", rule=field)
    if named != account.platform:
        words = f"options.platform is {named!r} but the account is a {account.platform} account."
        raise ValidationFailed(words, rule="targets.options.platform_mismatch")
    model = registry()[account.platform].options_model
    try:
        given = model.model_validate(target.options)
    except ValidationError as error:
        issue = error.errors()[0]
        field = ".".join([field_at(target.pointers["options"]), *(str(part) for part in issue["loc"])])
        known = ", ".join(model.model_fields)
        extra = f"unknown field; {account.platform} takes: {known}"
        words = extra if issue["type"] == "extra_forbidden" else issue["msg"]
        raise ValidationFailed(f"{field}: {words}.", rule=field) from None
    return given.model_dump(exclude_none=True, exclude={"platform"})


async def _files(
    media: MediaService, caller: Caller, items: Sequence[MediaRequest]
) -> Mapping[str, Media | FetchProblem]:
    """The stored file of every item by its pointer. Refusals come before anything is fetched or stored; shared items
    are stored once, and each distinct URL is fetched once."""
    by_pointer = {item.pointer: item for item in items}
    inline = {
        at: decode_base64(item.bytes_base64, f"{field_at(at)}.bytesBase64")
        for at, item in by_pointer.items()
        if item.bytes_base64 is not None
    }
    owned = await media.of_caller(caller, {item.media_id for item in items if item.media_id})
    files: dict[str, Media | FetchProblem] = {
        at: _owned(caller, owned, item.media_id) for at, item in by_pointer.items() if item.media_id is not None
    }
    wishes = {at: _wish(media, item) for at, item in by_pointer.items() if item.url is not None}
    fetched = await media.fetch_all(caller, wishes.values())
    files |= {at: fetched[wish] for at, wish in wishes.items()}
    for at, data in inline.items():
        files[at] = await media.store_bytes(caller, data, "application/octet-stream")
    return files


def _wish(media: MediaService, item: MediaRequest) -> UrlWish:
    return UrlWish(item.url or "", for_meta=media.for_meta(item.kind, _rehost(item)))


def _owned(caller: Caller, owned: Mapping[str, Media], media_id: str) -> Media:
    if media_id not in owned:
        words = "Upload it with POST /v1/media, with a key of the same environment, and use the id it answers."
        raise missing(caller, "media", media_id, rule="media.unknown", remediation=words)
    return owned[media_id]


def decode_base64(text: str, rule: str) -> bytes:
    """The bytes. Raises ValidationFailed with that rule, the name of the field, for anything but plain base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValidationFailed(f"{rule} is not base64: {error}.", rule=rule) from None


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A target of the request with its account, what the account's grant allows, and its options."""

    index: int
    account: Account
    granted: Granted | None
    target: TargetRequest
    options: Mapping[str, Any]


def _prepared(
    found: _Resolved,
    request: PostRequest,
    files: Mapping[str, Media | FetchProblem],
    media: MediaService,
    terms: Terms,
) -> Prepared:
    pairs = [(item, files[item.pointer]) for item in found.target.media]
    draft = Draft(
        platform=found.account.platform,
        text=found.target.text,
        media=tuple(_draft_media(item, file) for item, file in pairs),
        options=found.options,
        first_comment=found.target.first_comment,
        scheduled_at=request.scheduled_at,
        pointers=found.target.pointers,
        target=found.index,
        limits=terms.limits,
        account=_draft_account(found.account, found.granted, terms),
    )
    stored = tuple(_target_media(media, item, file) for item, file in pairs if isinstance(file, Media))
    sha256s = tuple(file.facts.sha256 for _, file in pairs if isinstance(file, Media))
    return Prepared(found.account, draft, stored, found.options, sha256s)


def _draft_account(account: Account, granted: Granted | None, terms: Terms) -> DraftAccount:
    tasks = account.metadata.get("pageTasks")
    return DraftAccount(
        now=terms.now,
        has_token=bool(account.token),
        token_expires_at=account.token_expires_at,
        data_access_expires_at=granted.data_access_expires_at if granted else None,
        granted_scopes=granted.scopes if granted else None,
        page_tasks=tuple(tasks) if tasks else None,
        posts_left=terms.quotas.posts_left(account.id, terms.now),
    )


def _adapted(found: Prepared, caller: Caller, decodable: frozenset[str]) -> Prepared:
    """The target with the renditions it needs, as predicted; files that could not be fetched have none."""
    images = registry()[found.account.platform].image_limits(found.draft.limits)
    draft = adapted(replace(found.draft, images=images, decodable=decodable))
    there = [item for item in draft.media if item.facts is not None]
    media, sha256s, renditions = [], [], []
    for item, file, sha256 in zip(there, found.media, found.sha256s, strict=True):
        if item.recipe is not None:
            name = rendition_id(caller.organization_id, caller.environment, sha256, item.recipe)
            renditions.append(Wanted(name, file.media_id, sha256, item.recipe))
            file, sha256 = replace(file, rendition_id=name), f"{sha256} {item.recipe.key}"
        media.append(file)
        sha256s.append(sha256)
    return replace(found, draft=draft, media=tuple(media), sha256s=tuple(sha256s), renditions=tuple(renditions))


def _draft_media(item: MediaRequest, file: Media | FetchProblem) -> DraftMedia:
    kind: Any = item.kind
    if isinstance(file, FetchProblem):
        return DraftMedia(
            kind,
            None,
            item.alt_text,
            url=item.url,
            fetch_error=file.reason,
            fetch_seen=file.seen,
            adapt=item.adapt,
        )
    return DraftMedia(kind, file.facts, item.alt_text, media_id=file.id, url=item.url, adapt=item.adapt)


def _rehost(item: MediaRequest) -> bool | None:
    """What is adapted is served from here: Meta would fetch the original."""
    return item.rehost if item.adapt.mode is AdaptMode.NONE else True


def _target_media(media: MediaService, item: MediaRequest, file: Media) -> TargetMedia:
    """With the URL for Meta where Meta fetches the caller's own; else it gets the stored file."""
    ref = dict(item.ref)
    if item.bytes_base64 is not None:
        ref["mediaId"] = file.id
    url = item.url if media.for_meta(item.kind, _rehost(item)) else None
    return TargetMedia(item.kind, file.id, item.alt_text, url, ref)
