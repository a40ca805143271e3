"""What Slack delivers, and what it means."""

from typing import Any

import pytest

from botkit import Message, Opened, Press
from botkit_slack.chats import Chat, read_chat
from botkit_slack.decoding import read_text
from botkit_slack.events import Happened, Left, Me, read_body

ME = Me("UBOT", "BBOT", "T1")
TS, ROOT = "1712345678.000200", "1712345600.000100"


def event(**given: Any) -> dict[str, Any]:
    said = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": "hi", "ts": TS}
    return {"type": "event_callback", "event_id": "Ev1", "event": {**said, **given}}


def read(body: dict[str, Any]) -> Happened | None:
    happened = read_body(body, ME, "/botkit")
    assert not isinstance(happened, Left)
    return happened


def happened(body: dict[str, Any]) -> Happened:
    found = read(body)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("given", "chat", "text", "uncertain"),
    [
        ({}, "D1", "hi", False),
        ({"thread_ts": ROOT}, f"D1.{ROOT}", "hi", False),
        ({"channel": "C1", "text": "<@UBOT> hi"}, f"C1.{TS}", "hi", False),
        ({"channel": "C1", "text": "hi, <@UBOT|acme>: there"}, f"C1.{TS}", "hi, : there", False),
        (
            {"channel": "C1", "type": "app_mention", "text": "<@UBOT> hi", "channel_type": None},
            f"C1.{TS}",
            "hi",
            False,
        ),
        ({"channel": "C1", "thread_ts": ROOT}, f"C1.{ROOT}", "hi", True),
        ({"channel": "C1", "thread_ts": ROOT, "text": "<@UBOT> hi"}, f"C1.{ROOT}", "hi", False),
        ({"channel": "G1", "channel_type": "mpim", "text": "<@UBOT> hi"}, f"G1.{TS}", "hi", False),
        ({"subtype": "thread_broadcast"}, "D1", "hi", False),
    ],
)
def test_a_message_is_of_a_chat(given: dict[str, Any], chat: str, text: str, uncertain: bool) -> None:
    found = happened(event(**given))
    assert (found.chat.name, found.event, found.uncertain) == (chat, Message(text, TS), uncertain)
    assert (found.id, found.user) == (f"{found.chat.channel}.{TS}", "U1")


@pytest.mark.parametrize(
    "given",
    [
        {"channel": "C1"},
        {"channel": "C1", "text": "<@UOTHER> hi"},
        {"user": "UBOT"},
        {"user": ""},
        {"user": None},
        {"bot_id": "BOTHER"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"subtype": "message_deleted", "previous_message": {"text": "hi"}},
        {"hidden": True},
        {"text": ""},
        {"text": None},
        {"channel": ""},
        {"channel": "D/../1"},
        {"ts": "soon"},
        {"type": "app_home_opened"},
        {"type": "reaction_added"},
    ],
)
def test_what_is_not_for_the_bot_means_nothing(given: dict[str, Any]) -> None:
    assert read(event(**given)) is None


@pytest.mark.parametrize("body", [{}, {"type": "event_callback"}, {"type": "view_submission"}, {"command": "/other"}])
def test_what_is_no_event_means_nothing(body: dict[str, Any]) -> None:
    assert read(body) is None


@pytest.mark.parametrize("body", [event(files=7), event(text={"a": 1}), {"type": "block_actions", "user": "U1"}])
def test_what_slack_does_not_send_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        read(body)


def test_who_names_the_bot_and_says_nothing_is_greeted() -> None:
    found = happened(event(channel="C1", text=" <@UBOT> "))
    assert found.event == Opened(f"C1.{TS}")


def test_an_assistant_that_is_opened_greets() -> None:
    thread = {"user_id": "U1", "channel_id": "D1", "thread_ts": ROOT, "context": {}}
    found = happened(
        event(type="assistant_thread_started", assistant_thread=thread, channel=None, user=None, text=None)
    )
    assert (found.chat.name, found.event) == (f"D1.{ROOT}", Opened(f"D1.{ROOT}.opened"))


def changed(before: str, now: str, **more: Any) -> dict[str, Any]:
    message = {"type": "message", "user": "U1", "text": now, "ts": TS, "edited": {"user": "U1", "ts": "9.1"}, **more}
    old = {"type": "message", "user": "U1", "text": before, "ts": TS}
    return event(subtype="message_changed", hidden=True, message=message, previous_message=old, text=None, user=None)


def test_an_edited_message_is_said_once_more() -> None:
    found = happened(changed("hi", "hello"))
    assert (found.id, found.event) == (f"D1.{TS}.9.1", Message("hello", TS))


@pytest.mark.parametrize(
    "body", [changed("hi", "hi"), changed("hi", "hello", edited=None), changed("hi", "hello", bot_id="BBOT")]
)
def test_a_message_that_changed_otherwise_means_nothing(body: dict[str, Any]) -> None:
    assert read(body) is None


def test_files_come_with_a_message() -> None:
    files = [
        {
            "id": "F1",
            "name": "lamp.png",
            "mimetype": "image/png",
            "size": 7,
            "url_private": "https://files.slack.com/a",
        },
        {"id": "F2", "is_external": True, "url_private": "https://drive.example/b", "mimetype": None},
    ]
    found = happened(event(subtype="file_share", text="see", files=files))
    assert found.event == Message("see\nhttps://drive.example/b", TS)
    assert [(one.id, one.kind) for one in found.uploads] == [("F1", "image")]
    assert happened(event(text="", files=files[:1])).event == Message("", TS)


