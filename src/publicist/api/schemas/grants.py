"""Grants and verdicts, on the wire."""

from typing import Literal

from pydantic import Field

from publicist.api.schemas.common import In, Moment, Out
from publicist.domain.verdicts import AVAILABLE, CONNECTED, Verdict
from publicist.kit.links import rule_url
from publicist.services.grants import GrantView


class VerdictOut(Out):
    """What became of one account of the network. `verdict` is `connected`; `available`, when nothing is in the way and
    it was not chosen; or what is in the way, and then `ruleUrl` is its page and `remediation` the step that mends it.
    """

    platform: str
    platform_account_id: str | None = Field(description="Null for an account that can only be missed, not seen.")
    display_name: str | None
    page_id: str | None = Field(description="The Page that an Instagram account is reached through.")
    verdict: str
    account_id: str | None = Field(
        description="The account here. Some that cannot be posted to yet have one: their token is good."
    )
    message: str
    remediation: str | None
    link: str | None = Field(description="Where a person mends it.")
    missing_scopes: list[str]
    rule: str | None
    rule_url: str | None


class GrantOut(Out):
    """One consent of one person: what it allows, and a verdict for everything it reaches."""

    object: Literal["grant"] = "grant"
    id: str
    family: str
    environment: str
    subject: str = Field(description="The person's id, as the Meta app knows it.")
    select: bool = Field(description="Whether accounts are connected only once they are chosen.")
    granted_scopes: list[str]
    declined_scopes: list[str]
    token_expires_at: Moment | None
    data_access_expires_at: Moment | None
    scanned_at: Moment | None = Field(description="When the verdicts were found; scan again to renew them.")
    created_at: Moment
    updated_at: Moment
    verdicts: list[VerdictOut]


class GrantList(Out):
    """All grants; there are no pages."""

    data: list[GrantOut]


class ChooseIn(In):
    """Accounts of the network to connect. A Page and its Instagram account are two."""

    accounts: list[str] = Field(min_length=1, max_length=1000, description="`platformAccountId` of verdicts.")


def grant_out(view: GrantView, docs_base: str) -> GrantOut:
    """The wire form of a grant."""
    grant = view.grant
    ids = {(account.platform, account.platform_account_id): account.id for account in view.accounts}
    return GrantOut(
        id=grant.id,
        family=grant.family,
        environment=grant.environment,
        subject=grant.subject,
        select=grant.selective,
        granted_scopes=list(grant.granted_scopes),
        declined_scopes=list(grant.declined_scopes),
        token_expires_at=grant.token_expires_at,
        data_access_expires_at=grant.data_access_expires_at,
        scanned_at=grant.scanned_at,
        created_at=grant.created_at,
        updated_at=grant.updated_at,
        verdicts=[
            _verdict_out(one, ids.get((one.platform, one.platform_account_id or "")), grant.id, docs_base)
            for one in view.verdicts
        ],
    )


def _verdict_out(verdict: Verdict, account_id: str | None, grant_id: str, docs_base: str) -> VerdictOut:
    is_free = verdict.reason == CONNECTED and account_id is None
    remediation = "Connect it: POST /v1/grants/{id}/accounts." if is_free else verdict.remediation
    return VerdictOut(
        platform=verdict.platform,
        platform_account_id=verdict.platform_account_id,
        display_name=verdict.display_name,
        page_id=verdict.page_id,
        verdict=AVAILABLE if is_free else verdict.reason,
        account_id=account_id,
        message=verdict.message,
        remediation=remediation.replace("{id}", grant_id) if remediation else None,
        link=verdict.link,
        missing_scopes=list(verdict.scopes),
        rule=verdict.rule,
        rule_url=rule_url(docs_base, verdict.rule) if verdict.rule else None,
    )
