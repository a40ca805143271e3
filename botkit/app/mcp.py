"""`mcp:` of bot.yaml: servers whose tools are actions of the bot, and what is kept of their lists of tools.

A check starts no server: what a server offered last stands in `.botkit/mcp-NAME.json` of the bot's directory, written
whenever it is connected.
"""

import asyncio
import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from botkit.errors import BotkitError, ConfigError, Place, Problem
from botkit.flows import Node, Report, seconds, shapes
from botkit.registry.offers import Listed, Offer, decode_offers, encode_offers
from botkit.registry.plugins import Plugin
from botkit.registry.servers import ServerSettings, ToolSettings, connect, named, require
from botkit.registry.tools import plugin_of

if TYPE_CHECKING:
    from botkit.app.config import Config

FOLDER: Final = ".botkit"
MOST_SECONDS: Final = 600.0  # of a call
MOST_BYTES: Final = 8_000_000  # of a kept list

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_log = logging.getLogger(__name__)

Fill = Callable[[Node, str], tuple[str, tuple[str, ...]]]
"""Gives a node's text with its variables filled in, and those that nobody set."""


def read_servers(
    node: Node | None, fill: Fill, report: Report
) -> tuple[dict[str, ServerSettings], dict[str, Place], dict[str, tuple[str, ...]]]:
    """Read the servers of a bot, where each stands, and the variables that each lacks."""
    servers: dict[str, ServerSettings] = {}
    places: dict[str, Place] = {}
    lacks: dict[str, tuple[str, ...]] = {}
    for key, value in shapes.named(node, "'mcp'", report) if node is not None and not node.empty else ():
        missing: list[str] = []
        server = _server(key, value, partial(_noting, fill, missing), report)
        if server is not None:
            servers[key.raw], places[key.raw] = server, key.place
            lacks[key.raw] = tuple(dict.fromkeys(missing))
    return servers, places, lacks


def _noting(fill: Fill, missing: list[str], node: Node, what: str) -> str:
    text, names = fill(node, what)
    missing += names
    return text


def _server(key: Node, node: Node, fill: Callable[[Node, str], str], report: Report) -> ServerSettings | None:
    known = ("command", "env", "url", "headers", "trust", "timeout", "stderr", "tools")
    found = shapes.fields(node, f"the MCP server '{key.raw}'", known, report)
    if not _NAME.fullmatch(key.raw):
        hint = "small letters, digits and _, beginning with a letter, 64 at most"
        report.error(key.place, "unknown-value", f"{key.raw[:40]!r} is no name for an MCP server", hint)
        return None
    if ("command" in found) == ("url" in found):
        message = f"the MCP server '{key.raw}' needs either a command or a url"
        report.error(key.place, "missing-key", message, "command: [python, server.py], or url: https://...")
        return None
    url = fill(found["url"], "'url'") if "url" in found else ""
    if url and not shapes.is_url(url):
        report.error(found["url"].place, "unknown-value", "'url' takes the address of a server, such as https://...")
    command = found.get("command")
    return ServerSettings(
        key.raw,
        command=tuple(fill(one, "'command'") for one in shapes.one_or_more(command)) if command is not None else (),
        env=_filled(found.get("env"), "'env'", fill, report),
        url=url,
        headers=_filled(found.get("headers"), "'headers'", fill, report),
        trust=bool(shapes.boolean(found["trust"], "'trust'", report)) if "trust" in found else False,
        timeout=_timeout(found.get("timeout"), report) or 10.0,
        stderr=bool(shapes.boolean(found["stderr"], "'stderr'", report)) if "stderr" in found else False,
        tools=_tools(found.get("tools"), report),
    )


def _filled(node: Node | None, what: str, fill: Callable[[Node, str], str], report: Report) -> dict[str, str]:
    return {key.raw: fill(value, what) for key, value in shapes.named(node, what, report)} if node is not None else {}


def _timeout(node: Node | None, report: Report) -> float:
    if node is None:
        return 0.0
    found = seconds(node.raw)
    if found is None or not 0 < found <= MOST_SECONDS:
        message = f"'timeout' takes a duration of at most {MOST_SECONDS:g}s, such as 10s, not {node.raw[:40]!r}"
        report.error(node.place, "bad-duration", message)
        return 0.0
    return found


def _tools(node: Node | None, report: Report) -> dict[str, ToolSettings]:
    tools: dict[str, ToolSettings] = {}
    for key, value in shapes.named(node, "'tools'", report) if node is not None else ():
        known = ("effect", "timeout", "idempotent")
        found = {} if value.empty else shapes.fields(value, f"the tool '{key.raw}'", known, report)
        made: dict[str, Any] = {"timeout": _timeout(found.get("timeout"), report)}
        if "effect" in found:
            made["effect"] = shapes.choice(found["effect"], "'effect'", ("read", "write"), report) or ""
        if "idempotent" in found:
            made["idempotent"] = bool(shapes.boolean(found["idempotent"], "'idempotent'", report))
        tools[key.raw] = ToolSettings(**made)
    return tools


