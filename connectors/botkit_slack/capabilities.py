"""What Slack shows, and its limits."""

from typing import Final

from botkit import Capabilities

MESSAGE: Final = 4_000  # characters of a message: https://docs.slack.dev/reference/methods/chat.postMessage
LABEL: Final = 75  # of a button: https://docs.slack.dev/reference/block-kit/block-elements/button-element

CAPABILITIES: Final = Capabilities(
    buttons=100,  # as a list to choose from: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
    cards=True,
    markdown=True,
    images=True,
    files=True,
    edit=True,
    typing=True,
    streaming=True,
    text_length=MESSAGE,
    button_length=LABEL,
    per_chat=1,  # https://docs.slack.dev/apis/web-api/rate-limits: one a second in a channel
)
