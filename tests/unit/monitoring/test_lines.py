"""Lines of the log: ids, kinds and places, and nothing of what a customer said."""

import asyncio
import io
import json
import logging
import re
import sys
from typing import Any

import pytest

from botkit.errors import StoreError
from botkit.monitoring.lines import EDGE, LONGEST, UNWRITTEN, Lines, json_lines, text_lines
from botkit.safety import mask

SAID = "my card is 4111 1111 1111 1111"


def masked(text: str) -> str:
    return mask(text).text


JSON, TEXT = json_lines("host-1", masked), text_lines(masked, colors=False)


def record(
    message: object = "sent %d",
    *args: object,
    name: str = "botkit.x",
    error: BaseException | None = None,
    level: int = logging.WARNING,
    **carried: object,
) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error is not None else None
    made = logging.LogRecord(name, level, "f.py", 1, message, args, info)
    vars(made).update(carried)
    return made


def fields(made: logging.LogRecord) -> dict[str, Any]:
    """Give the fields of the JSON line, which is one line."""
    line = JSON.format(made)
    assert len(line.splitlines()) == 1
    found: dict[str, Any] = json.loads(line)
    return found


def raised(cause: Exception | None = None) -> ValueError:
    try:
        raise ValueError(SAID) from cause
    except ValueError as error:
        return error


def test_a_line_is_an_object() -> None:
    found = fields(record("sent %d", 3, conversation="web:1", turn=7, route="intent", flow="returns"))
    assert list(found)[:4] == ["time", "level", "logger", "message"]
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "warning", "logger": "botkit.x", "message": "sent 3", "conversation": "web:1", "channel": "web",
        "turn": 7, "route": "intent", "flow": "returns", "node": "host-1",
    }  # fmt: skip


def test_a_line_for_people_is_short() -> None:
    line = TEXT.format(record("sent %d", 3, conversation="web:1"))
    assert line[8:].split() == ["[warning", "]", "sent", "3", "[botkit.x]", "conversation=web:1", "channel=web"]


def test_an_error_is_its_kind_and_place() -> None:
    made = record("it failed", error=raised(KeyError(SAID)))
    found = fields(made)
    assert (found["error"], found["cause"], found["file"]) == ("ValueError", "KeyError", __file__)
    for lines in (JSON, TEXT):
        assert "4111" not in lines.format(made)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (record("it failed: %s", raised()), "it failed: ValueError"),
        (record("%(what)s failed: %(why)s", {"what": "it", "why": raised()}), "it failed: ValueError"),
        (record(raised()), "ValueError"),
        (record("it failed: %s", StoreError(SAID, reason="the disk is full")), "it failed: StoreError: the disk is full"),
        (record("it failed: %s", StoreError(SAID)), "it failed: StoreError"),
        (record({"said": SAID}), "dict"),
        (record("%d of %d", 1), "%d of %d"),
        (record("%d", SAID), "%d"),
        (record("100 %"), "100 %"),
        (record("from %s", "ada@example.org"), "from [email 1]"),
        (record("order %s of %s", "A-1", SAID, name="botkit.plugins.shop"), "order A-1 of my card is [card 1]"),
        (record("GET %s", "https://api.example.org/bot123:secret/x", name="httpx"), "GET %s"),
        (record(f"Task exception was never retrieved\nfuture: <{SAID}>", name="asyncio"), "Task exception was never retrieved"),
        (record("two\nlines \x1b[31m\u202e", name="botkit_web"), "two\\nlines \\x1b[31m\\u202e"),
        (record("x" * 10_000), "x" * LONGEST + "..."),
        (record("botkitten %s", SAID, name="botkitten"), "botkitten %s"),
    ],
)  # fmt: skip
def test_what_a_message_says(made: logging.LogRecord, message: str) -> None:
    assert fields(made)["message"] == message
    assert "4111" not in TEXT.format(made)


def test_why_the_store_failed_is_told() -> None:
    found = fields(record("the store failed", error=StoreError(SAID, reason="the disk is full")))
    assert (found["error"], found["reason"]) == ("StoreError", "the disk is full")


