"""Changes to stored posts on the wire: edit, move, resolve, cancel a selection."""

from typing import Literal

from pydantic import Field, StrictBool, model_validator

from publicist.api.schemas.common import In, Out
from publicist.api.schemas.posts import Instant, MediaIn, Options, ScheduledAt, Text, Uuid, refuse_lone_zone


class PatchIn(In):
    """What to change of a queued post: its time (or now), its content, or both. Members left out stay as they are."""

    timezone: str | None = Field(None, description="As in POST /v1/posts.")
    scheduled_at: ScheduledAt | None = None
    publish_now: Literal[True] | None = None
    text: Text | None = Field(None, description="Another text; null for none.")
    media: list[MediaIn] | None = Field(None, description="Other files; an empty list for none.")
    options: Options | None = Field(None, description="Other options of the platform; null for none.")

    @model_validator(mode="after")
    def _something(self) -> "PatchIn":
        if self.scheduled_at is not None and self.publish_now is not None:
            raise ValueError("publishNow and scheduledAt contradict each other; send one of them")
        if not self.moves and not self.edits:
            raise ValueError("nothing to change: give scheduledAt, publishNow, text, media or options")
        refuse_lone_zone(self.timezone, self.scheduled_at)
        return self

    @property
    def moves(self) -> bool:
        """Whether it gets another time."""
        return self.scheduled_at is not None or self.publish_now is not None

    @property
    def edits(self) -> frozenset[str]:
        """Which members of the content are replaced."""
        return frozenset({"text", "media", "options"} & self.model_fields_set)


class ResolveIn(In):
    """What a person saw: whether the post is live."""

    outcome: Literal["published", "failed"]
    permalink: str | None = Field(None, pattern=r"^https?://.", max_length=2000, description="Where it is live.")
    platform_post_id: str | None = Field(None, min_length=1, max_length=255, description="Meta's id of it.")
    note: str | None = Field(None, min_length=1, max_length=1000, description="Kept as the error's message.")

    @model_validator(mode="after")
    def _fits(self) -> "ResolveIn":
        if self.outcome == "failed" and (self.permalink or self.platform_post_id):
            raise ValueError("permalink and platformPostId belong to the outcome 'published'")
        if self.outcome == "published" and self.note:
            raise ValueError("note belongs to the outcome 'failed'")
        return self


class SelectionIn(In):
    """Which queued posts; at least one member. All that are given must hold."""

    account_id: Uuid | None = None
    profile_id: Uuid | None = None
    platform: str | None = None
    external_id: str | None = None
    scheduled_after: Instant | None = Field(None, description="Scheduled at this instant or later.")
    scheduled_before: Instant | None = Field(None, description="Scheduled before this instant.")
    all: Literal[True] | None = Field(None, description="Every queued post of this key's environment.")

    @model_validator(mode="after")
    def _some(self) -> "SelectionIn":
        if not self.model_fields_set:
            raise ValueError('name a selection, or send {"all": true}')
        return self


class RetryAccountIn(In):
    """Which posts of the account; nothing for those that failed in the last seven days."""

    since: Instant | None = Field(None, description="Those that failed at this instant or later.")
    missed: StrictBool = Field(False, description="Also what waits for a word because its time passed: send it now.")


class RetriedListOut(Out):
    """What is on its way again; `more` says that one request does not send more, and there is more."""

    retried: list[str]
    more: bool


class CanceledListOut(Out):
    """What was canceled; `more` says that the selection holds more than one request cancels."""

    canceled: list[str]
    more: bool
