"""For the tests of plugins, connectors, stores and bots: fakes, harnesses and contract suites.

What is here is public. Each name is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botkit.errors import ArgumentsError, ResultError
    from botkit.testing.carriers import CarrierContract
    from botkit.testing.clocks import FakeClock
    from botkit.testing.connectors import ConnectorContract
    from botkit.testing.embedders import FakeEmbedder
    from botkit.testing.files import FilesContract
    from botkit.testing.intakes import FakeIntake
    from botkit.testing.language_models import LanguageModelContract
    from botkit.testing.models import ScriptedMedia, ScriptedModel
    from botkit.testing.plugins import PluginHarness, call
    from botkit.testing.samples import sample
    from botkit.testing.stages import Attachment, FilePlatform, Platform, Shown, Stage, TypingPlatform
    from botkit.testing.stores import StoreContract
    from botkit.testing.streams import ScriptedStream

__all__ = [
    "ArgumentsError",
    "Attachment",
    "CarrierContract",
    "ConnectorContract",
    "FakeClock",
    "FakeEmbedder",
    "FakeIntake",
    "FilePlatform",
    "FilesContract",
    "LanguageModelContract",
    "Platform",
    "PluginHarness",
    "ResultError",
    "ScriptedMedia",
    "ScriptedModel",
    "ScriptedStream",
    "Shown",
    "Stage",
    "StoreContract",
    "TypingPlatform",
    "call",
    "sample",
]

_HOME = {
    "ArgumentsError": "botkit.errors",
    "Attachment": "botkit.testing.stages",
    "CarrierContract": "botkit.testing.carriers",
    "ConnectorContract": "botkit.testing.connectors",
    "FakeClock": "botkit.testing.clocks",
    "FakeEmbedder": "botkit.testing.embedders",
    "FakeIntake": "botkit.testing.intakes",
    "FilePlatform": "botkit.testing.stages",
    "FilesContract": "botkit.testing.files",
    "LanguageModelContract": "botkit.testing.language_models",
    "Platform": "botkit.testing.stages",
    "PluginHarness": "botkit.testing.plugins",
    "ResultError": "botkit.errors",
    "ScriptedMedia": "botkit.testing.models",
    "ScriptedModel": "botkit.testing.models",
    "ScriptedStream": "botkit.testing.streams",
    "Shown": "botkit.testing.stages",
    "Stage": "botkit.testing.stages",
    "StoreContract": "botkit.testing.stores",
    "TypingPlatform": "botkit.testing.stages",
    "call": "botkit.testing.plugins",
    "sample": "botkit.testing.samples",
}

if not TYPE_CHECKING:  # type checkers read the imports above, and know that there are no other names

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module 'botkit.testing' has no attribute '{name}'")
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
