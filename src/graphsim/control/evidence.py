"""What tests assert on: the journal, what is public, what was sent."""

from typing import Any

from graphsim.pages.posts import is_out
from graphsim.state import State
from graphsim.wire.errors import Json


def journal(state: State, body: dict[str, Any]) -> Json:
    """`after`, `limit`: every request that reached a simulated host, oldest first, and what it changed."""
    return {"entries": state.journal.read(int(body.get("after", 0)), int(body.get("limit", 1000)))}


def calls(state: State, body: dict[str, Any]) -> Json:
    """How many requests reached a simulated host."""
    return {"calls": state.journal.last()}


def world(state: State, body: dict[str, Any]) -> Json:
    """Who lives here, the time, and the settings that decide about it."""
    pages = [
        {"id": page.id, "name": page.name} | _linked(state, page.instagram_id) | {"roles": page.roles}
        for page in state.pages
    ]
    return {
        "users": [{"id": user.id, "name": user.name} for user in state.users],
        "businesses": [{"id": one.id, "name": one.name} for one in state.businesses],
        "pages": pages,
        "now": state.clock.now(),
        "profile": str(state.settings.profile),
    }


def _linked(state: State, account_id: str | None) -> Json:
    account = state.instagram.get(account_id or "")
    return {"instagram": {"id": account.id, "username": account.username}} if account else {}


def published(state: State, body: dict[str, Any]) -> Json:
    """Everything that people can see, by Page and by Instagram account; `account` narrows it to one."""
    wanted = body.get("account")
    found: dict[str, list[Json]] = {}
    for page in state.pages:
        out = [post for post in state.posts.of(page.id) if is_out(state, post)]
        found[page.id] = [
            {
                "id": p.id,
                "text": p.message,
                "link": p.link,
                "photos": len(p.photo_ids),
                "video": p.video_id,
                "at": p.created_at,
            }
            for p in out
        ]
    for account in state.instagram:
        media = [one for one in state.media.of(account.id) if not one.parent_id]
        found[account.id] = [
            {
                "id": m.id,
                "text": m.caption,
                "surface": str(m.surface),
                "children": len(m.children),
                "container": m.container_id,
                "at": m.created_at,
            }
            for m in media
        ]
    return {"published": {id: posts for id, posts in found.items() if wanted in (None, id)}}


def sent(state: State, body: dict[str, Any]) -> Json:
    """Callbacks and webhooks that went out, oldest first."""
    return {"sent": list(state.sent)}
