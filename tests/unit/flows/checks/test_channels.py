"""What a configured channel cannot show is warned of."""

from collections.abc import Callable

import pytest

from botkit.model.catalogue import Capabilities

Codes = Callable[..., list[str]]

CHANNELS = {
    "web": Capabilities(buttons=9, cards=True, images=True, files=True),
    "kiosk": Capabilities(buttons=2, button_length=5),
    "sms": Capabilities(),
}
CARD = "- say: Hi.\n  cards: [{title: A%s}]"

CASES = [
    pytest.param("- say: Hi.\n  buttons: [A, B]", 0, 0, id="few buttons"),
    pytest.param("- say: Hi.\n  buttons: [A, B, C]", 1, 0, id="many buttons"),
    pytest.param("- ask: x\n  say: X?\n  options: [a, b, c]", 1, 0, id="many options"),
    pytest.param("- ask: x\n  say: X?\n  options: [a, b]", 0, 0, id="few options"),
    pytest.param("- say: Hi.\n  buttons: [{en: Short, zh: very long}, B]", 1, 0, id="a long label"),
    pytest.param("- say: Hi.\n  buttons: ['{{ message }}']", 0, 0, id="a label whose length is not known"),
    pytest.param("- ask: x\n  say: X?\n  options: {a: Very long, b: B}", 1, 0, id="a long option"),
    pytest.param(CARD % "", 1, 1, id="a card"),
    pytest.param(CARD % ", image: https://example.com/a.png", 2, 2, id="a card with an image"),
    pytest.param("- say: Hi.\n  cards: '{{ message }}'", 1, 1, id="computed cards"),
    pytest.param("- say: Hi.\n  image: https://example.com/a.png", 1, 1, id="an image"),
    pytest.param("- rate: How?\n  scale: 5", 1, 0, id="a scale"),
    pytest.param("- confirm: Sure?", 0, 0, id="yes and no"),
    pytest.param("- confirm: Hi?\n  file: https://example.com/a.pdf", 1, 1, id="a file"),
]


@pytest.mark.parametrize(("steps", "kiosk", "sms"), CASES)
def test_what_channels_cannot_show(codes: Codes, steps: str, kiosk: int, sms: int) -> None:
    counts = {("web",): 0, ("kiosk",): kiosk, ("sms",): sms, ("web", "kiosk", "sms"): kiosk + sms, (): 0}
    for names, count in counts.items():
        found = codes(steps, settings_channels=names, channels=CHANNELS, locales=("en", "zh"))
        assert found == ["channel-cannot-show"] * count


def test_yes_and_no_are_two_buttons(codes: Codes) -> None:
    channels = {"pager": Capabilities(buttons=1)}
    found = codes("- confirm: Sure?", settings_channels=("pager",), channels=channels)
    assert found == ["channel-cannot-show"]


def test_answers_are_shown_as_well(codes: Codes) -> None:
    before = "answers: {a: {questions: [hi there], say: Hi., buttons: [A, B, C]}}"
    changes = {"settings_channels": ("kiosk",), "channels": CHANNELS}
    assert codes("- say: Hi.", before=before, **changes) == ["channel-cannot-show"]


def test_a_channel_that_is_not_known_is_not_judged(codes: Codes) -> None:
    assert codes(CARD % "", settings_channels=("fax",), channels=CHANNELS) == []
