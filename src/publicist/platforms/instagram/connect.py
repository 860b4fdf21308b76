"""The Instagram accounts that a Meta consent yields through their Pages; the consent itself starts at facebook."""

import asyncio

from publicist.domain.accounts import DiscoveredAccount
from publicist.meta.pages import InstagramFacts, PageFacts, list_pages, read_instagram
from publicist.platforms.manifest import Upstream


async def discover(upstream: Upstream, user_token: str) -> tuple[DiscoveredAccount, ...]:
    """Every Instagram account linked to a Page that the grant reaches; none when `instagram_basic` was declined.

    Raises what `list_pages` raises; a name that cannot be read is left out.
    """
    pages = await list_pages(upstream, user_token)
    linked = [(page, page.instagram) for page in pages if page.instagram is not None]
    return tuple(await asyncio.gather(*(_account(upstream, page, facts) for page, facts in linked)))


async def _account(upstream: Upstream, page: PageFacts, facts: InstagramFacts) -> DiscoveredAccount:
    """Published to with the token of the parent Page, which has no end of its own."""
    if facts.username is None and page.token:
        facts = await read_instagram(upstream, facts, page.token)
    return DiscoveredAccount(
        platform="instagram",
        platform_account_id=facts.id,
        display_name=facts.username or facts.name,
        token=page.token,
        token_expires_at=None,
        metadata={"kind": "instagram", "pageId": page.id, "username": facts.username},
    )
