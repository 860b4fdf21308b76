"""Meta's callbacks about people who leave, and the page on which they see that their data is gone.

Source: App Dashboard, Data Deletion Request Callback; Facebook Login, Signed Requests. Contract: Meta callbacks.
"""

from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from publicist.api.deps import App, read_json
from publicist.api.pages import html, plain
from publicist.crypto.signed_requests import BadSignedRequest
from publicist.domain.farewells import Farewell, FarewellKind
from publicist.kit.errors import ValidationFailed
from publicist.services.application import Application
from publicist.services.farewells import NotSetUp

router = APIRouter()


@router.post("/deauth/meta")
async def deauthorize(app: App, request: Request) -> Response:
    """A person removed the app: their tokens are forgotten, and the accounts need another consent."""
    done = await _received(app, FarewellKind.DEAUTHORIZE, request, "deauth_callback_not_configured")
    return Response() if isinstance(done, Farewell) else done


@router.post("/data-deletion/meta")
async def delete_data(app: App, request: Request) -> Response:
    """A person wants their data deleted: it is, and the answer says where they see that."""
    done = await _received(app, FarewellKind.DATA_DELETION, request, "data_deletion_callback_not_configured")
    if not isinstance(done, Farewell):
        return done
    return JSONResponse({"url": app.farewells.status_url(done), "confirmation_code": done.code})


@router.get("/data-deletion/status")
async def deletion_status(app: App, code: str = "") -> HTMLResponse:
    """For the person: what was deleted, and when."""
    found = await app.farewells.find(code)
    if found is None:
        words = f"# No such request\n\nThere is no data deletion request with the code {plain(code[:200])} here."
        return html(words, "Data deletion", 404)
    day = f"{found.received_at:%d %B %Y, %H:%M} UTC"
    words = (
        f"# Your data is deleted\n\nFacebook asked for it on {day}, and it was done at once.\n\n"
        f"| What | Deleted |\n|---|---|\n| Consents, with your id and their access tokens | {found.grants} |\n"
        f"| Connected Pages and Instagram accounts, with names and access tokens | {found.accounts} |\n\n"
        f"Confirmation code: `{found.code}`\n\nWhat was published stays where it was published, and can be deleted "
        "there. The organization that published it keeps its own texts and files.\n"
    )
    return html(words, "Data deletion")


async def _received(app: Application, kind: FarewellKind, request: Request, unset: str) -> Farewell | Response:
    try:
        text = await _signed_request(request)
        if not text:
            return _refused("signed_request_missing", "Send the form field signed_request.")
        return await app.farewells.receive(kind, text)
    except NotSetUp:
        words = "Set PUBLICIST_META_APP_ID, PUBLICIST_META_APP_SECRET and PUBLICIST_PUBLIC_URL."
        return _refused(unset, words, 503)
    except BadSignedRequest as error:
        return _refused("signed_request_invalid", f"Nothing was done: {error}.")


def _refused(error: str, message: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": error, "message": message}, status)


async def _signed_request(request: Request) -> str:
    """Of a form, or of a JSON object where the request says that it is one; empty when there is none."""
    if "json" not in request.headers.get("content-type", ""):
        fields = parse_qs((await request.body()).decode(errors="replace"))
        return fields.get("signed_request", [""])[0]
    try:
        data = await read_json(request)
    except ValidationFailed:
        return ""
    found = data.get("signed_request") if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""
