"""What leaves: over HTTP, to a double that refuses what the Web API refuses."""

import asyncio
import json

import pytest

from botkit import Button, Card, Connector, DeliveryError, Reply
from tests.slack.api import Slack
from tests.slack.platform import connector_of
from tests.slack.workspace import HangUpError, RefusalError, slow

LAMP = "https://shop.example/lamp.png"
BILL = "https://shop.example/bill.pdf"
DM = "D1001"
HOSTILE = (
    "<!channel> <!here> <!everyone> <!subteam^S1>",
    "<@U1001> <#C1|general> @channel @here #general",
    "<https://evil.example|your bank> <mailto:a@b.c>",
    "&lt;!channel&gt; &amp;lt;!channel&amp;gt;",
    "*a* _b_ ~c~ `d` ```e``` > f :tada: :+1:",
    "{{ 7 * 7 }} \u202eabc\u202c \u2066x\u2069",
)


@pytest.fixture(autouse=True)
def room(slack: Slack) -> str:
    return slack.open_dm("U1001")


def seen(slack: Slack, chat: str = DM) -> list[str]:
    return [slack.look(one).text for one in slack.of_bot(chat)]


def labels(slack: Slack, chat: str = DM) -> list[str]:
    return [label for one in slack.of_bot(chat) for label in slack.look(one).labels]


def calls(slack: Slack) -> list[str]:
    return [call for chat in slack.messages for one in slack.of_bot(chat) for call in slack.look(one).calls]


async def test_it_sends_without_a_start(slack: Slack, connector: Connector) -> None:
    name = await connector.send(DM, Reply("r1", "**hello** <b>"))
    (shown,) = slack.of_bot(DM)
    assert (name, seen(slack)) == (shown["ts"], ["hello <b>"])
    assert "bold" in json.dumps(shown["blocks"])
    assert shown["text"] == "hello &lt;b&gt;", "notifications show the text"


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_a_customer_wrote_calls_nobody_and_is_no_link(
    slack: Slack, connector: Connector, text: str
) -> None:
    card = Card(text, text, LAMP, LAMP, (Button(text, value=text),))
    name = f"{text} of Acme"
    replies = [
        Reply(
            "r1",
            "\\" + text.replace("*", "\\*").replace("_", "\\_").replace("`", "\\`").replace("~", "\\~"),
            agent=name,
        ),
        Reply("r2", "Which?", (Button(text, value=text),) * 2, question="1.q"),
        Reply("r3", "Which?", tuple(Button(text, value=f"{text}{n}") for n in range(30)), question="1.q"),
        Reply("r4", text, image=LAMP),
        Reply("r5", cards=(card, card)),
    ]
    for reply in replies:
        await connector.send(DM, reply)
    assert calls(slack) == []
    shown = json.dumps([slack.look(one)._asdict() for one in slack.of_bot(DM)], ensure_ascii=False)
    assert "bank (https://evil" not in shown
    assert text[:60].replace('"', '\\"') in shown


@pytest.mark.parametrize("text", ["订单 A-10293", "أين طلبي؟ ١٢", "👩‍👩‍👧 👍🏽 🇩🇪", "e\u0301 \ud800 z", "\x00\x07 x"])
async def test_every_writing_is_shown(slack: Slack, connector: Connector, text: str) -> None:
    await connector.send(DM, Reply("r1", text, (Button(text, value=text),), agent=text))
    assert text.encode("utf-8", "replace").decode() in seen(slack)[0]


@pytest.mark.parametrize("text", ["word " * 20_000, "x" * 50_000, "👍" * 20_000, "&<>" * 10_000, "\n" * 5000 + "end"])
async def test_a_huge_text_is_cut_and_whole(slack: Slack, connector: Connector, text: str) -> None:
    await connector.send(DM, Reply("r1", text))
    shown = seen(slack)
    assert "".join("".join(shown).split()) == "".join(text.split())
    assert len(shown) <= len(text) // 1000 + 2


