"""What updates mean, whoever fetched them."""

from typing import Any

import msgspec
import pytest

from botkit import File, Message, Outside, Press
from botkit_telegram.chats import Chat, read_chat
from botkit_telegram.updates import Attachment, Happened, User, read_update
from tests.telegram.api import ME
from tests.telegram.platform import said

BOT = User(4242, is_bot=True, username="acme_bot")
GROUP = {"chat": {"id": -100123, "type": "supergroup", "title": "Lamps"}}


def read(**update: Any) -> Happened | None:
    return read_update({"update_id": 7, **update}, BOT)


def message_of(**message: Any) -> Message:
    happened = read(message=said("815", 3, **message))
    assert happened is not None
    assert isinstance(happened.event, Message)
    return happened.event


def test_a_text_comes_with_what_telegram_says_of_its_writer() -> None:
    happened = read(message=said("815", 3, text="Where is it?"))
    assert happened == Happened(
        7,
        Chat(815),
        Message("Where is it?", "3", locale="en"),
        {"id": "815", "name": "Mia Chen", "username": "mia", "locale": "en"},
        3,
    )


@pytest.mark.parametrize("text", ["/start", "/order A-1", "订单", "<b>&amp;", "  spaces ", "\u202eabc"])
def test_texts_and_commands_are_taken_as_they_are(text: str) -> None:
    assert message_of(text=text).text == text


@pytest.mark.parametrize(
    ("message", "attachment"),
    [
        ({"photo": [{"file_id": "s"}, {"file_id": "l", "file_size": 9}]}, Attachment("l", "photo.jpg", "image", 9)),
        ({"document": {"file_id": "d", "file_name": "bill.pdf"}}, Attachment("d", "bill.pdf", "file")),
        ({"voice": {"file_id": "v", "file_size": 5}}, Attachment("v", "voice.ogg", "audio", 5)),
        ({"audio": {"file_id": "a", "file_name": "song.mp3"}}, Attachment("a", "song.mp3", "audio")),
        ({"video": {"file_id": "v"}}, Attachment("v", "video.mp4", "video")),
        ({"video_note": {"file_id": "v"}}, Attachment("v", "video.mp4", "video")),
        (
            {"animation": {"file_id": "g"}, "document": {"file_id": "g"}},
            Attachment("g", "animation.mp4", "video"),
        ),
    ],
)
def test_files_are_named_to_be_fetched(message: dict[str, Any], attachment: Attachment) -> None:
    happened = read(message=said("815", 3, caption="look", **message))
    assert happened is not None
    assert happened.attachments == (attachment,)
    assert happened.event == Message("look", "3", locale="en")


def test_a_place_and_a_contact_are_files() -> None:
    assert message_of(location={"latitude": 52.5, "longitude": 13.4}).files == (
        File(kind="location", latitude=52.5, longitude=13.4),
    )
    contact = {"phone_number": "+4930123456", "first_name": "Mia", "last_name": "Chen", "user_id": 9}
    assert message_of(contact=contact).files == (File(kind="contact", name="Mia Chen", phone="+4930123456"),)


def test_a_sticker_says_its_emoji() -> None:
    assert message_of(sticker={"file_id": "x", "emoji": "👍"}).text == "👍"


def test_an_edited_text_is_said_once_more_and_its_files_are_not() -> None:
    edited = said("815", 3, caption="A-2, sorry", photo=[{"file_id": "p"}], edit_date=1)
    happened = read(edited_message=edited)
    assert happened is not None
    assert (happened.event, happened.attachments) == (Message("A-2, sorry", "3", locale="en"), ())


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"poll": {"id": "1"}},
        {"message": said("815")},
        {"message": said("815", new_chat_title="Lamps")},
        {"message": said("815", text="hi") | {"from": {"id": 5, "is_bot": True}}},
        {"edited_message": said("815", location={"latitude": 1, "longitude": 2, "live_period": 60})},
        {"channel_post": said("815", text="news")},
        {"message": said("815", text="news") | {"chat": {"id": -5, "type": "channel"}}},
        {"callback_query": {"id": "1", "from": {"id": 5}, "inline_message_id": "x", "data": "d"}},
        {"my_chat_member": {"chat": {"id": 815}, "from": {"id": 815}, "new_chat_member": {"status": "member"}}},
        {
            "my_chat_member": {
                "chat": {"id": -5, "type": "group"},
                "from": {"id": 815},
                "new_chat_member": {"status": "kicked"},
            }
        },
    ],
)
def test_what_nobody_said_to_the_bot_means_nothing(update: dict[str, Any]) -> None:
    assert read(**update) is None


