"""Time, and what ends: tokens, grants, data access, roles, containers."""

from typing import Any

from graphsim.auth import ENDINGS
from graphsim.instagram.models import CONTAINER_LIFETIME, AccountType
from graphsim.oauth.models import Token, TokenKind
from graphsim.oauth.tokens import new_token
from graphsim.pages.models import ALL_TASKS
from graphsim.state import State
from graphsim.wire.errors import Json


def move_clock(state: State, body: dict[str, Any]) -> Json:
    """`{"seconds"}` ahead, or `{"to": unix seconds}`. Raises ValueError for a move back."""
    seconds = float(body["to"]) - state.clock.now() if "to" in body else float(body["seconds"])
    state.move_clock(seconds)
    return {"now": state.clock.now()}


def expire(state: State, body: dict[str, Any]) -> Json:
    """`{"what": "token"|"data_access"|"container"|"code", "id" or "user"}`: its time is over now. Raises ValueError."""
    what, now = body["what"], state.clock.now()
    if what == "token":
        for token in _tokens(state, body):
            token.expires_at = now
            state.tokens.put(token)
    elif what == "data_access":
        for grant in state.grants.of(str(body["user"])):
            grant.data_access_expires_at = now
            state.grants.put(grant)
    elif what == "container":
        container = state.containers.one(str(body["id"]))
        container.created_at = now - CONTAINER_LIFETIME
        state.containers.put(container)
    elif what == "code":
        code = state.codes.one(str(body["id"]))
        code.expires_at = now
        state.codes.put(code)
    else:
        raise ValueError(f"what must be one of token, data_access, container, code: {what!r}")
    return {"expired": what}


def end(state: State, body: dict[str, Any]) -> Json:
    """`{"subcode", "user" or "page" or "token"}`: tokens die before their time, as after a change of password (460)."""
    subcode = int(body["subcode"])
    if subcode not in ENDINGS:
        raise ValueError(f"subcode must be one of {', '.join(map(str, ENDINGS))}: {subcode}")
    found = _tokens(state, body)
    for token in found:
        token.ended_by = subcode
        state.tokens.put(token)
    return {"ended": len(found), "subcode": subcode}


def _tokens(state: State, body: dict[str, Any]) -> list[Token]:
    for name, field in (("token", "id"), ("page", "page_id"), ("user", "user_id")):
        if name in body:
            return [token for token in state.tokens if getattr(token, field) == str(body[name])]
    raise ValueError("name a token, a page or a user")


def change_role(state: State, body: dict[str, Any]) -> Json:
    """`{"user", "page", "tasks": [...]}`: what a person may do on a Page; no tasks end their Page token (492)."""
    page = state.pages.one(str(body["page"]))
    unknown = set(body["tasks"]) - set(ALL_TASKS)
    if unknown:
        raise ValueError(f"unknown tasks {', '.join(sorted(unknown))}; known are {', '.join(ALL_TASKS)}")
    page.roles[str(body["user"])] = list(body["tasks"])
    state.pages.put(page)
    return {"roles": page.roles}


def change_account(state: State, body: dict[str, Any]) -> Json:
    """`{"id", ...}`: members of an Instagram account or a Page, such as `restricted` or `needs_authorization`."""
    table = state.instagram if state.instagram.get(str(body["id"])) else state.pages
    record: Any = table.one(str(body["id"]))
    changes = {name: value for name, value in body.items() if name != "id"}
    for name, value in changes.items():
        if not hasattr(record, name):
            raise ValueError(f"there is no {name!r} to change")
        setattr(record, name, AccountType(value) if name == "account_type" else value)
    table.put(record)
    return {"changed": sorted(changes)}


def issue_token(state: State, body: dict[str, Any]) -> Json:
    """`{"kind": "SYSTEM_USER", "user", "expiresIn"?}`: a token of a business's system user, for a person's grant."""
    if body.get("kind") != TokenKind.SYSTEM_USER:
        raise ValueError("only SYSTEM_USER tokens are issued here; the others come from the dialog and its exchanges")
    grant = next((one for one in state.grants.of(str(body["user"])) if not one.revoked), None)
    if grant is None:
        raise ValueError("this user has not granted anything yet")
    seconds = float(body.get("expiresIn", 0))
    expires_at = state.clock.now() + seconds if seconds else 0.0
    ids = {"user_id": grant.user_id, "grant_id": grant.id}
    token = new_token(state, TokenKind.SYSTEM_USER, expires_at=expires_at, long_lived=True, **ids)
    return {"access_token": token.id}