async def test_nothing_is_sent_of_an_empty_reply(slack: Slack, connector: Connector) -> None:
    assert await connector.send(DM, Reply("r1", " \n")) == "r1"
    assert slack.of_bot(DM) == []
    await connector.send(
        DM, Reply("r2", " ", (Button("Yes", value="y"), Button(" ", value=" "), Button("", value="")))
    )
    assert labels(slack)[0] == "Yes"


async def test_a_thread_is_answered_in_it(slack: Slack, connector: Connector) -> None:
    channel = slack.add_channel("C1002")
    slack.keep(channel, user="U1001", text="another")
    root = slack.keep(channel, user="U1001", text="hello")["ts"]
    await connector.send(f"{channel}.{root}", Reply("r1", "word " * 2000))
    assert {one["thread_ts"] for one in slack.of_bot(channel)} == {root}


# Buttons


@pytest.mark.parametrize("count", [1, 5, 6, 24, 25, 26, 75, 100])
async def test_any_number_of_buttons_is_shown(slack: Slack, connector: Connector, count: int) -> None:
    buttons = tuple(Button(f"Tea {n} " + "long " * 20, value=f"tea-{n}" * 30) for n in range(count))
    await connector.send(DM, Reply("slack:D1001/1.0", "Which?", buttons, question="1.q"))
    shown = labels(slack)
    assert [label.split(" long")[0] for label in shown] == [f"Tea {n}" for n in range(count)]
    assert all(len(label) <= 75 for label in shown)


async def test_links_are_buttons_and_those_that_slack_opens_not_are_texts(slack: Slack, connector: Connector) -> None:
    urls = ("ftp://a.example", "https://a.example/?a=1&b=2", "https://a.example/" + "x" * 3000, "tel:+49123")
    buttons = tuple(Button(f"Site {n}", url=url) for n, url in enumerate(urls))
    await connector.send(DM, Reply("r1", "Look", buttons, image="/lamp.png"))
    assert slack.look(slack.of_bot(DM)[0]).links == ("https://a.example/?a=1&b=2",)
    assert all(one in " ".join(seen(slack)) for one in ("Site 0: ftp://a.example", "tel:+49123", "/lamp.png"))


async def test_a_scale_is_a_row_of_buttons(slack: Slack, connector: Connector) -> None:
    buttons = tuple(Button(str(n), value=str(n)) for n in range(1, 11))
    await connector.send(DM, Reply("r1", "How was it?", buttons, question="1.q", scale=10))
    assert labels(slack) == [str(n) for n in range(1, 11)]
    assert {one["type"] for block in slack.of_bot(DM)[0]["blocks"][1:] for one in block["elements"]} == {"button"}


# Pictures, files, cards


async def test_a_picture_and_a_file_stand_under_their_text(slack: Slack, connector: Connector) -> None:
    await connector.send(DM, Reply("r1", "The lamp", (Button("Buy", value="b"),), image=LAMP, file=BILL))
    sight = slack.look(slack.of_bot(DM)[0])
    assert (sight.text, sight.images, sight.links, sight.labels[-1]) == ("The lamp", (LAMP,), (BILL,), "Buy")


async def test_a_picture_that_slack_cannot_fetch_is_a_link(slack: Slack, connector: Connector) -> None:
    slack.images = lambda _: False
    card = Card("Lamp", "small", LAMP, buttons=(Button("Take", value="t"),))
    await connector.send(DM, Reply("r1", "Look", image=LAMP))
    await connector.send(DM, Reply("r2", "Which?", cards=(card, card)))
    assert LAMP in seen(slack)[0]
    assert "Lamp" in seen(slack)[1]
    assert labels(slack) == ["Take", "Take"]


async def test_many_cards_are_shown_in_their_order(slack: Slack, connector: Connector) -> None:
    cards = tuple(
        Card(f"Lamp {n}", "bright " * 40, f"https://a.example/{n}.png", buttons=(Button(f"Take {n}", value=str(n)),))
        for n in range(30)
    )
    await connector.send(DM, Reply("r1", "Which?", cards=cards))
    assert labels(slack) == [f"Take {n}" for n in range(30)]
    images = [image for one in slack.of_bot(DM) for image in slack.look(one).images]
    assert images == [f"https://a.example/{n}.png" for n in range(30)]


