"""`botkit db`: what it asks before something goes."""

import asyncio
from pathlib import Path

import pytest

from botkit.app.histories import opened_at
from botkit.testing.stored import contact
from tests.unit.cli.conftest import Command


def _write(path: Path, conversation: str) -> str:
    """Make a store that has a conversation, and give its URL."""
    url = f"sqlite:///{path}"

    async def write() -> None:
        async with opened_at(url) as store:
            await contact(store, conversation)

    asyncio.run(write())
    return url


def _held(path: Path) -> list[str]:
    async def read() -> list[str]:
        async with opened_at(f"sqlite:///{path}") as store:
            return [one.conversation for one in await store.conversations()]

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("words", "given", "code"),
    [(["--yes"], "", 0), ([], "y\n", 0), ([], "n\n", 1), ([], "", 1)],
    ids=["--yes", "yes", "no", "nobody"],
)
def test_a_copy_replaces_nothing_unasked(
    botkit: Command, tmp_path: Path, words: list[str], given: str, code: int
) -> None:
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    ended = botkit("db", "copy", _write(ours, "new"), _write(theirs, "old"), "--force", *words, given=given)
    assert ended.code == code, ended.err
    asked = f"Replace all that sqlite:///{theirs} holds, 1 conversation, by a copy of sqlite:///{ours}? [y/N]:"
    assert (asked in ended.out) is (not words)
    assert ("nothing was done" in ended.err) is (given == "" and not words)
    assert ("copied 1 conversation, " in ended.out) is (code == 0)
    assert _held(theirs) == (["web:new"] if code == 0 else ["web:old"])


def test_where_nothing_goes_nothing_is_asked(botkit: Command, tmp_path: Path) -> None:
    ours = _write(tmp_path / "ours.db", "new")
    for words, says in (([f"sqlite:///{tmp_path}/fresh.db"], "both are equal"), ([ours], "into itself")):
        ended = botkit("db", "copy", ours, *words, "--force")
        assert (says in ended.out + ended.err, "Replace" in ended.out) == (True, False)
    assert _held(tmp_path / "fresh.db") == ["web:new"]
