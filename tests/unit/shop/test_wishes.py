"""Which part of a sentence is wanted."""

import pytest

from botkit_shop import mentions, wishes


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted", "only"),
    [
        ("no, only the lamp", "no, only the lamp", "", True),
        ("Just the lamp", "Just the lamp", "", True),
        ("只要台灯", "只要台灯", "", True),
        ("只取消台灯", "只取消台灯", "", True),
        ("两只取暖器", "两只取暖器", "", False),
        ("仅退台灯", "仅退台灯", "", True),
        ("两只鞋要退", "两只鞋要退", "", False),
        ("just add the lamp too", "just add the lamp too", "", False),
        ("remove the 1.5L kettle.", "", "the 1.5L kettle", False),
        ("the lamp without the kettle", "the lamp", "the kettle", False),
        ("the lamp, not the kettle", "the lamp", "the kettle", False),
        ("I don't want the kettle but the lamp", "I the lamp", "the kettle", False),
        ("all but the kettle", "all", "the kettle", False),
        ("把台灯去掉，只要水壶", "只要水壶", "把台灯去掉", True),
        ("", "", "", False),
        ("remove", "remove", "", False),
    ],
)
def test_wishes(text: str, wanted: str, unwanted: str, only: bool) -> None:
    wish = wishes.read(text)
    assert mentions.tokens(wish.wanted) == mentions.tokens(wanted)
    assert mentions.tokens(wish.unwanted) == mentions.tokens(unwanted)
    assert wish.only is only
