"""Chats: where a conversation is on Telegram. In a group everybody has a conversation of their own.

815                 a private chat
-100123.815         the person 815 in a group
-100123.815.7       there, in the topic 7
"""

from typing import Any, NamedTuple


class Chat(NamedTuple):
    """A place to write to: a chat, in a group the person who is meant, and the topic."""

    id: int
    user: int = 0
    topic: int = 0

    @property
    def name(self) -> str:
        """The chat in the conversation's name."""
        return ".".join(str(part) for part in self if part)

    @property
    def params(self) -> dict[str, Any]:
        """What a call needs to say to write there."""
        return {"chat_id": self.id, "message_thread_id": self.topic} if self.topic else {"chat_id": self.id}


def read_chat(name: str) -> Chat:
    """Read the chat in a conversation's name. Raises ValueError."""
    parts = [int(part) for part in name.split(".")]
    if not 1 <= len(parts) <= 3:
        raise ValueError(f"{name!r} is no chat of Telegram")
    return Chat(*parts)
