"""Texts that grow: tokens become text, and the text ends where it shall stop."""

from collections.abc import Callable, Sequence
from typing import Final

_HALF: Final = "\ufffd"  # what a tokenizer gives for bytes that are no whole character yet

Decode = Callable[[Sequence[int]], str]


class Spelling:
    """Gives the text that each token adds; characters of several tokens come when they are whole.

    A few tokens before are decoded again with each, since what stands between two depends on both.
    """

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self._ids: list[int] = []
        self._before = self._told = 0

    def take(self, token: int) -> str:
        """Give what a token adds to the text."""
        self._ids.append(token)
        return self._next(whole=False)

    def end(self) -> str:
        """Give what is left: half a character, as the tokenizer shows it."""
        return self._next(whole=True)

    def _next(self, *, whole: bool) -> str:
        told = self._decode(self._ids[self._before : self._told])
        text = self._decode(self._ids[self._before :])
        if len(text) <= len(told) or (text.endswith(_HALF) and not whole):
            return ""
        self._before, self._told = self._told, len(self._ids)
        return text[len(told) :]


class GrowingText:
    """A text without the white space around it, up to the first of the texts at which it stops.

    `on_text` hears its parts, which add up to `text`: nothing that may yet turn out to be a stop, or the white space
    at its end. How the text is cut into pieces changes nothing.
    """

    def __init__(self, stop: Sequence[str] = (), on_text: Callable[[str], None] | None = None) -> None:
        self.text = ""
        self.stopped = False
        self._stop = tuple(one for one in stop if one)
        self._on_text = on_text
        self._held = ""

    def take(self, piece: str) -> bool:
        """Add a piece; tell whether the text has stopped."""
        if self.stopped or not piece:
            return self.stopped
        self._held += piece
        if (end := self._find()) is not None:
            self.stopped = True
            self._held = self._held[:end]
            self.end()
        else:
            self._give(len(self._held) - self._doubtful())
        return self.stopped

    def end(self) -> str:
        """Give the whole text: nothing more comes."""
        self._give(len(self._held))
        self._held = ""
        return self.text

    def _give(self, end: int) -> None:
        end = len(self._held[:end].rstrip())
        part, self._held = self._held[:end], self._held[end:]
        part = part if self.text else part.lstrip()
        self.text += part
        if part and self._on_text is not None:
            self._on_text(part)

    def _find(self) -> int | None:
        """Give where the stop begins that is complete first."""
        found = [(at + len(stop), at) for stop in self._stop if (at := self._held.find(stop)) >= 0]
        return min(found)[1] if found else None

    def _doubtful(self) -> int:
        """Give how many characters at the end may be the beginning of a stop."""
        longest = max(map(len, self._stop), default=1) - 1
        ends = (self._held[-size:] for size in range(min(longest, len(self._held)), 0, -1))
        return next((len(end) for end in ends if any(stop.startswith(end) for stop in self._stop)), 0)