# Refusals


@pytest.mark.parametrize(
    ("refusal", "permanent"),
    [
        (RefusalError("channel_not_found"), True),
        (RefusalError("is_archived"), True),
        (RefusalError("user_disabled"), True),
        (RefusalError("invalid_auth"), False),
        (RefusalError("token_revoked"), False),
        (RefusalError("missing_scope", needed="chat:write"), False),
        (RefusalError("fatal_error"), False),
        (RefusalError("x", status=500), False),
        (RefusalError("x", status=502), False),
        (HangUpError(), False),
    ],
)
async def test_refusals_are_for_good_or_for_a_while(
    slack: Slack, connector: Connector, refusal: RefusalError, permanent: bool
) -> None:
    slack.trouble["chat.postMessage"] = [refusal]
    with pytest.raises(DeliveryError) as caught:
        await connector.send(DM, Reply("r1", "a secret"))
    assert caught.value.permanent is permanent
    assert "secret" not in str(caught.value)
    await connector.send(DM, Reply("r1", "a secret"))
    assert seen(slack) == ["a secret"]


async def test_whoever_has_left_is_written_to_no_more(slack: Slack, connector: Connector) -> None:
    slack.users["U1001"]["deleted"] = True
    for chat in (DM, "D9", "C9.1780000000.000001", "", "x", "1.2.3.4"):
        with pytest.raises(DeliveryError) as caught:
            await connector.send(chat, Reply("r1", "hi"))
        assert caught.value.permanent


async def test_a_server_that_is_away_is_asked_again(slack: Slack) -> None:
    connector = connector_of(slack, api_base="http://127.0.0.1:9")
    with pytest.raises(DeliveryError) as caught:
        await connector.send(DM, Reply("r1", "hi"))
    assert not caught.value.permanent
    await connector.stop()


async def test_one_chat_that_has_to_wait_delays_no_other(slack: Slack, connector: Connector) -> None:
    slack.open_dm("U1002")
    with slack.limited("chat.postMessage", DM, 60.0):
        with pytest.raises(DeliveryError) as caught:
            await connector.send(DM, Reply("r1", "slow"))
        assert caught.value.retry_after == pytest.approx(60, abs=2)
        async with asyncio.timeout(5):
            await connector.send("D1002", Reply("r2", "fast"))
    assert seen(slack, "D1002") == ["fast"]


async def test_a_reply_that_is_stopped_half_way_goes_on_there(slack: Slack, connector: Connector) -> None:
    words = " ".join(f"word{n}" for n in range(2000))
    slack.trouble["chat.postMessage"] = [lambda: asyncio.sleep(0), RefusalError("x", status=502), slow(0)]
    for _ in range(2):
        with pytest.raises(DeliveryError):
            await connector.send(DM, Reply("r1", words))
    await connector.send(DM, Reply("r1", words))
    assert " ".join(seen(slack)) == words


async def test_a_call_that_hangs_holds_no_other_up(slack: Slack, connector: Connector) -> None:
    slack.open_dm("U1002")
    gate = asyncio.Event()
    slack.trouble["chat.postMessage"] = [gate.wait]
    hanging = asyncio.create_task(connector.send(DM, Reply("r1", "slow")))
    await slack.until(lambda: not slack.trouble["chat.postMessage"])
    await connector.send("D1002", Reply("r2", "fast"))
    assert seen(slack) == []
    gate.set()
    await hanging
    assert seen(slack) == ["slow"]


# Who speaks


async def test_a_person_speaks_under_their_name(slack: Slack, connector: Connector) -> None:
    await connector.send(DM, Reply("r1", "I look.", agent="Mia 名"))
    slack.scopes.discard("chat:write.customize")
    bare = connector_of(slack)
    await bare.send(DM, Reply("r2", "I look.", agent="Mia 名"))
    await bare.stop()
    first, second = slack.of_bot(DM)
    assert (first["username"], slack.look(first).text) == ("Mia 名", "I look.")
    assert (second.get("username"), slack.look(second).text) == (None, "Mia 名\nI look.")
