"""Who makes a call: the token, whether it lives, what it reaches, and the proof that the app's server sent it."""

import base64
import hmac
from dataclasses import dataclass

from starlette.requests import Request

from graphsim.clock import error_time
from graphsim.oauth.models import Grant, Token, TokenKind
from graphsim.state import State
from graphsim.wire.errors import GraphError, unsupported
from graphsim.wire.params import Params

ENDINGS = {
    458: "Error validating access token: The user has not authorized application.",
    459: "You cannot access the app till you log in to www.instagram.com and follow the instructions given.",
    460: "Error validating access token: The session has been invalidated because the user changed their password or "
    "Facebook has changed the session for security reasons.",
    464: "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed "
    "user.",
    467: "Error validating access token: This may be because the user logged out or may be due to a system error.",
    492: "Error validating access token: Session has been invalidated because the user does not have a role on the "
    "Page.",
}
"""Subcodes of 190 that end a token before its time (Meta: Handling Errors)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A live token and its grant; an app token has no grant."""

    token: Token
    grant: Grant | None

    def has(self, scope: str) -> bool:
        """Whether the user granted a permission."""
        return self.grant is not None and scope in self.grant.scopes

    def need(self, *scopes: str) -> None:
        """Raises GraphError 10 for the first permission that is missing (Meta: Permissions Reference)."""
        for scope in scopes:
            if not self.has(scope):
                raise GraphError(10, f"(#10) This endpoint requires the '{scope}' permission", status=403)

    def need_data_access(self, now: float) -> None:
        """Raises GraphError 190 when the user has been away for 90 days; `instagram_*` permissions end with that.

        Which reply Meta gives is unconfirmed (Meta: Authentication Versus Data Access).
        """
        if self.grant is not None and now >= self.grant.data_access_expires_at:
            raise GraphError(190, "Error validating access token: The user's data access has expired.")


def token_text(request: Request, params: Params) -> str:
    """The token from the header (`Bearer` or `OAuth`) or the parameter."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    return rest.strip() if scheme in ("Bearer", "OAuth") and rest else params.text("access_token")


def app_credentials(request: Request, params: Params) -> None:
    """`client_id` and `client_secret` from HTTP Basic, which OAuth libraries send in their place (RFC 6749, 2.3.1)."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return
    try:
        id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return
    params.values.setdefault("client_id", id)
    params.values.setdefault("client_secret", secret)


def authenticate(state: State, text: str, proof: str | None) -> Caller:
    """The caller behind a token. Raises GraphError 2500, 190 or 100 (proof). `proof` None skips the proof check."""
    if not text:
        words = "An active access token must be used to query information about the current user."
        raise GraphError(2500, words)
    app_token = f"{state.settings.app_id}|{state.settings.app_secret}"
    if hmac.compare_digest(text.encode(), app_token.encode()):
        return Caller(Token(app_token, TokenKind.APP), None)
    token = state.tokens.get(text)
    if token is None:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    if proof is not None:
        check_proof(state, text, proof)
    return Caller(token, _alive(state, token))


def _alive(state: State, token: Token) -> Grant:
    """The grant of a token that is still good. Raises GraphError 190 with the subcode of what ended it."""
    grant = state.grants.get(token.grant_id)
    if grant is None or grant.revoked:
        raise GraphError(190, ENDINGS[458], subcode=458)
    if token.ended_by:
        raise GraphError(190, ENDINGS[token.ended_by], subcode=token.ended_by)
    page = state.pages.get(token.page_id)
    if page is not None and not page.roles.get(token.user_id):
        raise GraphError(190, ENDINGS[492], subcode=492)
    now = state.clock.now()
    if token.expires_at and now >= token.expires_at:
        words = (
            f"Error validating access token: Session has expired on {error_time(token.expires_at)}. "
            f"The current time is {error_time(now)}."
        )
        raise GraphError(190, words, subcode=463)
    return grant


def check_proof(state: State, token: str, proof: str) -> None:
    """`appsecret_proof` as lower-case hex (Meta: Graph API, Securing Requests). Raises GraphError 100."""
    if not proof:
        if not state.settings.proof_required:
            return
        words = "API calls from the server require an appsecret_proof argument"
        raise GraphError(100, words, kind="GraphMethodException")
    if not hmac.compare_digest(state.proof(token).encode(), proof.encode()):
        words = "Invalid appsecret_proof provided in the API argument"
        raise GraphError(100, words, kind="GraphMethodException")


def page_for(caller: Caller, page_id: str, method: str) -> None:
    """A Page's objects need its own token. Raises GraphError 200 for a user token, 100/33 for another Page's."""
    if caller.token.kind.is_person:
        words = (
            "(#200) If posting to a group, requires app being installed in the group, and either publish_to_groups "
            "permission with user token, or both pages_read_engagement and pages_manage_posts permission with page "
            "token; If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin with "
            "sufficient administrative permission"
        )
        raise GraphError(200, words, status=403)
    if caller.token.kind is not TokenKind.PAGE or caller.token.page_id != page_id:
        raise unsupported(method, page_id)


def tasks_of(state: State, caller: Caller, page_id: str) -> list[str]:
    """What the person behind the token may do on a Page."""
    page = state.pages.get(page_id)
    return list(page.roles.get(caller.token.user_id, ())) if page else []
