"""Desks: where people take conversations over."""

from collections.abc import Sequence
from typing import Protocol

from botkit.model.replies import HandOff


class Desk(Protocol):
    """Takes conversations that were handed off, and brings the words of people back as events."""

    async def offer(self, conversation: str, handoff: HandOff) -> bool:
        """Put a conversation into a team's queue; False when nobody serves that team now."""
        ...

    async def withdraw(self, conversation: str) -> None:
        """Take a conversation out of the queue (the customer left it, or it was closed)."""
        ...

    async def forward(self, conversation: str, text: str) -> None:
        """Show what the customer wrote to the person who has the conversation."""
        ...

    async def waiting(self, team: str) -> Sequence[str]:
        """Give the conversations in a team's queue, the longest waiting first."""
        ...
