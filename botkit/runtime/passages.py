"""Passages for messages and for the step `answer`: from the articles of a version, and what plugins know."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from botkit.dialogue.composing import LEAST
from botkit.dialogue.consulting import MOST_PASSAGES
from botkit.model.events import Failure, Message, Passage, Press, Result
from botkit.model.flowset import FlowSet
from botkit.model.replies import Call
from botkit.ports.understanding import Knowledge

_log = logging.getLogger(__name__)

MOST = 3  # passages that are kept with a message


class Passages:
    """Finds passages. `articles` gives what searches those of a version, or None if it has none.

    The plugins' `sources` are asked where no article is near enough. `waits` says that a search may take long: it
    asks a plugin, or a model that embeds the question.
    """

    def __init__(
        self,
        articles: Callable[[FlowSet], Knowledge | None],
        sources: Sequence[Knowledge] = (),
        *,
        waits: bool = False,
    ) -> None:
        self._articles = articles
        self._sources = sources
        self.waits = waits or bool(sources)

    async def add(self, flows: FlowSet, event: Message | Press, locale: str) -> Message | Press:
        """Give a message with what is found for it; the same one if nothing is, or it has passages already."""
        text = event.text if isinstance(event, Message) else event.value or event.label
        if event.evidence.passages or event.evidence.blocked or not text.strip():
            return event
        found = await self.find(flows, text, event.evidence.locale or locale)
        return replace(event, evidence=replace(event.evidence, passages=found)) if found else event

    async def find(self, flows: FlowSet, text: str, locale: str) -> tuple[Passage, ...]:
        """Give the passages nearest to a text, best first; a search that fails has found nothing.

        A model that composes answers gets more of them, however unsure they are: it reads them.
        """
        articles, composes = self._articles(flows), flows.settings.llm_answers == "compose" and flows.catalogue.models
        most = MOST_PASSAGES if composes else MOST
        found = await _search(articles, text, locale, most) if articles is not None else ()
        if not composes:
            found = tuple(one for one in found if one.score >= LEAST)
        if self._sources and not any(one.score >= flows.settings.knowledge_threshold for one in found):
            given = await asyncio.gather(*(_search(source, text, locale, most) for source in self._sources))
            found = tuple(
                sorted([*found, *(_sure(one) for some in given for one in some)], key=lambda one: -one.score)
            )
        return found[:most]

    async def perform(self, flows: FlowSet, call: Call) -> Result:
        """Perform the search that a step `answer` asks for."""
        if self._articles(flows) is None and not self._sources:
            return Result(call.id, failure=Failure("not_configured", "this bot has no articles"))
        question, locale = (str(call.args.get(name, "")) for name in ("question", "locale"))
        found = await self.find(flows, question, locale) if question.strip() else ()
        return Result(call.id, value=[msgspec.to_builtins(one) for one in found])


async def _search(source: Knowledge, text: str, locale: str, most: int) -> tuple[Passage, ...]:
    try:
        return await source.search(text, locale, most)
    except Exception as error:  # noqa: BLE001 - a turn does without it
        _log.warning("a search for passages failed", exc_info=error)
        return ()


def _sure(passage: Passage) -> Passage:
    """A plugin that gives no score gives only what fits."""
    return passage if passage.score else replace(passage, score=1.0)
