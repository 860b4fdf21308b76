"""Who makes a call: the token, whether it lives, what it reaches, and the proof that the app's server sent it."""

import hashlib
import hmac
from dataclasses import dataclass

from starlette.requests import Request

from graphsim.clock import error_time
from graphsim.oauth.models import Grant, Token, TokenKind
from graphsim.state import State
from graphsim.wire import GraphError, Params, unsupported


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


def token_text(request: Request, params: Params) -> str:
    """The token from the header (`Bearer` or `OAuth`) or the parameter."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    return rest.strip() if scheme in ("Bearer", "OAuth") and rest else params.text("access_token")


def authenticate(state: State, text: str, proof: str | None) -> Caller:
    """The caller behind a token. Raises GraphError 2500, 190 or 100 (proof). `proof` None skips the proof check."""
    if not text:
        words = "An active access token must be used to query information about the current user."
        raise GraphError(2500, words)
    app_token = f"{state.settings.app_id}|{state.settings.app_secret}"
    if hmac.compare_digest(text, app_token):
        return Caller(Token(app_token, TokenKind.APP), None)
    token = state.tokens.get(text)
    if token is None:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    if proof is not None:
        check_proof(state, text, proof)
    grant = state.grants.get(token.grant_id)
    if grant is None or grant.revoked:
        words = "Error validating access token: The user has not authorized application."
        raise GraphError(190, words, subcode=458)
    now = state.clock.now()
    if token.expires_at and now >= token.expires_at:
        words = (
            f"Error validating access token: Session has expired on {error_time(token.expires_at)}. "
            f"The current time is {error_time(now)}."
        )
        raise GraphError(190, words, subcode=463)
    return Caller(token, grant)


def check_proof(state: State, token: str, proof: str) -> None:
    """Every server call carries `appsecret_proof` (Meta: Graph API, Securing Requests). Raises GraphError 100."""
    if not proof:
        words = "API calls from the server require an appsecret_proof argument"
        raise GraphError(100, words, kind="GraphMethodException")
    right = hmac.new(state.settings.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, proof):
        words = "Invalid appsecret_proof provided in the API argument"
        raise GraphError(100, words, kind="GraphMethodException")


def page_for(caller: Caller, page_id: str, method: str) -> None:
    """A Page's objects need its own token. Raises GraphError 200 for a user token, 100/33 for another Page's."""
    if caller.token.kind is TokenKind.USER:
        words = (
            "(#200) If posting to a group, requires app being installed in the group, and either publish_to_groups "
            "permission with user token, or both pages_read_engagement and pages_manage_posts permission with page "
            "token; If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin with "
            "sufficient administrative permission"
        )
        raise GraphError(200, words, status=403)
    if caller.token.kind is not TokenKind.PAGE or caller.token.page_id != page_id:
        raise unsupported(method, page_id)
