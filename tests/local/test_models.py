"""A model in a folder, asked as any other: streaming, limits, cancellation, one at a time, and nothing but ModelError."""

import asyncio
import shutil
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import torch

from botkit.errors import ConfigError, ModelError
from botkit.llm.local import open_local
from botkit.llm.local.folders import Loaded, load_folder
from botkit.llm.local.models import LocalModel
from botkit.model.completions import ChatMessage, Completion, Tool
from botkit.ports.models import LanguageModel, ModelRequest, OnText
from tests.local.tiny import CHATML, STRICT, make_model

HELLO = (ChatMessage("user", "hi"),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def chance() -> None:
    """Let chance say the same in every run: of an untrained model some words are blank."""
    torch.manual_seed(11)


@pytest.fixture
async def model(folder: Path) -> AsyncIterator[LocalModel]:
    opened = open_local(folder, threads=1)
    assert isinstance(opened, LocalModel)
    yield opened
    await opened.close()


def ask(text: str = "hi", **more: Any) -> ModelRequest:
    return ModelRequest((ChatMessage("user", text),), **{"max_tokens": 24, "temperature": 1.0, **more})


async def test_it_is_a_language_model(model: LanguageModel) -> None:
    assert (model.name, model.features) == ("tiny", frozenset({"schema"}))
    found = await model.complete(ask())
    assert (found.model, found.calls, found.usage.guessed) == ("tiny", (), False)
    assert 0 < found.first <= found.seconds


async def test_its_usage_is_exact(model: LocalModel, folder: Path) -> None:
    tokenizer = load_folder(folder).tokenizer
    found = await model.complete(ask("how are you", max_tokens=24, temperature=None))
    assert found.usage.input == len(tokenizer("User: how are you\nAssistant:")["input_ids"])
    assert (found.usage.output, found.finish) == (24, "length")


async def test_what_is_heard_adds_up_to_the_text(model: LocalModel) -> None:
    for _ in range(8):
        parts: list[str] = []
        found = await model.complete(ask(max_tokens=60), parts.append)
        assert "".join(parts) == found.text
        assert len(parts) > 1
        assert found.text == found.text.strip()


async def test_greedy_is_always_the_same_and_chance_is_not(model: LocalModel) -> None:
    greedy = {(await model.complete(ask(temperature=how))).text for how in (0, None, 0)}
    assert len(greedy) == 1
    assert len({(await model.complete(ask(temperature=1.5))).text for _ in range(4)}) > 1


@pytest.mark.parametrize("seed", range(4))
async def test_it_stops_at_a_text_and_gives_what_is_before(model: LocalModel, seed: int) -> None:
    torch.manual_seed(seed)
    whole = await model.complete(ask(max_tokens=60))
    stop = whole.text[6:8]
    parts: list[str] = []
    torch.manual_seed(seed)
    found = await model.complete(ask(max_tokens=60, stop=(stop, "never")), parts.append)
    assert found.text == whole.text[: whole.text.index(stop)].strip() == "".join(parts)
    assert found.finish == "stop"
    assert found.usage.output < whole.usage.output


async def test_a_stop_at_once_is_an_empty_answer(model: LocalModel) -> None:
    first = (await model.complete(ask(temperature=0))).text[:1]
    with pytest.raises(ModelError) as caught:
        await model.complete(ask(temperature=0, stop=(first,)))
    assert (caught.value.reason, caught.value.temporary) == ("empty", False)


async def test_another_try_helps_where_chance_has_a_say(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = open_local(folder, temperature=1.0)
    assert isinstance(model, LocalModel)
    await model.load()
    monkeypatch.setattr(model._loaded.result().tokenizer, "decode", lambda *_, **__: " ", raising=False)
    for given, temporary in ((None, True), (0.0, False), (0.7, True)):
        with pytest.raises(ModelError) as caught:
            await model.complete(ask(temperature=given))
        assert (caught.value.reason, caught.value.temporary) == ("empty", temporary)
    await model.close()


@pytest.mark.parametrize(("wanted", "made"), [(1, 1), (7, 7), (10_000, 128)])
async def test_the_limit_of_tokens(model: LocalModel, wanted: int, made: int) -> None:
    found = await model.complete(ask("x", max_tokens=wanted, temperature=2.0))
    assert found.usage.output >= made
    assert found.usage.input + found.usage.output <= 256


async def test_without_a_limit_the_configured_one_counts(folder: Path) -> None:
    model = open_local(folder, max_tokens=5)
    assert (await model.complete(ask(max_tokens=0, temperature=0))).usage.output == 5
    await model.close()


async def test_a_long_talk_loses_its_oldest_turns(model: LocalModel) -> None:
    talk = [ChatMessage("system", "Be brief."), *(ChatMessage("user", f"question {at}") for at in range(300))]
    found = await model.complete(ModelRequest(talk, max_tokens=30, temperature=0))
    assert 200 < found.usage.input <= 226
    with pytest.raises(ModelError) as caught:
        await model.complete(ask("x" * 300))
    assert (caught.value.reason, caught.value.temporary) == ("rejected", False)


@pytest.mark.parametrize("template", [CHATML, STRICT])
async def test_with_a_chat_template(tmp_path: Path, template: str) -> None:
    model = open_local(make_model(tmp_path / "chatty", template))
    said = (ChatMessage("system", "Be brief."), *HELLO)
    found = await model.complete(ModelRequest(said, max_tokens=30, temperature=1.0))
    tokenizer = load_folder(tmp_path / "chatty").tokenizer
    text = (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"
        if template == CHATML
        else "[user]Be brief.\n\nhi[assistant]"
    )
    assert found.usage.input == len(tokenizer(text)["input_ids"])
    await model.close()


@pytest.mark.parametrize(
    ("more", "lacking"),
    [
        ({"tools": (Tool("find"),)}, "tools"),
        ({"messages": (ChatMessage("user", "look", images=("data:,",)),)}, "pictures"),
    ],
)
async def test_what_it_cannot_do_it_refuses(model: LocalModel, more: dict[str, Any], lacking: str) -> None:
    with pytest.raises(ModelError, match=f"a local model knows nothing of {lacking}") as caught:
        await model.complete(ModelRequest(**{"messages": HELLO, **more}))
    assert caught.value.reason == "unsupported"


async def test_json_is_asked_for_in_words(model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[ModelRequest] = []

    async def answer(request: ModelRequest, on_text: OnText | None) -> Completion:
        asked.append(request)
        assert on_text is None
        return Completion(said.pop())

    monkeypatch.setattr(model, "_complete", answer)
    said = ["no", 'Gladly: {"yes": true} as you wish']
    wanted = ModelRequest(HELLO, schema={"type": "object", "title": "an answer"})
    assert (await model.complete(wanted, print)).text == '{"yes": true}'
    assert [one.role for one in asked[0].messages] == ["system", "user"]
    assert "an answer" in asked[0].messages[0].text
    with pytest.raises(ModelError) as caught:
        await model.complete(wanted)
    assert caught.value.reason == "malformed"


# One at a time


class Steps:
    """Counts the model's steps, and holds it up at one of them."""

    def __init__(self, model: LocalModel, hold: int = 0) -> None:
        self.count = 0
        self.reached, self.go = threading.Event(), threading.Event()
        loaded: Loaded = model._loaded.result()
        inner = loaded.model.forward

        def forward(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            if self.count == hold:
                self.reached.set()
                assert self.go.wait(30)
            return inner(*args, **kwargs)

        loaded.model.forward = forward


async def until(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 30)


async def test_cancelling_really_ends_it(model: LocalModel) -> None:
    await model.load()
    steps = Steps(model, hold=5)
    heard: list[str] = []
    task = asyncio.create_task(model.complete(ask(max_tokens=128), heard.append))
    await until(steps.reached)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    before = list(heard)
    steps.go.set()
    found = await model.complete(ask(max_tokens=3, temperature=0))
    assert found.usage.output == 3
    assert steps.count <= 5 + 1 + 3
    assert heard == before  # nothing is heard of what was cancelled


async def test_nothing_is_heard_once_it_was_cancelled(model: LocalModel) -> None:
    await model.load()
    tokenizer = model._loaded.result().tokenizer
    reached, go = threading.Event(), threading.Event()
    calls: list[int] = []

    def decode(ids: list[int], **_: Any) -> str:
        calls.append(len(ids))
        if len(calls) == 6:
            reached.set()
            assert go.wait(30)
        return "x" * len(ids)

    tokenizer.decode = decode
    heard: list[str] = []
    task = asyncio.create_task(model.complete(ask(max_tokens=20), heard.append))
    await until(reached)  # it makes a text of its token
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    before = list(heard)
    go.set()
    assert set((await model.complete(ask(max_tokens=3))).text) == {"x"}
    assert heard == before


async def test_one_that_waits_and_is_cancelled_never_begins(model: LocalModel) -> None:
    await model.load()
    steps = Steps(model, hold=1)
    first = asyncio.create_task(model.complete(ask(max_tokens=4)))
    await until(steps.reached)
    second = asyncio.create_task(model.complete(ask(max_tokens=100)))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    steps.go.set()
    await first
    assert steps.count <= 4


async def test_beyond_the_queue_it_refuses(folder: Path) -> None:
    model = open_local(folder, queue=2)
    assert isinstance(model, LocalModel)
    await model.load()
    steps = Steps(model, hold=1)
    tasks = [asyncio.create_task(model.complete(ask(max_tokens=12))) for _ in range(3)]
    await until(steps.reached)
    with pytest.raises(ModelError) as caught:
        await model.complete(ask())
    assert (caught.value.reason, caught.value.temporary) == ("rate_limited", True)
    steps.go.set()
    assert len(await asyncio.gather(*tasks)) == 3
    assert (await model.complete(ask())).text
    await model.close()


async def test_completions_come_one_after_another(model: LocalModel) -> None:
    orders: list[int] = []

    async def one(number: int) -> None:
        def hear(_text: str) -> None:
            orders.append(number)

        await model.complete(ask(max_tokens=12), hear)

    await asyncio.gather(*(one(number) for number in range(5)))
    assert orders == sorted(orders)


async def test_closing_ends_what_runs_and_refuses_what_waits(folder: Path) -> None:
    model = open_local(folder)
    assert isinstance(model, LocalModel)
    await model.load()
    steps = Steps(model, hold=1)
    tasks = [asyncio.create_task(model.complete(ask(max_tokens=100))) for _ in range(3)]
    await until(steps.reached)
    closing = asyncio.create_task(model.close())
    await asyncio.sleep(0)
    steps.go.set()
    await closing
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in ended] == [ModelError] * 3
    with pytest.raises(ModelError, match="the local model is closed"):
        await model.complete(ask())
    await model.close()
    assert steps.count == 1


async def test_the_loop_turns_while_it_generates(model: LocalModel) -> None:
    await model.load()
    steps = Steps(model, hold=3)
    task = asyncio.create_task(model.complete(ask()))
    await until(steps.reached)
    for _ in range(100):
        await asyncio.sleep(0)
    assert not task.done()
    steps.go.set()
    await task


async def test_several_load_at_once(folder: Path) -> None:
    models = [open_local(folder) for _ in range(6)]
    assert len({(await model.complete(ask(temperature=0))).text for model in models}) == 1
    for model in models:
        await model.close()


# What goes wrong


async def test_whatever_happens_inside_is_a_model_error(model: LocalModel) -> None:
    await model.load()
    loaded = model._loaded.result()
    for error, reason, temporary in (
        (RuntimeError("the customer said: swordfish"), "unavailable", False),
        (MemoryError(), "unavailable", True),
    ):

        def broken(*_: Any, error: Exception = error, **__: Any) -> Any:
            raise error

        inner, loaded.model.forward = loaded.model.forward, broken
        with pytest.raises(ModelError) as caught:
            await model.complete(ask())
        assert (caught.value.reason, caught.value.temporary) == (reason, temporary)
        assert "swordfish" not in str(caught.value)
        loaded.model.forward = inner
    assert (await model.complete(ask())).text


@pytest.mark.parametrize("damage", ["weights", "tokenizer", "kind"])
async def test_a_folder_that_looks_like_a_model(folder: Path, tmp_path: Path, damage: str) -> None:
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    if damage == "weights":
        (broken / "model.safetensors").write_bytes(b"nothing")
    elif damage == "tokenizer":
        (broken / "tokenizer.json").write_text("{")
    else:
        (broken / "config.json").write_text('{"model_type": "no-such-thing"}')
    model = open_local(broken)
    assert isinstance(model, LocalModel)
    with pytest.raises(ConfigError, match=r"the model in .*broken cannot be loaded"):
        await model.load()
    with pytest.raises(ModelError) as caught:
        await model.complete(ask())
    assert caught.value.reason == "not_configured"
    await model.close()


async def test_nothing_is_downloaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("it asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    model = open_local(folder)
    assert (await model.complete(ask())).text
    await model.close()
    monkeypatch.chdir(folder.parent)
    with pytest.raises(ConfigError, match="there is no folder openai-community"):
        open_local(Path("openai-community/gpt2"))
