"""Stored conversations, read without the bot that had them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from botkit.app.bots import locate_store
from botkit.app.config import FILE, read_config
from botkit.app.directories import read_file, variables_of
from botkit.app.readings import readable
from botkit.app.trials import shown
from botkit.errors import LoadError, Problem, UsageError
from botkit.model import codec
from botkit.model.events import Message, Opened, Outside, Owned, Press, Result, Timer
from botkit.model.replies import Call, DropTimers, Effect, HandOff, Leave, Rated, SetTimer
from botkit.model.turn import Record
from botkit.ports.stores import Store
from botkit.stores import open_store

_PAGE = 500


@asynccontextmanager
async def open_history(directory: Path, url: str | None) -> AsyncIterator[Store]:
    """Open the store of a bot's directory, or the one that a URL names. Raises UsageError if there is none yet."""
    found = url or _store_of(directory)
    if found.startswith("sqlite:///") and not (path := Path(unquote(found.removeprefix("sqlite:///")))).is_file():
        raise UsageError(
            f"there is no store at {path}", hint="a bot that was never run has none; --dir names another"
        )
    store = open_store(found)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def _store_of(directory: Path) -> str:
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
    return locate_store(config.store, directory)


async def records_of(store: Store, conversation: str, first: int = 1) -> list[Record]:
    """Give all records of a conversation from turn `first` on. Raises UsageError if there are none at all."""
    records: list[Record] = []
    while page := await store.turns(conversation, first, _PAGE):
        records += page
        first = page[-1].seq + 1
    if not records and not await store.turns(conversation, 1, 1):
        raise UsageError(f"there is no conversation {conversation!r}", hint="`botkit conversations list` names them")
    return records


def came(record: Record) -> tuple[str, str]:
    """Say who or what began a turn, and with what words."""
    match record.event:
        case Message(text=text, files=files):
            return "customer", " ".join(
                [*([text] if text else []), *(f"<{file.kind} {file.name}>" for file in files)]
            )
        case Press(label=label, value=value):
            return "customer", f"[{label or value}]"
        case Opened():
            return "opened", "the customer opened the chat"
        case Timer(purpose=purpose):
            return "timer", purpose
        case Outside(name=name):
            return "event", name
        case Result(effect=effect, failure=failure):
            return "result", f"of {effect}: {f'{failure.code}: {failure.message}' if failure else 'done'}"
        case Owned(how=how, agent=agent):
            return "owner", f"{how} {agent}".strip()


def effect_of(effect: Effect) -> str:
    """Say what a turn asked the runtime to do."""
    match effect:
        case Call(action=action, args=args, effect=kind):
            return f"calls {action} ({kind}) with {json.dumps(readable(args), ensure_ascii=False)}"
        case SetTimer(purpose=purpose, due=due):
            return f"sets the timer '{purpose}' for {moment(due)}"
        case DropTimers():
            return "drops the timers of the closed question"
        case HandOff(team=team, reason=reason):
            return f"hands off to {team}{f': {reason}' if reason else ''}"
        case Leave():
            return "leaves the queue"
        case Rated(score=score, scale=scale):
            return f"notes the rating {score} of {scale}"


def transcript_of(record: Record) -> list[tuple[str, str]]:
    """Give what a turn adds to the transcript, as (who, text) lines."""
    who, text = came(record)
    said = [] if who in ("opened", "result", "timer") else [(who, text)]
    handed = [("handoff", effect_of(effect)) for effect in record.effects if isinstance(effect, HandOff)]
    return [*said, *(("bot", shown(reply)) for reply in record.replies), *handed]


def as_json(record: Record) -> dict[str, Any]:
    """Give a record as plain JSON data."""
    return {"at": moment(record.now), **codec.describe(record)}


def moment(at: float) -> str:
    """Give seconds since the epoch as an ISO time in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
