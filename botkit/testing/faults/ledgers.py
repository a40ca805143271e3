"""A ledger: what write actions really did, kept apart from the bot that asked for it."""

import os
from pathlib import Path
from typing import Self

import msgspec

from botkit.registry.contexts import Context

PLACE = "BOTKIT_LEDGER"  # the environment variable that names a worker's ledger


class Entry(msgspec.Struct, frozen=True):
    """One thing done: in which conversation, what, and under which idempotency key."""

    conversation: str
    what: str
    key: str


class Ledger:
    """A file that only grows, one line for each thing done; a process that is killed leaves whole lines."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def named(cls) -> Self:
        """Give the ledger of the play that this worker belongs to. Raises KeyError outside of one."""
        return cls(Path(os.environ[PLACE]))

    def write(self, ctx: Context, what: str) -> None:
        """Enter that something was done for the conversation of this call."""
        line = msgspec.json.encode(Entry(ctx.conversation, what, ctx.idempotency_key)) + b"\n"
        door = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(door, line)
        finally:
            os.close(door)

    def read(self) -> tuple[Entry, ...]:
        """Give the entries, in order."""
        if not self.path.exists():
            return ()
        return tuple([msgspec.json.decode(line, type=Entry) for line in self.path.read_bytes().splitlines()])
