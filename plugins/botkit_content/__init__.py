"""Content for botkit: texts, pictures and sounds by the bot's language model, each result checked by code."""

from botkit_content.actions import plugin
from botkit_content.settings import ContentSettings

__all__ = ["ContentSettings", "plugin"]
