"""Which version of each network's API is called, and until when it is served."""

from fastapi import APIRouter

from publicist.api.deps import App
from publicist.api.schemas.common import public_errors
from publicist.api.schemas.platform_versions import PlatformVersionList, version_list

router = APIRouter(prefix="/v1/platform-versions", tags=["Platform versions"])


@router.get(
    "", operation_id="listPlatformVersions", summary="Versions of Meta's API, and their ends",
    responses=public_errors(429),
)  # fmt: skip
async def list_platform_versions(app: App) -> PlatformVersionList:
    """Needs no key. `version.deprecated` is written 180, 90 and 30 days before the version in use ends."""
    return version_list(list(await app.platform_versions.list()))
