"""The query of GET /v1/posts (contract: post reads)."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from publicist.api.schemas.posts import Instant, Uuid
from publicist.domain.targets import TargetStatus
from publicist.platforms import registry
from publicist.storage.targets import Filter

STATUSES = (*TargetStatus, "validated")


def _split(value: Any) -> Any:
    return [part for item in value for part in str(item).split(",") if part] if isinstance(value, list) else value


def _escaped(value: Any) -> Any:
    """The `+` of an offset arrives as a space when the client did not escape it."""
    return value.replace(" ", "+") if isinstance(value, str) else value


def _storable(value: str) -> str:
    if "\0" in value:
        raise ValueError("contains the character U+0000")
    return value


def known(values: list[str], allowed: Iterable[str]) -> list[str]:
    """The values. Raises ValueError when one is not allowed."""
    wrong = [value for value in values if value not in allowed]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not one of: {', '.join(sorted(allowed))}")
    return values


def _platforms(values: list[str]) -> list[str]:
    return known(values, registry())


def _statuses(values: list[str]) -> list[str]:
    return known(values, STATUSES)


def words(allowed: Iterable[str]) -> WithJsonSchema:
    """The description of a list of these."""
    return WithJsonSchema({"type": "array", "items": {"type": "string", "enum": sorted(allowed)}})


QueryText = Annotated[str, AfterValidator(_storable)]
QueryList = Annotated[list[QueryText], BeforeValidator(_split)]
QueryInstant = Annotated[Instant, BeforeValidator(_escaped)]


class PostQuery(BaseModel):
    """Which posts to list. Arrays may repeat, be joined by commas, or both."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    platform: Annotated[QueryList, AfterValidator(_platforms), words(registry())] = Field(
        [], description="Only posts on these platforms."
    )
    status: Annotated[QueryList, AfterValidator(_statuses), words(STATUSES)] = Field(
        [], description="Only posts in these states."
    )
    error_code: QueryList = Field([], description="Posts whose `error.code` is one of these.")
    after: QueryInstant | None = Field(None, description="Created at this instant or later.")
    before: QueryInstant | None = Field(None, description="Created before this instant.")
    external_id: QueryText | None = Field(None, description="The `externalId` they were sent with.")
    profile_id: Uuid | None = Field(None, description="Only posts of this profile.")
    account_id: Uuid | None = Field(None, description="Only posts of this account.")
    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    cursor: str | None = Field(None, description="`nextCursor` of the page before.")

    def as_filter(self) -> Filter:
        """The part that the service narrows by."""
        return Filter(
            profile_id=self.profile_id,
            account_id=self.account_id,
            platforms=tuple(self.platform),
            statuses=tuple(self.status),
            error_codes=tuple(self.error_code),
            after=self.after,
            before=self.before,
            external_id=self.external_id,
        )
