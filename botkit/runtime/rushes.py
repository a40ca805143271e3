"""Rushes: where a customer writes faster than replies go, the deliveries of others go first."""

import asyncio


class Rushes:
    """Lets one delivery of each conversation in `under_way` go in a round of the loop, in order."""

    def __init__(self) -> None:
        self.under_way: dict[str, asyncio.Event] = {}  # conversations; set when the last that came may go

    async def give_way(self, conversation: str) -> None:
        """Let others go first."""
        before, mine = self.under_way.get(conversation), asyncio.Event()
        self.under_way[conversation] = mine
        try:
            await (asyncio.sleep(0) if before is None else before.wait())
        finally:
            mine.set()
            if self.under_way.get(conversation) is mine:
                if before is None or before.is_set():
                    del self.under_way[conversation]
                else:  # given up: who comes next waits for the one before
                    self.under_way[conversation] = before
