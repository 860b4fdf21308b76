"""Log in and out, look at one's sessions, change one's password."""

from fastapi import APIRouter, Request, Response

from publicist.api.clients import spend_login
from publicist.api.cookies import check_origin, clear_cookie, place_of, require_cookie_name, set_cookie
from publicist.api.deps import App, SessionReader, SessionWriter, logged_in_of, origin_of, parse, read_json
from publicist.api.idempotency import AskingRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.common import errors, public_errors
from publicist.api.schemas.params import SessionId
from publicist.api.schemas.users import (
    EndedOut,
    LoginIn,
    OwnSessionList,
    PasswordIn,
    SessionOut,
    session_list,
    session_out,
)
from publicist.domain.users import normal_email

router = APIRouter(prefix="/v1/auth", tags=["Sessions"], route_class=AskingRoute)
_WRITES = (400, 408, 413)


@router.post(
    "/login", operation_id="logIn", summary="Log in", responses=public_errors(*_WRITES, 401, 403, 404, 429),
    openapi_extra=json_body(LoginIn),
)  # fmt: skip
async def log_in(app: App, request: Request, response: Response) -> SessionOut:
    """Sets the session's cookie, a new one each time. An address that nobody has is answered as a wrong password is.
    Attempts are counted, for the user's address and for the client's."""
    check_origin(request, app.settings, is_login=True)
    require_cookie_name(request, app)
    body = parse(LoginIn, await read_json(request))
    email, origin = normal_email(body.email), origin_of(request)
    await spend_login(app.rate_limits, email, origin.ip)
    found = await app.sessions.log_in(email, body.password, place_of(request), origin)
    set_cookie(request, response, app, found)
    return session_out(found)


@router.get("/session", operation_id="getSession", summary="Who is logged in", responses=errors(404))
async def get_session(caller: SessionReader, request: Request, response: Response) -> SessionOut:
    """And what they may do, where; `csrfToken` is there for a page that was loaded anew."""
    response.headers["Cache-Control"] = "no-store"
    return session_out(logged_in_of(request))


@router.post("/logout", operation_id="logOut", summary="Log out", responses=errors(*_WRITES))
async def log_out(app: App, caller: SessionWriter, request: Request, response: Response) -> EndedOut:
    """Ends this session, and takes the cookie back."""
    who = logged_in_of(request)
    await app.sessions.log_out(who)
    clear_cookie(request, response, app)
    return EndedOut(id=who.session.id)


@router.get("/sessions", operation_id="listSessions", summary="List one's sessions", responses=errors())
async def list_sessions(app: App, caller: SessionReader, request: Request) -> OwnSessionList:
    """Every browser in which the user is logged in, with its address."""
    who = logged_in_of(request)
    return session_list(await app.sessions.list(who), who.session)


@router.delete("/sessions/{id}", operation_id="endSession", summary="End a session", responses=errors(*_WRITES, 404))
async def end_session(app: App, caller: SessionWriter, id: SessionId, request: Request) -> EndedOut:
    """One of the user's own, from the next request on."""
    await app.sessions.end(logged_in_of(request), id)
    return EndedOut(id=id)


@router.post(
    "/password", operation_id="changePassword", summary="Change one's password", responses=errors(*_WRITES),
    openapi_extra=json_body(PasswordIn),
)  # fmt: skip
async def change_password(app: App, caller: SessionWriter, request: Request, response: Response) -> SessionOut:
    """Every session of the user ends; this browser gets a new one, with another `csrfToken`."""
    body = parse(PasswordIn, await read_json(request))
    who = logged_in_of(request)
    await spend_login(app.rate_limits, who.member.email)
    renewed = await app.sessions.change_password(who, body.current_password, body.new_password)
    set_cookie(request, response, app, renewed)
    return session_out(renewed)
