"""Facebook Login: tokens and what they are, what was granted, and which Pages it reaches."""

import hmac
import secrets
from typing import Any

from graphsim.auth import Caller, authenticate
from graphsim.oauth.models import Grant, Token, TokenKind, User
from graphsim.pages.responses import page_node
from graphsim.state import State
from graphsim.wire import GraphError, Json, Params, invalid, page, parse_fields, select, unsupported

SHORT_SECONDS = 3600.0
LONG_SECONDS = 60 * 24 * 3600.0
CODE_SECONDS = 600.0


def new_token(state: State, kind: TokenKind, **fields: Any) -> Token:
    """A token with Facebook's look."""
    text = "EAA" + secrets.token_hex(48)
    return state.tokens.put(Token(text, kind, issued_at=state.clock.now(), **fields))


def access_token(state: State, params: Params) -> Json:
    """`/oauth/access_token`: a code, a short-lived token or the app's own secret for a token."""
    _check_app(state, params)
    grant_type = params.text("grant_type", "authorization_code")
    if grant_type == "client_credentials":
        params.only("client_id", "client_secret", "grant_type")
        return {"access_token": f"{state.settings.app_id}|{state.settings.app_secret}", "token_type": "bearer"}
    if grant_type == "fb_exchange_token":
        params.only("client_id", "client_secret", "grant_type", "fb_exchange_token")
        return _long_lived(state, params.required("fb_exchange_token"))
    params.only("client_id", "client_secret", "grant_type", "redirect_uri", "code")
    return _from_code(state, params.required("code"), params.required("redirect_uri"))


def _check_app(state: State, params: Params) -> None:
    if params.text("client_id") != state.settings.app_id:
        words = "Error validating application. Cannot get application info due to a system error."
        raise GraphError(101, words)
    if not hmac.compare_digest(params.text("client_secret").encode(), state.settings.app_secret.encode()):
        raise GraphError(1, "Error validating client secret.")


def _from_code(state: State, text: str, redirect_uri: str) -> Json:
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
    code.used = True
    state.codes.put(code)
    grant = state.grants.one(code.grant_id)
    expires = state.clock.now() + SHORT_SECONDS
    token = new_token(state, TokenKind.USER, user_id=grant.user_id, grant_id=grant.id, expires_at=expires)
    return _answer(state, token)


def _long_lived(state: State, text: str) -> Json:
    """A long-lived token exchanged again keeps its end: unconfirmed at Meta, so the harder answer is given."""
    caller = authenticate(state, text, None)
    old = caller.token
    if old.kind is not TokenKind.USER:
        raise invalid("The access token is not a user token.")
    if old.long_lived:
        return _answer(state, old)
    expires = state.clock.now() + LONG_SECONDS
    token = new_token(
        state, TokenKind.USER, user_id=old.user_id, grant_id=old.grant_id, expires_at=expires, long_lived=True
    )
    return _answer(state, token)


def _answer(state: State, token: Token) -> Json:
    left = int(token.expires_at - state.clock.now())
    return {"access_token": token.id, "token_type": "bearer", "expires_in": left}


def debug_token(state: State, caller: Caller, params: Params) -> Json:
    """`/debug_token`: always 200 when the caller's own token lives."""
    params.only("input_token")
    text = params.required("input_token")
    token = state.tokens.get(text)
    data: Json = {"app_id": state.settings.app_id, "application": state.settings.app_name}
    try:
        found = authenticate(state, text, None)
    except GraphError as error:
        data |= {"error": {"code": error.code, "message": error.message, "subcode": error.subcode or 0}}
        data |= {"is_valid": False, "scopes": []}
        return {"data": data | ({"expires_at": int(token.expires_at)} if token else {})}
    return {"data": data | _facts(found)}


def _facts(found: Caller) -> Json:
    token, grant = found.token, found.grant
    facts: Json = {"type": str(token.kind), "is_valid": True, "issued_at": int(token.issued_at)}
    facts |= {"expires_at": int(token.expires_at), "scopes": list(grant.scopes) if grant else []}
    if grant:
        granular = [{"scope": scope, "target_ids": list(grant.page_ids)} for scope in grant.scopes if "page" in scope]
        facts |= {"data_access_expires_at": int(grant.data_access_expires_at), "user_id": grant.user_id}
        facts |= {"granular_scopes": granular}
    return facts | ({"profile_id": token.page_id} if token.page_id else {})


def me(state: State, caller: Caller, params: Params) -> Json:
    """`/me`: the user behind a user token."""
    params.only()
    user = _user(state, caller)
    return select(
        "User", {"id": lambda _: user.id, "name": lambda _: user.name}, parse_fields(params.text("fields", "name"))
    )


def _user(state: State, caller: Caller) -> User:
    if caller.token.kind is not TokenKind.USER:
        raise unsupported("get", "me")
    return state.users.one(caller.token.user_id)


def permissions(state: State, caller: Caller, params: Params) -> Json:
    """`/me/permissions`."""
    params.only()
    _user(state, caller)
    grant = _grant(caller)
    granted = [{"permission": scope, "status": "granted"} for scope in grant.scopes]
    return {"data": granted + [{"permission": scope, "status": "declined"} for scope in grant.declined]}


def revoke(state: State, caller: Caller, scope: str | None) -> Json:
    """`DELETE /me/permissions[/{scope}]`: one permission, or the whole app."""
    grant = _grant(caller)
    if scope is None:
        grant.revoked = True
    else:
        grant.scopes = [one for one in grant.scopes if one != scope]
        grant.declined = [*grant.declined, scope]
    state.grants.put(grant)
    return {"success": True}


def _grant(caller: Caller) -> Grant:
    if caller.grant is None:
        raise unsupported("get", "me")
    return caller.grant


def accounts(state: State, caller: Caller, params: Params) -> Json:
    """`/me/accounts`: the ticked Pages the user has a role on; nothing without `pages_show_list`."""
    params.only("limit", "after", "before", "summary")
    if caller.token.kind is TokenKind.PAGE:
        raise invalid("Tried accessing nonexisting field (accounts) on node type (Page)")
    user = _user(state, caller)
    grant = _grant(caller)
    fields = parse_fields(params.text("fields", "access_token,category,name,id,tasks"))
    found = [p for p in state.pages if p.id in grant.page_ids and user.id in p.roles and caller.has("pages_show_list")]
    shown = [page_node(state, caller, one, fields) for one in found]
    url = f"{state.settings.base_url}/graph.facebook.com/me/accounts?access_token={caller.token.id}"
    listed = page(shown, params, url, default=25, most=100, id_of=lambda node: str(node["id"]))
    return listed | ({"summary": {"total_count": len(found)}} if params.text("summary") else {})
