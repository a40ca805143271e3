"""Messages get vectors before their turns: what that changes, and what it may not hold up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from botkit.model.events import Evidence, Match, Message, Owned, Press
from botkit.model.flowset import FlowSet
from botkit.ports.stores import Store
from botkit.ports.understanding import Embedder, Vector
from botkit.registry.plugins import Plugin
from botkit.registry.verdicts import Verdict
from botkit.runtime.recognition import Recogniser, Semantics
from botkit.testing import FakeClock, FakeEmbedder
from botkit.understanding.embedders.embedding import Embedding
from tests.unit.dialogue.talking import build, recogniser_of
from tests.unit.runtime.running import Rig, memory

FLOWS = build("""
intents:
  order: {examples: [where is my parcel, track my parcel]}
  refund: {examples: [give me a refund]}
answers:
  hours: {questions: [when are you open], say: From 9 to 18.}
flows:
  order: {start: {intents: [order]}, steps: [{say: It is on its way.}]}
  refund: {start: {intents: [refund]}, steps: [{say: You will be paid back.}]}
  echo: {start: {commands: [echo]}, steps: [{say: "{{ message.text }}"}]}
""")
MEANINGS = {"quak": "where", "zonk": "parcel", "money": "refund", "opening": "open", "begin": "when"}
PARAPHRASE = "quak zonk"


class Near:
    """The nearest example by its vector; without one nothing."""

    threshold = 0.5

    def __init__(self, names: Mapping[str, Sequence[str]], vectors: Mapping[str, Vector]) -> None:
        self.rows = [(name, text, vectors[text]) for name, texts in names.items() for text in texts]

    def classify(self, text: str, locale: str, vector: Vector | None = None) -> tuple[Match, ...]:
        """Give the nearest."""
        del text, locale
        assert vector is not None
        found = max(((float(row @ vector), name, example) for name, example, row in self.rows), default=(0.0, "", ""))
        return (Match(found[1], round(found[0], 2), found[2]),) if found[0] > 0.5 else ()


async def semantic(embedder: FakeEmbedder, within: float = 0.05) -> Callable[[FlowSet], Recogniser]:
    """Give recognisers that have their vectors."""

    async def opening() -> Embedder:
        return embedder

    embedding = Embedding(opening, None, FakeClock(), within)
    intents = {name: intent.examples for name, intent in FLOWS.intents.items()}
    answers = {name: answer.questions for name, answer in FLOWS.answers.items()}
    texts = [text for texts in (*intents.values(), *answers.values()) for text in texts]
    vectors = dict(zip(texts, await embedding.many(texts), strict=True))
    embedder.asked.clear()
    made = replace(
        recogniser_of(FLOWS), semantics=Semantics(embedding.one, Near(intents, vectors), Near(answers, vectors))
    )
    return lambda _: made


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder(MEANINGS)


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    store = memory()
    await store.open()
    yield store
    await store.close()


async def rig_of(store: Store, embedder: FakeEmbedder, *plugins: Plugin, within: float = 0.05) -> Rig:
    return Rig(store, *plugins, flows=FLOWS, recognisers=await semantic(embedder, within), senses=True)


async def test_other_words_with_the_same_meaning_start_the_flow(store: Store, embedder: FakeEmbedder) -> None:
    plain = Rig(store, flows=FLOWS)
    await plain.say(PARAPHRASE)
    rig = await rig_of(store, embedder)
    await rig.say(PARAPHRASE, "2", id_="other")
    assert await rig.said("phone:1") != ["It is on its way."]
    assert await rig.said("phone:2") == ["It is on its way."]
    (record,) = await store.turns("phone:2")
    assert isinstance(record.event, Message)
    assert [(one.name, one.score) for one in record.event.evidence.intents] == [("order", 0.74)]


async def test_the_vector_is_in_no_record(store: Store, embedder: FakeEmbedder) -> None:
    rig = await rig_of(store, embedder)
    await rig.say(PARAPHRASE)
    (record,) = await store.turns("phone:1")
    assert "vector" not in repr(record)
    assert isinstance(record.event, Message)
    assert set(Evidence.__struct_fields__) >= {"intents", "answers"}


@pytest.mark.parametrize("how", ["failing", "held"])
async def test_the_default_tier_decides_where_there_is_no_vector(
    store: Store, embedder: FakeEmbedder, how: str
) -> None:
    rig = await rig_of(store, embedder)
    if how == "held":
        embedder.held.clear()
    embedder.failing = how == "failing"
    await rig.say("where is my parcels")
    assert await rig.said() == ["It is on its way."]
    assert embedder.asked != []


async def test_no_other_conversation_waits_for_a_vector(store: Store, embedder: FakeEmbedder) -> None:
    rig = await rig_of(store, embedder, within=30.0)
    embedder.held.clear()
    embedder.begun.clear()
    slow = asyncio.create_task(rig.say(PARAPHRASE, "slow"))
    await embedder.begun.wait()
    await rig.say("/echo hello", "other")
    await rig.say("where is my parcel", "third")
    assert await rig.said("phone:other") == ["/echo hello"]
    assert await rig.said("phone:third") == ["It is on its way."]
    assert not slow.done()
    embedder.held.set()
    await slow
    assert await rig.said("phone:slow") == ["It is on its way."]


async def test_messages_of_a_conversation_stay_in_order_and_are_acknowledged_at_once(
    store: Store, embedder: FakeEmbedder
) -> None:
    rig = await rig_of(store, embedder, within=30.0)
    embedder.held.clear()
    assert not (await rig.accept(Message(PARAPHRASE), id_="a")).duplicate
    assert not (await rig.accept(Message("/echo then"), id_="b")).duplicate
    assert (await rig.accept(Message(PARAPHRASE), id_="a")).duplicate
    embedder.held.set()
    await rig.rest()
    assert await rig.said() == ["It is on its way.", "/echo then"]


@pytest.mark.parametrize(
    "event",
    [
        Message(""),
        Message("  "),
        Message("where is my parcel"),
        Message("When are you open?"),
        Message("/echo hello"),
        Message("Cancel!"),
        Message("转人工"),
        Message("known", evidence=Evidence(intents=(Match("order", 0.9),))),
        Message("refused", evidence=Evidence(blocked="too fast")),
        Press(run="order"),
    ],
)
async def test_what_needs_no_vector_gets_none(embedder: FakeEmbedder, event: Message | Press) -> None:
    recogniser = (await semantic(embedder))(FLOWS)
    assert await recogniser.understand(event, "en") == recogniser.recognise(event, "en")
    assert embedder.asked == []


async def test_a_press_is_understood_by_what_its_button_stands_for(embedder: FakeEmbedder) -> None:
    recogniser = (await semantic(embedder))(FLOWS)
    found = await recogniser.understand(Press(label=PARAPHRASE), "en")
    assert isinstance(found, Press)
    assert found.evidence.intents[0].name == "order"


@pytest.mark.parametrize("text", ["\0", "\ud83d", "衣服" * 5000, "x" * 100_000, "\u202e<b>"])
async def test_whatever_a_customer_writes(embedder: FakeEmbedder, text: str) -> None:
    recogniser = (await semantic(embedder))(FLOWS)
    assert isinstance(await recogniser.understand(Message(text), "en"), Message)
    assert [len(said) <= 500 for said, _ in embedder.asked] == [True]


async def test_what_a_person_reads_gets_no_vector(store: Store, embedder: FakeEmbedder) -> None:
    rig = await rig_of(store, embedder)
    await rig.say("/echo a")
    await rig.engine.own("phone:1", Owned("claimed", "Eve"), "c1")
    await rig.rest()
    await rig.say(PARAPHRASE)
    assert embedder.asked == []


async def test_what_a_guard_refuses_gets_no_vector(store: Store, embedder: FakeEmbedder) -> None:
    plugin = Plugin("strict")

    @plugin.guard("input")
    def refuse(text: str, _: object) -> Verdict:
        return Verdict(refused="no")

    rig = await rig_of(store, embedder, plugin)
    await rig.say("my card is 4111 1111 1111 1111")
    assert embedder.asked == []


def test_a_bot_without_an_embedder_makes_turns_as_before(store: Store) -> None:
    assert Rig(store, flows=FLOWS).engine._direct
    assert not np.any([Rig(store, flows=FLOWS, senses=True).engine._direct])
