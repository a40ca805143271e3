"""The gateway: tries, the second model, the breaker, budgets and masks, before models that play a script."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from botkit.app.models import Masking
from botkit.errors import ModelError, StoreError
from botkit.llm import Budget, Prices, Timeouts
from botkit.llm.budgets import Budgets
from botkit.llm.gateway import Gateway, Served
from botkit.model.breakers import FAILURES, OPEN_FOR
from botkit.model.completions import ChatMessage, Completion, ToolCall, Usage
from botkit.ports.models import Asking, ModelRequest, Picture, Tally
from botkit.ports.sharing import Shared, Spent
from botkit.stores import open_store
from botkit.testing import FakeClock, ScriptedModel

ASKING = Asking("web:1", "ann", "agent")
HELLO = ModelRequest([ChatMessage("user", "Hi")])
FREE = Prices()
BUSY = ModelError("busy", reason="unavailable", temporary=True)
SLOW = ModelError("slow", reason="timeout", temporary=True)
WRONG = ModelError("no", reason="rejected")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def is_away(one: Gateway) -> bool:
    return one.away


def limited(after: float) -> ModelError:
    return ModelError("slow down", reason="rate_limited", temporary=True, retry_after=after)


def gateway(clock: FakeClock, *models: ScriptedModel, prices: Prices = FREE, **more: Any) -> Gateway:
    return Gateway([Served(model, prices, 100) for model in models], clock, jitter=lambda: 0.0, **more)


async def test_what_a_model_gives() -> None:
    heard: list[tuple[Any, ...]] = []
    model = ScriptedModel(Completion("Hello", usage=Usage(1_000_000, 500_000, 400_000)))
    one = gateway(FakeClock(), model, prices=Prices(2.0, 4.0, 0.5), heard=lambda *what: heard.append(what))
    made = await one.complete(HELLO, ASKING)
    assert (made.text, made.tries, made.model) == ("Hello", 1, "scripted")
    assert made.usage.cost == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.5 * 4)
    assert [what[:3] for what in heard] == [("scripted", "agent", "")]
    assert heard[0][5] == made.usage
    await one.close()
    assert model.closed


# Tries


async def test_what_may_help_is_tried_again_after_longer_and_longer(clock: FakeClock) -> None:
    model = ScriptedModel(BUSY, limited(3.0), "Hello")
    made = await gateway(clock, model).complete(HELLO, ASKING)
    assert (made.text, made.tries) == ("Hello", 3)
    assert clock.slept == [0.5, 3.0]


@pytest.mark.parametrize(
    ("script", "tries"),
    [
        ([BUSY] * 4, 3),
        ([WRONG], 1),
        ([limited(60.0)], 1),
        ([limited(25.0)], 1),
        ([ModelError("no", reason="refused")], 1),
        ([ModelError("long", reason="truncated")], 1),
        ([ModelError("", reason="malformed", temporary=True), WRONG], 2),
    ],
)
async def test_what_does_not_help_is_not(clock: FakeClock, script: list[ModelError], tries: int) -> None:
    model = ScriptedModel(*script)
    with pytest.raises(ModelError) as caught:
        await gateway(clock, model).complete(HELLO, ASKING)
    assert (len(model.asked), caught.value.reason) == (tries, script[tries - 1].reason)


async def test_pauses_are_not_all_alike(clock: FakeClock) -> None:
    one = Gateway([Served(ScriptedModel(BUSY, BUSY, "Hi"))], clock, jitter=iter([1.0, 0.5]).__next__)
    await one.complete(HELLO, ASKING)
    assert clock.slept == [0.25, 0.75]


async def test_nobody_waits_longer_than_all_of_it_may_take(clock: FakeClock) -> None:
    model = ScriptedModel("never")
    model.held.clear()
    one = gateway(clock, model, timeouts=Timeouts(total=0.05))
    with pytest.raises(ModelError) as caught:
        await one.complete(HELLO, ASKING)
    assert caught.value.reason == "timeout"
    one = gateway(clock, ScriptedModel(BUSY, "late"), timeouts=Timeouts(total=1.4))
    with pytest.raises(ModelError) as caught:
        await one.complete(HELLO, ASKING)
    assert (caught.value.reason, clock.slept) == ("unavailable", [])


async def test_what_a_failed_try_showed_is_taken_back(clock: FakeClock) -> None:
    texts: list[str] = []
    cut = ModelError("cut", reason="truncated", temporary=True)
    one = gateway(clock, ScriptedModel(("Good mor", cut), BUSY, "Hello", part=4))
    await one.complete(HELLO, ASKING, texts.append)
    assert texts == ["Good", " mor", "", "Hell", "o"]


# A second model


async def test_a_second_model_is_asked_where_the_first_is_not_to_be_had(clock: FakeClock) -> None:
    second = ScriptedModel("Hello", name="small")
    made = await gateway(clock, ScriptedModel(BUSY, BUSY, BUSY), second).complete(HELLO, ASKING)
    assert (made.text, made.model, made.tries) == ("Hello", "small", 4)


async def test_nobody_waits_twice_for_a_slow_one_if_there_is_another(clock: FakeClock) -> None:
    made = await gateway(clock, ScriptedModel(SLOW), ScriptedModel("Hello")).complete(HELLO, ASKING)
    assert (made.tries, clock.slept) == (2, [])
    assert (await gateway(clock, ScriptedModel(SLOW, "Hello")).complete(HELLO, ASKING)).tries == 2


async def test_a_second_model_is_not_asked_for_what_the_first_refuses(clock: FakeClock) -> None:
    second = ScriptedModel()
    with pytest.raises(ModelError):
        await gateway(clock, ScriptedModel(ModelError("no", reason="refused")), second).complete(HELLO, ASKING)
    assert second.asked == []


# The breaker


async def test_a_model_that_fails_again_and_again_is_left_alone(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    model = ScriptedModel(*[BUSY] * FAILURES, "Hello", "again")
    one = gateway(clock, model, tries_again=0)
    for _ in range(FAILURES):
        with pytest.raises(ModelError):
            await one.complete(HELLO, ASKING)
    assert is_away(one)
    assert caplog.messages == ["the language model is left alone for a while: busy"]
    with pytest.raises(ModelError) as caught:
        await one.complete(HELLO, ASKING)
    assert (caught.value.reason, len(model.asked)) == ("unavailable", FAILURES)
    clock.advance(OPEN_FOR)
    assert (await one.complete(HELLO, ASKING)).text == "Hello"
    assert not is_away(one)
    assert (await one.complete(HELLO, ASKING)).text == "again"


async def test_a_breaker_that_opens_ends_the_tries(clock: FakeClock) -> None:
    model = ScriptedModel(*[BUSY] * 9)
    one = gateway(clock, model, ScriptedModel(otherwise="Hello"))
    for _ in range(3):
        assert (await one.complete(HELLO, ASKING)).text == "Hello"
    assert len(model.asked) == FAILURES
    assert clock.slept == [0.5, 1.0, 0.5]  # nobody waits for what will not be asked


async def test_a_model_that_says_no_is_there(clock: FakeClock) -> None:
    one = gateway(clock, ScriptedModel(*[BUSY, BUSY, BUSY, BUSY, WRONG] * 3), tries_again=0)
    for _ in range(15):
        with pytest.raises(ModelError):
            await one.complete(HELLO, ASKING)
    assert not one.away


# Budgets


@pytest.fixture
async def shared() -> AsyncIterator[Shared]:
    store = open_store("sqlite://")
    await store.open()
    yield store.shared
    await store.close()


def spending(tokens: int, budget: str = "conversation", money: float = 0.0) -> dict[Any, Budget]:
    return {budget: Budget(tokens, money)}


async def used(shared: Shared, key: str) -> float:
    return (await shared.spend(key, 0.0, float("inf"), 86_400.0)).used


async def test_what_is_reserved_is_settled_by_what_was_used(clock: FakeClock, shared: Shared) -> None:
    model = ScriptedModel(Completion("a", usage=Usage(30, 10)), Completion("b", usage=Usage(300, 10)), "c")
    one = gateway(clock, model, budgets=Budgets(shared, spending(200)))
    await one.complete(HELLO, ASKING)
    assert await used(shared, "web:1") == 40
    await one.complete(HELLO, ASKING)
    assert await used(shared, "web:1") == 350
    with pytest.raises(ModelError) as caught:
        await one.complete(HELLO, ASKING)
    assert (caught.value.reason, len(model.asked)) == ("over_budget", 2)
    assert (await one.complete(HELLO, Asking("web:2"))).text == "c"  # another conversation has its own


async def test_two_at_once_do_not_both_take_the_last_of_it(clock: FakeClock, shared: Shared) -> None:
    model = ScriptedModel(otherwise="a")
    model.held.clear()
    one = gateway(clock, model, budgets=Budgets(shared, spending(150, "bot")))
    first = asyncio.create_task(one.complete(HELLO, ASKING))
    await model.begun.wait()
    with pytest.raises(ModelError, match="budget in tokens for this bot is used up"):
        await one.complete(HELLO, Asking("web:2"))
    model.held.set()
    await first


async def test_a_budget_that_refuses_gives_the_others_theirs_back(clock: FakeClock, shared: Shared) -> None:
    budgets = Budgets(shared, {"day": Budget(1000), "visitor": Budget(50)}, "secret")
    with pytest.raises(ModelError, match="for this visitor"):
        await gateway(clock, ScriptedModel(), budgets=budgets).complete(HELLO, ASKING)
    assert await used(shared, "llm day tokens") == 0


async def test_money(clock: FakeClock, shared: Shared) -> None:
    model = ScriptedModel(Completion("a", usage=Usage(1000, 500)))
    prices = Prices(1000.0, 2000.0)  # a million; so a thousand tokens cost 1, and 2
    one = gateway(clock, model, prices=prices, budgets=Budgets(shared, spending(0, "conversation", 2.0)))
    await one.complete(HELLO, ASKING)
    assert await used(shared, "cost web:1") == pytest.approx(2.0)
    with pytest.raises(ModelError, match="budget in money"):
        await one.complete(HELLO, ASKING)


async def test_tries_that_failed_are_paid_for_if_they_were_at_work(clock: FakeClock, shared: Shared) -> None:
    cut = ModelError("cut", reason="truncated", temporary=True)
    model = ScriptedModel(BUSY, ("x" * 100, cut), Completion("a", usage=Usage(30, 10)))
    one = gateway(clock, model, budgets=Budgets(shared, spending(1000)))
    await one.complete(HELLO, ASKING, lambda _: None)
    assert 40 + 25 < await used(shared, "web:1") < 40 + 60


async def test_whoever_gives_up_pays_for_what_was_asked(clock: FakeClock, shared: Shared) -> None:
    model = ScriptedModel("a")
    model.held.clear()
    one = gateway(clock, model, budgets=Budgets(shared, spending(1000)))
    task = asyncio.create_task(one.complete(HELLO, ASKING))
    await model.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await one.close()
    assert 0 < await used(shared, "web:1") < 20


async def test_a_process_that_dies_leaves_its_reservation_spent(shared: Shared) -> None:
    await Budgets(shared, spending(1000)).reserve(ASKING, 600, 0.0)
    with pytest.raises(ModelError):
        await Budgets(shared, spending(1000)).reserve(ASKING, 600, 0.0)


async def test_who_a_visitor_is_stands_in_no_name(clock: FakeClock) -> None:
    class Noting:
        def __init__(self) -> None:
            self.keys: list[str] = []

        async def spend(self, key: str, amount: float, _: float, period: float) -> Spent:
            self.keys.append(key)
            return Spent(True, amount, period)

    for secret in ("k1", "k2"):
        shared: Any = Noting()
        budgets = Budgets(shared, {"visitor": Budget(9), "bot": Budget(9, 9.0)}, secret)
        await budgets.reserve(ASKING, 1, 1)
        assert shared.keys[1:] == ["llm bot tokens", "llm bot money"]
        assert "ann" not in shared.keys[0]
        assert len(shared.keys[0]) == len("llm visitor  tokens") + 32
        await budgets.reserve(Asking("web:1", ""), 1, 1)
        assert len(shared.keys) == 5


async def test_budgets_that_cannot_be_read(clock: FakeClock) -> None:
    class Broken:
        async def spend(self, *_: object) -> Spent:
            raise StoreError("gone", reason="away")

    broken: Any = Broken()
    model = ScriptedModel()
    with pytest.raises(ModelError) as caught:
        await gateway(clock, model, budgets=Budgets(broken, spending(9))).complete(HELLO, ASKING)
    assert (caught.value.reason, model.asked) == ("unavailable", [])


# Masks


def masking() -> Masking:
    return Masking(("email", "phone", "card"))


TALK = (
    ChatMessage("system", "Be kind."),
    ChatMessage("user", "I am ann@example.org, not bob@example.org, and [email 2] is no mail"),
    ChatMessage(
        "assistant",
        "",
        (ToolCall("c", "find", '{"mail": "ANN@example.org", "phone": "0151 12345678", "card": 4111111111111111}'),),
    ),
    ChatMessage("tool", '{"mail": "ann@example.org"}', call="c"),
)


async def test_what_identifies_a_customer_stays_here(clock: FakeClock) -> None:
    call = ToolCall("c2", "send", '{"to": "[email 1]", "cc": ["[email 2]", "[email 9]"], "n": 1.50}')
    model = ScriptedModel(Completion("Dear [email 1], [email 2] or [text 1]?", (call,), "tools"))
    one = gateway(clock, model, masking=masking)
    made = await one.complete(ModelRequest(TALK), ASKING)
    sent = " ".join(message.text + "".join(c.arguments for c in message.calls) for message in model.last.messages)
    assert "example.org" not in sent
    assert "1234" not in sent
    assert "4111" not in sent
    assert model.last.messages[1].text == "I am [email 1], not [email 2], and [text 1] is no mail"
    assert json.loads(model.last.messages[2].calls[0].arguments)["mail"] == "[email 1]"
    assert made.text == "Dear ann@example.org, bob@example.org or [email 2]?"
    assert json.loads(made.calls[0].arguments) == {
        "to": "ann@example.org",
        "cc": ["bob@example.org", "[email 9]"],
        "n": 1.5,
    }


async def test_a_value_with_quotes_leaves_json_whole(clock: FakeClock) -> None:
    class Quoting:
        def mask(self, text: str) -> str:
            return text.replace('"a\nb"', "[id 1]")

        def unmask(self, text: str) -> str:
            return text.replace("[id 1]", '"a\nb"')

    model = ScriptedModel(ToolCall("c", "t", '{"x": "[id 1]"}'), '{"x": "[id 1]"}')
    one = gateway(clock, model, masking=Quoting)
    made = await one.complete(HELLO, ASKING)
    assert json.loads(made.calls[0].arguments) == {"x": '"a\nb"'}
    texts: list[str] = []
    made = await one.complete(ModelRequest(HELLO.messages, schema={}), ASKING, texts.append)
    assert json.loads(made.text) == {"x": '"a\nb"'}
    assert texts == [made.text]


@pytest.mark.parametrize("part", [1, 2, 3, 7, 100])
async def test_a_placeholder_that_is_split_over_parts_is_never_shown(clock: FakeClock, part: int) -> None:
    texts: list[str] = []
    said = "Dear [email 1], see [note] [1] or [email 1]; [email"
    model = ScriptedModel(said, part=part)
    await gateway(clock, model, masking=masking).complete(ModelRequest(TALK), ASKING, texts.append)
    assert "".join(texts) == "Dear ann@example.org, see [note] [1] or ann@example.org; [email"
    assert not any("[email 1" in text for text in texts)
    if part < 3:
        assert len(texts) > 10  # the rest did not wait for it


async def test_a_conversation_keeps_its_placeholders_for_an_hour(clock: FakeClock) -> None:
    model = ScriptedModel(otherwise="ok")
    one = gateway(clock, model, masking=masking)

    async def sent(mail: str, conversation: str) -> str:
        await one.complete(ModelRequest([ChatMessage("user", mail)]), Asking(conversation))
        return model.last.messages[0].text

    assert await sent("ann@example.org", "web:1") == "[email 1]"
    assert await sent("bob@example.org", "web:1") == "[email 2]"
    assert await sent("bob@example.org", "web:2") == "[email 1]"
    clock.advance(3000)
    assert await sent("bob@example.org", "web:1") == "[email 2]"
    clock.advance(3601)
    await sent("x", "web:3")
    assert await sent("bob@example.org", "web:1") == "[email 1]"
    assert await sent("cho@example.org", "web:1") == "[email 2]"
    await one.forget()
    assert await sent("cho@example.org", "web:1") == "[email 1]"


# Media


class FakeMedia:
    def __init__(self, *errors: ModelError) -> None:
        self.errors = list(errors)
        self.asked: list[str] = []

    def _play(self, what: str) -> None:
        self.asked.append(what)
        if self.errors:
            raise self.errors.pop(0)

    async def draw(self, prompt: str, **_: str) -> Picture:
        self._play(prompt)
        return Picture(b"p")

    async def speak(self, text: str, **_: str) -> bytes:
        self._play(text)
        return b"s"

    async def transcribe(self, _: bytes, *, name: str, **__: str) -> str:
        self._play(name)
        return "said"

    async def moderate(self, text: str) -> tuple[str, ...]:
        self._play(text)
        return ("hate",)


async def test_media(clock: FakeClock, shared: Shared) -> None:
    media = FakeMedia(BUSY)
    budgets = Budgets(shared, spending(20))
    one = gateway(clock, ScriptedModel(), media=media, masking=masking, budgets=budgets)
    assert await one.draw("a cat for ann@example.org", ASKING) == Picture(b"p")
    assert await one.moderate("ann@example.org", ASKING) == ("hate",)
    assert await one.transcribe(b"", ASKING, name="a.ogg") == "said"
    assert await one.speak("ann@example.org", ASKING) == b"s"
    assert media.asked == ["a cat for [email 1]"] * 2 + ["[email 1]", "a.ogg", "ann@example.org"]
    with pytest.raises(ModelError, match="used up"):
        await one.speak("a" * 100, ASKING)
    with pytest.raises(ModelError) as caught:
        await gateway(clock, ScriptedModel()).moderate("x", ASKING)
    assert caught.value.reason == "unsupported"


# Who is away, and who only says no


async def test_a_server_that_says_when_to_come_again_has_not_failed(clock: FakeClock) -> None:
    model = ScriptedModel(otherwise=limited(5.0))
    one = gateway(clock, model, tries_again=0)
    for _ in range(2 * FAILURES):
        with pytest.raises(ModelError):
            await one.complete(HELLO, ASKING)
    assert not one.away
    assert len(model.asked) == 2 * FAILURES


async def test_one_that_asks_for_more_than_anybody_waits_is_left_alone_until_then(clock: FakeClock) -> None:
    model = ScriptedModel(limited(60.0), "Hello")
    one = gateway(clock, model)
    for _ in range(3):
        with pytest.raises(ModelError):
            await one.complete(HELLO, ASKING)
    assert len(model.asked) == 1
    await clock.sleep(60.5)
    assert (await one.complete(HELLO, ASKING)).text == "Hello"


@pytest.mark.parametrize("reason", ["empty", "malformed", "truncated"])
async def test_what_is_no_good_answer_locks_nobody_out(clock: FakeClock, reason: str) -> None:
    bad = ModelError("bad", reason=reason, temporary=True)
    model = ScriptedModel(*[bad] * (2 * FAILURES), "Hello")
    one = gateway(clock, model, tries_again=0)
    for _ in range(2 * FAILURES):
        with pytest.raises(ModelError):
            await one.complete(HELLO, ASKING)
    assert (await one.complete(HELLO, ASKING)).text == "Hello"


async def test_nobody_waits_for_a_busy_one_if_there_is_another(clock: FakeClock) -> None:
    first, second = ScriptedModel(limited(15.0)), ScriptedModel("Hello")
    assert (await gateway(clock, first, second).complete(HELLO, ASKING)).text == "Hello"
    assert clock.slept == []


async def test_moderation_has_the_time_of_an_answer_and_one_that_hangs_is_left_alone(clock: FakeClock) -> None:
    class Hanging(FakeMedia):
        async def moderate(self, text: str) -> tuple[str, ...]:  # noqa: ARG002 - the shape of a Media
            await asyncio.Event().wait()
            return ()

    one = gateway(clock, ScriptedModel(), media=Hanging(), timeouts=Timeouts(1.0, 0.05, 0.05, 9.0))
    reasons = []
    for _ in range(FAILURES + 1):
        with pytest.raises(ModelError) as caught:
            await one.moderate("x", ASKING)
        reasons.append(caught.value.reason)
    assert reasons == ["timeout"] * FAILURES + ["unavailable"]


async def test_a_picture_that_nobody_waits_for_any_more_is_paid_for(clock: FakeClock, shared: Shared) -> None:
    class Hanging(FakeMedia):
        async def draw(self, prompt: str, **_: str) -> Picture:  # noqa: ARG002 - the shape of a Media
            begun.set()
            await asyncio.Event().wait()
            return Picture(b"")

    begun, tally = asyncio.Event(), Tally()
    one = gateway(clock, ScriptedModel(), media=Hanging(), budgets=Budgets(shared, spending(20)))
    asking = Asking("web:1", "ann", "plugin", tally=tally)
    drawing = asyncio.create_task(one.draw("a" * 60, asking))
    await begun.wait()
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
    assert tally.asked.input > 0
    with pytest.raises(ModelError, match="used up"):
        await one.draw("a", ASKING)


async def test_what_was_asked_is_counted_with_its_tries(clock: FakeClock) -> None:
    tally = Tally()
    model = ScriptedModel(SLOW, Completion("Hello", usage=Usage(10, 2)))
    await gateway(clock, model).complete(HELLO, Asking("web:1", "ann", "agent", tally=tally))
    assert (tally.asked.times, tally.asked.output) == (2, 2)
    assert tally.asked.input > 10, "the try that was given up was at work as well"
    assert tally.asked.guessed


async def test_one_that_refuses_what_it_is_asked_is_told_of_once(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    model = ScriptedModel(WRONG, WRONG, "Hello", WRONG)
    one = gateway(clock, model)
    for times in (1, 1, 1, 2):
        with suppress(ModelError):
            await one.complete(HELLO, ASKING)
        assert caplog.text.count("refuses what it is asked: no") == times
