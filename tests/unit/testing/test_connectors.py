"""The contract suite: a good connector passes it, and each of its tests finds the fault that it is for."""

import contextlib
import inspect
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from botkit import BotkitError, Capabilities, Reply
from botkit.testing import ConnectorContract, FakeIntake, Platform, Shown, Stage
from botkit.testing.connector_files import REFUSED
from tests.unit.testing.connecting import Memory, staged

FAULTS = {
    "hands over twice": "test_hands_a_message_over_once",
    "changes the text": "test_hands_a_message_over_once",
    "acknowledges early": "test_acknowledges_only_what_is_stored",
    "acknowledges anything": "test_acknowledges_nothing_that_was_not_stored",
    "makes up ids": "test_passes_a_redelivery_on_with_its_id",
    "drops redeliveries": "test_passes_a_redelivery_on_with_its_id",
    "mixes chats": "test_keeps_the_order_and_the_chats_apart",
    "knows only ascii": "test_carries_every_writing_both_ways",
    "breaks on long texts": "test_survives_strange_messages",
    "gives no id": "test_sends_and_gives_the_id",
    "reads markup": "test_shows_every_button",
    "drops buttons": "test_shows_every_button",
    "cuts off": "test_cuts_a_long_text_and_loses_nothing",
    "hides refusals": "test_tells_a_refusal_for_good",
    "refuses for good": "test_tells_a_refusal_for_a_while",
    "breaks on a second stop": "test_stops_twice_and_before_it_starts",
    "goes on": "test_takes_nothing_once_it_stopped",
    "talks": "test_writes_no_text_into_the_log",
    "has no name": "test_says_what_it_is",
    "hides who speaks": "test_says_who_speaks",
    "speaks as the person for ever": "test_says_who_speaks",
    "talks of streams": "test_writes_no_text_into_the_log",
    # files
    "drops files": "test_hands_files_over",
    "reads files as text": "test_hands_files_over",
    "lets the wrong chat hold files": "test_hands_files_over",
    "needs a text": "test_hands_a_file_without_a_text_over",
    "trusts names": "test_takes_files_of_any_name",
    "hides refused files": "test_refuses_files_and_says_so",
    "drops messages with bad files": "test_refuses_files_and_says_so",
    "takes nothing after a refusal": "test_refuses_files_and_says_so",
    "hands over without the file": "test_acknowledges_no_file_that_was_not_stored",
    "acknowledges files that were not stored": "test_acknowledges_no_file_that_was_not_stored",
    "makes up ids ": "test_passes_files_on_again_with_their_id",
    "drops files that are sent": "test_shows_a_file",
    "reads addresses": "test_shows_a_file",
    "drops images": "test_shows_an_image",
    # what moves
    "hides streaming": "test_does_what_it_declares",
    "hides typing": "test_does_what_it_declares",
    "shows no preview": "test_shows_an_answer_that_grows",
    "hands previews over": "test_shows_an_answer_that_grows",
    "keeps the preview": "test_puts_the_reply_in_the_place_of_its_preview",
    "keeps the preview of long replies": "test_cuts_a_long_reply_without_its_preview",
    "keeps aborted previews": "test_takes_an_aborted_preview_away",
    "goes on after an abort": "test_takes_an_aborted_preview_away",
    "starts only once": "test_takes_an_aborted_preview_away",
    "starts over": "test_takes_parts_that_come_again",
    "goes on after the end": "test_takes_parts_that_come_again",
    "waits for the start": "test_begins_with_a_delta",
    "shows late parts": "test_passes_over_what_comes_after_the_reply",
    "takes replies away": "test_passes_over_what_comes_after_the_reply",
    "mixes streams": "test_keeps_streams_apart",
    "reads markup in streams": "test_streams_text_as_text",
    "loses parts": "test_takes_hundreds_of_parts",
    "streams on": "test_streams_nothing_once_it_stopped",
    "hides who streams": "test_says_who_streams",
    "shows no typing": "test_shows_that_somebody_writes",
    "types for ever": "test_shows_that_somebody_writes",
    "types everywhere": "test_shows_that_somebody_writes",
    "types as a message": "test_shows_that_somebody_writes",
    "hands typing over": "test_shows_that_somebody_writes",
}
GIVEN = {"text": "<b>bold</b>", "name": "../../etc/passwd", "content": REFUSED["a program"]}
"""What the tests with a table are given of it."""


class TestMemory(ConnectorContract):
    @pytest.fixture
    def stage(self) -> contextlib.AbstractAsyncContextManager[Stage]:
        return staged()