def test_why_the_store_failed_is_masked_and_can_be_shown() -> None:
    made = record("the store failed", error=StoreError("x", reason=f"no table\x1b[2J\nfor {SAID}, {'x' * 10_000}"))
    reason = fields(made)["reason"]
    assert reason.startswith("no table\\x1b[2J\\nfor my card is [card 1]")
    assert len(reason) < LONGEST + 20
    assert "\x1b" not in TEXT.format(made)


def test_a_line_has_known_names_and_numbers_alone() -> None:
    found = fields(
        record(text=SAID, said=SAID, tries=2, pause=0.5, action="shop.find", call="1.e0", nothing=None, team="")
    )
    assert {"tries": 2, "pause": 0.5, "action": "shop.find", "call": "1.e0"}.items() <= found.items()
    assert not {"text", "said", "nothing", "team"} & found.keys()
    found = fields(
        record("x", name="botkit.plugins.shop", card=4111111111111111, conversation="web:1", plugin="shop")
    )
    assert (found["plugin"], "card" in found) == ("shop", False)
    assert fields(record("x", name="aiogram", conversation="web:1", update=7)).keys() == {
        "time", "level", "logger", "message", "node",
    }  # fmt: skip


async def test_the_conversation_is_that_of_the_task() -> None:
    async def say() -> str:
        return JSON.format(record("the store failed", error=raised()))

    line = await asyncio.create_task(say(), name="turn web:k3\n")
    assert (json.loads(line)["conversation"], json.loads(line)["channel"]) == ("web:k3\\n", "web")
    assert "conversation" not in json.loads(await asyncio.create_task(say(), name="call 1.e0"))


def test_what_is_logged_again_elsewhere_is_as_it_was() -> None:
    made = record("sent %d", 3)
    JSON.format(made)
    assert (made.getMessage(), made.args) == ("sent 3", (3,))


def test_control_characters_of_ids_are_shown_as_such() -> None:
    line = TEXT.format(record("x", conversation="web:1\n2026 forged", action="\x1b]0;x\x07"))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_lines_are_a_formatter() -> None:
    assert isinstance(JSON, Lines)
    assert sys.exc_info() == (None, None, None)


class Hostile:
    """A value that can neither be shown nor compared."""

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        raise RuntimeError(SAID)

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError(SAID)


@pytest.mark.parametrize("carried", [{"conversation": Hostile()}, {"turn": Hostile()}])
def test_a_line_that_cannot_be_made_says_so(carried: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    made = record(f"{SAID} %s", SAID)
    vars(made).update(carried)
    for lines in (JSON, TEXT):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(lines)
        handler.handle(made)
        line = stream.getvalue()
        assert UNWRITTEN in line
        assert "RuntimeError" in line
        assert "botkit.x" in line
        assert "4111" not in line
        assert len(line.splitlines()) == 1
    assert capsys.readouterr().err == ""
    assert fields(made).keys() == {"time", "level", "logger", "message", "error"}


def test_a_masking_that_fails_shows_nothing() -> None:
    def fail(text: str) -> str:
        raise RuntimeError(text)

    line = json_lines("", fail).format(record(SAID))
    assert json.loads(line)["error"] == "RuntimeError"
    assert "4111" not in line


def test_a_value_that_cannot_be_compared_is_left_out_of_the_line() -> None:
    assert "other" not in fields(record("x", other=Hostile()))


@pytest.mark.parametrize("before", range(LONGEST - 30, LONGEST + EDGE + 30, 7))
@pytest.mark.parametrize("first", ["", "ada.lovelace@example.org, " * 35])
def test_nothing_that_is_masked_shows_where_a_long_message_is_cut(before: int, first: str) -> None:
    text = f"{first}{'x ' * ((before - len(first)) // 2)}{SAID}, mail ada.lovelace@example.org{' and more' * 200}"
    message = fields(record("%s", text))["message"]
    assert len(message) <= LONGEST + 3
    assert message.endswith("...")
    assert not re.search("41|ada|love|example", message)


def test_a_long_message_is_masked_no_further_than_it_is_shown() -> None:
    seen: list[int] = []

    def measure(text: str) -> str:
        seen.append(len(text))
        return text

    json_lines("", measure).format(record("%s", "x" * 1_000_000))
    assert seen == [LONGEST + EDGE]
