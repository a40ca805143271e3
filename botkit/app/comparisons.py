"""Two evaluations side by side: what got better and what got worse, message by message."""

import asyncio
import json
from pathlib import Path

import msgspec

from botkit.app.directories import Checked, check_directory, rebuild
from botkit.app.evaluations import Case, Evaluation
from botkit.app.misses import Meaning
from botkit.app.publishing import RECENT, opened
from botkit.errors import LoadError, UsageError
from botkit.model.flowset import FlowSet


class Turned(msgspec.Struct, frozen=True):
    """A message that was right and is not, or the other way round."""

    before: Case
    after: Case


class Moved(msgspec.Struct, frozen=True):
    """An intent or an answer whose F1 is another one; None: it was not there, or not tried."""

    meaning: Meaning
    before: float | None
    after: float | None


class Comparison(msgspec.Struct, frozen=True):
    """What differs. Messages of one of both alone are counted as `added` and `removed`."""

    accuracy_before: float | None
    accuracy_after: float | None
    better: tuple[Turned, ...]
    worse: tuple[Turned, ...]
    moved: tuple[Moved, ...]
    added: int
    removed: int


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Compare what became of messages with the same text and meaning.

    Raises UsageError for two kinds of evaluations.
    """
    if before.how != after.how:
        kinds = {"folds": "by cross-validation", "file": "on the messages of a file"}
        message = f"the one was made {kinds[before.how]}, the other {kinds[after.how]}"
        raise UsageError(f"these evaluations cannot be compared: {message}")
    old = {(case.text, case.meant): case for case in before.cases}
    new = {(case.text, case.meant): case for case in after.cases}
    turned = [Turned(old[key], case) for key, case in new.items() if key in old and old[key].right != case.right]
    was, now = ({one.meaning: one.f1 for one in found.names} for found in (before, after))
    names = sorted({*was, *now})
    return Comparison(
        before.accuracy,
        after.accuracy,
        tuple([one for one in turned if one.after.right]),
        tuple([one for one in turned if not one.after.right]),
        tuple([Moved(name, was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)]),
        len(new.keys() - old.keys()),
        len(old.keys() - new.keys()),
    )


def read_report(path: Path) -> Evaluation:
    """Read what `botkit eval --format json` wrote. Raises UsageError for another file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        return msgspec.convert(data, Evaluation)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise UsageError(
            f"{path} is no report of an evaluation", hint="`botkit eval DIR --format json > FILE` writes one"
        ) from error


def flows_before(checked: Checked, base: str) -> FlowSet:
    """Give the flows of another directory, or of a published version (or the beginning of its name).

    Raises LoadError for a directory with mistakes, UsageError where there is no such version.
    """
    if Path(base).is_dir():
        other = check_directory(Path(base))
        if other.flows is None:
            raise LoadError(other.errors)
        return other.flows
    return asyncio.run(_published(checked, base))


async def _published(checked: Checked, version: str) -> FlowSet:
    hint = "name a report (.json), a bot's directory or a version of `botkit publish --history`"
    if checked.flows is None:
        raise LoadError(checked.errors)
    async with opened(checked, made=False) as store:
        named = {one.version for one in await store.publications(RECENT) if one.version.startswith(version)}
        if not version or len(named) != 1:
            raise UsageError(f"{len(named) or 'no'} published versions begin with {version[:40]!r}", hint=hint)
        name = named.pop()
        sources = await store.version(name)
    flows = rebuild(checked, name, sources, checked.flows.settings) if sources is not None else None
    if flows is None:
        raise UsageError(f"version {name[:12]} cannot be had any more", hint=hint)
    return flows
