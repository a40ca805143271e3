"""Passages for messages and steps: what is searched when, and what plugins' sources add."""

from typing import Any

import msgspec
import pytest

from botkit.dialogue.consulting import MOST_PASSAGES
from botkit.model.events import Evidence, Failure, Message, Passage, Press
from botkit.model.flowset import FlowSet
from botkit.model.replies import SEARCH, Call
from botkit.ports.understanding import Knowledge
from botkit.runtime.passages import MOST, Passages
from tests.unit.dialogue.talking import build

FLOWS = build("flows: {main: {start: {commands: [main]}, steps: [{say: x}]}}")
NEAR = Passage("near", score=0.8)
FAR = Passage("far", score=0.2)


class Known:
    """Knows some passages, or fails; notes what it was asked."""

    def __init__(self, *passages: Passage, fails: bool = False) -> None:
        self.passages, self.fails = passages, fails
        self.asked: list[tuple[str, str]] = []

    async def search(self, text: str, locale: str, most: int = 3) -> tuple[Passage, ...]:
        self.asked.append((text, locale))
        if self.fails:
            raise RuntimeError("down")
        return self.passages[:most]


def passages(articles: Knowledge | None, *sources: Knowledge) -> Passages:
    def of(flows: FlowSet) -> Knowledge | None:
        assert flows is FLOWS
        return articles

    return Passages(of, sources)


async def test_sources_are_asked_where_no_article_is_near() -> None:
    source = Known(Passage("theirs", score=0.6))
    assert await passages(Known(NEAR), source).find(FLOWS, "how?", "en") == (NEAR,)
    assert source.asked == []
    assert await passages(Known(FAR), source).find(FLOWS, "how?", "en") == (source.passages[0], FAR)
    assert source.asked == [("how?", "en")]


async def test_a_source_without_scores_gives_what_fits() -> None:
    found = await passages(None, Known(Passage("theirs")), Known(FAR)).find(FLOWS, "how?", "en")
    assert [(one.text, one.score) for one in found] == [("theirs", 1.0), ("far", 0.2)]


async def test_a_search_that_fails_found_nothing() -> None:
    assert await passages(Known(fails=True), Known(NEAR)).find(FLOWS, "how?", "en") == (NEAR,)
    assert await passages(Known(FAR), Known(fails=True)).find(FLOWS, "how?", "en") == (FAR,)


async def test_few_passages_are_kept() -> None:
    many = [Passage(str(n), score=0.1) for n in range(9)]
    assert len(await passages(Known(*many), Known(*many)).find(FLOWS, "how?", "en")) == MOST


async def test_a_model_that_composes_gets_more_and_what_is_unsure() -> None:
    settings = msgspec.structs.replace(FLOWS.settings, llm_answers="compose")
    catalogue = msgspec.structs.replace(FLOWS.catalogue, models=True)
    composing = msgspec.structs.replace(FLOWS, settings=settings, catalogue=catalogue)
    articles = Known(*[Passage(str(n), score=0.001) for n in range(9)])
    search = Passages(lambda flows: articles)
    assert len(await search.find(composing, "how?", "en")) == MOST_PASSAGES
    assert await search.find(FLOWS, "how?", "en") == ()


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        (Message("how?"), [("how?", "de")]),
        (Message("how?", evidence=Evidence(locale="zh")), [("how?", "zh")]),
        (Press("how?", "Label"), [("how?", "de")]),
        (Press("", "Label"), [("Label", "de")]),
        (Message(" "), []),
        (Message("how?", evidence=Evidence(blocked="rude")), []),
        (Message("how?", evidence=Evidence(passages=(FAR,))), []),
    ],
)
async def test_a_message_gets_its_passages_in_its_language(event: Any, asked: list[tuple[str, str]]) -> None:
    articles = Known(NEAR)
    given = await passages(articles).add(FLOWS, event, "de")
    assert articles.asked == asked
    assert (given is event) is not bool(asked)
    assert not asked or given.evidence.passages == (NEAR,)


async def test_a_message_for_which_nothing_is_found_stays_as_it_is() -> None:
    event = Message("how?")
    assert await passages(Known()).add(FLOWS, event, "en") is event


@pytest.mark.parametrize(
    ("args", "value"),
    [({"question": "how?", "locale": "en"}, [{"text": "near", "score": 0.8}]), ({"question": "  "}, []), ({}, [])],
)
async def test_a_step_gets_its_passages_as_plain_data(args: dict[str, Any], value: Any) -> None:
    result = await passages(Known(NEAR)).perform(FLOWS, Call("c1", SEARCH, args))
    assert (result.effect, result.value, result.failure) == ("c1", value, None)


async def test_where_there_is_nothing_to_search_the_step_hears_that() -> None:
    result = await passages(None).perform(FLOWS, Call("c1", SEARCH, {"question": "how?"}))
    assert result.failure == Failure("not_configured", "this bot has no articles")


def test_only_what_asks_others_may_wait() -> None:
    assert not passages(Known()).waits
    assert passages(Known(), Known()).waits
    assert Passages(lambda flows: None, waits=True).waits
