"""Files of replies: uploaded where the app may, else a button that opens them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from botkit import (
    Bot,
    BotInfo,
    Button,
    DeliveryError,
    Fetched,
    FileSender,
    OutboundError,
    Reply,
    StreamPart,
)
from botkit.testing import FakeIntake, ScriptedMedia, ScriptedModel, sample
from botkit_slack import SlackConnector, attaching, build
from tests.slack.api import Slack
from tests.slack.platform import Customers, connector_of, reached, settings_of
from tests.slack.workspace import HangUpError, Params, RefusalError, slow

DM = "D1001"
BILL = "https://shop.example/bills/Bill%20of%20Mia.pdf"
PDF = Fetched(b"%PDF-1.4 your bill", "application/pdf")
Looks = list[tuple[str, tuple[str, ...], tuple[str, ...], list[bytes]]]
REPLY = Reply("r1", "Here it is", (Button("Thanks", value="t"),), file=BILL, question="1.q")


@pytest.fixture(autouse=True)
def room(slack: Slack) -> str:
    return slack.open_dm("U1001")


async def have(url: str) -> Fetched:
    assert url == BILL
    return PDF


async def have_not(_: str) -> Fetched:
    raise OutboundError("'shop.example' is not public, and actions reach only what is")


async def have_later(_: str) -> Fetched:
    await asyncio.Event().wait()
    raise AssertionError


async def have_page(_: str) -> Fetched:
    return Fetched(b"<html>please log in", "text/html")


async def have_nothing(_: str) -> Fetched:
    return Fetched(b"", "application/pdf")


def attaching_to(slack: Slack, fetch: Callable[[str], Awaitable[Fetched]] = have) -> SlackConnector:
    return build(settings_of(slack), BotInfo("Acme", fetch=fetch), pace=0.02)


def shown(slack: Slack, chat: str = DM) -> Looks:
    """Give the text, the buttons, the links and the files of what the bot says."""

    def contents(message: Params) -> list[bytes]:
        return [slack.files[one["id"]]["content"] for one in message.get("files", ())]

    looks = [(slack.look(one), contents(one)) for one in slack.of_bot(chat)]
    return [(sight.text, sight.labels, sight.links, files) for sight, files in looks]


ATTACHED: Looks = [("Here it is", ("Thanks",), (), []), ("", (), (), [PDF.content])]
LINKED: Looks = [("Here it is", ("Bill of Mia.pdf", "Thanks"), (BILL,), [])]


async def test_a_file_is_uploaded_below_its_text(slack: Slack) -> None:
    connector = attaching_to(slack)
    sent = await connector.send(DM, REPLY)
    assert shown(slack) == ATTACHED
    assert sent == slack.of_bot(DM)[0]["ts"]
    (file,) = slack.of_bot(DM)[1]["files"]
    assert (file["name"], file["title"]) == ("Bill of Mia.pdf", "Bill of Mia.pdf")
    root = slack.keep(DM, user="U1001", text="and here?")["ts"]
    await connector.send(f"{DM}.{root}", Reply("r2", "", file=BILL))
    assert shown(slack, f"{DM}.{root}") == [("", (), (), [PDF.content])]
    await connector.stop()


@pytest.mark.parametrize("fetch", [have_not, have_later, have_page, have_nothing])
async def test_what_cannot_be_fetched_is_a_link(
    slack: Slack, fetch: Callable[[str], Awaitable[Fetched]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "WITHIN", 0.05)
    connector = attaching_to(slack, fetch)
    await connector.send(DM, REPLY)
    assert shown(slack) == LINKED
    assert slack.files == {}
    await connector.stop()


async def test_where_the_app_may_upload_nothing_nothing_is_fetched(slack: Slack) -> None:
    slack.scopes.discard("files:write")
    connector = attaching_to(slack, have_later)
    await connector.send(DM, REPLY)
    assert shown(slack) == LINKED
    await connector.stop()


@pytest.mark.parametrize("trouble", [RefusalError("invalid_arguments"), slow(60), HangUpError()])
async def test_what_slack_takes_not_is_a_link(slack: Slack, trouble: RefusalError | HangUpError) -> None:
    connector = attaching_to(slack)
    slack.trouble["files.getUploadURLExternal"] = [trouble]
    await connector.send(DM, REPLY)
    assert shown(slack) == LINKED
    slack.trouble["files.completeUploadExternal"] = [RefusalError("file_upload_size_restricted")]
    await connector.send(DM, Reply("r2", "again", file=BILL))
    assert shown(slack)[1:] == [("again", (), (), []), ("", ("Bill of Mia.pdf",), (BILL,), [])]
    await connector.stop()


@pytest.mark.parametrize("trouble", [RefusalError("x", status=503), HangUpError(), slow(1)])
async def test_what_was_half_sent_goes_on_there(slack: Slack, trouble: RefusalError | HangUpError) -> None:
    connector = attaching_to(slack)
    slack.trouble["files.completeUploadExternal"] = [trouble]
    with pytest.raises(DeliveryError) as caught:
        await connector.send(DM, REPLY)
    assert not caught.value.permanent
    connector._asked.clear()
    await connector.send(DM, REPLY)
    assert shown(slack) == ATTACHED
    assert len(slack.files) == 1
    await connector.stop()


async def test_it_comes_behind_an_answer_that_grew(slack: Slack) -> None:
    connector = attaching_to(slack)
    await connector.stream(DM, StreamPart("r1", "delta", "Here"))
    await slack.until(lambda: bool(slack.of_bot(DM)))
    await connector.send(DM, REPLY)
    assert shown(slack) == ATTACHED
    await connector.stop()


@pytest.mark.parametrize("url", ["/files/bill.pdf", "javascript:alert(1)", "https://", "file:///etc/passwd"])
async def test_what_is_no_address_is_not_fetched(slack: Slack, url: str) -> None:
    connector = attaching_to(slack)
    await connector.send(DM, Reply("r1", "Here", file=url))
    assert slack.files == {}
    assert url in shown(slack)[0][0]
    await connector.stop()


# Files that the conversation holds

PNG = sample("lamp.png")
OGG = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)


async def lent(slack: Slack, chat: str = DM) -> tuple[SlackConnector, str, str]:
    """Give a connector that receives nothing, as on a worker node, and a picture and a sound of the chat."""
    kept = FakeIntake().files

    async def chunks(content: bytes) -> AsyncIterator[bytes]:
        yield content

    connector = attaching_to(slack, have_not)
    connector.lend(kept)
    picture = await kept.put(f"slack:{chat}", "picture.png", chunks(PNG))
    sound = await kept.put(f"slack:{chat}", "voice.ogg", chunks(OGG))
    return connector, picture.ref, sound.ref


async def test_a_picture_and_a_sound_of_the_chat_stand_below_the_text(slack: Slack) -> None:
    connector, picture, sound = await lent(slack)
    assert isinstance(connector, FileSender)
    await connector.send(DM, Reply("r1", "Here it is", (Button("Thanks", value="t"),), image=picture, file=sound))
    assert shown(slack) == [
        ("Here it is", ("Thanks",), (), []),
        ("", (), (), [PNG]),
        ("", (), (), [OGG]),
    ]
    assert [one["files"][0]["name"] for one in slack.of_bot(DM)[1:]] == ["picture.png", "voice.ogg"]
    assert picture not in str(slack.of_bot(DM)[0])
    await connector.stop()


async def test_a_file_of_another_chat_is_not_shown(slack: Slack) -> None:
    connector, picture, _ = await lent(slack, "D1002")
    await connector.send(DM, Reply("r1", "Here it is", image=picture))
    assert shown(slack) == [("Here it is", (), (), [])]
    assert slack.files == {}
    await connector.stop()


async def test_in_a_thread_it_stands_in_the_thread(slack: Slack) -> None:
    root = slack.keep(DM, user="U1001", text="and here?")["ts"]
    connector, picture, _ = await lent(slack, f"{DM}.{root}")
    await connector.send(f"{DM}.{root}", Reply("r1", "", image=picture))
    assert shown(slack, f"{DM}.{root}") == [("", (), (), [PNG])]
    await connector.stop()


async def test_without_the_scope_the_text_is_shown_and_the_log_says_why(
    slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.scopes.discard("files:write")
    connector, picture, _ = await lent(slack)
    await connector.send(DM, Reply("r1", "Here it is", image=picture))
    assert shown(slack) == [("Here it is", (), (), [])]
    assert "lacks the scope files:write" in caplog.text
    await connector.stop()


async def test_what_slack_refuses_is_left_out(slack: Slack) -> None:
    connector, picture, sound = await lent(slack)
    slack.trouble["files.getUploadURLExternal"] = [RefusalError("file_uploads_disabled")]
    await connector.send(DM, Reply("r1", "Here it is", image=picture, file=sound))
    assert shown(slack) == [("Here it is", (), (), []), ("", (), (), [OGG])]
    await connector.stop()


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("trouble", [RefusalError("x", status=503), HangUpError(), slow(1)])
async def test_trouble_that_passes_delays_it(slack: Slack, method: str, trouble: RefusalError | HangUpError) -> None:
    connector, picture, _ = await lent(slack)
    slack.trouble[method] = [trouble]
    with pytest.raises(DeliveryError) as caught:
        await connector.send(DM, Reply("r1", "Here it is", image=picture))
    assert not caught.value.permanent
    connector._asked.clear()
    await connector.send(DM, Reply("r1", "Here it is", image=picture))
    assert shown(slack) == [("Here it is", (), (), []), ("", (), (), [PNG])]
    await connector.stop()


async def test_who_was_lent_nothing_shows_it_later(slack: Slack) -> None:
    connector = attaching_to(slack)
    with pytest.raises(DeliveryError) as caught:
        await connector.send(DM, Reply("r1", "Here it is", image="0" * 64))
    assert not caught.value.permanent
    await connector.stop()


FLOWS = """
flows:
  draw:
    start: {commands: [draw]}
    steps:
      - {do: content.image, with: {prompt: a lamp}, save: picture}
      - {do: content.speech, with: {text: Good day}, save: sound}
      - {say: Here it is., image: "{{ picture.ref }}", file: "{{ sound.ref }}"}
"""


@pytest.mark.parametrize("receives", [True, False])
async def test_what_an_action_of_a_bot_made_is_shown(
    slack: Slack, customers: Customers, tmp_path: Path, receives: bool
) -> None:
    (tmp_path / "bot.yaml").write_text("name: T\nplugins: [content]\nllm: {model: m, mode: off}\n")
    (tmp_path / "flows.yaml").write_text(FLOWS)
    connector = connector_of(slack, "socket")
    connector.capabilities = msgspec.structs.replace(connector.capabilities, per_chat=0)
    media = ScriptedMedia(PNG, OGG)
    async with (
        reached(slack, connector, "socket"),
        await Bot.load(
            tmp_path,
            store="sqlite://",
            connectors=lambda _: {"slack": connector},
            model=ScriptedModel(),
            media=media,
        ) as bot,
    ):
        if receives:
            await bot.receive()
            assert await customers.deliver(DM, "m1", "/draw")
        else:  # as on a worker node
            await bot.say("/draw", f"slack:{DM}")
        await slack.until(lambda: len(slack.of_bot(DM)) == 3)
    assert shown(slack) == [("Here it is.", (), (), []), ("", (), (), [PNG]), ("", (), (), [OGG])]
