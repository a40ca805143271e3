"""A command line to look at it."""

from tests.unit.cli.conftest import botkit

__all__ = ["botkit"]
