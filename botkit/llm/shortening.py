"""Shortening: a talk that grows too long for a model is told to it in short, its last turns word by word."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from botkit.errors import ModelError
from botkit.llm.counting import guess_input, guess_tokens
from botkit.model.completions import ChatMessage
from botkit.model.marking import LONGEST_DATA, mark
from botkit.ports.models import ModelRequest

MOST: Final = 16_000  # tokens of a request, by a guess
RECENT: Final = 6_000  # of its last turns, which stay as they are
LONGEST_OLD: Final = 600  # characters of a tool's result that is cut
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


async def shorten(
    request: ModelRequest, talk: int, summaries: Summaries, write: Write, most: int = MOST
) -> ModelRequest:
    """Give a request that is no longer than `most` tokens, as far as that can be; a talk is its last `talk` messages.

    First long results of tools are cut, the oldest first, but for those of the model's last calls. Then turns of the
    customer before the last ones give way to their summary: whole turns, so that no result stands without its call.
    What stands before the talk stays.
    """
    if guess_input(request) <= most or not talk:
        return request
    head, said = list(request.messages[:-talk]), _with_cut_results(request, talk, most)
    shorter = replace(request, messages=(*head, *said))
    turns = _turns(said)
    kept, left = len(turns) - 1, RECENT - _tokens(turns[-1])  # the last turn stays, however long it is
    while kept > 0 and (left := left - _tokens(turns[kept - 1])) > 0:
        kept -= 1
    if guess_input(shorter) <= most or not kept:
        return shorter
    told = await _told(turns[: kept - kept % TOGETHER or kept], summaries, write)
    recent = [message for turn in turns[kept - kept % TOGETHER or kept :] for message in turn]
    instead = [ChatMessage("user", mark("data", told, name="what was said before"))] if told else []
    return replace(request, messages=(*head, *instead, *recent))


def _with_cut_results(request: ModelRequest, talk: int, most: int) -> list[ChatMessage]:
    """Give a talk with as many long results cut as have to be."""
    said = list(request.messages[-talk:])
    over = guess_input(request) - most
    last = max((at for at, message in enumerate(said) if message.calls), default=0)
    for at, message in enumerate(said[:last]):
        if over > 0 and message.role == "tool" and len(message.text) > LONGEST_OLD:
            said[at] = replace(message, text=mark("result", f"{message.text[:LONGEST_OLD]} ... (cut)"))
            over -= guess_tokens(message.text) - guess_tokens(said[at].text)
    return said


async def _told(turns: Sequence[Sequence[ChatMessage]], summaries: Summaries, write: Write) -> str:
    """Give the summary of turns: of as many at once as a model is shown, each with the summary of those before."""
    told, texts = "", [_written(turn) for turn in turns]
    while texts:
        part = [f"summary of what was said before: {told}"] if told else []
        part.append(texts.pop(0))
        while texts and sum(map(len, part)) + len(texts[0]) < LONGEST_DATA - len(part):
            part.append(texts.pop(0))
        told = await summaries.of("\n".join(part), write) or told
    return told


def _turns(messages: Sequence[ChatMessage]) -> list[list[ChatMessage]]:
    """Give the turns of a talk: each begins with what the customer said."""
    turns: list[list[ChatMessage]] = [[]]
    for message in messages:
        if message.role == "user" and turns[-1]:
            turns.append([])
        turns[-1].append(message)
    return turns


def _tokens(turn: Sequence[ChatMessage]) -> int:
    return sum(guess_tokens(one.text) + sum(guess_tokens(call.arguments) for call in one.calls) for one in turn)


def _written(messages: Sequence[ChatMessage]) -> str:
    return "\n".join(
        f"{message.role}: {message.text}"
        + "".join(f"\ncalled {call.name} {call.arguments}" for call in message.calls)
        for message in messages
    )
