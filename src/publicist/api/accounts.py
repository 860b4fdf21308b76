"""Accounts: connect, list, disconnect."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from publicist.api.cookies import session_of_cookie
from publicist.api.deps import (
    AccountsReader,
    AccountsWriter,
    App,
    PostsWriter,
    origin_of,
    parse,
    read_json,
    session_id_of,
    uuid_or_404,
)
from publicist.api.idempotency import IdempotentRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.accounts import (
    AccountList,
    AccountOut,
    AccountWithHealth,
    CompleteIn,
    CompleteOut,
    ConnectIn,
    ConnectOut,
    Disconnected,
    LimitsOut,
    account_out,
    account_with_health,
    complete_out,
    connect_out,
    limits_out,
)
from publicist.api.schemas.common import errors, public_errors
from publicist.api.schemas.grants import GrantOut, grant_out
from publicist.api.schemas.params import AccountId, PlatformName, PlatformQuery, ProfileQuery
from publicist.api.schemas.post_changes import RetriedListOut, RetryAccountIn
from publicist.crypto.states import BadState
from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.kit.errors import PublicistError, ValidationFailed
from publicist.kit.ids import parse_uuid
from publicist.services.accounts import Connected, ConnectWish
from publicist.services.application import Application
from publicist.storage.oauth_states import OAuthState
from publicist.storage.units import nothing_first, unit_of_work

router = APIRouter(prefix="/v1/accounts", tags=["Accounts"], route_class=IdempotentRoute)

_STATE_WORDS = {
    "malformed": "The state is not one of ours.",
    "bad_signature": "The state is not one of ours, or was changed on the way.",
    "expired": "The consent was opened more than 10 minutes ago.",
    "platform_mismatch": "The consent was opened for another platform.",
    "used": "This consent was already completed.",
    "another_browser": "The consent was opened by a user in another browser, or in an earlier session of this one.",
}
_DENIED = (
    "Meta says that the consent was canceled.",
    "Open the consent again and continue to its end. If nobody canceled: while the Meta app is in development mode, "
    "Meta answers the same for everyone without a role on the app; add the person in the app's settings, or go live.",
)
_REFUSED = (
    "Meta ended the consent with an error: {error}.",
    "Open the consent again; if it keeps failing, check the Meta app's settings.",
)
_NO_PARAMETERS = (
    "Meta's redirect carried no {missing}.",
    "Open the consent again, and let the browser follow Meta's redirect as it is: nothing may shorten its address.",
)


@router.get("", operation_id="listAccounts", summary="List connected accounts", responses=errors(400))
async def list_accounts(
    app: App,
    caller: AccountsReader,
    platform: PlatformQuery = None,
    profile_id: ProfileQuery = None,
) -> AccountList:
    """Every connected account of this key's environment, oldest first."""
    profile = parse_uuid(profile_id) if profile_id else None
    if profile_id and profile is None:
        return AccountList(data=[])
    found = await app.accounts.list_connected(caller, platform=platform, profile_id=profile)
    grants = await app.accounts.grants_of(caller, found)
    return AccountList(data=[account_out(account, grants.get(account.grant_id or "")) for account in found])


@router.get("/{account_id:name}", operation_id="getAccount", summary="Get an account", responses=errors(404))
async def get_account(app: App, caller: AccountsReader, account_id: AccountId) -> AccountWithHealth:
    """One connected account, with its `health`: whether it can publish, for how long, and what to do."""
    account = await app.accounts.get(caller, uuid_or_404(account_id, "account"))
    grants = await app.accounts.grants_of(caller, [account])
    grant = grants.get(account.grant_id or "")
    return account_with_health(account, grant, await app.account_health.of(account))


@router.delete(
    "/{account_id:name}", operation_id="disconnectAccount", summary="Disconnect an account", responses=errors(404)
)
async def disconnect(app: App, caller: AccountsWriter, account_id: AccountId) -> Disconnected:
    """Forget the account's token. Its post history stays; posts still queued for it fail with a clear error."""
    await app.accounts.disconnect(caller, uuid_or_404(account_id, "account"))
    return Disconnected(id=account_id)


@router.get(
    "/{account_id:name}/limits", operation_id="getAccountLimits", summary="What is left of an account's limits",
    responses=errors(404),
)  # fmt: skip
async def limits(app: App, caller: AccountsReader, account_id: AccountId) -> LimitsOut:
    """Read from the network now, not assumed. A post that finds no room waits (`hold: quota` or `throttle`)."""
    return limits_out(await app.limits.read(caller, uuid_or_404(account_id, "account")))


