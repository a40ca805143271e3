"""Recognition: the evidence that a message gets before the core sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from botkit.model.definitions import FlowSet
from botkit.model.events import Entity, Evidence, Message, Press
from botkit.model.locales import Locale
from botkit.ports.understanding import IntentClassifier

Shows = Callable[[str, Sequence[Locale]], str]
MOST_TEXT = 2000  # characters of a message that are classified
MOST_SHOWN = 200  # characters of a refused one that are looked at for its language
MOST_SHORT = 40  # characters of one whose evidence is remembered
MOST_KNOWN = 2000  # texts


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Classifiers built for one FlowSet; `shows` tells which language a text clearly shows."""

    flows: FlowSet
    intents: IntentClassifier
    answers: IntentClassifier
    shows: Shows
    known: dict[tuple[str, str, bool], Evidence] = field(default_factory=dict)
    marked: tuple[tuple[str, str, str], ...] = ()  # slot, value and folded value that examples annotate

    def __post_init__(self) -> None:
        """Gather what the examples annotate."""
        pairs = dict.fromkeys([pair for intent in self.flows.intents.values() for pair in intent.entities])
        object.__setattr__(self, "marked", tuple([(slot, value, value.casefold()) for slot, value in pairs]))

    def recognise(self, message: Message | Press, locale: str) -> Message | Press:
        """Give the message with its evidence; one that has evidence already keeps it.

        A press counts as the text that its button stands for, unless it starts a flow.
        """
        said = message.text if isinstance(message, Message) else _said(message)
        given = message.evidence
        if given.intents or given.answers or not said.strip():
            return message
        if given.blocked:  # nobody asks what it means, only in which language that is said
            shown = isinstance(message, Message) and self.shows(said[:MOST_SHOWN], tuple(self.flows.locales.values()))
            return replace(message, evidence=replace(given, locale=shown or ""))
        evidence = self._recall(said[:MOST_TEXT], locale, shown=isinstance(message, Message))
        if given.passages:
            evidence = replace(evidence, passages=given.passages)
        return replace(message, evidence=evidence)

    def _recall(self, text: str, locale: str, *, shown: bool) -> Evidence:
        """Give the evidence of a text; that of short ones, which customers say again and again, is remembered."""
        if len(text) > MOST_SHORT:
            return self._find(text, locale, shown=shown)
        key = text, locale, shown
        evidence = self.known.get(key)
        if evidence is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            evidence = self.known[key] = self._find(text, locale, shown=shown)
        return evidence

    def _find(self, text: str, locale: str, *, shown: bool) -> Evidence:
        return Evidence(
            intents=self.intents.classify(text, locale),
            answers=self.answers.classify(text, locale),
            entities=tuple(self._entities(text)),
            locale=self.shows(text, tuple(self.flows.locales.values())) if shown else "",
        )

    def _entities(self, text: str) -> list[Entity]:
        """Find the values that the intents' examples annotate, where the message has them literally."""
        found: list[Entity] = []
        if not self.marked:
            return found
        lowered = text.casefold()
        for slot, value, folded in self.marked:
            start = lowered.find(folded)
            if start >= 0 and not any(entity.slot == slot for entity in found):
                found.append(Entity(slot, value, start, start + len(value)))
        return found


def _said(message: Press) -> str:
    return "" if message.run else message.value or message.label
