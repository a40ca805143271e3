"""Shortening: a talk that grows too long for a model is told to it in short, its last turns word by word."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from botkit.errors import ModelError
from botkit.llm.counting import guess_input, guess_tokens
from botkit.model.completions import ChatMessage
from botkit.model.marking import mark
from botkit.ports.models import ModelRequest

MOST: Final = 16_000  # tokens of a request, by a guess
RECENT: Final = 6_000  # of its last turns, which stay as they are
LONGEST_OLD: Final = 600  # characters of a tool's result in turns before the last ones
TOGETHER: Final = 4  # turns that give way to a summary at once
WORDS: Final = 150  # of a summary
_REMEMBERED: Final = 256

Write = Callable[[str], Awaitable[str]]
"""Writes a summary of a text; raises ModelError."""


class Summaries:
    """Remembers summaries by what they are of, so that a talk that goes on is not summarised at every turn."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, str] = OrderedDict()

    async def of(self, text: str, write: Write) -> str:
        """Give the summary of a text; of one that cannot be summarised nothing."""
        key = sha256(text.encode()).digest()
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        try:
            made = (await write(text)).strip()
        except ModelError:
            return ""
        self._known[key] = made
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return made


async def shorten(request: ModelRequest, summaries: Summaries, write: Write, most: int = MOST) -> ModelRequest:
    """Give a request that is no longer than `most` tokens, as far as that can be.

    First long results of tools in older turns are cut; then turns before the last ones give way to their summary:
    whole turns of the customer, so that no result of a tool stands without its call, and several at a time, so that
    not every turn makes another summary.
    """
    if guess_input(request) <= most:
        return request
    head, turns = _parted(request.messages)
    kept = max(len(turns) - 1, 0)  # the last turn stays, however long it is
    left = RECENT - (_tokens(turns[kept]) if turns else 0)
    while kept > 0 and (left := left - _tokens(turns[kept - 1])) > 0:
        kept -= 1
    kept -= kept % TOGETHER
    old = [message for turn in turns[:kept] for message in turn]
    recent = [message for turn in turns[kept:] for message in turn]
    cut = [_cut(message) for message in old]
    shorter = replace(request, messages=(*head, *cut, *recent))
    if not old or guess_input(shorter) <= most:
        return shorter
    told = await summaries.of(_written(cut), write)
    instead = [ChatMessage("user", mark("data", told, name="what was said before"))] if told else []
    return replace(request, messages=(*head, *instead, *recent))


def _parted(messages: Sequence[ChatMessage]) -> tuple[list[ChatMessage], list[list[ChatMessage]]]:
    """Give the system message, and the turns: each begins with what the customer said."""
    head = [message for message in messages if message.role == "system"]
    turns: list[list[ChatMessage]] = []
    for message in messages:
        if message.role == "user" or (message.role != "system" and not turns):
            turns.append([message])
        elif message.role != "system":
            turns[-1].append(message)
    return head, turns


def _tokens(turn: Sequence[ChatMessage]) -> int:
    return sum(guess_tokens(one.text) + sum(guess_tokens(call.arguments) for call in one.calls) for one in turn)


def _cut(message: ChatMessage) -> ChatMessage:
    if message.role != "tool" or len(message.text) <= LONGEST_OLD:
        return message
    return replace(message, text=mark("result", f"{message.text[:LONGEST_OLD]} ... (cut)"))


def _written(messages: Sequence[ChatMessage]) -> str:
    return "\n".join(
        f"{message.role}: {message.text}"
        + "".join(f"\ncalled {call.name} {call.arguments}" for call in message.calls)
        for message in messages
    )