@pytest.mark.parametrize(
    "update",
    [{"message": 5}, {"message": {}}, {"message": said("815") | {"chat": "x"}}, {"callback_query": {"id": "1"}}],
)
def test_what_is_no_update_is_refused(update: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(**update)


def test_whoever_blocks_the_bot_left() -> None:
    member = {"chat": {"id": 815, "type": "private"}, "from": {"id": 815}, "new_chat_member": {"status": "kicked"}}
    happened = read(my_chat_member=member)
    assert happened is not None
    assert (happened.chat, happened.event) == (Chat(815), Outside("blocked", id="7"))


def test_a_press_names_its_button() -> None:
    markup = {
        "inline_keyboard": [[{"text": "Web", "url": "https://a.example"}, {"text": "Yes", "callback_data": "d"}]]
    }
    pressed = {"id": "q1", "from": {"id": 815, "language_code": "de"}, "data": "d"}
    happened = read(callback_query={**pressed, "message": said("815", 9, reply_markup=markup)})
    assert happened is not None
    assert happened.event == Press(label="Yes", id="q1", locale="de")
    assert (happened.data, happened.query, happened.chat) == ("d", "q1", Chat(815))


# Groups


def in_group(text: str, *entities: dict[str, Any], **more: Any) -> Happened | None:
    return read(message=said("815", 3, text=text, entities=list(entities), **more) | GROUP)


@pytest.mark.parametrize(
    ("text", "entities", "heard"),
    [
        ("@acme_bot where is it?", [{"type": "mention", "offset": 0, "length": 9}], "where is it?"),
        ("👍 hello @Acme_Bot, help", [{"type": "mention", "offset": 9, "length": 9}], "👍 hello , help"),
        (
            "Acme, help",
            [{"type": "text_mention", "offset": 0, "length": 4, "user": {"id": 4242, "is_bot": True}}],
            "help",
        ),
        ("/order A-1", [{"type": "bot_command", "offset": 0, "length": 6}], "/order A-1"),
        ("/order@acme_bot A-1", [{"type": "bot_command", "offset": 0, "length": 15}], "/order@acme_bot A-1"),
        ("/order@other_bot A-1", [{"type": "bot_command", "offset": 0, "length": 16}], None),
        ("@mia where is it?", [{"type": "mention", "offset": 0, "length": 4}], None),
        ("@acme_bot without an entity", [], None),
        ("hello all", [], None),
        ("broken", [{"type": "mention", "offset": 900, "length": 9}], None),
    ],
)
def test_in_a_group_it_hears_what_is_meant_for_it(text: str, entities: list[Any], heard: str | None) -> None:
    happened = in_group(text, *entities)
    event = happened.event if happened is not None else None
    assert (event.text if isinstance(event, Message) else None) == heard


def test_in_a_group_a_reply_to_it_is_meant_for_it() -> None:
    assert in_group("thanks", reply_to_message={"message_id": 1, "from": ME}) is not None
    assert in_group("thanks", reply_to_message={"message_id": 1, "from": {"id": 6}}) is None


def test_in_a_group_everybody_has_a_conversation_and_a_topic_its_own() -> None:
    named = {"type": "bot_command", "offset": 0, "length": 5}
    one, other = in_group("/help", named), in_group("/help", named, message_thread_id=7, is_topic_message=True)
    assert one is not None
    assert other is not None
    assert (one.chat, other.chat) == (Chat(-100123, 815), Chat(-100123, 815, 7))


@pytest.mark.parametrize("chat", [Chat(815), Chat(-100123, 815), Chat(-100123, 815, 7)])
def test_a_chat_is_read_from_its_name(chat: Chat) -> None:
    assert read_chat(chat.name) == chat


@pytest.mark.parametrize("name", ["", "x", "1.2.3.4", "1..2", "8 1 5 x"])
def test_what_is_no_chat_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_chat(name)
