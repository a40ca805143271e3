"""What a platform does not take of a text or a file is told of in the thread."""

from collections.abc import AsyncIterator, Sequence

import pytest

from botkit import DeliveryError, FileError, Giving, Run, plain_runs, tell
from botkit.model.values import File

UNSHOWN = "Something cannot be shown here: botkit desk has it."
BILL = File(name="bill.pdf", ref="0" * 64)
NOT_NOW = DeliveryError("not now")
SLOWLY = DeliveryError("slowly", retry_after=1.0)
NEVER = DeliveryError("never", permanent=True)


class Thread:
    """A thread that refuses what comes first; what it takes is in `read`."""

    def __init__(self, *refusals: DeliveryError | bool) -> None:
        self.refusals = list(refusals)
        self.read: list[str] = []

    async def write(self, runs: Sequence[Run]) -> bool:
        refusal = self.refusals.pop(0) if self.refusals else True
        if isinstance(refusal, DeliveryError):
            raise refusal
        if refusal:
            self.read.append(plain_runs(runs))
        return refusal

    async def send(self, name: str, content: bytes) -> None:
        await self.write([Run(f"{name}: {content.decode()}")])

    async def say(self, runs: Sequence[Run]) -> None:
        self.read.append(plain_runs(runs))


@pytest.mark.parametrize(
    ("refusals", "read"), [([], ["hello"]), ([True], ["hello"]), ([False], [UNSHOWN]), ([False, True], [UNSHOWN])]
)
async def test_a_text_that_is_not_taken_is_told_of(refusals: list[bool], read: list[str]) -> None:
    thread = Thread(*refusals)
    await tell(thread.write, [Run("hello")])
    assert thread.read == read


@pytest.mark.parametrize(
    ("refusals", "permanent"), [([NOT_NOW], False), ([NEVER], True), ([False, NEVER], True), ([False, False], False)]
)
async def test_what_is_no_matter_of_the_text_is_tried_again(
    refusals: list[DeliveryError | bool], permanent: bool
) -> None:
    thread = Thread(*refusals)
    with pytest.raises(DeliveryError) as caught:
        await tell(thread.write, [Run("hello")])
    assert (caught.value.permanent, thread.read, thread.refusals) == (permanent, [], [])


async def _content(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def _gone() -> AsyncIterator[bytes]:
    yield b"half"
    raise FileError("it is not there")


async def give(giving: Giving, thread: Thread, times: int, file: File = BILL) -> None:
    """Give a file so often that it is taken, or told of, the last time."""
    for number in range(times):
        content = _content(b"mi", b"ne")
        if number == times - 1:
            await giving.give("t1", file, content, thread.send, thread.say)
            return
        with pytest.raises(DeliveryError):
            await giving.give("t1", file, content, thread.send, thread.say)


@pytest.mark.parametrize(
    ("refusals", "times", "read"),
    [
        ([], 1, "bill.pdf: mine"),
        ([NOT_NOW] * 2, 3, "bill.pdf: mine"),
        ([NOT_NOW] * 3, 3, "The file bill.pdf cannot be shown here: botkit desk has it."),
        ([NEVER], 1, "The file bill.pdf cannot be shown here: botkit desk has it."),
        ([NOT_NOW, NEVER], 2, "The file bill.pdf cannot be shown here: botkit desk has it."),
        ([SLOWLY] * 9, 10, "bill.pdf: mine"),
        ([NOT_NOW, *[SLOWLY] * 9, NOT_NOW], 12, "bill.pdf: mine"),
    ],
)
async def test_a_file_is_given_or_told_of(refusals: list[DeliveryError], times: int, read: str) -> None:
    thread, giving = Thread(*refusals), Giving()
    await give(giving, thread, times)
    assert (thread.read, thread.refusals) == ([read], [])
    assert giving._tries == {}


async def test_a_file_without_a_name_has_one() -> None:
    thread = Thread()
    await give(Giving(), thread, 1, File(ref="0" * 64))
    assert thread.read == ["file: mine"]


async def test_a_file_that_is_gone_is_told_of() -> None:
    thread = Thread()
    await Giving().give("t1", BILL, _gone(), thread.send, thread.say)
    assert thread.read == ["The file bill.pdf is not there any more."]
