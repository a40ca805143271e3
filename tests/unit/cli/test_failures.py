"""`botkit conversations failed`, `retry` and `drop`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from botkit.app.audits import operator
from botkit.model.events import Failure, Message, Result
from botkit.model.replies import Call, Reply
from botkit.ports.stored import Failed
from botkit.ports.stores import Store
from botkit.stores import open_store
from botkit.testing.stored import NOW, contact, take


def _with(store: Path, work: Callable[[Store], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        kept = open_store(f"sqlite:///{store}")
        await kept.open()
        try:
            return await work(kept)
        finally:
            await kept.close()

    return asyncio.run(run())


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    """Give a store in which a reply, a message and a call have failed."""
    path = tmp_path / "failed.db"

    async def fill(store: Store) -> None:
        conversation = await contact(store)
        call = Call("web:1/1.e0", "shop.refund", {"number": "A-1"}, "write")
        aside = Failed("web:1/1", "web:1", NOW, "LookupError: broke", event=Message("哎"))
        replies = (Reply("web:1/1.0", "Hello!"), Reply("web:1/1.1", "How are you?"))
        await take(store, conversation, replies=replies, calls=(call,), failed=(aside,))
        await store.finish_call(conversation, Result(call.id, failure=Failure("outcome_unknown")), NOW + 1)
        await store.give_up("web:1/1.0", "blocked", NOW + 2)

    _with(path, fill)
    return path


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


def _audited(botkit: Any, path: Path) -> list[tuple[str, str]]:
    """Give what is audited; it was all this user's."""
    acts = [json.loads(line) for line in botkit("audit", "--store", _url(path), "--json").out.splitlines()]
    assert all(act["who"] == operator() for act in acts)
    return [(act["what"], act["about"]) for act in acts]


def test_what_failed_is_listed(botkit: Any, failed: Path) -> None:
    assert botkit("conversations", "failed", "--store", _url(failed)).out.splitlines() == [
        "web:1/1.0  2026-05-28T20:26:42Z  reply  blocked: Hello!",
        'web:1/1.e0  2026-05-28T20:26:41Z  call  outcome_unknown: shop.refund with {"number": "A-1"}',
        "web:1/1  2026-05-28T20:26:40Z  message  LookupError: broke: customer: 哎",
    ]
    assert len(botkit("conversations", "failed", "--store", _url(failed), "--most", 1).out.splitlines()) == 1


def test_what_failed_as_json(botkit: Any, failed: Path) -> None:
    lines = botkit("conversations", "failed", "--store", _url(failed), "--json").out.splitlines()
    reply, call, message = map(json.loads, lines)
    assert reply == {
        "id": "web:1/1.0",
        "kind": "reply",
        "conversation": "web:1",
        "at": "2026-05-28T20:26:42Z",
        "reason": "blocked",
        "what": "Hello!",
    }
    assert (call["kind"], message["kind"]) == ("call", "message")


def test_a_reply_and_a_message_are_tried_again(botkit: Any, failed: Path) -> None:
    sent = botkit("conversations", "retry", "web:1/1.0", "--store", _url(failed))
    assert sent == (0, "web:1/1.0 will be sent again\n", "")
    turn = botkit("conversations", "retry", "web:1/1", "--store", _url(failed))
    assert turn == (0, "web:1/1 will have its turn\n", "")
    left = botkit("conversations", "failed", "--store", _url(failed)).out
    assert [line.split("  ")[0] for line in left.splitlines()] == ["web:1/1.e0"]
    assert _audited(botkit, failed) == [("retried", "web:1")] * 2

    async def look(store: Store) -> tuple[list[str], list[Any]]:
        outgoing = [one.reply.text for one in await store.outgoing("web:1")]
        return outgoing, [row.event for row in (await store.load("web:1")).waiting]

    outgoing, waiting = _with(failed, look)
    assert outgoing == ["Hello!", "How are you?"]
    assert waiting[-1] == Message("哎")


def test_a_call_is_not_made_again(botkit: Any, failed: Path) -> None:
    code, out, err = botkit("conversations", "retry", "web:1/1.e0", "--store", _url(failed))
    assert (code, out) == (2, "")
    assert "a call of shop.refund, and nobody knows whether it was done" in err
    assert "`botkit conversations drop web:1/1.e0`" in err
    assert botkit("conversations", "drop", "web:1/1.e0", "--store", _url(failed)).out == "dropped web:1/1.e0\n"
    assert "web:1/1.e0" not in botkit("conversations", "failed", "--store", _url(failed)).out
    assert _audited(botkit, failed) == [("dropped", "web:1")]


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.parametrize("which", ["web:1/9.9", "", "' OR 1=1 --", "哎", "x" * 10_000, "web:1/1.1"])
def test_what_has_not_failed(botkit: Any, failed: Path, command: str, which: str) -> None:
    code, out, err = botkit("conversations", command, which, "--store", _url(failed))
    assert (code, out) == (2, "")
    assert "nothing that failed is called" in err
    assert len(botkit("conversations", "failed", "--store", _url(failed)).out.splitlines()) == 3
    assert _audited(botkit, failed) == []


def test_twice_is_once(botkit: Any, failed: Path) -> None:
    for command in ("retry", "drop"):
        which = {"retry": "web:1/1.0", "drop": "web:1/1"}[command]
        assert botkit("conversations", command, which, "--store", _url(failed)).code == 0
        assert botkit("conversations", command, which, "--store", _url(failed)).code == 2
