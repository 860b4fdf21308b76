"""Tokens: exchanges, and what a token is (Meta: Login Flow, Long-Lived Access Tokens, Debug-Token)."""

import hmac
from typing import Any

from graphsim.auth import Caller, authenticate
from graphsim.call import Call
from graphsim.oauth.models import Code, Token, TokenKind
from graphsim.state import State
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.params import Params

SHORT_SECONDS = 3600.0
LONG_SECONDS = 60 * 24 * 3600.0
CODE_SECONDS = 600.0
EXCHANGE_PARAMS = frozenset(
    {"client_id", "client_secret", "redirect_uri", "code", "grant_type", "fb_exchange_token", "machine_id"}
)


def new_token(state: State, kind: TokenKind, **fields: Any) -> Token:
    """A token with Facebook's look."""
    text = "EAA" + state.text(96, "token")
    return state.tokens.put(Token(text, kind, issued_at=state.clock.now(), **fields))


def access_token(state: State, params: Params) -> Json:
    """`/oauth/access_token`: a code, a token or the app's own secret for a token."""
    params.only(EXCHANGE_PARAMS)
    _check_app(state, params)
    grant_type = params.text("grant_type", "authorization_code")
    if grant_type == "client_credentials":
        return {"access_token": f"{state.settings.app_id}|{state.settings.app_secret}", "token_type": "bearer"}
    if grant_type == "fb_exchange_token":
        return _long_lived(state, params.required("fb_exchange_token"))
    if grant_type != "authorization_code":
        raise invalid("Param grant_type must be one of authorization_code, fb_exchange_token, client_credentials.")
    return _from_code(state, params.required("code"), params.required("redirect_uri"))


def _check_app(state: State, params: Params) -> None:
    if params.text("client_id") != state.settings.app_id:
        words = "Error validating application. Cannot get application info due to a system error."
        raise GraphError(101, words)
    if not hmac.compare_digest(params.text("client_secret").encode(), state.settings.app_secret.encode()):
        raise GraphError(1, "Error validating client secret.")


def _from_code(state: State, text: str, redirect_uri: str) -> Json:
    code = _redeemable(state, text, redirect_uri)
    code.used = True
    state.codes.put(code)
    grant = state.grants.one(code.grant_id)
    ids = {"user_id": grant.user_id, "grant_id": grant.id}
    if code.system:
        return _answer(state, new_token(state, TokenKind.SYSTEM_USER, long_lived=True, **ids))
    expires = state.clock.now() + SHORT_SECONDS
    return _answer(state, new_token(state, TokenKind.USER, expires_at=expires, **ids))


def _redeemable(state: State, text: str, redirect_uri: str) -> Code:
    code = state.codes.get(text)
    if code is None:
        raise GraphError(100, "Invalid verification code format.")
    if code.used:
        raise GraphError(100, "This authorization code has been used.", subcode=36009)
    if state.clock.now() >= code.expires_at:
        raise GraphError(100, "This authorization code has expired.", subcode=36007)
    if code.redirect_uri != redirect_uri:
        words = (
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request"
        )
        raise GraphError(100, words, subcode=36008)
    return code


def _long_lived(state: State, text: str) -> Json:
    """A long-lived token exchanged again keeps its end: unconfirmed at Meta, so the harder answer is given."""
    old = authenticate(state, text, None).token
    if old.kind is not TokenKind.USER:
        raise invalid("The access token is not a user token.")
    if old.long_lived:
        return _answer(state, old)
    user = state.users.one(old.user_id)
    seconds = user.token_seconds if user.token_seconds is not None else LONG_SECONDS
    ids = {"user_id": old.user_id, "grant_id": old.grant_id}
    token = new_token(state, TokenKind.USER, expires_at=state.clock.now() + seconds, long_lived=True, **ids)
    return _answer(state, token)


def _answer(state: State, token: Token) -> Json:
    """`expires_in` is absent for a token that does not end."""
    body: Json = {"access_token": token.id, "token_type": "bearer"}
    return body | ({"expires_in": int(token.expires_at - state.clock.now())} if token.expires_at else {})


def client_code(call: Call) -> Json:
    """`/oauth/client_code`: a long-lived token of a server for a code that a client redeems."""
    token = call.caller.token
    if token.kind is not TokenKind.USER or not token.long_lived:
        raise invalid("The access token is not a long-lived user token.")
    uri = call.params.required("redirect_uri")
    code = Code("AQ" + call.state.text(64, "code"), token.grant_id, uri, call.now + CODE_SECONDS)
    return {"code": call.state.codes.put(code).id}


def debug_token(call: Call) -> Json:
    """`/debug_token`: always 200 when the caller's own token lives; asked with a user token or the app's."""
    state, text = call.state, call.params.required("input_token")
    if call.caller.token.kind is TokenKind.PAGE:
        raise GraphError(100, "(#100) You must provide an app access token, or a user access token of a developer")
    data: Json = {"app_id": state.settings.app_id, "application": state.settings.app_name}
    token = state.tokens.get(text)
    try:
        return {"data": data | _facts(authenticate(state, text, None))}
    except GraphError as error:
        data |= {"error": {"code": error.code, "message": error.message} | _subcode(error)}
        data |= {"is_valid": False, "scopes": []}
    return {"data": data | (_dead_facts(token) if token else {})}


def _subcode(error: GraphError) -> Json:
    return {"subcode": error.subcode} if error.subcode else {}


def _dead_facts(token: Token) -> Json:
    return {"type": str(token.kind), "expires_at": int(token.expires_at), "user_id": token.user_id}


def _facts(found: Caller) -> Json:
    token, grant = found.token, found.grant
    facts: Json = {"type": str(token.kind), "is_valid": True, "issued_at": int(token.issued_at)}
    facts |= {"expires_at": int(token.expires_at), "scopes": list(grant.scopes) if grant else []}
    if grant:
        granular = [_granular(scope, grant.page_ids) for scope in grant.scopes if scope != "public_profile"]
        facts |= {"data_access_expires_at": int(grant.data_access_expires_at), "user_id": grant.user_id}
        facts |= {"granular_scopes": granular}
    return facts | ({"profile_id": token.page_id} if token.page_id else {})


def _granular(scope: str, page_ids: list[str]) -> Json:
    """Which objects a permission reaches; without `target_ids` it would be all."""
    targeted = scope.startswith(("pages_", "instagram_"))
    return {"scope": scope} | ({"target_ids": list(page_ids)} if targeted else {})
