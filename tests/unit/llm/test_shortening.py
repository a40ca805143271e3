"""Shortening: what is too long for a model is told to it in short, and nothing loses what it belongs to."""

import pytest

from botkit.errors import ModelError
from botkit.llm.counting import guess_input
from botkit.llm.shortening import LONGEST_OLD, Summaries, shorten
from botkit.model.completions import ChatMessage, ToolCall
from botkit.ports.models import ModelRequest

SYSTEM = ChatMessage("system", "Help.")


class Writer:
    """Writes summaries, and counts them."""

    def __init__(self, *, fails: bool = False) -> None:
        self.texts: list[str] = []
        self._fails = fails

    async def __call__(self, text: str) -> str:
        self.texts.append(text)
        if self._fails:
            raise ModelError("busy")
        return f"summary {len(self.texts)}"


def turn(number: int, size: int = 100, result: int = 100) -> tuple[ChatMessage, ...]:
    """One turn of a customer, with a call of a tool in it."""
    return (
        ChatMessage("user", f"question {number} " + "q" * size),
        ChatMessage("assistant", "", (ToolCall(f"c{number}", "find", "{}"),)),
        ChatMessage("tool", f"result {number} " + "r" * result, call=f"c{number}"),
        ChatMessage("assistant", f"answer {number}"),
    )


def request(*turns: tuple[ChatMessage, ...]) -> ModelRequest:
    return ModelRequest((SYSTEM, *(message for one in turns for message in one)))


def is_whole(made: ModelRequest) -> bool:
    """Tell whether every result of a tool stands behind its call."""
    called: set[str] = set()
    for message in made.messages:
        called |= {call.id for call in message.calls}
        if message.role == "tool" and message.call not in called:
            return False
    return True


async def test_what_is_short_stays() -> None:
    write, asked = Writer(), request(turn(1), turn(2))
    assert await shorten(asked, len(asked.messages) - 1, Summaries(), write, 10_000) is asked
    assert write.texts == []


async def test_long_results_of_older_turns_are_cut_first() -> None:
    write = Writer()
    asked = request(*(turn(n, result=20_000) for n in range(8)))
    made = await shorten(asked, len(asked.messages) - 1, Summaries(), write, 30_000)
    assert write.texts == []
    assert is_whole(made)
    assert [len(one.text) < LONGEST_OLD + 100 for one in made.messages if one.role == "tool"][:4] == [True] * 4
    assert made.messages[-2].text == asked.messages[-2].text


async def test_turns_before_the_last_ones_give_way_to_their_summary() -> None:
    write = Writer()
    asked = request(*(turn(n, size=8_000) for n in range(12)))
    made = await shorten(asked, len(asked.messages) - 1, Summaries(), write, 12_000)
    assert len(write.texts) == 4, "three turns are as much as a model is shown at once"
    assert "question 0" in write.texts[0]
    assert "result 0" in write.texts[0]
    assert "called find" in write.texts[0]
    assert made.messages[0] == SYSTEM
    assert "summary 4" in made.messages[1].text
    assert made.messages[1].role == "user"
    assert made.messages[-4:] == asked.messages[-4:]
    assert is_whole(made)
    assert guess_input(made) < guess_input(asked) / 2


async def test_a_talk_that_goes_on_is_not_summarised_at_every_turn() -> None:
    write, summaries = Writer(), Summaries()
    for count in range(12, 24):
        await shorten(request(*(turn(n, size=8_000) for n in range(count))), 4 * count, summaries, write, 12_000)
    assert 5 <= len(write.texts) <= 12, "what was told is not told anew at each of the twelve turns"


async def test_what_cannot_be_summarised_is_left_out() -> None:
    asked = request(*(turn(n, size=8_000) for n in range(12)))
    made = await shorten(asked, len(asked.messages) - 1, Summaries(), Writer(fails=True), 12_000)
    assert is_whole(made)
    assert made.messages[-4:] == asked.messages[-4:]
    assert not any("question 0" in one.text for one in made.messages)


@pytest.mark.parametrize("messages", [(), (SYSTEM,), (SYSTEM, *turn(1, size=200_000))])
async def test_what_has_no_older_turns_goes_as_it_is(messages: tuple[ChatMessage, ...]) -> None:
    made = await shorten(ModelRequest(messages), max(len(messages) - 1, 0), Summaries(), Writer(), 1_000)
    assert made.messages == messages


async def test_the_data_of_the_instructions_stands_before_the_talk_whatever_is_told_in_short() -> None:
    data = ChatMessage("user", '<data number="1">\nORDER-77\n</data>')
    said = [message for n in range(12) for message in turn(n, size=8_000)]
    made = await shorten(ModelRequest((SYSTEM, data, *said)), len(said), Summaries(), Writer(), 12_000)
    assert list(made.messages[:2]) == [SYSTEM, data]
    assert "summary" in made.messages[2].text


async def test_two_long_turns_are_shortened_as_well() -> None:
    asked = request(turn(1, size=40_000), turn(2, size=40_000))
    made = await shorten(asked, 8, Summaries(), Writer(), 16_000)
    assert guess_input(made) < guess_input(asked) * 0.6


async def test_results_within_the_last_turn_are_cut_but_for_the_last_calls() -> None:
    calls = [message for n in range(6) for message in turn(n, result=24_000)[1:3]]
    asked = ModelRequest((SYSTEM, ChatMessage("user", "do it"), *calls))
    made = await shorten(asked, len(calls) + 1, Summaries(), Writer(), 16_000)
    assert guess_input(made) <= 16_000
    assert made.messages[-1] == asked.messages[-1]
    assert is_whole(made)


async def test_all_of_a_long_talk_is_in_its_summary() -> None:
    write = Writer()
    asked = request(*(turn(n, size=9_000) for n in range(20)))
    await shorten(asked, 80, Summaries(), write, 12_000)
    assert len(write.texts) > 1
    assert all(len(text) <= 24_000 for text in write.texts)
    told = "\n".join(write.texts)
    assert all(f"question {n} " in told for n in range(16))
    assert "summary 1" in write.texts[1], "each is told what was before it"
