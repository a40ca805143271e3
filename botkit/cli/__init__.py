"""The command line: `botkit COMMAND`."""

from botkit.cli.application import app, main

__all__ = ["app", "main"]
