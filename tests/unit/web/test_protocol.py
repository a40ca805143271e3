"""Frames, good and bad."""

import json

import pytest

from botkit import Button, Card, Reply
from botkit_web.protocol import FrameError, Hello, Pressed, Said, cut_reply, read_frame, write_reply


def test_good_frames() -> None:
    assert read_frame('{"type": "hello"}') == Hello()
    hello = '{"type": "hello", "chat": "c", "token": "t", "locale": "zh-CN", "last": "r1", "later": 1}'
    assert read_frame(hello) == Hello("c", "t", "zh-CN", "r1")
    assert read_frame('{"type": "message", "id": "1", "text": "你好"}') == Said("1", "你好")
    press = '{"type": "press", "id": "1", "run": "return_item", "label": "Return", "question": "q1"}'
    assert read_frame(press) == Pressed("1", run="return_item", label="Return", question="q1")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "bad_json"),
        ("nonsense", "bad_json"),
        ("\x00", "bad_json"),
        ("[" * 100_000, "bad_message"),
        ('{"a":' * 100_000, "bad_json"),
        ("[]", "bad_message"),
        ("1", "bad_message"),
        ("null", "bad_message"),
        ("{}", "bad_message"),
        ('{"type": "bye"}', "bad_message"),
        ('{"type": 1}', "bad_message"),
        ('{"type": null}', "bad_message"),
        ('{"type": "hello", "chat": 5}', "bad_message"),
        ('{"type": "hello", "locale": "../../etc"}', "bad_message"),
        ('{"type": "hello", "token": "' + "x" * 4_001 + '"}', "bad_message"),
        ('{"type": "message"}', "bad_message"),
        ('{"type": "message", "id": "1"}', "bad_message"),
        ('{"type": "message", "id": 1, "text": "hi"}', "bad_message"),
        ('{"type": "message", "id": "", "text": "hi"}', "bad_message"),
        ('{"type": "message", "id": "a b", "text": "hi"}', "bad_message"),
        ('{"type": "message", "id": "' + "1" * 65 + '", "text": "hi"}', "bad_message"),
        ('{"type": "message", "id": "1", "text": ["hi"]}', "bad_message"),
        ('{"type": "message", "id": "1", "text": null}', "bad_message"),
        ('{"type": "press", "id": "1", "value": 3}', "bad_message"),
        ('{"type": "press", "id": "1", "label": "' + "x" * 3_000 + '"}', "bad_message"),
    ],
)
def test_bad_frames(text: str, code: str) -> None:
    with pytest.raises(FrameError) as caught:
        read_frame(text)
    assert caught.value.code == code
    assert 0 < len(str(caught.value)) <= 200


def test_a_reply_is_written_whole() -> None:
    buttons = (Button("Yes", value="yes"), Button("Site", url="https://example.org"), Button("Return", run="r"))
    card = Card("Lamp", text="Bright", image="/lamp.png", url="https://example.org/lamp", buttons=buttons[:1])
    reply = Reply("r1", "Hi <b>", buttons, "/a.png", "/b.pdf", (card,), "en", "q1")
    yes = {"label": "Yes", "value": "yes", "run": "", "url": ""}
    assert json.loads(write_reply(reply)) == {
        "type": "reply",
        "id": "r1",
        "text": "Hi <b>",
        "buttons": [
            yes,
            {"label": "Site", "value": "", "run": "", "url": "https://example.org"},
            {"label": "Return", "value": "", "run": "r", "url": ""},
        ],
        "image": "/a.png",
        "file": "/b.pdf",
        "cards": [
            {
                "title": "Lamp",
                "text": "Bright",
                "image": "/lamp.png",
                "url": "https://example.org/lamp",
                "buttons": [yes],
            }
        ],
        "question": "q1",
        "agent": "",
        "locale": "en",
        "scale": 0,
        "owner": "",
    }


def test_a_reply_says_how_high_a_rating_goes_and_who_has_the_conversation() -> None:
    told = json.loads(write_reply(Reply("r1", "How did we do?", scale=5, owner="queue")))
    assert (told["scale"], told["owner"]) == (5, "queue")


def test_every_part_of_a_long_reply_says_who_speaks_and_who_has_the_conversation() -> None:
    parts = cut_reply(Reply("r1", "one two three", agent="Mia", owner="human", scale=3), 5)
    assert [(part.agent, part.owner, part.scale) for part in parts] == [
        ("Mia", "human", 0),
        ("Mia", "human", 0),
        ("Mia", "human", 3),
    ]


def test_a_short_reply_is_not_cut() -> None:
    reply = Reply("r1", "x" * 10)
    assert cut_reply(reply, 10) == [reply]


def test_a_long_reply_is_cut_between_words_and_keeps_its_buttons_at_the_end() -> None:
    reply = Reply("r1", "one two three\nfour five", (Button("Ok"),), question="q")
    parts = cut_reply(reply, 10)
    assert [part.text for part in parts] == ["one two", "three", "four five"]
    assert [part.id for part in parts] == ["r1.1", "r1.2", "r1"]
    assert [len(part.buttons) for part in parts] == [0, 0, 1]


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    parts = cut_reply(Reply("r1", "字" * 25), 10)
    assert [len(part.text) for part in parts] == [10, 10, 5]