@router.post("/{account_id:name}/pause", operation_id="pauseAccount", summary="Pause an account", responses=errors(404))
async def pause(app: App, caller: AccountsWriter, account_id: AccountId) -> AccountOut:
    """Nothing new goes out: due posts wait (`hold: paused`). What is under way is brought to its end."""
    id = uuid_or_404(account_id, "account")
    return await _out(app, caller, await app.pauses.set_account(caller, id, paused=True))


@router.post("/{account_id:name}/resume", operation_id="resumeAccount", summary="End a pause", responses=errors(404))
async def resume(app: App, caller: AccountsWriter, account_id: AccountId) -> AccountOut:
    """Posts that waited go out now; those whose time is long past wait for a word (`hold: missed`)."""
    id = uuid_or_404(account_id, "account")
    return await _out(app, caller, await app.pauses.set_account(caller, id, paused=False))


@router.post(
    "/{account_id:name}/retry",
    operation_id="retryAccount",
    summary="Send again what failed because of the account's token",
    responses=errors(400, 404, 409),
    openapi_extra=json_body(RetryAccountIn, required=False),
)
async def retry(app: App, caller: PostsWriter, account_id: AccountId, request: Request) -> RetriedListOut:
    """For the time after a reconnect: every post that failed while Meta did not accept the token goes out, oldest
    first. What may be live is looked for, and not sent again.
    """
    body = parse(RetryAccountIn, await read_json(request) if await request.body() else {})
    id = uuid_or_404(account_id, "account")
    retried, more = await app.post_changes.retry_account(caller, id, since=body.since, missed=body.missed)
    return RetriedListOut(retried=retried, more=more)


async def _out(app: Application, caller: Caller, account: Account) -> AccountOut:
    grants = await app.accounts.grants_of(caller, [account])
    return account_out(account, grants.get(account.grant_id or ""))


@router.post(
    "/connect/{platform}",
    operation_id="connectAccount",
    summary="Start a consent",
    responses=errors(400, 404, named=("not_enabled",)),
    openapi_extra=json_body(ConnectIn, required=False),
)
async def connect(app: App, caller: AccountsWriter, platform: PlatformName, request: Request) -> ConnectOut:
    """Open `descriptor.authorizationUrl` in a browser. One Meta consent yields one `facebook` account per Page and one
    `instagram` account per linked Instagram Business.
    """
    body = parse(ConnectIn, await read_json(request) if await request.body() else {})
    profile = uuid_or_404(body.profile_id, "profile") if body.profile_id else None
    session = session_id_of(request)
    wish = ConnectWish(profile, body.return_to, tuple(body.scopes), body.config_id, body.select, session)
    return connect_out(await app.accounts.open_dialog(caller, platform, wish))


@router.post(
    "/connect/{platform}/complete",
    operation_id="completeConnect",
    summary="Finish a consent by API",
    status_code=201,
    response_model=CompleteOut | GrantOut,
    responses={
        **errors(400, 404, 422, 503, named=("not_enabled", "token_refused")),
        200: {"model": CompleteOut | GrantOut, "description": "The account existed."},
    },
    openapi_extra=json_body(CompleteIn),
)
async def complete(
    app: App, caller: AccountsWriter, platform: PlatformName, request: Request, response: Response
) -> CompleteOut | GrantOut:
    """For callers that receive the dialog's redirect themselves: hand over its `code` and `state`.

    A consent opened with `select` answers its grant, whose accounts are to be chosen.
    """
    body = parse(CompleteIn, await read_json(request))
    try:
        opened = await app.accounts.opened(platform, body.state)
        if not _is_of(opened, caller):
            raise BadState("malformed")
        opened = replace(opened, only_profile=opened.only_profile or caller.profile_id)
        if body.profile_id not in (None, opened.profile_id):
            words = f"profileId is {body.profile_id}; the dialog was opened for {opened.profile_id}."
            raise ValidationFailed(words, rule="profileId", remediation="Leave it out, or open another dialog.")
        if body.redirect_uri != opened.redirect_uri:
            words = f"redirectUri must be {opened.redirect_uri}, as it was in the dialog."
            raise ValidationFailed(words, rule="redirectUri")
        connected = await app.accounts.complete(opened, code=body.code, session_id=session_id_of(request))
    except BadState as error:
        remediation = f"Start again at POST /v1/accounts/connect/{platform}."
        raise ValidationFailed(_STATE_WORDS[error.reason], rule="state", remediation=remediation) from None
    if connected.selective:
        return grant_out(await app.accounts.view(connected), app.docs_base)
    response.status_code = 201 if connected.created else 200
    return complete_out(connected, connected.grant if caller.sees(connected.grant.profile_id) else None)


