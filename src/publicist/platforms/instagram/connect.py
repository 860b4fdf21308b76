"""The Instagram accounts that a Meta consent yields through their Pages; the consent itself starts at facebook."""

import asyncio

from publicist.domain.accounts import DiscoveredAccount
from publicist.domain.verdicts import Found
from publicist.meta.discovery import Reach, SeenPage
from publicist.meta.pages import InstagramFacts, read_instagram
from publicist.platforms.instagram.verdicts import verdict_on
from publicist.platforms.manifest import Upstream


async def discover(upstream: Upstream, reach: Reach) -> tuple[Found, ...]:
    """A verdict for the account of every Page that can be looked into, and an account for those that can be stored.

    Published to with the token of the parent Page. A name that cannot be read is left out.
    """
    looked_into = [page for page in reach.pages if page.is_ticked and (page.facts.token or page.facts.instagram)]
    return tuple(await asyncio.gather(*(_found(upstream, page, reach) for page in looked_into)))


async def _found(upstream: Upstream, page: SeenPage, reach: Reach) -> Found:
    facts = page.facts.instagram
    if facts is not None and facts.username is None and page.has_living_token:
        facts = await read_instagram(upstream, facts, page.facts.token)
    verdict = verdict_on(page, facts, reach)
    if facts is None or not page.has_living_token or not reach.lists_pages:
        return Found(verdict)
    return Found(verdict, _account(page, facts))


def _account(page: SeenPage, facts: InstagramFacts) -> DiscoveredAccount:
    """The Page's token has no end of its own."""
    return DiscoveredAccount(
        platform="instagram",
        platform_account_id=facts.id,
        display_name=facts.username or facts.name,
        token=page.facts.token,
        token_expires_at=None,
        metadata={"kind": "instagram", "pageId": page.facts.id, "username": facts.username},
    )
