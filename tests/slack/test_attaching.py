"""Files of replies: uploaded where the app may, else a button that opens them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from botkit import BotInfo, Button, DeliveryError, Fetched, OutboundError, Reply, StreamPart
from botkit_slack import SlackConnector, attaching, build
from tests.slack.api import Slack
from tests.slack.platform import settings_of
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
