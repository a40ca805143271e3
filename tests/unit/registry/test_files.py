"""An action reads what the customer sent, on whatever loop or thread it is, and nothing of others."""

import hashlib

import pytest

from botkit import ActionError, Context, File, FileError, Plugin, UsageError
from botkit.model.replies import Call
from botkit.model.values import to_json
from botkit.registry.contexts import Caller
from botkit.registry.files import ConversationFiles
from botkit.testing import PluginHarness, sample

plugin = Plugin("photos")


@plugin.action(effect="read")
async def digest(ctx: Context, photo: File) -> str:
    """Read on the plugin's loop."""
    found = hashlib.sha256()
    async for chunk in ctx.files.open(photo):
        found.update(chunk)
    return found.hexdigest()


@plugin.action(effect="read")
def digest_in_thread(ctx: Context, photo: File) -> str:
    """Read in a thread."""
    return hashlib.sha256(b"".join(ctx.files.open(photo))).hexdigest()


@plugin.action(effect="read", inline=True)
def digest_inline(ctx: Context, photo: File) -> str:
    """Read where it may not."""
    return hashlib.sha256(b"".join(ctx.files.open(photo))).hexdigest()


@plugin.action(effect="read")
async def begin(ctx: Context, ref: str) -> int:
    """Read the first chunk, by the file's ref."""
    try:
        async for chunk in ctx.files.open(ref):
            return len(chunk)
    except FileError as error:
        raise ActionError(error=error.reason) from None
    return 0


CONTENT = sample("lamp.png", 700_000)


@pytest.mark.parametrize("action", ["digest", "digest_in_thread"])
async def test_a_file_is_read_in_chunks(action: str) -> None:
    async with PluginHarness(plugin) as photos:
        photo = await photos.attach("lamp.png", CONTENT)
        assert (photo.name, photo.mime, photo.size) == ("lamp.png", "image/png", 700_000)
        assert await photos.call(action, photo=photo) == photo.ref == hashlib.sha256(CONTENT).hexdigest()


async def test_reading_may_end_early() -> None:
    async with PluginHarness(plugin) as photos:
        photo = await photos.attach("lamp.png", CONTENT)
        assert 0 < await photos.call("begin", ref=photo.ref) < 700_000


async def test_an_inline_action_cannot_read_on_the_loop_of_the_bot_and_gets_a_thread() -> None:
    async with PluginHarness(plugin) as photos:
        photo = await photos.attach("lamp.png")
        call, caller = Call("c1", "photos.digest_inline", to_json({"photo": photo})), Caller("test:1", "test")
        assert photos.registry.perform_inline(call, caller) is None
        assert (await photos.registry.perform(call, caller)).value == photo.ref


@pytest.mark.parametrize("ref", ["", "../../etc/passwd", "0" * 64])
async def test_what_the_conversation_does_not_hold_is_missing(ref: str) -> None:
    async with PluginHarness(plugin) as photos:
        result = await photos.perform("begin", ref=ref)
        assert result.failure is not None
        assert result.failure.code == "missing"


async def test_nor_is_what_another_conversation_holds() -> None:
    async with PluginHarness(plugin) as photos, PluginHarness(plugin, conversation="test:2") as others:
        photo = await photos.attach("lamp.png")
        others.registry.lend(photos.files)
        result = await others.perform("begin", ref=photo.ref)
        assert result.failure is not None
        assert result.failure.code == "missing"


async def test_without_a_bot_there_are_none() -> None:
    with pytest.raises(FileError):
        [chunk async for chunk in ConversationFiles().open("x")]
    with pytest.raises((FileError, UsageError)):
        list(ConversationFiles().open("x"))
