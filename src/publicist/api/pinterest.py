"""The routes of Pinterest boards, for clients that know them: no account here has any (contract: Pinterest boards)."""

from typing import NoReturn

from fastapi import APIRouter

from publicist.api.deps import AccountsReader, App, uuid_or_404
from publicist.api.idempotency import IdempotentRoute
from publicist.kit.errors import ValidationFailed

router = APIRouter(prefix="/v1/accounts/{account_id:name}/pinterest", route_class=IdempotentRoute)


@router.get("/boards", response_model=None)
@router.post("/boards", response_model=None)
@router.patch("/default-board", response_model=None)
async def refuse(app: App, caller: AccountsReader, account_id: str) -> NoReturn:
    """404 for an account that is not there, else a refusal in words."""
    account = await app.accounts.get(caller, uuid_or_404(account_id, "account"))
    raise ValidationFailed(
        f"Account {account.id} is on {account.platform}, which has no boards.",
        rule="platform.mismatch",
        remediation="Leave boards out; Publicist posts to Facebook Pages and Instagram.",
    )
