"""Recognition: the regular expressions of dialogs' recognizers as a classifier of intents."""

import re
from dataclasses import dataclass

from botkit.model.events import Match
from tests.flows.botframework.dialogs import Dialog, Spec
from tests.flows.botframework.expressions import MissingError
from tests.flows.botframework.rendering import quoted

RECEIVED, ANYTHING = "received", "anything"
"""Intents that every message has: the first and the last of all."""
NONE = "None"
SURE = 1.0
PLAIN = re.compile(r"[\w' ]+")


def intent_name(dialog: Dialog, intent: str) -> str:
    """Name an intent of a dialog's recognizer."""
    return f"{dialog.key}_{re.sub(r'[^A-Za-z0-9]+', '_', intent).strip('_').lower()}"


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a regular expression of .NET's kind."""
    try:
        return re.compile(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern))
    except re.error as error:
        raise MissingError(f"the regular expression {pattern}: {error}") from None


@dataclass(frozen=True)
class Patterns:
    """An IntentClassifier. The recognizer of an inner dialog speaks before those around it.

    Each recognizer gives the first of its intents that matches, or None.
    """

    recognizers: tuple[tuple[tuple[str, re.Pattern[str]], ...], ...]
    unknown: tuple[str, ...]
    """The name of each recognizer's None."""
    wanted: dict[str, list[tuple[str, ...]]]
    """The groups that have to be found, for each trigger of an intent that wants some."""
    threshold: float = 0.0

    @classmethod
    def of(cls, dialogs: list[Dialog]) -> "Patterns":
        """Build the classifier for the recognizers of dialogs."""
        found = sorted(dialogs, key=lambda dialog: -dialog.depth)
        return cls(
            tuple(
                tuple((intent_name(dialog, name), compiled(pattern)) for name, pattern in dialog.patterns())
                for dialog in found
            ),
            tuple(intent_name(dialog, NONE) for dialog in found),
            _wanted(found),
        )

    def classify(self, text: str, locale: str = "") -> tuple[Match, ...]:  # noqa: ARG002 - the port's signature
        """Give what the recognizers find in a text."""
        found = [Match(RECEIVED, SURE)]
        for intents, unknown in zip(self.recognizers, self.unknown, strict=True):
            hits = ((name, hit) for name, pattern in intents if (hit := pattern.search(text)))
            name, hit = next(hits, (unknown, None))
            groups = {key.lower() for key, value in hit.groupdict().items() if value} if hit is not None else set()
            found += [
                Match(wanting(name, some), SURE) for some in self.wanted.get(name, ()) if groups.issuperset(some)
            ]
            found.append(Match(name, SURE))
        return (*found, Match(ANYTHING, SURE))


def wanting(intent: str, entities: tuple[str, ...]) -> str:
    """Name an intent of which some entities were found."""
    return f"{intent}_with_{'_'.join(entities)}"


def entities_of(trigger: Spec) -> tuple[str, ...]:
    """Name the entities that a trigger wants."""
    return tuple(str(name).lstrip("@").lower() for name in trigger.get("entities") or ())


def _wanted(dialogs: list[Dialog]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for dialog in dialogs:
        for trigger in dialog.triggers("OnIntent"):
            if entities_of(trigger):
                found.setdefault(intent_name(dialog, str(trigger.get("intent"))), []).append(entities_of(trigger))
    return found


def capturing(pattern: str, entity: str) -> str:
    """Give the pattern of a slot that takes what a named group takes. Plain words may stand around the group."""
    small = "(?i)" if pattern.startswith("(?i)") else ""
    found = re.fullmatch(r"([\w' ]*)\(\?P?<(\w+)>(.*)\)[*+?]?([\w' ]*)", pattern.removeprefix("(?i)"))
    if found is None or found[2].lower() != entity or "(?" in found[3]:
        raise MissingError("entities that a recognizer found")
    before, _, inner, behind = found.groups()
    return f"{small}{f'(?<={before})' if before else ''}(?:{inner}){f'(?={behind})' if behind else ''}"


def condition(pattern: str) -> str:
    """Write a regular expression of plain words as a condition on the message, for want of one on its intent."""
    small = pattern.startswith("(?i)")
    text = "(message.text | lower)" if small else "message.text"
    words = [part.removeprefix(".*").removesuffix(".*") for part in pattern.removeprefix("(?i)").split("|")]
    if not all(PLAIN.fullmatch(word) for word in words):
        raise MissingError("a condition on the intent of the message")
    return f"({' or '.join(f'{quoted(word.lower() if small else word)} in {text}' for word in words)})"
