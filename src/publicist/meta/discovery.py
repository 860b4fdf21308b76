"""Everything that a consent reaches, read once: Pages from every list that Meta has, and what keeps each from posting.

Sources: User Accounts; Debug-Token, `granular_scopes`; Business, `owned_pages` and `client_pages` (reports: Pages of a
portfolio are missing from `/me/accounts`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from publicist.domain.platform import ErrorClass, Request, UpstreamError
from publicist.kit.errors import PlatformAuthFailed, PublicistError
from publicist.meta.errors import to_public
from publicist.meta.graph import ask
from publicist.meta.pages import FIELDS, PageFacts, list_pages, read_all, read_page
from publicist.meta.upstream import Upstream

PAGE_SCOPES = ("pages_show_list", "pages_manage_posts", "pages_read_engagement")
"""What publishing on a Page takes (Meta: Permissions Reference)."""
PAGE_TASKS = frozenset({"CREATE_CONTENT", "MANAGE"})
"""One of these is enough (Meta: User, Accounts reference)."""

_AT_ONCE = 8
_PORTFOLIO_EDGES = ("owned_pages", "client_pages")
_AUTHORIZATION = frozenset({1404078, 4854002})
_NOTHING_TO_POST = frozenset({100, 197})
_NO_ANSWER = frozenset({ErrorClass.TRANSIENT, ErrorClass.AMBIGUOUS, ErrorClass.THROTTLED, ErrorClass.CONFIG})
_DEAD_TOKEN = 190


class Obstacle(StrEnum):
    """What keeps a Page from being posted to, in the order in which it is looked for."""

    NOT_TICKED = "not_ticked"
    PORTFOLIO_ONLY = "portfolio_only"
    NO_ROLE = "no_role"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a reason
    NOT_CHECKED = "not_checked"
    PERMISSION_DECLINED = "permission_declined"
    TASK_MISSING = "task_missing"
    PUBLISHING_AUTHORIZATION = "publishing_authorization"
    TWO_FACTOR = "two_factor"


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A Page, where it was seen, and what Meta says when its token is tried."""

    facts: PageFacts
    is_ticked: bool = True
    portfolio: str | None = None
    """The name of the business portfolio that shows it."""
    refusal: Obstacle | None = None
    words: str = ""
    """Meta's own, where it refused the token."""

    def obstacle(self, granted: frozenset[str]) -> Obstacle | None:
        """What is in the way; None for a Page that can be posted to."""
        if not self.is_ticked:
            return Obstacle.NOT_TICKED
        if not self.facts.token:
            return Obstacle.PORTFOLIO_ONLY if self.portfolio else Obstacle.NO_ROLE
        if not self.has_living_token:
            return self.refusal
        if not granted.issuperset(PAGE_SCOPES):
            return Obstacle.PERMISSION_DECLINED
        if self.facts.tasks and not PAGE_TASKS.intersection(self.facts.tasks):
            return Obstacle.TASK_MISSING
        return self.refusal

    @property
    def has_living_token(self) -> bool:
        """Whether Meta was asked with the token, and accepted it."""
        refused = self.refusal in (Obstacle.TOKEN_REFUSED, Obstacle.NOT_CHECKED)
        return bool(self.facts.token) and not refused


@dataclass(frozen=True, slots=True)
class Reach:
    """What a consent reaches."""

    granted: frozenset[str]
    pages: tuple[SeenPage, ...]

    @property
    def lists_pages(self) -> bool:
        """Whether Pages may be looked at at all; without, nothing is connected."""
        return "pages_show_list" in self.granted


async def read_reach(upstream: Upstream, user_token: str, known: Mapping[str, str | None]) -> Reach:
    """Every Page by every way, each asked with its own token. `known` are Pages by id that an earlier consent reached.

    Raises PlatformAuthFailed for a dead token, and what `list_pages` raises.
    """
    granted, ticked = await _read_scopes(upstream, user_token)
    pages = {page.id: SeenPage(page) for page in await list_pages(upstream, user_token)}
    for id in sorted((ticked or frozenset()) - set(pages)):
        pages[id] = SeenPage(await _read_one(upstream, user_token, id))
    if "business_management" in granted:
        for portfolio, page in await _read_portfolios(upstream, user_token):
            seen = pages.get(page.id) or SeenPage(page, is_ticked=ticked is None or page.id in ticked)
            pages[page.id] = _with_portfolio(seen, page, portfolio)
    for id, name in known.items():
        pages.setdefault(id, SeenPage(PageFacts(id, name, "", (), None), is_ticked=ticked is None or id in ticked))
    turns = asyncio.Semaphore(_AT_ONCE)
    tried = await asyncio.gather(*(_tried(upstream, page, granted, turns) for page in pages.values()))
    return Reach(granted, tuple(tried))


