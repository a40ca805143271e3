"""Stored conversations, read without the bot that had them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from botkit.app.bots import locate_store
from botkit.app.config import FILE, Config, read_config
from botkit.app.directories import read_file, variables_of
from botkit.app.transcripts import moment
from botkit.errors import LoadError, Problem, UsageError
from botkit.model import codec
from botkit.model.secrecy import hide_record, long_secrets
from botkit.model.turn import Record
from botkit.ports.files import FileLimits, Files
from botkit.ports.stored import Summary
from botkit.ports.stores import Store, each_turn
from botkit.runtime.clocks import WallClock
from botkit.stores import BucketSettings, open_files, open_store
from botkit.stores.urls import is_postgres, shown

_SQLITE = "sqlite:///"


@asynccontextmanager
async def open_history(directory: Path, url: str | None) -> AsyncIterator[Store]:
    """Open the store of a bot's directory, or the one that a URL names. Raises UsageError if there is none yet."""
    found = url or locate_history(directory)
    await require_store(found, "a bot that was never run has none; --dir names another")
    async with opened_at(found) as store:
        yield store


async def require_store(url: str, hint: str = "a bot that was never run has none") -> None:
    """Raise UsageError where no store is at a URL; nothing is made by looking. Raises StoreError, ConfigError."""
    if not await has_store(url):
        place = _path_of(url) if url.startswith(_SQLITE) else shown(url)
        raise UsageError(f"there is no store at {place}", hint=hint)


async def has_store(url: str) -> bool:
    """Tell whether a store is at a URL: a file, or a database with tables. Raises StoreError, ConfigError."""
    if is_postgres(url):
        from botkit.stores.postgres.looking import has_tables  # its driver is an extra

        return await has_tables(url)
    return not url.startswith(_SQLITE) or _path_of(url).is_file()


def _path_of(url: str) -> Path:
    return Path(unquote(url.removeprefix(_SQLITE)))


@asynccontextmanager
async def opened_at(url: str) -> AsyncIterator[Store]:
    """Open the store of a URL, also a new one, to look into it or to write beside a running bot."""
    store = open_store(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def files_of(store: Store, bucket: BucketSettings | None = None) -> Files:
    """Give the files beside an open store, to look at or to remove; the bot's own limits are not asked."""
    return open_files(store, FileLimits(), WallClock(), bucket)


def bucket_of(directory: Path) -> BucketSettings | None:
    """Give the bucket of a bot's directory; None where there is no bot, or it has none."""
    return config_of(directory).bucket if (directory / FILE).is_file() else None


def channels_of(directory: Path) -> tuple[str, ...]:
    """Name the channels of a bot's directory; the page is one if bot.yaml names none."""
    return tuple(config_of(directory).channels) or ("web",)


def locate_history(directory: Path) -> str:
    """Give the URL of a bot's store. Raises UsageError where there is no bot, LoadError for a bad bot.yaml."""
    return locate_store(config_of(directory).store, directory)


def config_of(directory: Path) -> Config:
    """Read the bot.yaml of a directory. Raises UsageError where there is none, LoadError for a bad one."""
    problems: list[Problem] = []
    file = directory / FILE
    if not file.is_file():
        raise UsageError(
            f"{directory} is no bot: it has no {FILE}", hint="name one with --dir, or a store with --store"
        )
    text = read_file(file, problems)
    config, found = read_config(text or "", str(file), variables_of(directory))
    wrong = [problem for problem in (*problems, *found) if problem.severity == "error"]
    if wrong:
        raise LoadError(wrong)
    return config


def full_id(name: str) -> str:
    """Give the id of a conversation: one that is named without its channel is of `botkit chat`."""
    return name if ":" in name else f"chat:{name}"


async def records_of(store: Store, conversation: str, first: int = 1) -> list[Record]:
    """Give all records of a conversation from turn `first` on, without what is secret in them.

    Raises UsageError if there are none at all.
    """
    records = [record async for record in each_turn(store, conversation, first)]
    secrets = long_secrets(records)
    records = [hide_record(record, secrets) for record in records]
    if not records and not await store.turns(conversation, 1, 1):
        raise UsageError(f"there is no conversation {conversation!r}", hint="`botkit conversations list` names them")
    return records


async def secrets_of(store: Store, conversation: str) -> tuple[str, ...]:
    """Give the texts that nobody is shown of a conversation."""
    return tuple(sorted({text async for record in each_turn(store, conversation) for text in record.secrets}))


def data_of(record: Record) -> dict[str, Any]:
    """Give a record as plain JSON data, its times as ISO texts."""
    named = codec.describe(record)
    named.pop("now", None)
    for effect in named.get("effects", ()):
        if effect["type"] == "set_timer":
            effect["due"] = moment(effect["due"])
    return {"at": moment(record.now), **named}


def summary_data(one: Summary) -> dict[str, Any]:
    """Give a line of the list of conversations as plain JSON data; `since` is null where nobody waits."""
    since = moment(one.since) if one.since else None
    return {**msgspec.to_builtins(one), "touched": moment(one.touched), "since": since}