# Actions and commands

ACTION = {"type": "button", "action_id": "b0", "block_id": "x", "value": "data", "action_ts": "5.5"}


def acted(action: dict[str, Any], channel: str = "D1", thread: str = "") -> dict[str, Any]:
    container = {"type": "message", "message_ts": TS, "channel_id": channel, "is_ephemeral": False}
    message = {"ts": TS, "text": "Which?", **({"thread_ts": thread} if thread else {})}
    return {
        "type": "block_actions",
        "user": {"id": "U1", "name": "mia"},
        "container": container,
        "channel": {"id": channel, "name": "x"},
        "message": message,
        "trigger_id": "t",
        "actions": [action],
    }


@pytest.mark.parametrize(
    ("action", "data", "picked", "label"),
    [
        ({**ACTION, "text": {"type": "plain_text", "text": "Yes"}}, "data", "", "Yes"),
        (
            {"type": "static_select", "selected_option": {"value": "data", "text": {"text": "Seven"}}},
            "data",
            "",
            "Seven",
        ),
        (
            {"type": "datepicker", "block_id": "data", "selected_date": "2026-11-30"},
            "data",
            "2026-11-30",
            "2026-11-30",
        ),
        ({"type": "timepicker", "block_id": "data", "selected_time": "14:05"}, "data", "14:05", "14:05"),
    ],
)
def test_an_action_has_its_data(action: dict[str, Any], data: str, picked: str, label: str) -> None:
    found = happened(acted(action))
    assert found.pressed is not None
    assert (found.pressed.data, found.pressed.picked) == (data, picked)
    assert isinstance(found.event, Press)
    assert found.event.label == label


@pytest.mark.parametrize(
    ("channel", "thread", "chat"),
    [
        ("D1", "", "D1"),
        ("D1", ROOT, f"D1.{ROOT}"),
        ("C1", ROOT, f"C1.{ROOT}"),
        ("C1", "", f"C1.{TS}"),
    ],
)
def test_an_action_is_of_its_chat(channel: str, thread: str, chat: str) -> None:
    assert happened(acted(ACTION, channel, thread)).chat.name == chat


@pytest.mark.parametrize(
    "action", [{**ACTION, "value": ""}, {"type": "datepicker", "block_id": "data", "selected_date": None}]
)
def test_a_link_and_an_emptied_picker_mean_nothing(action: dict[str, Any]) -> None:
    assert read(acted(action)) is None


def test_a_command_is_a_message_in_the_direct_message() -> None:
    given = {"command": "/botkit", "user_id": "U1", "channel_id": "C9", "trigger_id": "t.1"}
    found = happened({**given, "text": " where is it? &amp; &lt;b&gt;"})
    assert (found.chat, found.commanded) == (Chat(""), "C9")
    assert found.event == Message("where is it? & <b>", "U1.t.1")
    assert happened(given).event == Opened("U1.t.1")


@pytest.mark.parametrize("kind", ["tokens_revoked", "app_uninstalled"])
def test_an_app_that_lost_its_token_is_told_of(kind: str) -> None:
    assert read_body(event(type=kind), ME, "/botkit") == Left(kind)


# Texts and chats

EMOJI = [
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "emoji", "name": "wave", "unicode": "1f44b"},
                    {"type": "emoji", "name": "+1", "unicode": "1f44d-1f3fd", "skin_tone": 4},
                    {"type": "emoji", "name": "acme"},
                    {"type": "emoji", "name": "bad", "unicode": "zz"},
                ],
            }
        ],
    }
]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("&#60; &copy;", "&#60; &copy;"),
        ("<@U7> <@U8|mia> <#C1|general> <#C2>", "@U7 @mia #general #C2"),
        ("<!channel> <!here|@here> <!subteam^S1|@sales> <!subteam^S1>", "@channel @here @sales @subteam"),
        ("<!date^1392734382^{date}|yesterday>", "yesterday"),
        ("<https://a.example/x?a=1&amp;b=2>", "https://a.example/x?a=1&b=2"),
        ("<http://acme.com|acme.com> <https://a.example/|a.example>", "acme.com a.example"),
        ("<https://a.example/x|the page>", "the page (https://a.example/x)"),
        ("<mailto:a@b.example|a@b.example> <tel:+491>", "a@b.example +491"),
        (":wave: :+1::skin-tone-4: :acme: :bad: 12:30:45", "👋 👍🏽 :acme: :bad: 12:30:45"),
        ("*bold* _it_ `code`", "*bold* _it_ `code`"),
        ("<@UBOT>, where is  it?", "where is it?"),
        ("<>", ""),
        ("", ""),
    ],
)
def test_a_text_is_read_as_it_was_typed(source: str, text: str) -> None:
    assert read_text(source, EMOJI, "UBOT") == text


@pytest.mark.parametrize("name", ["", "815", "d1", "D1.", "D1.x", "D1.1", "D1.1.2.3", "D1 ", "D1/../x", "D1.1.2\n"])
def test_what_is_no_chat_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no chat"):
        read_chat(name)


@pytest.mark.parametrize("chat", [Chat("D1"), Chat("C0AB", ROOT)])
def test_a_chat_is_read_from_its_name(chat: Chat) -> None:
    assert read_chat(chat.name) == chat
