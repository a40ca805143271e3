"""Growing: answers that are made on one node grow on the pages that another one holds.

It is a courtesy: what the carrier loses is left out or shown a moment later, and the reply that is stored takes the
preview's place whatever came of it.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, Literal
from uuid import uuid4

from botkit.ports.carriers import Carrier, Growth
from botkit.ports.connectors import StreamPart

PACE: Final = 0.25  # seconds between two growths of one answer
A_SECOND: Final = 50  # growths of all answers of a node, about; more answers grow more slowly
WHOLE: Final = 600  # characters up to which all of an answer is told each time, so that a lost one does no harm
PIECE: Final = 1_200  # characters of a growth: of any script they are less than a carrier takes
LONGEST: Final = 12_000  # characters of an answer that is told while it grows; the reply has the rest
MOST: Final = 1_000  # answers that grow at once
SILENT: Final = 30.0  # seconds after which an answer that does not go on is taken away: its end was lost

State = Literal["delta", "end", "abort"]


class _Answer:
    """An answer that grows here: its text, and how much of it was told."""

    __slots__ = ("agent", "due", "text", "told")

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.text = ""
        self.told = 0
        self.due: asyncio.TimerHandle | None = None


class Growing:
    """Tells the other nodes of the answers that grow on this one, no faster than a carrier bears."""

    def __init__(self, carrier: Carrier) -> None:
        self.node = uuid4().hex
        self._carrier = carrier
        self._answers: dict[tuple[str, str], _Answer] = {}
        self._number = 0

    def take(self, conversation: str, part: StreamPart) -> None:
        """Take a part of an answer; it is told now, or when the pace allows it."""
        key = conversation, part.id
        answer = self._answers.get(key)
        if answer is None:
            if part.state not in ("start", "delta") or len(self._answers) >= MOST:
                if part.state == "abort":
                    self._tell(key, _Answer(part.agent), "abort")
                return
            answer = self._answers[key] = _Answer(part.agent)
        if part.state in ("end", "abort"):
            _rest(self._answers.pop(key))
            self._tell(key, answer, "end" if part.state == "end" else "abort")
            return
        answer.text = (answer.text + part.text)[:LONGEST]
        if answer.due is None and len(answer.text) > answer.told:
            self._show(key, answer)

    def close(self) -> None:
        """Tell no more."""
        for answer in self._answers.values():
            _rest(answer)
        self._answers.clear()

    def _show(self, key: tuple[str, str], answer: _Answer) -> None:
        self._tell(key, answer, "delta")
        pace = max(PACE, len(self._answers) / A_SECOND)
        answer.due = asyncio.get_running_loop().call_later(pace, self._show_again, key, answer)

    def _show_again(self, key: tuple[str, str], answer: _Answer) -> None:
        answer.due = None
        if len(answer.text) > answer.told:
            self._show(key, answer)

    def _tell(self, key: tuple[str, str], answer: _Answer, state: State) -> None:
        text = answer.text if state != "abort" else ""
        start = 0 if len(text) <= WHOLE else answer.told
        places = range(start, len(text), PIECE) or (start,)
        for at in places:
            self._number += 1
            now: State = state if at == places[-1] else "delta"
            piece = text[at : at + PIECE]
            self._carrier.grow(Growth(*key, self.node, self._number, now, at, piece, answer.agent))
        answer.told = len(text)


def _rest(answer: _Answer) -> None:
    due, answer.due = answer.due, None
    if due is not None:
        due.cancel()


class _Grown:
    """An answer of another node, as far as it is known here."""

    __slots__ = ("heard", "node", "number", "open", "text")

    def __init__(self, node: str) -> None:
        self.node = node
        self.number = 0
        self.text = ""
        self.open = False  # something of it is shown
        self.heard = 0.0


class Grown:
    """Puts together what other nodes tell of their answers, and gives what is to be shown of it."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._known: OrderedDict[tuple[str, str], _Grown] = OrderedDict()

    def take(self, growth: Growth) -> Sequence[StreamPart]:
        """Take a growth; nothing comes of one that is late, came before, or lacks what was before it."""
        key = growth.conversation, growth.id
        known = self._known.get(key)
        if known is None or known.node != growth.node:
            begun = known is not None and known.open
            known = self._known[key] = _Grown(growth.node)
            known.open = begun
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        if growth.number <= known.number:
            return ()
        known.number, known.heard = growth.number, self._now()
        if growth.state == "abort":
            shown, known.open, known.text = known.open, False, ""
            return (StreamPart(growth.id, "abort"),) if shown else ()
        if growth.at > len(known.text):
            return ()
        return tuple(_parts(known, growth))

    def silent(self) -> Sequence[tuple[str, StreamPart]]:
        """Give the conversations in which an answer stopped growing, with what takes it away."""
        since = self._now() - SILENT
        late = [(key, one) for key, one in self._known.items() if one.open and one.heard < since]
        for _, one in late:
            one.open, one.text = False, ""
        return [(conversation, StreamPart(id_, "abort")) for (conversation, id_), _ in late]


def _parts(known: _Grown, growth: Growth) -> list[StreamPart]:
    """Give the parts that bring what is shown of an answer to what it is."""
    text, found = known.text[: growth.at] + growth.text, list[StreamPart]()
    if known.open and not (known.text and text.startswith(known.text)):
        found.append(StreamPart(growth.id, "abort"))
        known.open = False
    if not known.open and text:
        found.append(StreamPart(growth.id, "start", agent=growth.agent))
        known.open, known.text = True, ""
    if len(text) > len(known.text):
        found.append(StreamPart(growth.id, "delta", text[len(known.text) :], growth.agent))
    known.text = text
    if growth.state == "end" and known.open:
        found.append(StreamPart(growth.id, "end", agent=growth.agent))
    return found
