"""Replies as calls: blocks within Slack's limits, in the order in which they are read."""

from typing import Any

import pytest

from botkit import Button, ButtonSigner, Card, Reply
from botkit_slack.blocks import CURSOR, Call, calls_of, preview_of, replacing
from botkit_slack.buttons import DATA
from botkit_slack.chats import Chat
from tests.slack import blocks as double

SIGNER = ButtonSigner("xoxb-1", DATA)
DM, THREAD = Chat("D1"), Chat("C1", "1712345678.000100")
LAMP = "https://shop.example/lamp.png"


def calls(reply: Reply, chat: Chat = DM, *, named: bool = False) -> list[Call]:
    made = calls_of(reply, chat, SIGNER, named=named)
    for call in made:
        for one in (call, call.plainer):
            if one is not None:
                assert double.faults(one.params["blocks"]) == []
                assert double.length(one.params["blocks"]) <= double.ALL_TEXT
                assert len(one.params["text"]) <= 4_000
    return made


def looks(reply: Reply, **more: Any) -> list[double.Sight]:
    return [double.look(call.params) for call in calls(reply, **more)]


def test_a_reply_goes_to_its_chat() -> None:
    (direct,), (threaded,) = calls(Reply("r", "hi")), calls(Reply("r", "hi"), THREAD)
    assert (direct.method, direct.params["channel"], "thread_ts" in direct.params) == (
        "chat.postMessage",
        "D1",
        False,
    )
    assert (threaded.params["channel"], threaded.params["thread_ts"]) == ("C1", "1712345678.000100")


@pytest.mark.parametrize("reply", [Reply("r"), Reply("r", " \n"), Reply("r", "", image="", file="")])
def test_nothing_to_see_is_no_call(reply: Reply) -> None:
    assert calls(reply) == []


def test_a_long_text_has_its_buttons_under_the_last_part() -> None:
    text = " ".join(f"word{n}" for n in range(1_500))
    found = looks(Reply("r", text, (Button("Yes", value="yes"),)))
    assert [one.labels for one in found] == [()] * (len(found) - 1) + [("Yes",)]
    assert " ".join(one.text for one in found).split() == text.split()
    assert len(found) == 4


@pytest.mark.parametrize(("named", "text", "name"), [(False, "Mia <b>\nhello", None), (True, "hello", "Mia <b>")])
def test_a_person_speaks_under_their_name(named: bool, text: str, name: str | None) -> None:
    (call,) = calls(Reply("r", "hello", agent="Mia <b>"), named=named)
    assert (double.look(call.params).text, call.params.get("username")) == (text, name)


def test_a_long_name_is_cut() -> None:
    (call,) = calls(Reply("r", "hello", agent="Mia \ud800" + "x" * 200), named=True)
    assert len(call.params["username"]) == 80


def test_a_picture_stands_below_its_text_and_is_a_link_where_it_cannot_be_had() -> None:
    (call,) = calls(Reply("r", "The **lamp**", image=LAMP))
    assert call.params["blocks"][-1] == {"type": "image", "image_url": LAMP, "alt_text": "The lamp"}
    assert call.plainer is not None
    assert double.look(call.plainer.params) == double.Sight(f"The lamp\n{LAMP}")
    (alone,) = calls(Reply("r", image=LAMP))
    assert (alone.params["text"], alone.params["blocks"][0]["alt_text"]) == ("lamp.png", "lamp.png")


def test_a_file_is_a_button_that_opens_it() -> None:
    (sight,) = looks(Reply("r", "Your invoice", file="https://shop.example/a/%E5%8F%91%E7%A5%A8.pdf?x=1"))
    assert (sight.text, sight.labels) == ("Your invoice", ("发票.pdf",))
    assert sight.links == ("https://shop.example/a/%E5%8F%91%E7%A5%A8.pdf?x=1",)


def test_what_is_no_address_is_text() -> None:
    reply = Reply("r", "See", (Button("Go", url="/x"),), image="lamp.png", file="a b")
    (sight,) = looks(reply)
    assert (sight.text, sight.labels, sight.images) == ("See\n\nGo: /x\n\nlamp.png\n\na b", (), ())


