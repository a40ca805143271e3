"""Composing: a language model is asked for an answer out of passages, and what it gives is checked before it counts.

An answer that its passages do not support is asked for once more, with what is wrong with it.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from botkit.llm.answers import Given, ask_again, read_answer
from botkit.model.completions import Completion
from botkit.model.events import Passage
from botkit.model.flowset import FlowSet
from botkit.ports.models import ModelRequest

if TYPE_CHECKING:
    from botkit.understanding.knowledge.support import Written

TRIES: Final = 2

Ask = Callable[[ModelRequest], Awaitable[Completion]]


async def compose(
    ask: Ask, request: ModelRequest, flows: FlowSet, question: str, passages: Sequence[Passage], locale: str
) -> dict[str, Any]:
    """Ask for an answer, and give it as the core takes it.

    `unsupported` says why the passages do not support it, or nothing. Raises ModelError.
    """
    from botkit.understanding.knowledge.support import Written, why_unsupported  # few bots compose: 10 ms at a start

    given, why = Given(answerable=False), ""
    asked = request
    for _ in range(TRIES):
        completion = await ask(asked)
        given = read_answer(completion.text)
        if not given.answerable:
            return {"answerable": False, "text": "", "unsupported": ""}
        written = Written(given.answer.strip(), given.quotes, given.sources)
        why = why_unsupported(
            written,
            question,
            passages,
            level=flows.settings.llm_check,
            locale=locale,
            locales=tuple(flows.locales.values()),
            known=flows.settings.name,
        )
        if not why:
            return _told(written, passages, "")
        asked = ask_again(request, completion.text, why)
    return _told(Written(given.answer.strip(), given.quotes, given.sources), passages, why)


def _told(written: "Written", passages: Sequence[Passage], why: str) -> dict[str, Any]:
    from botkit.understanding.knowledge.support import citing

    return {
        "answerable": True,
        "text": written.text,
        "sources": list(written.sources) if why else citing(written, passages),
        "quotes": list(written.quotes),
        "unsupported": why,
    }
