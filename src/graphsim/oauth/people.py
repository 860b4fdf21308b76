"""People: who they are, what they granted, which Pages they reach (Meta: User, User Accounts, Business)."""

from collections.abc import Callable

from graphsim.call import Call
from graphsim.callbacks import deauthorize
from graphsim.oauth.models import Business, Grant, TokenKind, User
from graphsim.outbox import in_background
from graphsim.pages.models import Page
from graphsim.pages.page import LISTED, page_node
from graphsim.wire.errors import GraphError, Json, invalid, unsupported
from graphsim.wire.fields import select
from graphsim.wire.paging import paged

USER_FIELDS = {
    "id": lambda call, user, _: user.id,
    "name": lambda call, user, _: user.name,
}
"""Readers of a person."""


def _user(call: Call) -> User:
    user = call.state.users.get(call.caller.token.user_id)
    if user is None or not call.caller.token.kind.is_person:
        raise unsupported(call.method, call.id)
    return user


def _grant(call: Call) -> Grant:
    _user(call)
    if call.caller.grant is None:
        raise unsupported(call.method, call.id)
    return call.caller.grant


def read_me(call: Call) -> Json:
    """The person behind a user token; `/me` of a Page token is the Page."""
    if call.caller.token.kind is TokenKind.PAGE:
        return page_node(call, call.state.pages.one(call.caller.token.page_id), call.fields("name"))
    user = _user(call)
    return select(user.node_type, USER_FIELDS, call, user, call.fields("name"))


def list_permissions(call: Call) -> Json:
    """`/me/permissions`."""
    grant = _grant(call)
    away = call.now >= grant.data_access_expires_at
    granted = [{"permission": scope, "status": _status(scope, away)} for scope in grant.scopes]
    listed = granted + [{"permission": scope, "status": "declined"} for scope in grant.declined]
    wanted = call.params.text("permission")
    return {"data": [one for one in listed if wanted in ("", one["permission"])]}


def _status(scope: str, away: bool) -> str:
    """Only permissions that are not for businesses end with data access."""
    return "expired" if away and scope.startswith("instagram_") else "granted"


def revoke(call: Call) -> Json:
    """`DELETE /me/permissions[/{scope}]`: one permission, or the whole app, which tells the app."""
    grant, scope = _grant(call), call.path_rest
    if not scope:
        grant.revoked = True
        if call.state.settings.deauthorize_url:
            in_background(call.state, deauthorize(call.state, grant.user_id))
    elif scope not in grant.scopes:
        raise invalid(f"The permission {scope} was not granted.")
    else:
        grant.scopes = [one for one in grant.scopes if one != scope]
        grant.declined = [*grant.declined, scope]
    call.state.grants.put(grant)
    return {"success": True}


def list_accounts(call: Call) -> Json:
    """`/me/accounts`: the ticked Pages the person has a role on; nothing without `pages_show_list`."""
    if call.caller.token.kind is TokenKind.PAGE:
        raise invalid("Tried accessing nonexisting field (accounts) on node type (Page)")
    user, grant = _user(call), _grant(call)
    found = [p for p in call.state.pages if p.id in grant.page_ids and p.roles.get(user.id) and not p.portfolio_only]
    if not call.caller.has("pages_show_list"):
        found = []
    listed = _pages(call, found, "me/accounts")
    return listed | ({"summary": {"total_count": len(found)}} if call.params.text("summary") else {})


def _pages(call: Call, found: list[Page], edge: str) -> Json:
    fields = call.fields(LISTED)
    token = call.caller.token.id
    url = f"{call.state.settings.base_url}/graph.facebook.com/{edge}"
    call.params.values.setdefault("access_token", token)
    return paged(found, call.params, url, id_of=lambda page: page.id, show=lambda page: page_node(call, page, fields))


BUSINESS_FIELDS = {
    "id": lambda call, business, _: business.id,
    "name": lambda call, business, _: business.name,
    "link": lambda call, business, _: f"{call.state.settings.base_url}/business/{business.id}",
    "verification_status": lambda call, business, _: "verified",
    "profile_picture_uri": lambda call, business, _: None,
    "created_time": lambda call, business, _: "2020-01-01T00:00:00+0000",
    "updated_time": lambda call, business, _: None,
}
"""Readers of a business (Meta: Business)."""


def _businesses(call: Call) -> list[Business]:
    if not call.caller.has("business_management"):
        raise GraphError(200, "(#200) Requires business_management permission to manage the object", status=403)
    return [one for one in call.state.businesses if _user(call).id in one.user_ids]


def list_businesses(call: Call) -> Json:
    """`/me/businesses`."""
    fields = call.fields("id,name")
    url = f"{call.state.settings.base_url}/graph.facebook.com/me/businesses"
    return paged(
        _businesses(call), call.params, url, id_of=lambda one: one.id,
        show=lambda one: select(one.node_type, BUSINESS_FIELDS, call, one, fields),
    )  # fmt: skip


def read_business(call: Call) -> Json:
    """A portfolio, for its people."""
    found = next((one for one in _businesses(call) if one.id == call.id), None)
    if found is None:
        raise unsupported(call.method, call.id)
    return select(found.node_type, BUSINESS_FIELDS, call, found, call.fields("id,name"))


def pages_of_business(edge: str) -> Callable[[Call], Json]:
    """A handler for `/{business}/owned_pages` and `/{business}/client_pages`; only ticked Pages show a token."""

    def read(call: Call) -> Json:
        found = next((one for one in _businesses(call) if one.id == call.id), None)
        if found is None:
            raise unsupported(call.method, call.id)
        ids = found.owned_page_ids if edge == "owned_pages" else found.client_page_ids
        pages = [page for page in call.state.pages if page.id in ids]
        return _pages(call, pages, f"{call.id}/{edge}")

    return read
