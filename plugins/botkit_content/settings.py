"""What stands under `content` in bot.yaml."""

from typing import Annotated

from pydantic import BaseModel, Field


class ContentSettings(BaseModel):
    """Where done parts of long texts are kept, what is never translated, and how the bot speaks.

    `parts` is a file for parts that are done, so that one that was done is not asked for again after a crash; without
    it they are kept in memory. `names` are names of products and companies that stay as they are.
    """

    parts: str = ""
    names: Annotated[list[str], Field(max_length=200)] = []
    part_tokens: Annotated[int, Field(ge=100, le=5000)] = 1500
    voice: str = ""
