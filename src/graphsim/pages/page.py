"""A Page itself, and its token (Meta: Page, User Accounts)."""

from graphsim.auth import tasks_of
from graphsim.call import Call
from graphsim.instagram.models import AccountType
from graphsim.oauth.models import Token, TokenKind
from graphsim.pages.access import is_ticked, may_read
from graphsim.pages.models import Page
from graphsim.wire.errors import Json, invalid
from graphsim.wire.fields import Asked, Fields, select

WEBHOOK_FIELDS = frozenset({"feed", "mention", "videos", "messages", "ratings"})


def page_token(call: Call, found: Page) -> str:
    """The Page's token for this user: the same one each time; it does not end if the user token is long-lived."""
    state, user_token = call.state, call.caller.token
    for token in state.tokens.of(user_token.grant_id):
        same = token.page_id == found.id and token.long_lived == user_token.long_lived
        is_good = not token.ended_by and (not token.expires_at or call.now < token.expires_at)
        if same and token.kind is TokenKind.PAGE and is_good:
            return token.id
    token = Token(
        "EAA" + state.text(96, "token"),
        TokenKind.PAGE,
        user_id=user_token.user_id,
        grant_id=user_token.grant_id,
        page_id=found.id,
        issued_at=call.now,
        expires_at=_end(call),
        long_lived=user_token.long_lived,
        source=user_token.id,
    )
    return state.tokens.put(token).id


def _end(call: Call) -> float:
    user = call.state.users.get(call.caller.token.user_id)
    lives_on = call.caller.token.long_lived and (user is None or user.token_seconds is None)
    return 0.0 if lives_on else call.caller.token.expires_at


def _professional(call: Call, found: Page, asked: Asked) -> Json | None:
    """Absent without a linked professional account, and without the permission to see it."""
    linked = call.state.instagram.get(found.instagram_id or "")
    return None if linked is None or linked.account_type is AccountType.PERSONAL else _instagram(call, found, asked)


def _instagram(call: Call, found: Page, asked: Asked) -> Json | None:
    """The linked account, a personal one too (unconfirmed at Meta); absent without the permission to see it."""
    linked = call.state.instagram.get(found.instagram_id or "")
    grant = call.caller.grant
    away = grant is not None and call.now >= grant.data_access_expires_at
    if linked is None or not call.caller.has("instagram_basic") or away or not is_ticked(call, found.id):
        return None
    readers = {
        "id": lambda call, account, _: account.id,
        "username": lambda call, account, _: account.username,
        "name": lambda call, account, _: account.name,
        "profile_picture_url": lambda call, account, _: None,
        "followers_count": lambda call, account, _: 0,
    }
    return select("IGUser", readers, call, linked, asked.fields)


def _token(call: Call, found: Page, _: Asked) -> str | None:
    token = call.caller.token
    if not token.kind.is_person:
        return token.id
    may = is_ticked(call, found.id) and tasks_of(call.state, call.caller, found.id)
    return page_token(call, found) if may else None


def _tasks(call: Call, found: Page, _: Asked) -> list[str] | None:
    return (tasks_of(call.state, call.caller, found.id) or None) if is_ticked(call, found.id) else None


def _picture(call: Call, found: Page, asked: Asked) -> Json:
    size = {"small": 50, "normal": 100, "large": 200}.get(asked.args.get("type", ""), 50)
    url = f"{call.state.settings.base_url}/www.facebook.com/{found.id}"
    return {"data": {"height": size, "width": size, "is_silhouette": True, "url": url}}


PAGE_FIELDS = {
    "id": lambda call, page, _: page.id,
    "name": lambda call, page, _: page.name,
    "username": lambda call, page, _: page.username or None,
    "category": lambda call, page, _: page.category,
    "category_list": lambda call, page, _: [{"id": "2201", "name": page.category}],
    "about": lambda call, page, _: page.about or None,
    "link": lambda call, page, _: f"{call.state.settings.base_url}/www.facebook.com/{page.id}",
    "picture": _picture,
    "tasks": _tasks,
    "access_token": _token,
    "instagram_business_account": _professional,
    "connected_instagram_account": _instagram,
    "fan_count": lambda call, page, _: 0,
    "followers_count": lambda call, page, _: 0,
}
"""Readers of a Page (Meta: Page)."""
LISTED = "access_token,category,category_list,name,id,tasks"
"""What lists of Pages show unless asked."""


def page_node(call: Call, found: Page, fields: Fields) -> Json:
    """A Page, with its token for those who have a user token."""
    if not call.caller.token.kind.is_person:
        fields = {name: asked for name, asked in fields.items() if name != "tasks"}
    return select(found.node_type, PAGE_FIELDS, call, found, fields)


def read_page(call: Call) -> Json:
    """`name` and `id` unless asked."""
    return page_node(call, may_read(call, call.id), call.fields())


def subscribe(call: Call) -> Json:
    """`POST /{page}/subscribed_apps`: the app's webhook gets these fields of the Page."""
    found = may_read(call, call.id)
    call.caller.need("pages_manage_metadata")
    wanted = [str(item) for item in call.params.items("subscribed_fields")]
    if not wanted or not set(wanted) <= WEBHOOK_FIELDS:
        raise invalid(f"Param subscribed_fields must be some of {', '.join(sorted(WEBHOOK_FIELDS))}.")
    found.webhook_fields = wanted
    call.state.pages.put(found)
    return {"success": True}


def subscriptions(call: Call) -> Json:
    """What the app gets."""
    found = may_read(call, call.id)
    if not found.webhook_fields:
        return {"data": []}
    app = call.state.settings
    return {"data": [{"id": app.app_id, "name": app.app_name, "subscribed_fields": found.webhook_fields}]}
