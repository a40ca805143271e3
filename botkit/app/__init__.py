"""The application: a bot's directory brought to life."""

from botkit.app.bots import Bot
from botkit.app.directories import Checked, check_directory
from botkit.app.exchanges import Exchange

__all__ = ["Bot", "Checked", "Exchange", "check_directory"]
