"""Reviews: what a bot missed is looked through, and what belongs somewhere is written into its files."""

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from botkit.app.directories import Checked, check_directory
from botkit.app.libraries import Libraries
from botkit.app.misses import Miss, misses_of
from botkit.app.proposals import Proposal, mark_of, propose
from botkit.app.recognisers import build_recogniser
from botkit.errors import LoadError, Problem, UsageError
from botkit.expressions import suggest
from botkit.flows.editing import Section, add_intent, add_wordings
from botkit.flows.keys import NAME
from botkit.model.events import Evidence, Message
from botkit.model.flowset import FlowSet
from botkit.ports.stores import Store

IGNORED: Final = "review-ignored.txt"
NEW_FILE: Final = "intents.yaml"
_HEAD = "# What `botkit review` does not propose again, as digests: nothing of what was said can be read from them.\n"
_SECTIONS: dict[str, Section] = {"intent": "intents", "answer": "answers"}


class Target(msgspec.Struct, frozen=True):
    """Where wordings go: to an intent or answer that there is, or to a `new` intent."""

    kind: Literal["intent", "answer", "new"]
    name: str


class Accepted(msgspec.Struct, frozen=True):
    """What was written into which file, and what `botkit check` warns of that it did not warn of before."""

    path: Path
    target: Target
    wordings: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()


class Review:
    """The misses of a bot, and the directory that they make better. Raises LoadError for one with errors."""

    def __init__(self, directory: Path, misses: Sequence[Miss], checked: Checked) -> None:
        self.directory = directory
        self._misses = misses
        self._libraries = Libraries()
        self._adopt(checked)

    def _adopt(self, checked: Checked) -> None:
        self._problems = checked.problems
        self.flows = sound(checked)
        self._recogniser = build_recogniser(self.flows)

    @property
    def ignored(self) -> frozenset[str]:
        """The digests of what is not proposed again."""
        try:
            lines = (self.directory / IGNORED).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return frozenset()
        return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))

    def proposals(self, locale: str = "") -> list[Proposal]:
        """Say of each group where it belongs, the largest first; of one locale, only messages in that."""
        of = [miss for miss in self._misses if locale in ("", miss.locale or self.flows.settings.locales[0])]
        return propose(of, self.flows, self._recall, self.ignored)

    def again(self, proposal: Proposal) -> Proposal | None:
        """Say of a group anew where it belongs, after others were accepted; None if it is settled now."""
        texts = {text for text, _ in proposal.texts}
        found = propose([miss for miss in self._misses if miss.text in texts], self.flows, self._recall, self.ignored)
        return found[0] if found else None

    def _recall(self, text: str, locale: str) -> Evidence:
        locale = locale or self.flows.settings.locales[0]
        evidence = self._recogniser.recognise(Message(text), locale).evidence
        articles = self._libraries(self.flows)
        found = articles.library.search(text, locale, 1) if articles is not None else ()
        return replace(evidence, passages=found)

    def target(self, written: str) -> Target:
        """Read where wordings shall go: `NAME`, `intent:NAME`, `answer:NAME`, or `new:NAME` for a new intent.

        Raises UsageError for what there is not.
        """
        kind, _, name = written.rpartition(":")
        intents, answers = self.flows.intents, self.flows.answers
        if kind == "new":
            if not re.fullmatch(NAME, name):
                raise UsageError(f"{name[:40]!r} cannot be the name of an intent", hint="letters, digits and _")
            if name in intents:
                raise UsageError(f"there is an intent '{name}' already")
            return Target("new", name)
        if kind in ("", "intent") and name in intents:
            return Target("intent", name)
        if kind in ("", "answer") and name in answers:
            return Target("answer", name)
        known = (*(intents if kind != "answer" else ()), *(answers if kind != "intent" else ()))
        near = suggest(name, known) if kind in ("", "intent", "answer") else ""
        hint = f"did you mean '{near}'?" if near else "new:NAME makes a new intent"
        raise UsageError(f"there is no intent or answer {written[:60]!r}", hint=hint)

    def accept(self, target: Target, wordings: Sequence[str]) -> Accepted:
        """Write wordings where they belong, at once and whole, and only if that makes no new error.

        Raises LoadError with what `botkit check` would say of it, UsageError where nothing can be added.
        """
        if not wordings:
            raise UsageError("none of these messages can be an example", hint="write one")
        path = self._file_of(target)
        before = _read(path)
        if target.kind == "new":
            after = add_intent(before, target.name, wordings)
        else:
            after = add_wordings(before, _SECTIONS[target.kind], target.name, wordings)
        if after == before:
            raise UsageError(f"'{target.name}' has these wordings already")
        checked = check_directory(self.directory, instead={str(path): after.removeprefix("\ufeff")})
        sound(checked)
        if _read(path) != before:
            raise UsageError(f"{path} was changed meanwhile", hint="try it again")
        write_whole(path, after)
        known = {(problem.code, problem.message) for problem in self._problems}
        self._adopt(checked)
        new = [problem for problem in self._problems if (problem.code, problem.message) not in known]
        return Accepted(path, target, tuple(wordings), tuple(new))

    def ignore(self, proposal: Proposal) -> None:
        """Never propose these messages again."""
        marks = self.ignored | {mark_of(text) for text, _ in proposal.texts}
        write_whole(self.directory / IGNORED, _HEAD + "".join(f"{mark}\n" for mark in sorted(marks)))

    def _file_of(self, target: Target) -> Path:
        if target.kind != "new":
            found = self.flows.answers if target.kind == "answer" else self.flows.intents
            return Path(found[target.name].place.file)
        files = [intent.place.file for intent in self.flows.intents.values()]
        if not files:
            return self.directory / NEW_FILE
        return Path(max(sorted(set(files)), key=files.count))


async def open_review(directory: Path, store: Store, since: float = 0.0) -> Review:
    """Read what a bot missed since a time. Raises LoadError for a bot with errors, StoreError."""
    checked = check_directory(directory)
    flows = sound(checked)
    return Review(directory, [miss async for miss in misses_of(store, flows, since)], checked)


def find(proposals: Iterable[Proposal], id_: str) -> Proposal:
    """Give the proposal of an id, or the one that has the wording of that id in it by now. Raises UsageError."""
    listed = list(proposals)
    for one in listed:
        if one.id == id_:
            return one
    for one in listed:
        if any(mark_of(text) == id_ for text, _ in one.texts):
            return one
    raise UsageError(f"nothing is proposed as {id_[:40]!r}", hint="`botkit review --format json` lists what is")


def sound(checked: Checked) -> FlowSet:
    """Give the flows of a bot without errors. Raises LoadError."""
    if checked.flows is None:
        raise LoadError(checked.errors)
    return checked.flows


def write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever reads it finds the old text or the new one, also after a crash."""
    real = path.resolve()
    beside = real.with_name(f".{real.name}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if real.exists():
            shutil.copymode(real, beside)
        beside.replace(real)
    finally:
        beside.unlink(missing_ok=True)


def _read(path: Path) -> str:
    """Read a file with its own ends of lines and its mark of bytes; '' where there is none."""
    if not path.exists():
        return ""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
