"""Everything that is stored about an account, a line of JSON for each thing, written as it is read."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Security
from fastapi.responses import StreamingResponse

from publicist.api.deps import App, get_caller, uuid_or_404
from publicist.api.post_views import post_detail_out
from publicist.api.schemas.accounts import account_out
from publicist.api.schemas.common import Out, errors
from publicist.api.schemas.events import event_out
from publicist.api.schemas.grants import grant_out
from publicist.api.schemas.media import media_out
from publicist.api.schemas.params import AccountId
from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.kit.errors import NotFound
from publicist.services.application import Application
from publicist.services.posts import PostRow
from publicist.storage.events import EventFilter
from publicist.storage.targets import Filter

router = APIRouter(prefix="/v1/accounts", tags=["Accounts"])

_SCOPES = ["accounts:read", "posts:read", "media:read", "webhooks:read"]
"""An export shows what the routes of all these show."""
Exporter = Annotated[Caller, Security(get_caller, scopes=_SCOPES)]
_BATCH = 100
_LINES = "application/x-ndjson"
_FORM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Lines of JSON, each with `type` (`account`, `grant`, `post`, `media`, `event`) and `data` as "
        "the other routes show it. The last one, `end`, counts them: without it the export is not whole.",
        "content": {_LINES: {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/{account_id:name}/export", operation_id="exportAccount", summary="Everything that is stored about an account",
    response_class=StreamingResponse, responses={**errors(404), **_FORM},
)  # fmt: skip
async def export(app: App, caller: Exporter, account_id: AccountId) -> StreamingResponse:
    """The account, also a disconnected one, its consent, its posts with every call that was made, their files, and the
    events. No tokens. The key needs `accounts:read`, `posts:read`, `media:read` and `webhooks:read`."""
    account = await app.accounts.ever(caller, uuid_or_404(account_id, "account"))
    headers = {"Content-Disposition": f'attachment; filename="{account.platform}-{account.id}.ndjson"'}
    return StreamingResponse(_counted(_things(app, caller, account)), media_type=_LINES, headers=headers)


async def _counted(things: AsyncIterator[tuple[str, Out]]) -> AsyncIterator[str]:
    counts: dict[str, int] = {}
    async for kind, thing in things:
        counts[kind] = counts.get(kind, 0) + 1
        yield _line(kind, thing.model_dump(mode="json", by_alias=True))
    yield _line("end", counts)


def _line(kind: str, data: Any) -> str:
    return json.dumps({"type": kind, "data": data}, ensure_ascii=False, separators=(",", ":")) + "\n"


async def _things(app: Application, caller: Caller, account: Account) -> AsyncIterator[tuple[str, Out]]:
    grants = await app.accounts.grants_of(caller, [account])
    yield "account", account_out(account, grants.get(account.grant_id or ""))
    if account.grant_id is not None:
        with suppress(NotFound):
            yield "grant", grant_out(await app.grants.get(caller, account.grant_id), app.docs_base)
    used: set[str] = set()
    async for row in _posts(app, caller, account):
        used |= {item.media_id for item in row.target.media}
        yield "post", post_detail_out(*await app.posts.get(caller, row.target.id))
    for ids in _batches(sorted(used)):
        for file in (await app.media.of_caller(caller, ids)).values():
            yield "media", media_out(file, app.media.url(file))
    after, more = None, True
    while more:
        page = await app.events.page(caller, after, EventFilter(account_id=account.id), limit=_BATCH)
        for event in page.events:
            yield "event", event_out(event)
        after, more = page.last_id, page.has_more


async def _posts(app: Application, caller: Caller, account: Account) -> AsyncIterator[PostRow]:
    """Newest first."""
    of_account = Filter(account_id=account.id)
    rows = await app.posts.page(caller, of_account, limit=_BATCH, cursor=None)
    while rows:
        for row in rows:
            yield row
        last = rows[-1].target
        rows = await app.posts.page(caller, of_account, limit=_BATCH, cursor=(last.created_at, last.id))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