def _with_portfolio(seen: SeenPage, page: PageFacts, portfolio: str) -> SeenPage:
    """A Page that could be read with a token keeps it; one that only its portfolio shows has what that shows."""
    return replace(seen, portfolio=portfolio, facts=seen.facts if seen.facts.name else page)


async def _read_scopes(upstream: Upstream, user_token: str) -> tuple[frozenset[str], frozenset[str] | None]:
    """The granted permissions, and the ids of the Pages they reach: None when that is all of them."""
    app_token = f"{upstream.app_id}|{upstream.app_secret}"
    outcome = await ask(Request("GET", "graph", "debug_token", {"input_token": user_token}), upstream, app_token)
    if outcome.error is not None:
        raise to_public(outcome.error, "facebook", upstream.version)
    facts = outcome.data.get("data") or {}
    if facts.get("is_valid") is not True:
        raise PlatformAuthFailed(
            "Facebook: the token of this consent is not valid any more.",
            rule="meta.token.dead",
            remediation="Connect again at POST /v1/accounts/connect/facebook.",
            platform="facebook",
            platform_version=upstream.version,
        )
    return frozenset(str(scope) for scope in facts.get("scopes") or ()), _targets(facts.get("granular_scopes") or ())


def _targets(granular: Sequence[Mapping[str, Any]]) -> frozenset[str] | None:
    of_pages = [entry for entry in granular if str(entry.get("scope", "")).startswith("pages_")]
    if not of_pages or any("target_ids" not in entry for entry in of_pages):
        return None
    return frozenset(str(id) for entry in of_pages for id in entry["target_ids"])


async def _read_one(upstream: Upstream, user_token: str, id: str) -> PageFacts:
    """A Page that the consent names and `/me/accounts` does not list; bare when it cannot be read."""
    outcome = await ask(Request("GET", "graph", id, {"fields": FIELDS}), upstream, user_token)
    return read_page(outcome.data if outcome.error is None and outcome.data.get("id") else {"id": id})


async def _read_portfolios(upstream: Upstream, user_token: str) -> list[tuple[str, PageFacts]]:
    """The Pages that the user's portfolios own or work on, with the portfolio's name; what cannot be read is left out:
    it only adds to what `/me/accounts` says, and the next scan finds it."""
    found: list[tuple[str, PageFacts]] = []
    for business in await _tolerant(upstream, user_token, "me/businesses", "id,name"):
        for edge in _PORTFOLIO_EDGES:
            entries = await _tolerant(upstream, user_token, f"{business['id']}/{edge}", FIELDS)
            found += [(str(business.get("name") or business["id"]), read_page(entry)) for entry in entries]
    return found


async def _tolerant(upstream: Upstream, user_token: str, edge: str, fields: str) -> list[Mapping[str, Any]]:
    try:
        return await read_all(upstream, user_token, edge, fields)
    except PublicistError:
        return []


async def _tried(upstream: Upstream, page: SeenPage, granted: frozenset[str], turns: asyncio.Semaphore) -> SeenPage:
    """The Page with Meta's answer to an unpublished post without content: Meta refuses it (100, message missing), and
    what it refuses it for first tells whether the token and the person may publish."""
    if not page.facts.token or not page.is_ticked:
        return page
    async with turns:
        asked = Request("POST", "graph", f"{page.facts.id}/feed", {"published": False})
        outcome = await ask(asked, upstream, page.facts.token)
        if outcome.error is None:
            await _taken_back(upstream, page, outcome.data.get("id"))
    if outcome.error is None:
        return page
    refusal = _meaning(outcome.error)
    if refusal is Obstacle.TASK_MISSING and not granted.issuperset(PAGE_SCOPES):
        refusal = None
    return replace(page, refusal=refusal, words=outcome.error.message if refusal else "")


async def _taken_back(upstream: Upstream, page: SeenPage, id: object) -> None:
    """Should Meta ever accept the empty post, which nobody saw, it is deleted; a failure leaves it unpublished."""
    if isinstance(id, str):
        await ask(Request("DELETE", "graph", id), upstream, page.facts.token)


def _meaning(error: UpstreamError) -> Obstacle | None:
    if error.code == _DEAD_TOKEN or error.error_class is ErrorClass.AUTH:
        return Obstacle.TOKEN_REFUSED
    if error.subcode in _AUTHORIZATION:
        return Obstacle.PUBLISHING_AUTHORIZATION
    if "two-factor" in error.message.lower():
        return Obstacle.TWO_FACTOR
    if error.code not in _NOTHING_TO_POST and error.error_class in _NO_ANSWER:
        return Obstacle.NOT_CHECKED
    return Obstacle.TASK_MISSING if error.error_class is ErrorClass.PERMISSION else None