def _is_of(opened: OAuthState, caller: Caller) -> bool:
    same = (opened.organization_id, opened.environment) == (caller.organization_id, caller.environment)
    return same and caller.sees(opened.profile_id)


@router.get(
    "/oauth/{platform}/callback",
    operation_id="finishConsent",
    summary="Where the dialog sends the browser",
    response_class=RedirectResponse,
    status_code=302,
    responses={
        **public_errors(429),
        302: {"description": "To `returnTo`, or to a page of ours; the query says how it went."},
    },
)
async def callback(app: App, platform: PlatformName, request: Request) -> RedirectResponse:
    """For browsers. `connected` and `accounts` when it worked, `connect_error` when it did not."""
    opened, outcome = await _finish(app, platform, request)
    target = app.accounts.result_url(opened)
    return RedirectResponse(f"{target}{'&' if '?' in target else '?'}{urlencode(outcome)}", status_code=302)


async def _finish(app: App, platform: str, request: Request) -> tuple[OAuthState | None, dict[str, Any]]:
    """The consent and what to tell the browser (contract: connect, callback)."""
    accounts, opened, query = app.accounts, None, request.query_params
    try:
        if query.get("state"):
            opened = await accounts.opened(platform, query["state"])
        if query.get("error"):
            return opened, _denied(platform, query["error"])
        if opened is None or not query.get("code"):
            missing = " and no ".join(name for name in ("code", "state") if not query.get(name))
            words = _NO_PARAMETERS[0].format(missing=missing), _NO_PARAMETERS[1]
            return opened, _told(platform, "missing_params", *words)
        connected = await _completed(app, opened, request)
    except BadState as error:
        reason = error.reason if error.reason == "platform_mismatch" else f"invalid_state_{error.reason}"
        again = f"Start again at POST /v1/accounts/connect/{platform}."
        return opened, _told(platform, reason, _STATE_WORDS[error.reason], again)
    except PublicistError as error:
        return opened, _failure(platform, error)
    return opened, _success(platform, connected, own_page=not opened.return_to)


def _success(platform: str, connected: Connected, *, own_page: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"connected": platform, "accounts": len(connected.accounts), "grant": connected.grant.id}
    if connected.missing_scopes:
        found["missing"] = ",".join(connected.missing_scopes)
    if own_page:
        found["names"] = "\n".join(
            f"{a.platform}: {a.display_name or a.platform_account_id}" for a in connected.accounts
        )
    return found


def _denied(platform: str, error: str) -> dict[str, str]:
    words, remediation = _DENIED if error == "access_denied" else _REFUSED
    return _told(platform, error, words.format(error=error), remediation)


def _told(platform: str, error: str, message: str, remediation: str) -> dict[str, str]:
    return {
        "connect_error": error,
        "platform": platform,
        "connect_message": message,
        "connect_remediation": remediation,
    }


async def _completed(app: App, opened: OAuthState, request: Request) -> Connected:
    """What the browser's consent yields; the audit log names the key or the user who opened it."""
    key = opened.api_key_id or ""
    origin = origin_of(request)
    actor = Caller(opened.organization_id, opened.environment, key, (), opened.only_profile, origin, opened.user_id)
    session = await session_of_cookie(request, app)
    async with unit_of_work(app.database, nothing_first):
        connected = await app.accounts.complete(opened, code=request.query_params["code"], session_id=session)
        details = {"accounts": [account.id for account in connected.accounts]}
        await app.audit.record(actor, "completeConnect", opened.platform, details, actor="browser")
    return connected


def _failure(platform: str, error: PublicistError) -> dict[str, str]:
    found = {
        "connect_error": error.code,
        "platform": platform,
        "connect_rule": error.rule,
        "connect_message": error.message,
        "connect_remediation": error.remediation,
    }
    return {name: value for name, value in found.items() if value}
