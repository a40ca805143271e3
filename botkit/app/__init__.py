"""The application: a bot's directory brought to life."""

from botkit.app.bots import Bot, Exchange
from botkit.app.directories import Checked, check_directory

__all__ = ["Bot", "Checked", "Exchange", "check_directory"]
