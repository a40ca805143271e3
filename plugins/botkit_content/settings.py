"""What stands under `content` in bot.yaml."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from botkit_content.languages import Language


class ContentSettings(BaseModel):
    """Where done parts of long texts are kept, what is never translated, and how the bot speaks.

    `parts` is a file for parts that are done, so that one that was done is not asked for again after a crash; without
    it they are kept in memory. `names` are names of products and companies that stay as they are. `listen` says that
    voice messages are written down as what customers say, `speak` whether replies are said aloud (`answer`: to who
    sends a voice message). `desk_language` is the language of the people who take conversations over: messages are
    translated for them, and what they say for the customer. `links` says which links may stand in what is written:
    those that bot.yaml allows, or those of the given text too, for a bot whose readers gave it that text.
    """

    parts: str = ""
    names: Annotated[list[str], Field(max_length=200)] = []
    part_tokens: Annotated[int, Field(ge=100, le=5000)] = 1500
    voice: str = ""
    listen: bool = False
    speak: Literal["never", "answer", "always"] = "never"
    desk_language: Language | None = None
    links: Literal["allowed", "given"] = "allowed"
