"""Examples that pull two intents or answers together: without one the bot would surely take it for the other."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from botkit.errors import Place, Problem
from botkit.flows import read, shapes
from botkit.flows.sections import unmarked
from botkit.model.flowset import FlowSet

SURE: Final = 0.95  # the probability from which on an example is surely taken for another's
MOST: Final = 2000  # examples; of more of them a training takes more than a check may, and `botkit eval` tells


def find_pulled(directory: Path, flows: FlowSet, sources: Mapping[str, str]) -> list[Problem]:
    """Warn of examples that belong to one, and are surely taken for another by a model that was trained without them.

    One warning for each pair, at the surest example. It trains, which takes about as long as the start of the bot;
    nothing is loaded where there are less than two of them.
    """
    count = sum(len(one.examples) for one in flows.intents.values())
    count += sum(len(one.questions) for one in flows.answers.values())
    if len(flows.intents) + len(flows.answers) < 2 or not count or count > MOST:
        return []
    from botkit.understanding.intents.classifier import ExampleClassifier
    from botkit.understanding.intents.views import material_of, questions_of

    places = _Places(directory, flows, sources)
    reported: dict[frozenset[str], list[Problem]] = {}
    for one in ExampleClassifier.build(*material_of(flows), others=questions_of(flows)).mistakes(SURE):
        near = places.find(one.other, one.near)
        message = (
            f"{_shown(one.name)} has the example {one.text!r}, which the bot would take for {_shown(one.other)}"
            f" ({one.score:.2f}) if it were not written here: {one.near!r} ({near}) is near"
        )
        hint = f"give {_shown(one.name)} more examples of this kind, move it, or word them differently"
        found = Problem(places.find(one.name, one.text), "pulled-example", message, hint, "warning")
        reported.setdefault(frozenset((one.name, one.other)), []).append(found)
    return [problems[0] for problems in reported.values()]


def _shown(key: str) -> str:
    kind, _, name = key.partition(" ")
    return f"{kind} '{name}'"


class _Places:
    """Finds where an example stands. Files are read again only for what is told of."""

    def __init__(self, directory: Path, flows: FlowSet, sources: Mapping[str, str]) -> None:
        self._directory, self._flows, self._sources = directory, flows, sources
        self._known: dict[str, dict[str, Place]] = {}

    def find(self, key: str, text: str) -> Place:
        """Give the place of an example, or that of its intent or answer."""
        kind, _, name = key.partition(" ")
        place = (self._flows.answers if kind == "answer" else self._flows.intents)[name].place
        if key not in self._known:
            self._known[key] = dict(self._texts(place, kind, name))
        return self._known[key].get(text, place)

    def _texts(self, place: Place, kind: str, name: str) -> Iterator[tuple[str, Place]]:
        path = Path(place.file)
        inside = path.relative_to(self._directory) if path.is_relative_to(self._directory) else path
        node, _ = read(self._sources.get(inside.as_posix(), ""), place.file)
        for part in (f"{kind}s", name, "questions" if kind == "answer" else "examples"):
            node = node.get(part) if node is not None and node.kind == "mapping" else None
        for item in shapes.one_or_more(node) if node is not None else ():
            for number, line in enumerate(item.raw.splitlines()):
                yield (unmarked(line.strip()) if kind == "intent" else line.strip()), item.line(number)
