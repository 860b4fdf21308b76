"""What a caller is told of things that are not there for it."""

from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.kit.errors import NotFound
from publicist.storage import accounts
from publicist.storage.session import Connection

PROFILE_SCOPE = "api_key.profile_scope"


def missing(caller: Caller, noun: str, id: str, *, rule: str | None = None, remediation: str | None = None) -> NotFound:
    """There is no such thing. The key of a profile is told so, whether or not another profile has it."""
    if caller.profile_id is None:
        return NotFound(f"There is no {noun} {id}.", rule=rule, remediation=remediation)
    return NotFound(
        f"There is no {noun} {id} in the profile of this API key.",
        rule=PROFILE_SCOPE,
        remediation="Use a key of the organization, or one of the profile it belongs to.",
    )


async def owned_account(connection: Connection, caller: Caller, account_id: str) -> Account:
    """A connected account of the caller. Raises NotFound."""
    account = await accounts.get(connection, caller, account_id)
    if account is None:
        raise missing(caller, "account", account_id, remediation="GET /v1/accounts lists what is there.")
    return account


def check_profile(caller: Caller, profile_id: str | None) -> None:
    """Raises NotFound when the caller's key belongs to another profile than the one that is named."""
    if profile_id is not None and not caller.sees(profile_id):
        raise missing(caller, "profile", profile_id)


def check_whole_organization(caller: Caller, what: str) -> None:
    """Raises NotFound for the key of a profile: `what` is about the whole organization."""
    if caller.profile_id is not None:
        raise NotFound(
            f"{what} is not there for the key of a profile.",
            rule=PROFILE_SCOPE,
            remediation="Use a key of the organization.",
        )
