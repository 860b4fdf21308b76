"""What a post on a Page may say besides text and media."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class FacebookOptions(BaseModel):
    """`link` makes a link post: Facebook shows a preview of the page it points to."""

    model_config = ConfigDict(extra="forbid")

    platform: Literal["facebook"]
    link: str | None = Field(None, min_length=1, description="Absolute http or https URL to share.")
