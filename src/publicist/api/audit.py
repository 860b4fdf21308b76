"""The audit log: who changed what, and from where."""

from typing import Annotated

from fastapi import APIRouter, Query

from publicist.api.deps import App, KeysReader, read_uuid_cursor, write_cursor
from publicist.api.schemas.audit import AuditList, AuditQuery, entry_out
from publicist.api.schemas.common import errors

router = APIRouter(prefix="/v1/audit", tags=["Audit"])


@router.get("", operation_id="listAudit", summary="Read the audit log", responses=errors(400))
async def list_audit(app: App, caller: KeysReader, query: Annotated[AuditQuery, Query()]) -> AuditList:
    """Every change that was made through the API or the command line, newest first; it is stored with the change, or
    not at all. The key of a profile sees what keys of its profile did, and posts of its accounts."""
    found = await app.audit.page(
        caller, query.as_filter(), limit=query.limit + 1, cursor=read_uuid_cursor(query.cursor)
    )
    last = found[query.limit - 1] if len(found) > query.limit else None
    more = write_cursor((last.created_at, last.id) if last else None)
    return AuditList(data=[entry_out(entry) for entry in found[: query.limit]], next_cursor=more)
