"""The channel in a program that runs python-telegram-bot already: its Bot sends, its Application receives."""

from collections.abc import Sequence
from typing import Any

from telegram import Bot, Update
from telegram.ext import TypeHandler

from botkit_telegram.connector import TelegramConnector
from botkit_telegram.ptb_driver import PtbDriver


def embed(telegram: Bot) -> TelegramConnector:
    """Make the channel of a bot; whoever runs it receives and closes."""
    return TelegramConnector(lambda: PtbDriver(telegram), telegram.token, mode="embedded")


def handlers(channel: TelegramConnector) -> Sequence[TypeHandler[Update, Any, Any]]:
    """Give what hands over the updates that no handler before it, of its group, took.

    Telegram has heard then that they came: those that the application still holds when it is killed are lost.
    """

    async def take(update: Update, _: Any) -> None:
        await channel.take(update.to_dict())

    return [TypeHandler(Update, take)]
