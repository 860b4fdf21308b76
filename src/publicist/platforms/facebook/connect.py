"""One Meta consent: the dialog, the exchange, and the Pages it yields."""

from collections.abc import Mapping

from publicist.domain.accounts import Consent, DiscoveredAccount
from publicist.domain.token_life import TokenState
from publicist.meta import oauth
from publicist.meta.pages import PageFacts, list_pages
from publicist.platforms.manifest import Upstream

SCOPES: Mapping[str, str] = {
    "pages_show_list": "Pages cannot be listed, so none can be connected.",
    "pages_manage_posts": "Nothing can be posted to Pages.",
    "pages_read_engagement": "Posts on Pages and their linked Instagram accounts cannot be made or read back.",
    "business_management": "Pages that belong to a business portfolio may be missing.",
    "instagram_basic": "Linked Instagram accounts cannot be seen, so none can be connected.",
    "instagram_content_publish": "Nothing can be posted to Instagram.",
}
"""What is asked for, in this order, and what goes without it (Meta: Permissions Reference)."""

NONE_FOUND = (
    "facebook.pages.none",
    "This consent gives access to no Facebook Page.",
    "Connect as someone who administers a Page, and tick the Page in Meta's dialog.",
)


class FacebookConnector:
    """Facebook Login for Pages and the Instagram accounts linked to them."""

    scopes: tuple[str, ...] = tuple(SCOPES)

    def authorization_url(self, upstream: Upstream, *, state: str, redirect_uri: str) -> str:
        """The dialog to send the user to. Holds no secret."""
        return oauth.dialog_url(upstream, scopes=self.scopes, state=state, redirect_uri=redirect_uri)

    async def exchange(self, upstream: Upstream, *, code: str, redirect_uri: str) -> Consent:
        """Code for a long-lived grant, with `accounts` still empty and a notice for each scope that was not granted.

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
            accounts=(),
            notices=tuple(_notice(scope) for scope in self.scopes if scope not in permissions.granted),
        )

    async def inspect(self, upstream: Upstream, token: str) -> TokenState:
        """What Meta says of a token of this family. Raises PlatformAuthFailed or PlatformUnavailable."""
        return await oauth.inspect_token(upstream, token)

    async def extend(self, upstream: Upstream, token: str) -> str:
        """A newer token for a long-lived one, or the same. Raises PlatformAuthFailed or PlatformUnavailable."""
        return await oauth.exchange_long_lived(upstream, token)


CONNECTOR = FacebookConnector()


def _notice(scope: str) -> dict[str, str]:
    return {
        "code": "scope.missing",
        "scope": scope,
        "message": f"The permission {scope} was not granted. {SCOPES[scope]}",
        "remediation": f"Connect again at POST /v1/accounts/connect/facebook and allow {scope} in Meta's dialog.",
    }


async def discover(upstream: Upstream, user_token: str) -> tuple[DiscoveredAccount, ...]:
    """Every Page that the grant reaches. Raises what `list_pages` raises."""
    return tuple(_account(page) for page in await list_pages(upstream, user_token))


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
