"""Rows for tests, with every field that does not matter filled in."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.organizations import Organization, Profile
from publicist.domain.posts import Post
from publicist.domain.targets import Target, TargetStatus
from publicist.kit.ids import new_id
from publicist.storage import accounts, organizations, posts, targets
from publicist.storage.session import Database

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def add_caller(database: Database, environment: Environment = Environment.TEST) -> Caller:
    """A new organization, and a caller of it."""
    organization = Organization(new_id(), "Test", NOW)
    async with database.write() as connection:
        await organizations.add(connection, organization, Profile(new_id(), organization.id, "Default", "default", NOW))
    return Caller(organization.id, environment, new_id())


async def add_account(database: Database, caller: Caller, **changes: Any) -> Account:
    """A connected Page of the caller."""
    async with database.write() as connection:
        profile = await organizations.default_profile(connection, caller.organization_id)
        account = Account(
            id=new_id(),
            organization_id=caller.organization_id,
            environment=caller.environment,
            profile_id=profile.id,
            grant_id=None,
            platform="facebook",
            platform_account_id=new_id(),
            display_name="A Page",
            token=b"sealed",
            token_expires_at=None,
            metadata={},
            created_at=NOW,
            updated_at=NOW,
        )
        account = replace(account, **changes)
        await accounts.add(connection, account)
    return account


def target_row(**changes: Any) -> Target:
    """A due target, stored nowhere."""
    target = Target(
        id=new_id(),
        post_id=new_id(),
        organization_id=new_id(),
        environment=Environment.TEST,
        profile_id=new_id(),
        account_id=new_id(),
        platform="facebook",
        position=0,
        text="hello",
        media=(),
        options={},
        status=TargetStatus.QUEUED,
        fingerprint="f",
        scheduled_at=None,
        next_run_at=NOW,
        attempt_number=0,
        permalink=None,
        platform_post_id=None,
        warnings=(),
        error=None,
        published_at=None,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(target, **changes)


async def add_target(database: Database, account: Account, **changes: Any) -> Target:
    """A due target on that account."""
    post = Post(new_id(), account.organization_id, account.environment, None, None, None, None, NOW)
    of_account = {
        "post_id": post.id,
        "organization_id": account.organization_id,
        "environment": account.environment,
        "profile_id": account.profile_id,
        "account_id": account.id,
        "platform": account.platform,
    }
    target = target_row(**of_account | changes)
    async with database.write() as connection:
        await posts.add(connection, post)
        await targets.add(connection, [target])
    return target
