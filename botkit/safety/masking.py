"""Masking: what may identify a person gives way to a placeholder, and can come back within a conversation."""

import re
from collections.abc import Collection

import msgspec

from botkit.safety.finding import KINDS, find
from botkit.safety.sights import Kind

_PLACEHOLDER = re.compile(rf"\[(?:{'|'.join((*KINDS, 'text'))}) [1-9]\d{{0,8}}\]")


class Masked(msgspec.Struct, frozen=True):
    """A text without what may identify a person, and what stood there.

    `values` are the placeholders of the conversation so far with what each stands for, as it was first written;
    `numbers` has for each value, however written, its placeholder.
    """

    text: str = ""
    values: dict[str, str] = {}
    numbers: dict[tuple[str, str], str] = {}

    def unmask(self, text: str) -> str:
        """Give a text with what its placeholders stand for; those of no value stay."""
        return _PLACEHOLDER.sub(lambda match: self.values.get(match[0], match[0]), text)


NOTHING_MASKED = Masked()


def mask(text: str, kinds: Collection[Kind] = KINDS, known: Masked = NOTHING_MASKED) -> Masked:
    """Mask what in a text is of these kinds: `[email 1]`, `[card 2]`; `known` is what the conversation had before.

    The same value has the same placeholder, however it is written. What only looks like a placeholder is masked as
    well (`[text 1]`), so that unmasking gives it back. The time is proportional to the length of the text.
    """
    found = [(sight.start, sight.end, sight.kind, sight.key) for sight in find(text, kinds)]
    inside = ((match.start(), match.end(), "text", match[0]) for match in _PLACEHOLDER.finditer(text))
    spans = sorted([*found, *inside] if "[" in text else found)
    if not spans:
        return msgspec.structs.replace(known, text=text)
    values, numbers = dict(known.values), dict(known.numbers)
    counts = {kind: sum(one == kind for one, _ in numbers) for kind in {span[2] for span in spans}}
    pieces: list[str] = []
    at = 0
    for start, end, kind, key in spans:
        if start < at:
            continue
        placeholder = numbers.get((kind, key))
        if placeholder is None:
            counts[kind] += 1
            placeholder = numbers[kind, key] = f"[{kind} {counts[kind]}]"
            values[placeholder] = text[start:end]
        pieces += text[at:start], placeholder
        at = end
    return Masked("".join([*pieces, text[at:]]), values, numbers)
