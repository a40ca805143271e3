"""What `import botkit` gives: the names that others may rely on, and at what price."""

import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import botkit

NAMES = [
    "ROOM_ACTS",
    "Accepted",
    "ActionError",
    "Bot",
    "BotInfo",
    "BotkitError",
    "Brief",
    "Button",
    "ButtonSigner",
    "Capabilities",
    "Card",
    "ConfigError",
    "Connector",
    "ConnectorSpec",
    "Context",
    "DeliveryError",
    "Entry",
    "Erased",
    "ExpressionError",
    "Fetched",
    "File",
    "FileError",
    "FileSender",
    "Files",
    "Finding",
    "Forgetful",
    "Found",
    "Giving",
    "Halfway",
    "Holder",
    "Host",
    "Incoming",
    "Intake",
    "Line",
    "LoadError",
    "LocatedButton",
    "Masked",
    "Member",
    "Message",
    "ModelError",
    "Money",
    "Opened",
    "OutboundError",
    "Outside",
    "Passage",
    "Place",
    "Plugin",
    "Poller",
    "Press",
    "Preview",
    "Previews",
    "Problem",
    "Reading",
    "RegistryError",
    "Reply",
    "Room",
    "RoomIntake",
    "Run",
    "StoreError",
    "StreamPart",
    "Streamer",
    "Turn",
    "Typist",
    "UsageError",
    "Verdict",
    "__version__",
    "cut_runs",
    "find_press",
    "is_ref",
    "mask",
    "one_line",
    "plain_runs",
    "read_body",
    "read_markup",
    "read_runs",
    "tell",
    "without_markup",
    "write_brief",
    "write_lines",
]


def test_the_public_names_are_these() -> None:
    assert botkit.__all__ == NAMES
    assert set(NAMES) <= set(dir(botkit))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Bot"])
def test_every_name_is_there(name: str) -> None:
    value = getattr(botkit, name)
    assert getattr(value, "__name__", name) == name


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="module 'botkit' has no attribute 'Nothing'"):
        _ = botkit.Nothing  # type: ignore[attr-defined]


def test_the_version_is_the_distribution_s() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert botkit.__version__ == project["project"]["version"] == version("botkit")


def test_importing_it_imports_nothing_heavy() -> None:
    heavy = [
        "pydantic",
        "msgspec",
        "sqlalchemy",
        "jinja2",
        "rapidfuzz",
        "starlette",
        "typer",
        "rich",
        "asyncio",
        "logging",
    ]
    code = f"import sys; import botkit; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
