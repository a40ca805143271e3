"""What the actions give to a flow, and what a model may choose from."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from botkit_content.languages import Language

Kind = Literal["article", "advertisement", "email", "post"]
Tone = Literal["neutral", "friendly", "formal", "enthusiastic", "plain"]
Audience = Literal["reader", "colleague"]
Style = Literal["any", "formal", "informal"]
Length = Literal["same", "shorter", "longer"]
Size = Literal["1024x1024", "1536x1024", "1024x1536", "512x512", "256x256"]


def _listed(given: Any) -> Any:
    """Read a list that somebody wrote with commas."""
    return [one for one in re.split(r"\s*[,，、;；\n]\s*", given.strip()) if one] if isinstance(given, str) else given


Text = Annotated[str, Field(description="The text to work on.")]
Keep = Annotated[
    list[str], Field(description="Names and terms that have to stay as they are written.", max_length=50)
]
Keywords = Annotated[
    list[str],
    BeforeValidator(_listed),
    Field(description="Words by which people search, which it has to contain.", max_length=20),
]
To = Annotated[Language, Field(description="The language of the result.")]


class Piece(BaseModel):
    """A part of a long text, and what stands between it and the next."""

    text: str
    gap: str = ""


class Summary(BaseModel):
    """A summary; `parts` is how many parts the text was read in."""

    text: str
    language: str
    parts: int = 1


class Translation(BaseModel):
    """A translation with its original. `source` is the original's language, "" where it shows none."""

    text: str
    original: str
    language: str
    source: str = ""
    parts: int = 1


class Draft(BaseModel):
    """A text that was written: its title and its body."""

    title: str
    text: str
    language: str
    keywords: list[str] = []


class Rewriting(BaseModel):
    """A text in other words."""

    text: str
    original: str
    parts: int = 1


class Answer(BaseModel):
    """An answer out of a material, with the words of it that support it; without one `answerable` is false."""

    answerable: bool
    text: str = ""
    quotes: list[str] = []


class Heard(BaseModel):
    """What is said in a sound."""

    text: str
    language: str = ""
