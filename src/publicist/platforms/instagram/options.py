"""What a post on Instagram may say besides caption and media: nothing yet."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class InstagramOptions(BaseModel):
    """No options so far; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")

    platform: Literal["instagram"]
