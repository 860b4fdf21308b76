"""Requests that a browser makes with a session: its cookie, and the proof that a page of this server made them."""

from urllib.parse import urlsplit

from fastapi import Request, Response

from publicist.crypto.sessions import is_csrf_token
from publicist.domain.audit import Origin
from publicist.domain.environments import Environment
from publicist.kit.errors import Forbidden, Unauthenticated, ValidationFailed
from publicist.kit.ids import parse_uuid
from publicist.kit.settings import Settings, is_loopback
from publicist.services.application import Application
from publicist.services.sessions import LoggedIn, Place

SECURE_COOKIE = "__Host-publicist_session"
"""A browser takes it over https only, from this host only, for all of it (RFC 6265bis 4.1.3.2)."""
PLAIN_COOKIE = "publicist_session"
"""On the machine itself, over http."""
CSRF_HEADER = "X-CSRF-Token"
ORGANIZATION_HEADER = "X-Publicist-Organization"
ENVIRONMENT_HEADER = "X-Publicist-Environment"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def set_cookie(request: Request, response: Response, app: Application, logged_in: LoggedIn) -> None:
    """Give the browser a session. It forgets the cookie when the session can no longer be used."""
    seconds = int(app.settings.session_hours * 3600)
    _write_cookie(request, response, app, logged_in.token, seconds)


def clear_cookie(request: Request, response: Response, app: Application) -> None:
    """Take it back."""
    _write_cookie(request, response, app, "", 0)


def _write_cookie(request: Request, response: Response, app: Application, value: str, seconds: int) -> None:
    name = require_cookie_name(request, app)
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=name == SECURE_COOKIE, httponly=True, samesite="lax"
    )
    response.headers["Cache-Control"] = "no-store"


def require_cookie_name(request: Request, app: Application) -> str:
    """What the session's cookie is called here. Raises Forbidden (session.https) where it would go in the clear."""
    name = _cookie_name(request, app.settings)
    if name is None:
        raise Forbidden(
            f"Passwords and sessions do not go to {request.url.hostname} over http.",
            rule="session.https",
            remediation="Put a proxy with https in front and set PUBLICIST_PUBLIC_URL=https://..., or use 127.0.0.1.",
        )
    return name


def _cookie_name(request: Request, settings: Settings) -> str | None:
    """None over http to another machine. A proxy that ends TLS is known by PUBLICIST_PUBLIC_URL."""
    if request.url.scheme == "https" or (settings.public_url or "").startswith("https://"):
        return SECURE_COOKIE
    return PLAIN_COOKIE if is_loopback(request.url.hostname or "") else None


async def logged_in_by(request: Request, app: Application, origin: Origin) -> LoggedIn:
    """Who the cookie of a request stands for; one that writes also has to prove where it comes from.

    Raises Unauthenticated without a session, Forbidden (session.origin, session.csrf), and as `Sessions.authenticate`.
    """
    token = request.cookies.get(_cookie_name(request, app.settings) or "")
    if not token:
        raise Unauthenticated(
            "No API key came with the request.",
            remediation="Send `Authorization: Bearer lmp_test_...`, or log in: POST /v1/auth/login.",
        )
    found = await app.sessions.authenticate(token, place_of(request), origin)
    if request.method not in _SAFE:
        check_origin(request, app.settings)
        _check_csrf(request, token)
    return found


async def session_of_cookie(request: Request, app: Application) -> str | None:
    """The id of the browser's session, whatever it may do; None without one that lasts."""
    token = request.cookies.get(_cookie_name(request, app.settings) or "")
    return await app.sessions.id_of(token) if token else None


def place_of(request: Request) -> Place:
    """Where a request wants to act. Raises ValidationFailed for an environment that does not exist."""
    asked = request.headers.get(ENVIRONMENT_HEADER, Environment.TEST)
    if asked not in set(Environment):
        raise ValidationFailed(
            f"{ENVIRONMENT_HEADER} is {asked[:20]!r}; it must be live or test.",
            rule=ENVIRONMENT_HEADER,
            remediation="Leave it out for the test environment.",
        )
    organization = request.headers.get(ORGANIZATION_HEADER)
    return Place(organization and (parse_uuid(organization) or organization), Environment(asked))


def check_origin(request: Request, settings: Settings, *, is_login: bool = False) -> None:
    """Raises Forbidden (session.origin) unless the browser says that a page of this server sent the request.

    What sends neither header is no browser of this decade: it may log in, where there is no cookie to abuse yet.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None and is_login:
        return
    own = _own_origins(request, settings)
    if (site in (None, "same-origin")) and (origin in own or (origin is None and site is not None)):
        return
    raise Forbidden(
        f"The request comes from {origin or site or 'nowhere: it has no Origin'}, and not from a page of this server.",
        rule="session.origin",
        remediation="Behind a proxy set PUBLICIST_PUBLIC_URL to the URL that browsers see. Programs use an API key.",
    )


def _own_origins(request: Request, settings: Settings) -> set[str]:
    own = {f"{request.url.scheme}://{request.headers.get('host', '')}"}
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        own.add(f"{parts.scheme}://{parts.netloc}")
    return own


def _check_csrf(request: Request, token: str) -> None:
    if not is_csrf_token(token, request.headers.get(CSRF_HEADER, "")):
        raise Forbidden(
            f"{CSRF_HEADER} is not that of this session.",
            rule="session.csrf",
            remediation=f"Send `csrfToken` of the answer to the login, or of GET /v1/auth/session, as {CSRF_HEADER}.",
        )
