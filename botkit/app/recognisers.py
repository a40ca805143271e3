"""The recognisers of the flow versions in use: by words, and by meaning as soon as their examples have vectors."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Final

from botkit.app.learning import PATIENCE, Learning
from botkit.model.flowset import FlowSet
from botkit.runtime.recognition import NOTHING, Recogniser, Semantics
from botkit.understanding.embedders.embedding import Embedding
from botkit.understanding.language import show
from botkit.understanding.letters import letters_of

MOST_RECOGNISERS: Final = 8  # flow versions


class Recognisers:
    """Builds each recogniser when it is first needed; with an `embedding` it finds the same in other words, later."""

    def __init__(self, embedding: Embedding | None = None) -> None:
        self._embedding = embedding
        self._learning = Learning("examples")
        self._made: dict[int, Recogniser] = {}

    def __call__(self, flows: FlowSet) -> Recogniser:
        """Give the recogniser of these flows."""
        known = self._made.get(id(flows))
        return known if known is not None else self._keep(flows, build_recogniser(flows))

    async def prepare(self, flows: FlowSet, patience: float = PATIENCE) -> None:
        """Build the recogniser of a version before it is used, off the event loop.

        Vectors are waited for as long as `patience` says; those that come later count from then on.
        """
        if id(flows) not in self._made:
            self._keep(flows, await asyncio.to_thread(build_recogniser, flows))
        await self._learning.wait(id(flows), patience)

    async def close(self) -> None:
        """Learn no more."""
        await self._learning.close()

    def _keep(self, flows: FlowSet, made: Recogniser) -> Recogniser:
        while len(self._made) >= MOST_RECOGNISERS:
            gone = next(iter(self._made))
            del self._made[gone]
            self._learning.drop(gone)
        self._made[id(flows)] = made
        if self._embedding is not None and (flows.intents or flows.answers):
            self._learning.begin(id(flows), partial(self._learn, flows, self._embedding))
        return made

    async def _learn(self, flows: FlowSet, embedding: Embedding) -> None:
        """Train on the vectors of a version's examples."""
        from botkit.understanding.intents.views import Meanings, texts_of

        texts = texts_of(flows)
        vectors = dict(zip(texts, await embedding.many(texts), strict=True))
        meanings = await asyncio.to_thread(Meanings.of, flows, vectors)
        known = self._made.get(id(flows))
        if known is not None:
            semantics = Semantics(embedding.one, meanings.intents, meanings.answers)
            self._made[id(flows)] = replace(known, semantics=semantics, known={})


def build_recogniser(flows: FlowSet) -> Recogniser:
    """Build the classifiers of a version from the examples of its intents and the questions of its answers."""
    shows = partial(show, letters=letters_of(tuple(flows.locales.values())))
    if not flows.intents and not flows.answers:
        return Recogniser(flows, NOTHING, NOTHING, shows)
    from botkit.understanding.intents.views import Meanings  # numpy, which a bot without examples does not need

    meanings = Meanings.of(flows)
    return Recogniser(flows, meanings.intents, meanings.answers, shows)
