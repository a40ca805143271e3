"""Chats: where a conversation is on Slack, a direct message or a thread.

D0123                       a direct message
D0123.1712345678.000100     a thread in it, as those with an assistant are
C0123.1712345678.000100     a thread in a channel, by the message that began it
"""

import re
from typing import Any, Final, NamedTuple

_CHAT: Final = re.compile(r"([A-Z][A-Z0-9]+)(?:\.(\d+\.\d+))?")


class Chat(NamedTuple):
    """A place to write to: a channel or a direct message, and the thread in it."""

    channel: str
    thread: str = ""

    @property
    def name(self) -> str:
        """The chat in the conversation's name."""
        return f"{self.channel}.{self.thread}" if self.thread else self.channel

    @property
    def direct(self) -> bool:
        """Whether it is with one person alone."""
        return self.channel.startswith("D")

    @property
    def params(self) -> dict[str, Any]:
        """What a call needs to say to write there."""
        return {"channel": self.channel, "thread_ts": self.thread} if self.thread else {"channel": self.channel}


def read_chat(name: str) -> Chat:
    """Read the chat in a conversation's name. Raises ValueError."""
    found = _CHAT.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no chat of Slack")
    return Chat(found[1], found[2] or "")
