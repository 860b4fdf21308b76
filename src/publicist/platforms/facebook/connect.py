"""One Meta consent: the dialog, the exchange, and the Pages it yields."""

from collections.abc import Mapping, Sequence

from publicist.domain.accounts import Consent, DiscoveredAccount
from publicist.domain.token_life import TokenState
from publicist.domain.verdicts import Found, Survey
from publicist.meta import oauth
from publicist.meta.discovery import Reach, SeenPage, read_reach
from publicist.meta.pages import PageFacts
from publicist.platforms.facebook.verdicts import verdict_on
from publicist.platforms.manifest import DialogWish, Upstream

SCOPES: Mapping[str, str] = {
    "pages_show_list": "Pages cannot be listed, so none can be connected.",
    "pages_manage_posts": "Nothing can be posted to Pages.",
    "pages_read_engagement": "Posts on Pages and their linked Instagram accounts cannot be made or read back.",
    "business_management": "Pages that belong to a business portfolio may be missing.",
    "instagram_basic": "Linked Instagram accounts cannot be seen, so none can be connected.",
    "instagram_content_publish": "Nothing can be posted to Instagram.",
}
"""What is asked for, in this order, and what goes without it (Meta: Permissions Reference)."""

EXTENDED: Mapping[str, str] = {
    "pages_read_user_content": "Comments of others on Pages cannot be read.",
    "pages_manage_engagement": "Comments on Pages cannot be made.",
    "instagram_manage_comments": "Comments on Instagram cannot be made.",
    "instagram_manage_insights": "Numbers about Instagram posts cannot be read.",
}
"""What is asked for only when the caller names it (contract: scopes)."""

_WITHOUT = {**SCOPES, **EXTENDED}

NONE_FOUND = (
    "facebook.pages.none",
    "This consent gives access to no Facebook Page.",
    "Connect as someone who administers a Page, and tick the Page in Meta's dialog.",
)


class FacebookConnector:
    """Facebook Login for Pages and the Instagram accounts linked to them."""

    scopes: tuple[str, ...] = tuple(SCOPES)
    extended_scopes: tuple[str, ...] = tuple(EXTENDED)

    def authorization_url(self, upstream: Upstream, wish: DialogWish, *, state: str, redirect_uri: str) -> str:
        """The dialog to send the user to. Holds no secret."""
        if wish.config_id is not None:
            return oauth.configured_dialog_url(upstream, wish.config_id, state=state, redirect_uri=redirect_uri)
        return oauth.dialog_url(upstream, scopes=wish.scopes, state=state, redirect_uri=redirect_uri)

    def missing(self, asked: Sequence[str], granted: Sequence[str]) -> tuple[Mapping[str, str], ...]:
        """A notice for each permission that was asked for and not granted."""
        return tuple(_notice(scope) for scope in asked if scope not in granted)

    async def exchange(self, upstream: Upstream, *, code: str, redirect_uri: str) -> Consent:
        """Code for a long-lived grant.

        Raises PlatformAuthFailed or PlatformUnavailable.
        """
        short_lived = await oauth.exchange_code(upstream, code, redirect_uri)
        token = await oauth.exchange_long_lived(upstream, short_lived)
        permissions = await oauth.read_permissions(upstream, token)
        facts = await oauth.debug_token(upstream, token)
        return Consent(
            subject=await oauth.read_user_id(upstream, token),
            token=token,
            token_expires_at=facts.expires_at,
            data_access_expires_at=facts.data_access_expires_at,
            granted_scopes=permissions.granted,
            declined_scopes=permissions.declined,
        )

    async def inspect(self, upstream: Upstream, token: str) -> TokenState:
        """What Meta says of a token of this family. Raises PlatformAuthFailed or PlatformUnavailable."""
        return await oauth.inspect_token(upstream, token)

    async def extend(self, upstream: Upstream, token: str) -> str:
        """A newer token for a long-lived one, or the same. Raises PlatformAuthFailed or PlatformUnavailable."""
        return await oauth.exchange_long_lived(upstream, token)

    async def revoke(self, upstream: Upstream, token: str) -> None:
        """Take the whole consent back at Meta. Raises PublicistError."""
        await oauth.revoke(upstream, token)

    async def survey(self, upstream: Upstream, token: str, known: Mapping[str, str | None]) -> Survey:
        """Everything the grant reaches, read once. Raises PlatformAuthFailed for a dead token, and what `list_pages`
        raises."""
        permissions = await oauth.read_permissions(upstream, token)
        reach = await read_reach(upstream, token, known)
        return Survey(permissions.granted, permissions.declined, reach)


CONNECTOR = FacebookConnector()


def _notice(scope: str) -> dict[str, str]:
    return {
        "code": "scope.missing",
        "scope": scope,
        "message": f"The permission {scope} was not granted. {_WITHOUT[scope]}",
        "remediation": f"Connect again at POST /v1/accounts/connect/facebook and allow {scope} in Meta's dialog.",
    }


async def discover(upstream: Upstream, reach: Reach) -> tuple[Found, ...]:
    """A verdict for every Page, and an account for those whose token Meta accepts."""
    return tuple(Found(verdict_on(page, reach), _stored(page, reach)) for page in reach.pages)


def _stored(page: SeenPage, reach: Reach) -> DiscoveredAccount | None:
    return _account(page.facts) if page.has_living_token and page.is_ticked and reach.lists_pages else None


def _account(page: PageFacts) -> DiscoveredAccount:
    """A Page's token that comes from a long-lived user token has no end of its own (Meta: Long-Lived Access Tokens)."""
    linked = {"igBusinessAccountId": page.instagram.id} if page.instagram else {}
    return DiscoveredAccount(
        platform="facebook",
        platform_account_id=page.id,
        display_name=page.name,
        token=page.token,
        token_expires_at=None,
        metadata={"kind": "page", "pageTasks": list(page.tasks), "igLinked": page.instagram is not None, **linked},
    )
