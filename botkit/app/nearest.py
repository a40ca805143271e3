"""The flows nearest to a message: which of hundreds a language model is shown."""

import asyncio
from collections.abc import Mapping, Sequence

from botkit.llm.prompting import MOST_FLOWS
from botkit.model.definitions import Flow, Text
from botkit.model.flowset import FlowSet


class NearestFlows:
    """Ranks the flows of a version by what is written of them: title, description, examples (BM25)."""

    def __init__(self) -> None:
        self._indexes: dict[str, _Index] = {}

    async def __call__(self, flows: FlowSet, text: str) -> Sequence[str]:
        """Give the names of the flows that a text is nearest to, best first; none for one that nothing is near to."""
        index = self._indexes.get(flows.version)
        if index is None:
            if len(self._indexes) > 8:
                self._indexes.clear()
            index = self._indexes[flows.version] = await asyncio.to_thread(_Index, flows)
        return index.rank(text)


class _Index:
    def __init__(self, flows: FlowSet) -> None:
        from botkit.understanding.knowledge.pieces import pieces_of  # it loads numpy, which few bots need for this
        from botkit.understanding.knowledge.postings import Counted, Postings

        self._names = [name for name, flow in flows.flows.items() if not flow.builtin]
        texts = [_words_of(flows, flows.flows[name]) for name in self._names]
        self._postings = Postings([Counted.of([(pieces_of(text).words, 1.0)]) for text in texts], 0.5)

    def rank(self, text: str) -> Sequence[str]:
        from botkit.understanding.knowledge.pieces import pieces_of

        counts: Mapping[str, float] = dict.fromkeys(pieces_of(text).words, 1.0)
        scores = self._postings.score(counts)
        ranked = sorted(zip(self._names, scores.tolist(), strict=True), key=lambda item: -item[1])
        return [name for name, score in ranked[:MOST_FLOWS] if score > 0]


def _words_of(flows: FlowSet, flow: Flow) -> str:
    intents = [flows.intents[name] for name in flow.start.intents if name in flows.intents]
    said = [example for intent in intents for example in (*intent.examples, intent.description)]
    return "\n".join([flow.name.replace("_", " "), *_all(flow.title), *_all(flow.description), *said])


def _all(text: Text | None) -> Sequence[str]:
    return tuple(text.sources.values()) if text is not None else ()