class Plain:
    """A connector that declares and shows nothing but text, and the double of its platform."""

    capabilities = Capabilities()

    def __init__(self) -> None:
        self._memory = Memory()
        self.name = "memory"
        self.start, self.stop, self.routes, self.send = (
            self._memory.start,
            self._memory.stop,
            self._memory.routes,
            self._memory.send,
        )


class PlainPlatform:
    """A double that only shows what was said."""

    async def deliver(self, chat: str, message_id: str, text: str) -> bool:  # noqa: ARG002
        return False

    async def shown(self, chat: str) -> Sequence[Shown]:  # noqa: ARG002
        return ()

    def refuse(self, *, permanent: bool, retry_after: float | None = None) -> None:
        pass


class Docile(ConnectorContract):
    refuses = False


async def test_a_platform_that_refuses_nothing_is_passed_over() -> None:
    with pytest.raises(pytest.skip.Exception, match="refuses nothing"):
        await Docile().test_tells_a_refusal_for_good(staged(), FakeIntake())


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("test_hands_files_over", "no files"),
        ("test_shows_a_file", "no files"),
        ("test_shows_an_image", "no images"),
        ("test_shows_an_answer_that_grows", "no streaming"),
        ("test_shows_that_somebody_writes", "no typing"),
    ],
)
async def test_what_is_not_declared_is_passed_over(test: str, reason: str) -> None:
    with pytest.raises(pytest.skip.Exception, match=reason):
        await getattr(ConnectorContract(), test)(_stage_of(Plain(), PlainPlatform()), FakeIntake())


async def test_what_a_connector_does_has_to_be_declared() -> None:
    await ConnectorContract().test_does_what_it_declares(_stage_of(Plain(), PlainPlatform()))
    for declared in (Capabilities(streaming=True), Capabilities(typing=True)):
        plain = Plain()
        plain.capabilities = declared
        with pytest.raises(AssertionError, match="says that it is a"):
            await ConnectorContract().test_does_what_it_declares(_stage_of(plain, PlainPlatform()))


@pytest.mark.parametrize(
    ("test", "wanted"), [("test_hands_files_over", "attach"), ("test_shows_that_somebody_writes", "typing")]
)
async def test_a_double_has_to_show_what_is_declared(test: str, wanted: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=f"give its platform `{wanted}`"):
        await getattr(ConnectorContract(), test)(_stage_of(Memory(), PlainPlatform()), FakeIntake())


async def test_customers_need_not_be_able_to_send_files() -> None:
    class Receiving(ConnectorContract):
        attaches = False

    with pytest.raises(pytest.skip.Exception, match="customers send no files here"):
        await Receiving().test_hands_files_over(_stage_of(Memory(), PlainPlatform()), FakeIntake())


@pytest.mark.parametrize(("fault", "test"), FAULTS.items())
async def test_a_fault_is_found(
    fault: str, test: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botkit.testing.stages.PATIENCE", 0.05)
    more: dict[str, Any] = GIVEN | {"caplog": caplog, "botkit_intake": FakeIntake()}
    method = getattr(ConnectorContract(), test)
    given = {name: more[name] for name in inspect.signature(method).parameters if name in more}
    with pytest.raises((AssertionError, pytest.fail.Exception, RuntimeError, BotkitError)):
        await method(staged(fault.strip()), **given)


async def test_markup_is_found() -> None:
    class Markup(Memory):
        async def send(self, chat: str, reply: Reply) -> str:
            return await super().send(chat, Reply(reply.id, re.sub("<.*?>", "", reply.text)))

    markup = Markup()
    with pytest.raises(AssertionError):
        await ConnectorContract().test_shows_text_as_text(
            _stage_of(markup, markup.platform), FakeIntake(), "<b>bold</b>"
        )


@contextlib.asynccontextmanager
async def _stage_of(connector: Plain | Memory, platform: Platform) -> AsyncIterator[Stage]:
    yield Stage(connector, platform)


def test_every_test_of_the_contract_finds_something() -> None:
    tests = {name for name in dir(ConnectorContract) if name.startswith("test_")}
    assert tests == {*FAULTS.values(), "test_shows_text_as_text"}


def test_a_suite_without_a_stage_says_so() -> None:
    with pytest.raises(pytest.fail.Exception, match="override the fixture"):
        ConnectorContract.stage.__wrapped__(ConnectorContract())  # type: ignore[attr-defined]
