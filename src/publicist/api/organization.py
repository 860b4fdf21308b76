"""The organization as a whole: pause everything, and go on."""

from fastapi import APIRouter

from publicist.api.deps import AccountsWriter, App
from publicist.api.idempotency import IdempotentRoute
from publicist.api.schemas.common import Out, errors

router = APIRouter(prefix="/v1/organization", tags=["Organization"], route_class=IdempotentRoute)


class PausedOut(Out):
    """Whether anything new goes out."""

    paused: bool


@router.post("/pause", operation_id="pauseOrganization", summary="Pause everything", responses=errors())
async def pause(app: App, caller: AccountsWriter) -> PausedOut:
    """No post of any account starts, live or test: due posts wait (`hold: paused`)."""
    return PausedOut(paused=await app.pauses.set_organization(caller, paused=True))


@router.post("/resume", operation_id="resumeOrganization", summary="End the pause", responses=errors())
async def resume(app: App, caller: AccountsWriter) -> PausedOut:
    """Posts that waited go out now; those whose time is long past wait for a word (`hold: missed`)."""
    return PausedOut(paused=await app.pauses.set_organization(caller, paused=False))
