"""Facebook Login: the dialog, code for long-lived user token, and what the user granted.

Sources: Facebook Login, Manually Build a Login Flow; Long-Lived Access Tokens; Graph API, Debug-Token.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from publicist.domain.failures import public_code
from publicist.domain.platform import Request, UpstreamError
from publicist.domain.token_life import TokenState
from publicist.kit.errors import PlatformAuthFailed, PlatformUnavailable, PublicistError
from publicist.meta.error_row import CHECK_APP
from publicist.meta.errors import lost
from publicist.meta.graph import ask
from publicist.meta.upstream import Upstream

_PLATFORM = "facebook"
_PASSING_CODES = frozenset({"platform_unavailable", "rate_limited"})


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the user granted, and what the user declined or let expire, in Meta's order."""

    granted: tuple[str, ...]
    declined: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What Meta says about a token; an end of None means that there is none."""

    expires_at: datetime | None
    data_access_expires_at: datetime | None


def dialog_url(upstream: Upstream, *, scopes: Sequence[str], state: str, redirect_uri: str) -> str:
    """Where to send the user to consent. What was declined before is asked for again: who will log in, and what that
    person declined elsewhere, is not known, and Meta leaves it out without a word."""
    return _dialog(upstream, state, redirect_uri, {"scope": ",".join(scopes), "auth_type": "rerequest"})


def configured_dialog_url(upstream: Upstream, config_id: str, *, state: str, redirect_uri: str) -> str:
    """The same for a configuration of Facebook Login for Business, which stands in place of the permissions."""
    return _dialog(upstream, state, redirect_uri, {"config_id": config_id})


def _dialog(upstream: Upstream, state: str, redirect_uri: str, more: Mapping[str, str]) -> str:
    query = {
        "client_id": upstream.app_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "response_type": "code",
        **more,
    }
    return f"{upstream.hosts['dialog']}/{upstream.version}/dialog/oauth?{urlencode(query)}"


async def exchange_code(upstream: Upstream, code: str, redirect_uri: str) -> str:
    """A short-lived user token for the dialog's code. Raises PlatformAuthFailed or PlatformUnavailable."""
    return await _exchange(upstream, {"redirect_uri": redirect_uri, "code": code})


async def revoke(upstream: Upstream, token: str) -> None:
    """Take back everything the person granted (Meta: Facebook Login, Permissions). Raises as `exchange_code` does."""
    await _ask(upstream, token, Request("DELETE", "graph", "me/permissions"))


async def exchange_long_lived(upstream: Upstream, token: str) -> str:
    """A user token of about 60 days for a short-lived one. Raises PlatformAuthFailed or PlatformUnavailable."""
    return await _exchange(upstream, {"grant_type": "fb_exchange_token", "fb_exchange_token": token})


async def _exchange(upstream: Upstream, params: Mapping[str, str]) -> str:
    app = {"client_id": upstream.app_id, "client_secret": upstream.app_secret}
    reply = await _ask(upstream, "", Request("POST", "graph", "oauth/access_token", {**app, **params}))
    return str(reply["access_token"])


async def read_user_id(upstream: Upstream, token: str) -> str:
    """The app-scoped id of a token's user. Raises PlatformAuthFailed or PlatformUnavailable."""
    reply = await _ask(upstream, token, Request("GET", "graph", "me", {"fields": "id"}))
    if not reply.get("id"):
        raise _failure(lost("Meta's answer about the user lacks an id."), upstream)
    return str(reply["id"])


async def read_permissions(upstream: Upstream, token: str) -> Permissions:
    """What a user token may do. Raises PlatformAuthFailed or PlatformUnavailable."""
    reply = await _ask(upstream, token, Request("GET", "graph", "me/permissions"))
    entries = [entry for entry in reply.get("data") or () if isinstance(entry, dict)]
    return Permissions(
        granted=tuple(str(entry["permission"]) for entry in entries if entry.get("status") == "granted"),
        declined=tuple(str(entry["permission"]) for entry in entries if entry.get("status") != "granted"),
    )


async def debug_token(upstream: Upstream, token: str) -> TokenFacts:
    """When a token and its access to data end.

    Meta takes the token to look at as a query parameter only. Raises PlatformUnavailable, and PlatformAuthFailed also
    for a token that is not valid or belongs to another app.
    """
    state = await inspect_token(upstream, token)
    if not state.is_valid:
        raise PlatformAuthFailed(
            "Facebook: the token of this consent is not valid for this app.",
            remediation="Start again at POST /v1/accounts/connect/facebook.",
            platform=_PLATFORM,
            platform_version=upstream.version,
        )
    return TokenFacts(state.expires_at, state.data_access_expires_at)


async def inspect_token(upstream: Upstream, token: str) -> TokenState:
    """What Meta says of a token, also of one that died. Raises PlatformUnavailable or PlatformAuthFailed (our app)."""
    app_token = f"{upstream.app_id}|{upstream.app_secret}"
    reply = await _ask(upstream, app_token, Request("GET", "graph", "debug_token", {"input_token": token}))
    facts = reply.get("data")
    if not isinstance(facts, dict):
        raise _failure(lost("Meta's answer about the token cannot be read."), upstream)
    error = facts.get("error")
    is_ours = str(facts.get("app_id")) == upstream.app_id
    words = str(error.get("message") or "") if isinstance(error, dict) else ""
    return TokenState(
        is_valid=facts.get("is_valid") is True and is_ours,
        reason=words or (None if is_ours else "The token belongs to another app."),
        expires_at=_instant(facts.get("expires_at")),
        data_access_expires_at=_instant(facts.get("data_access_expires_at")),
    )


def _instant(seconds: object) -> datetime | None:
    """Unix seconds as an instant; Meta writes 0 for never."""
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds > 0 else None


async def _ask(upstream: Upstream, token: str, request: Request) -> Mapping[str, Any]:
    outcome = await ask(request, upstream, token)
    if outcome.error is not None:
        raise _failure(outcome.error, upstream)
    return outcome.data


def _failure(error: UpstreamError, upstream: Upstream) -> PublicistError:
    """During a consent every refusal means that the consent failed; its fault lies with the code or the app's setup."""
    passing = public_code(error.error_class) in _PASSING_CODES
    kind = PlatformUnavailable if passing else PlatformAuthFailed
    return kind(
        f"Facebook: {error.message}",
        rule=error.rule,
        remediation="Try to connect again in a few minutes." if passing else _remediation(error),
        platform=_PLATFORM,
        platform_version=upstream.version,
        platform_response=error.raw,
    )


def _remediation(error: UpstreamError) -> str:
    return f"{error.remediation} {CHECK_APP}" if CHECK_APP not in error.remediation else error.remediation