# What is kept


def path_of(directory: Path, name: str) -> Path:
    """Give the file in which a server's list of tools is kept."""
    return directory / FOLDER / f"mcp-{name}.json"


def kept_offers(directory: Path, name: str) -> tuple[Offer, ...] | None:
    """Give what a server offered last; None where nobody has asked it."""
    path = path_of(directory, name)
    try:
        return decode_offers(path.read_bytes()) if path.stat().st_size <= MOST_BYTES else None
    except OSError:
        return None


def keep_offers(directory: Path, name: str, listed: Listed) -> bool:
    """Keep what a server offers; tell whether that is something else than before."""
    for why in listed.left_out:
        _log.warning("a tool of MCP server %s is left out: %s", name, why, extra={"plugin": name})
    path, text = path_of(directory, name), encode_offers(listed.offers)
    try:
        if path.exists() and path.read_bytes() == text:
            return False
        path.parent.mkdir(exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_bytes(text)
        draft.replace(path)
    except OSError as error:
        _log.warning("the tools of MCP server %s could not be kept", name, exc_info=error, extra={"plugin": name})
    return True


def _heard(directory: Path, name: str, listed: Listed) -> None:
    known = kept_offers(directory, name)
    if keep_offers(directory, name, listed) and known is not None:
        _log.warning("the tools of MCP server %s have changed: restart to use them", name, extra={"plugin": name})


# What is there


def servers_of(
    servers: Mapping[str, ServerSettings],
    places: Mapping[str, Place],
    lacks: Mapping[str, Sequence[str]],
    directory: Path,
) -> tuple[list[Plugin], tuple[str, ...], list[Problem]]:
    """Give servers as plugins, those of whose tools nobody has a list, and what is missing on this machine."""
    plugins: list[Plugin] = []
    unlisted: list[str] = []
    problems: list[Problem] = []
    for name, server in servers.items():
        offers = kept_offers(directory, name)
        problems += filter(None, [_lacking(name, places[name], lacks[name])])
        if offers is None:
            unlisted.append(name)
        placed = _placed(server, directory) if not lacks[name] else ServerSettings(name, tools=server.tools)
        plugins.append(plugin_of(placed, offers or (), partial(_heard, directory, name)))
    return plugins, tuple(unlisted), problems


def _placed(server: ServerSettings, directory: Path) -> ServerSettings:
    return replace(server, directory=str(directory.resolve()))


def _lacking(name: str, place: Place, lacks: Sequence[str]) -> Problem | None:
    if lacks:
        message = f"the MCP server '{name}' needs {' and '.join(lacks)}: the bot runs without it"
        return Problem(place, "missing-variable", message, "set it in the environment or in .env", "warning")
    try:
        require()
    except ConfigError as error:
        return Problem(place, "missing-mcp", f"{error.message}: the bot runs without them", error.hint, "warning")
    return None


async def ask_unlisted(
    servers: Mapping[str, ServerSettings], lacks: Mapping[str, Sequence[str]], directory: Path
) -> bool:
    """Ask those servers for their tools of whose tools nobody has a list; tell whether there is one now."""
    names = [name for name in servers if not lacks[name] and kept_offers(directory, name) is None]
    if not names or find_spec("mcp") is None:
        return False
    found = await ask_servers(servers, directory, names)
    for name, said in found.items():
        if not isinstance(said, Listed):
            _log.warning("the tools of MCP server %s are not known: %s", name, said.message, extra={"plugin": name})
    return any(isinstance(said, Listed) for said in found.values())


async def ask_servers(
    servers: Mapping[str, ServerSettings], directory: Path, names: Sequence[str]
) -> dict[str, Listed | BotkitError]:
    """Ask servers for their tools, side by side, and keep what they offer; gives what each said or why it did not."""
    asked = await asyncio.gather(*(_ask(_placed(servers[name], directory)) for name in names))
    found = dict(zip(names, asked, strict=True))
    for name, listed in found.items():
        if isinstance(listed, Listed):
            await asyncio.to_thread(keep_offers, directory, name, listed)
    return found


async def _ask(server: ServerSettings) -> Listed | BotkitError:
    try:
        require()
        async with connect(server) as (_, listed):
            return listed
    except ConfigError as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever a server leads the library to
        return ConfigError(f"the MCP server '{server.name}' cannot be asked: {named(error)}")


async def problems_of(config: "Config", directory: Path) -> list[Problem]:
    """Ask the servers of a bot for their tools, and give what is wrong with those that did not tell."""
    names = [name for name in config.servers if not config.server_lacks[name]]
    found = await ask_servers(config.servers, directory, names)
    return [
        Problem(config.server_places[name], "mcp-away", said.message, said.hint, "warning")
        for name, said in found.items()
        if not isinstance(said, Listed)
    ]
