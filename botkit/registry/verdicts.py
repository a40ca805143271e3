"""What a guard says of a text, or of a call that a language model wants."""

from typing import Literal

import msgspec

Direction = Literal["input", "output", "tool"]


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """A guard's judgement: `refused` says why the text may not pass; else `text` replaces it (None: as it is).

    Nothing replaces a call: it is refused, or made as it is.

    The reason is for the turn's record, not for the customer: what the customer hears is the flow `on_blocked`.
    """

    refused: str = ""
    text: str | None = None

    @classmethod
    def refuse(cls, reason: str) -> "Verdict":
        """Refuse the text."""
        return cls(refused=reason or "refused")

    @classmethod
    def replace(cls, text: str) -> "Verdict":
        """Let another text pass in its place."""
        return cls(text=text)


PASS = Verdict()
