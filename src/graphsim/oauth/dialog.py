"""The consent page: what a person sees, and what the redirect carries."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from graphsim.html import render
from graphsim.oauth.models import SCOPES, Code, Grant
from graphsim.oauth.responses import CODE_SECONDS
from graphsim.state import State

DATA_ACCESS_SECONDS = 90 * 24 * 3600.0
_KNOWN = {"client_id", "redirect_uri", "state", "scope", "response_type", "auth_type", "display", "config_id"}


@dataclass(frozen=True, slots=True)
class Ask:
    """A valid request for consent."""

    redirect_uri: str
    state: str
    scopes: tuple[str, ...]


def read(state: State, query: Mapping[str, str]) -> Ask | str:
    """The request, or why the dialog shows an error page; it redirects to no address that it does not know."""
    if query.get("client_id") != state.settings.app_id:
        return "Invalid App ID: the provided app ID does not look like a valid app ID."
    if query.get("redirect_uri") not in state.settings.redirect_uris:
        return "URL blocked: the redirect URI is not whitelisted in the app's client OAuth settings."
    if query.get("response_type", "code") != "code":
        return "Only response_type=code is simulated."
    scopes = tuple(scope for scope in query.get("scope", "").replace(" ", ",").split(",") if scope)
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        return f"Invalid Scopes: {', '.join(unknown)}. This message is only shown to developers."
    return Ask(query["redirect_uri"], query.get("state", ""), scopes)


async def dialog(state: State, request: Request) -> Response:
    """`GET` shows the page, `POST` is its form; everything the form sends is checked again."""
    ask = read(state, request.query_params)
    if isinstance(ask, str):
        return HTMLResponse(render("error.html", state, message=ask), 400)
    if request.method == "GET":
        pages = [(page, state.instagram.get(page.instagram_id or "")) for page in state.pages]
        user = next(iter(state.users))
        return HTMLResponse(render("dialog.html", state, ask=ask, pages=pages, user=user))
    form = await request.form()
    if form.get("action") != "continue":
        return RedirectResponse(f"{ask.redirect_uri}?{urlencode(_denial(ask))}", 302)
    scopes = [str(value) for value in form.getlist("scopes") if value in ask.scopes]
    pages_ticked = [str(value) for value in form.getlist("pages") if state.pages.get(str(value))]
    code = _grant(state, ask, scopes, pages_ticked)
    query = {"code": code.id} | ({"state": ask.state} if ask.state else {})
    state.database.commit()
    return RedirectResponse(f"{ask.redirect_uri}?{urlencode(query)}#_=_", 302)


def _denial(ask: Ask) -> dict[str, str]:
    """What the redirect carries when the user cancels (Meta: Manually Build a Login Flow)."""
    return {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_code": "200",
        "error_description": "Permissions error",
        "state": ask.state,
    }


def _grant(state: State, ask: Ask, scopes: Sequence[str], pages: Sequence[str]) -> Code:
    """The person's one grant with this app is changed by each consent; a revoked one never lives again."""
    now = state.clock.now()
    user = next(iter(state.users))
    old = next((grant for grant in state.grants if grant.user_id == user.id and not grant.revoked), None)
    declined = [scope for scope in ask.scopes if scope not in scopes]
    granted = ["public_profile", *scopes]
    grant = Grant(
        id=old.id if old else state.new_id(),
        user_id=user.id,
        scopes=granted,
        declined=declined,
        page_ids=list(pages),
        created_at=old.created_at if old else now,
        data_access_expires_at=now + DATA_ACCESS_SECONDS,
    )
    state.grants.put(grant)
    return state.codes.put(Code("AQ" + secrets.token_urlsafe(48), grant.id, ask.redirect_uri, now + CODE_SECONDS))