CARD = Card("Lamp", "A lamp.", LAMP, buttons=(Button("Buy", value="lamp"),))


def test_a_card_has_its_picture_beside_it_and_its_buttons_below() -> None:
    (call,) = calls(Reply("r", "Ours:", (Button("None", value="none"),), cards=(CARD,), question="1.q"))
    kinds = [block["type"] for block in call.params["blocks"]]
    assert kinds == ["rich_text", "section", "actions", "actions"]
    assert call.params["blocks"][1]["accessory"]["image_url"] == LAMP
    sight = double.look(call.params)
    assert (sight.text, sight.labels) == ("Ours:\nLamp\nA lamp.", ("Buy", "None"))
    assert call.plainer is not None
    assert double.look(call.plainer.params).text == f"Ours:\nLamp\nA lamp.\n{LAMP}"


@pytest.mark.parametrize(
    "card",
    [
        Card("*Lamp*", "2 * 3 * 4 _x_", LAMP),
        Card("Lamp", "see [it](https://a.example)", LAMP),
        Card("Lamp", "x", LAMP, "https://shop.example/lamp"),
        Card("<!channel>", "<@U1> &amp;", LAMP),
        Card("Lamp", "word " * 3_000, LAMP),
        Card("Lamp", "no picture"),
        Card("Lamp", "", "not an address"),
        Card("", "", LAMP),
    ],
)
def test_a_card_says_what_it_says(card: Card) -> None:
    found = looks(Reply("r", cards=(card,)))
    assert found
    assert all(not sight.calls for sight in found)
    assert card.title in " ".join(sight.text for sight in found)
    assert bool([one for sight in found for one in sight.images]) == (card.image == LAMP)


@pytest.mark.parametrize("count", [10, 60])
def test_many_cards_are_several_messages(count: int) -> None:
    cards = tuple(
        Card(f"Lamp {n}", "A lamp. " * 90, LAMP, buttons=(Button("Buy", value=str(n)),)) for n in range(count)
    )
    found = looks(Reply("r", "Ours:", cards=cards, question="1.q"))
    assert sum(len(one.labels) for one in found) == count
    assert [one for sight in found for one in sight.labels] == ["Buy"] * count


def test_a_question_for_a_day_has_a_picker_and_one_with_buttons_has_not() -> None:
    (sight,) = looks(Reply("r", "When?", question="1.q", asks="date"))
    assert sight.pickers == ("datepicker",)
    (sight,) = looks(Reply("r", "When?", (Button("Today", value="today"),), question="1.q", asks="date"))
    assert sight.pickers == ()


def test_a_reply_takes_the_place_of_its_preview() -> None:
    first, second = replacing(THREAD, "7.7", calls(Reply("r", "word " * 1_500), THREAD))[:2]
    assert (first.method, first.params["channel"], first.params["ts"]) == ("chat.update", "C1", "7.7")
    assert "thread_ts" not in first.params
    assert first.anew is not None
    assert (first.anew.method, second.method) == ("chat.postMessage", "chat.postMessage")
    pictured = replacing(DM, "7.7", calls(Reply("r", "x", image=LAMP)))[0]
    assert pictured.plainer is not None
    assert (pictured.plainer.method, pictured.plainer.params["ts"]) == ("chat.update", "7.7")
    assert replacing(DM, "7.7", []) == [Call("chat.delete", {"channel": "D1", "ts": "7.7"})]


@pytest.mark.parametrize("text", ["It is", "**bold", "word " * 3_000, "<!channel>", "👍" * 4_000])
def test_a_preview_ends_with_its_mark(text: str) -> None:
    said = preview_of(text, "", named=False)
    assert double.faults(said["blocks"]) == []
    sight = double.look(said)
    assert sight.text.endswith(CURSOR)
    assert sight.calls == ()
    assert len(said["text"]) <= 4_000


def test_a_preview_of_nothing_is_nothing() -> None:
    assert preview_of(" \n", "Mia", named=True) == {}
    assert double.look(preview_of("hi", "Mia", named=False)).text == f"Mia\nhi{CURSOR}"
