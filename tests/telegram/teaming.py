"""A team in a group of the double: what its members do, and what they see."""

import itertools
from typing import Any

from tests.telegram.api import ME, BotApi, Params
from tests.telegram.platform import Customers

GROUP = -1001
ANN = {"id": 71, "is_bot": False, "first_name": "Ann", "last_name": "Lee"}
BOB = {"id": 72, "is_bot": False, "first_name": "Bob"}
PATIENCE = 30.0


class Team:
    """Members of a group, with topics or without."""

    def __init__(self, api: BotApi, *, topics: bool = True) -> None:
        self.api = api
        self.customers = Customers(api)
        self._numbers = itertools.count(5001)
        if topics:
            api.forums[GROUP] = {}

    def shown(self, topic: int = 0) -> list[str]:
        """Give the bot's messages in a topic, or in the group."""
        found = [one for one in self.api.messages.get(GROUP, ()) if one["topic"] == topic]
        return [f"<{one['file']}>" if one["file"] else one["text"] for one in found]

    async def topic(self, count: int = 1) -> int:
        """Wait for so many topics, and give the newest."""
        await self.api.until(lambda: len(self.api.forums[GROUP]) >= count, PATIENCE)
        return max(self.api.forums[GROUP])

    async def sees(self, text: str, topic: int = 0) -> Params:
        """Wait until the bot shows a text; give the message."""

        def found() -> list[Params]:
            return [
                one
                for one in self.api.messages.get(GROUP, ())
                if one["topic"] == topic and text in (one["text"] + one["file"])
            ]

        await self.api.until(lambda: bool(found()), PATIENCE)
        return found()[-1]

    def written(self, topic: int, text: str, by: Params = ANN, to: Params | None = None, **more: Any) -> Params:
        """Give a message of a member: in a topic, or as an answer to one of the bot."""
        where: Params = {"message_thread_id": topic, "is_topic_message": True} if topic else {}
        if to is not None:
            where["reply_to_message"] = {
                "message_id": to["id"],
                "from": ME,
                "text": to["text"],
                "chat": {"id": GROUP},
            }
        chat = {"id": GROUP, "type": "supergroup", "title": "Team"}
        said = {"text": text} if text else {}
        return {"message_id": next(self._numbers), "date": 1, "chat": chat, "from": by, **where, **said, **more}

    async def write(self, topic: int, text: str, by: Params = ANN, to: Params | None = None, **more: Any) -> Params:
        """Let a member write."""
        message = self.written(topic, text, by, to, **more)
        assert await self.customers.push({"message": message})
        return message

    async def press(self, message: Params, label: str, by: Params = ANN) -> str:
        """Press a button below a message of the bot; give what is answered."""
        (data,) = [one["callback_data"] for row in message["markup"] for one in row if one["text"] == label]
        shown: Params = {"message_id": message["id"], "date": 1, "chat": {"id": GROUP, "type": "supergroup"}}
        if message["topic"]:
            shown |= {"message_thread_id": message["topic"], "is_topic_message": True}
        query = f"press {next(self._numbers)}"
        pressed = {"id": query, "chat_instance": "1", "from": by, "data": data, "message": shown | {"from": ME}}
        assert await self.customers.push({"callback_query": pressed})
        await self.api.until(lambda: query in self.api.answered, PATIENCE)
        return self.api.answered[query]

    def told(self, chat: int) -> list[str]:
        """Give what a customer sees."""
        return [one["text"] for one in self.api.messages.get(chat, ())]

    async def tells(self, chat: int, text: str) -> None:
        """Wait until a customer is told something."""
        await self.api.until(lambda: text in self.told(chat), PATIENCE)
