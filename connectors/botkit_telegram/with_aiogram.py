"""The channel in a program that runs aiogram already: its Bot sends, its Dispatcher receives."""

from typing import Any

from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import TelegramObject, Update

from botkit_telegram.aiogram_driver import AiogramDriver
from botkit_telegram.connector import TelegramConnector
from botkit_telegram.updates import KINDS


def embed(telegram: Bot) -> TelegramConnector:
    """Make the channel of a bot; whoever runs it receives and closes."""
    return TelegramConnector(lambda: AiogramDriver(telegram), telegram.token, mode="embedded")


def router(channel: TelegramConnector) -> Router:
    """Give what hands over the updates that no router before it took. What means nothing to it is for those behind.

    A handler ends when the update is stored: where the dispatcher waits for its handlers
    (`start_polling(..., handle_as_tasks=False)`), Telegram hears only then that it came.
    """
    made = Router(name="botkit")

    async def take(_: TelegramObject, event_update: Update) -> Any:
        raw = event_update.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return None if await channel.take(raw) else UNHANDLED

    for kind in KINDS:
        made.observers[kind].register(take)
    return made
