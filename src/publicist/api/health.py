"""Is it up?"""

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError

from publicist.api.deps import App
from publicist.api.schemas.common import ErrorEnvelope, Out
from publicist.kit.errors import PlatformUnavailable
from publicist.storage.session import ping

router = APIRouter(tags=["Health"])


class Health(Out):
    """All is well."""

    status: str = "ok"


@router.get(
    "/health",
    operation_id="health",
    summary="Is it up?",
    responses={503: {"model": ErrorEnvelope, "description": "The database does not answer."}},
)
async def health(app: App) -> Health:
    """Answers once the database did."""
    try:
        await ping(app.database)
    except SQLAlchemyError:
        raise PlatformUnavailable("The database does not answer.", remediation="Look at the server's log.") from None
    return Health()
