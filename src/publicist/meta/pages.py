"""The Pages that a user token reaches, with their own tokens and linked Instagram accounts (Meta: User, Accounts)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from publicist.domain.platform import ErrorClass, Request
from publicist.meta.errors import to_public
from publicist.meta.graph import ask
from publicist.meta.upstream import Upstream

FIELDS = (
    "id,name,access_token,tasks,instagram_business_account{id,username,name},connected_instagram_account{id,username}"
)
_PER_READ = 100


@dataclass(frozen=True, slots=True)
class InstagramFacts:
    """A linked Instagram account; names are None when Meta does not tell them."""

    id: str
    username: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A Page. `token` is plain text, never log it, and empty when the user's role gives none."""

    id: str
    name: str | None
    token: str = field(repr=False)
    tasks: tuple[str, ...]
    """What the user may do: `ANALYZE`, `ADVERTISE`, `MESSAGING`, `MODERATE`, `CREATE_CONTENT`, `MANAGE`."""
    instagram: InstagramFacts | None
    """The professional account that is linked."""
    other_instagram: InstagramFacts | None = None
    """An account that is linked and not professional."""


async def list_pages(upstream: Upstream, user_token: str) -> list[PageFacts]:
    """Every Page the user shared, in Meta's order; none when `pages_show_list` was declined.

    Raises PlatformAuthFailed, PlatformRejected, RateLimited or PlatformUnavailable.
    """
    return [read_page(entry) for entry in await read_all(upstream, user_token, "me/accounts", FIELDS)]


async def read_all(upstream: Upstream, user_token: str, edge: str, fields: str) -> list[Mapping[str, Any]]:
    """Every entry of a list, over all result pages, each id once; none without the permission. Raises as above."""
    entries: dict[str, Mapping[str, Any]] = {}
    read: set[str | None] = set()
    after: str | None = None
    while after not in read:
        read.add(after)
        reply = await _read_some(upstream, user_token, Request("GET", "graph", edge, _params(fields, after)))
        entries |= {str(entry["id"]): entry for entry in reply.get("data") or ()}
        after = _next_cursor(reply)
    return list(entries.values())


def _params(fields: str, after: str | None) -> dict[str, Any]:
    return {"fields": fields, "limit": _PER_READ} | ({"after": after} if after else {})


async def _read_some(upstream: Upstream, user_token: str, request: Request) -> Mapping[str, Any]:
    outcome = await ask(request, upstream, user_token)
    if outcome.error is None:
        return outcome.data
    if "after" not in request.params and outcome.error.error_class is ErrorClass.PERMISSION:
        return {}
    raise to_public(outcome.error, "facebook", upstream.version)


def _next_cursor(reply: Mapping[str, Any]) -> str | None:
    """Where the next read starts. Only `next` tells that there is one; its URL holds the token and is not followed."""
    paging = reply.get("paging") or {}
    return str(paging["cursors"]["after"]) if paging.get("next") and paging.get("cursors", {}).get("after") else None


def read_page(entry: Mapping[str, Any]) -> PageFacts:
    """A Page as Meta shows it."""
    linked, other = entry.get("instagram_business_account"), entry.get("connected_instagram_account")
    return PageFacts(
        id=str(entry["id"]),
        name=entry.get("name"),
        token=str(entry.get("access_token") or ""),
        tasks=tuple(str(task) for task in entry.get("tasks") or ()),
        instagram=_instagram(linked) if linked else None,
        other_instagram=_instagram(other) if other and not linked else None,
    )


def _instagram(entry: Mapping[str, Any]) -> InstagramFacts:
    return InstagramFacts(str(entry["id"]), entry.get("username"), entry.get("name"))


async def read_instagram(upstream: Upstream, linked: InstagramFacts, page_token: str) -> InstagramFacts:
    """The account with its names, read with the Page's token; as it was when that read fails."""
    request = Request("GET", "graph", linked.id, {"fields": "id,username,name"})
    outcome = await ask(request, upstream, page_token)
    return _instagram(outcome.data) if outcome.error is None and outcome.data.get("id") else linked
