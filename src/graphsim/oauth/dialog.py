"""The consent page: what a person sees, and what the redirect carries (Meta: Manually Build a Login Flow)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from graphsim.html import page as show
from graphsim.oauth.models import DATA_ACCESS_SECONDS, SCOPES, Code, Grant, User
from graphsim.oauth.tokens import CODE_SECONDS
from graphsim.pages.models import Page
from graphsim.state import State

DIALOG_PARAMS = frozenset(
    {
        "client_id", "redirect_uri", "state", "scope", "response_type", "auth_type", "display", "config_id",
        "override_default_response_type",
    }
)  # fmt: skip
"""What the dialog takes; a page of Facebook ignores the rest."""
_AUTH_TYPES = ("", "rerequest", "reauthenticate", "reauthorize")
_RESPONSE_TYPES = ("code", "granted_scopes", "code,granted_scopes")


@dataclass(frozen=True, slots=True)
class Ask:
    """A valid request for consent."""

    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    auth_type: str = ""
    tell_scopes: bool = False
    system: bool = False


def read(state: State, query: Mapping[str, str]) -> Ask | str:
    """The request, or why the dialog shows an error page; it redirects to no address that it does not know."""
    settings = state.settings
    if query.get("client_id") != settings.app_id:
        return "Invalid App ID: the provided app ID does not look like a valid app ID."
    if query.get("redirect_uri") not in settings.redirect_uris:
        return "URL blocked: the redirect URI is not whitelisted in the app's client OAuth settings."
    response_type = query.get("response_type", "code").replace(" ", ",")
    if response_type not in _RESPONSE_TYPES:
        return "Only response_type=code and granted_scopes are simulated."
    if query.get("auth_type", "") not in _AUTH_TYPES:
        return f"Invalid auth_type: it must be one of {', '.join(_AUTH_TYPES[1:])}."
    configuration = query.get("config_id", "")
    if configuration and configuration not in settings.login_configurations:
        return "Invalid config_id: this app has no such login configuration."
    scopes = tuple(scope for scope in query.get("scope", "").replace(" ", ",").split(",") if scope)
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        return f"Invalid Scopes: {', '.join(unknown)}. This message is only shown to developers."
    return Ask(
        query["redirect_uri"],
        query.get("state", ""),
        SCOPES if configuration else scopes,
        query.get("auth_type", ""),
        "granted_scopes" in response_type,
        bool(configuration) and query.get("override_default_response_type") == "true",
    )


async def dialog(state: State, request: Request) -> Response:
    """`GET` shows the page, `POST` is its form; everything the form sends is checked again. `as` picks the person."""
    ask = read(state, request.query_params)
    if isinstance(ask, str):
        return show("error.html", state, 400, message=ask)
    user = state.users.get(request.query_params.get("as", "")) or next(iter(state.users))
    if request.method == "GET":
        return _page(state, ask, user, request)
    form = await request.form()
    if form.get("action") != "continue" or (state.settings.app_in_development and not user.app_role):
        return RedirectResponse(f"{ask.redirect_uri}?{urlencode(_denial(ask))}", 302)
    scopes = [str(value) for value in form.getlist("scopes") if value in ask.scopes]
    mine = {page.id for page in _pages_of(state, user)}
    ticked = [str(value) for value in form.getlist("pages") if value in mine]
    code = _grant(state, ask, user, scopes, ticked)
    state.database.commit()
    return RedirectResponse(f"{ask.redirect_uri}?{urlencode(_accepted(ask, code, scopes))}#_=_", 302)


def _page(state: State, ask: Ask, user: User, request: Request) -> Response:
    pages = [(page, state.instagram.get(page.instagram_id or "")) for page in _pages_of(state, user)]
    others = [
        (one, str(request.url.include_query_params(**{"as": one.id}).query)) for one in state.users if one.id != user.id
    ]
    asked_before = _earlier(state, user)
    declined = set(asked_before.declined) if asked_before and ask.auth_type != "rerequest" else set()
    scopes = [scope for scope in ask.scopes if scope not in declined]
    return show("dialog.html", state, ask=ask, scopes=scopes, pages=pages, user=user, others=others)


def _pages_of(state: State, user: User) -> list[Page]:
    """Those the person has a role on, and those of the person's portfolios."""
    business = {
        id for one in state.businesses if user.id in one.user_ids for id in one.owned_page_ids + one.client_page_ids
    }
    return [page for page in state.pages if page.roles.get(user.id) or page.id in business]


def _accepted(ask: Ask, code: Code, scopes: Sequence[str]) -> dict[str, str]:
    found = {"code": code.id} | ({"state": ask.state} if ask.state else {})
    if ask.tell_scopes:
        declined = [scope for scope in ask.scopes if scope not in scopes]
        found |= {"granted_scopes": ",".join(scopes), "denied_scopes": ",".join(declined)}
    return found


def _denial(ask: Ask) -> dict[str, str]:
    """What the redirect carries when the user cancels."""
    return {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_code": "200",
        "error_description": "Permissions error",
        "state": ask.state,
    }


def _earlier(state: State, user: User) -> Grant | None:
    return next((grant for grant in state.grants.of(user.id) if not grant.revoked), None)


def _grant(state: State, ask: Ask, user: User, scopes: Sequence[str], pages: Sequence[str]) -> Code:
    """The person's one grant with this app is changed by each consent; a revoked one never lives again.

    A permission declined before is not asked for again without `auth_type=rerequest`, and stays declined.
    """
    now, old = state.clock.now(), _earlier(state, user)
    kept = [] if ask.auth_type == "rerequest" or old is None else [s for s in old.declined if s in ask.scopes]
    granted = [scope for scope in scopes if scope not in kept]
    grant = Grant(
        id=old.id if old else state.new_id(),
        user_id=user.id,
        scopes=["public_profile", *(scope for scope in granted if scope != "public_profile")],
        declined=[scope for scope in ask.scopes if scope not in granted and scope != "public_profile"],
        page_ids=list(pages),
        created_at=old.created_at if old else now,
        data_access_expires_at=now + DATA_ACCESS_SECONDS,
    )
    state.grants.put(grant)
    text = "AQ" + state.text(64, "code")
    return state.codes.put(Code(text, grant.id, ask.redirect_uri, now + CODE_SECONDS, system=ask.system))
