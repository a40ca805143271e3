"""Recognition: the evidence that a message gets before the core sees it."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from botkit.dialogue import steers
from botkit.dialogue.wording import any_of
from botkit.model.events import Entity, Evidence, Match, Message, Press, ShownBy
from botkit.model.flowset import FlowSet
from botkit.model.locales import Locale
from botkit.ports.understanding import IntentClassifier, SemanticClassifier, Vector

Shows = Callable[[str, Sequence[Locale]], tuple[str, ShownBy]]
MOST_TEXT = 2000  # characters of a message that are classified
MOST_SHOWN = 200  # characters of a refused one that are looked at for its language
MOST_SHORT = 40  # characters of one whose evidence is remembered
MOST_KNOWN = 2000  # texts
MOST_PARTS = 4  # of a text that may wish several things
SURE_WISH = 0.85  # the score from which on a part surely means an intent or an answer
_ENDS = re.compile(r"[!?;。！？；，\n]|,(?!\d)|\.(?!\w)")  # not in a number or an address


class _Nothing:
    """Implements ports.IntentClassifier for a bot that has nothing to be near to."""

    threshold = 0.0

    def classify(self, text: str, locale: str) -> tuple[Match, ...]:
        """Give nothing."""
        del text, locale
        return ()


NOTHING = _Nothing()


@dataclass(frozen=True, slots=True)
class Semantics:
    """What finds the same in other words: classifiers that know vectors, and what gives a message its own in time."""

    embed: Callable[[str], Awaitable[Vector | None]]
    intents: SemanticClassifier
    answers: SemanticClassifier


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Classifiers built for one FlowSet; `shows` tells which language a text clearly shows, and by what.

    `semantics` are there where the bot has an embedder and the examples have their vectors.
    """

    flows: FlowSet
    intents: IntentClassifier
    answers: IntentClassifier
    shows: Shows
    semantics: Semantics | None = None
    known: dict[tuple[str, str, bool], Evidence] = field(default_factory=dict)
    marked: tuple[tuple[str, str, str], ...] = ()  # slot, value and folded value that examples annotate
    ends: re.Pattern[str] = _ENDS  # of parts of a text

    def __post_init__(self) -> None:
        """Gather what the examples annotate, and what ends a part of a text."""
        joins = [any_of([locale.formats.list_and]) for locale in self.flows.locales.values()]
        object.__setattr__(self, "ends", re.compile("|".join([_ENDS.pattern, *filter(None, joins)]), re.IGNORECASE))
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
            code, by = self._shown(said[:MOST_SHOWN], shown=isinstance(message, Message))
            return replace(message, evidence=replace(given, locale=code, shown_by=by))
        evidence = self._recall(said[:MOST_TEXT], locale, shown=isinstance(message, Message))
        if given.passages:
            evidence = replace(evidence, passages=given.passages)
        return replace(message, evidence=evidence)

    async def understand(self, message: Message | Press, locale: str) -> Message | Press:
        """Do what `recognise` does, and by the message's vector if there is one in time.

        What has evidence already, is refused, steers the conversation, or is an example word by word needs none.
        """
        found = self.recognise(message, locale)
        if self.semantics is None or found is message or message.evidence.blocked or _is_example(found.evidence):
            return found
        said = (message.text if isinstance(message, Message) else _said(message))[:MOST_TEXT]
        if steers(self.flows, said):
            return found
        vector = await self.semantics.embed(said)
        if vector is None:
            return found
        intents = self.semantics.intents.classify(said, locale, vector)
        answers = self.semantics.answers.classify(said, locale, vector)
        threshold = self.semantics.intents.threshold
        return replace(found, evidence=replace(found.evidence, intents=intents, answers=answers, threshold=threshold))

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
        code, by = self._shown(text, shown=shown)
        found = Evidence(
            intents=self.intents.classify(text, locale),
            answers=self.answers.classify(text, locale),
            entities=tuple(self._entities(text)),
            locale=code,
            shown_by=by,
            threshold=self.intents.threshold,
        )
        return found if self.ends.search(text) is None else self._with_wishes(found, text, locale)

    def _with_wishes(self, found: Evidence, text: str, locale: str) -> Evidence:
        """Add the intents and answers that parts of a text surely mean, each once, unless that is one alone.

        What is an example as a whole has no parts ('nothing else, goodbye'), and what the whole surely means is
        among what its parts mean.
        """
        parts = [stripped for one in self.ends.split(text) if (stripped := one.strip())][:MOST_PARTS]
        if len(parts) < 2 or _is_example(found):
            return found
        least = max(SURE_WISH, self.intents.threshold)
        wishes: dict[str, Match] = {}
        questions: dict[str, Match] = {}
        for part in parts:
            best = max(
                ((match, kept) for one, kept in ((self.intents, wishes), (self.answers, questions))
                 for match in one.classify(part, locale)[:1]),
                key=lambda one: one[0].score,
                default=None,
            )  # fmt: skip
            if best is not None and best[0].score >= least:
                match, kept = best
                kept.setdefault(match.name, Match(match.name, match.score, part))
        whole = max((*found.intents[:1], *found.answers[:1]), key=_score, default=None)
        other = (
            whole is not None and whole.score >= self.intents.threshold and whole.name not in {**wishes, **questions}
        )
        if other or len(wishes) + len(questions) < 2:
            return found
        return replace(found, wishes=tuple(wishes.values()), questions=tuple(questions.values()))

    def _shown(self, text: str, *, shown: bool) -> tuple[str, ShownBy]:
        return self.shows(text, tuple(self.flows.locales.values())) if shown else ("", "")

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


def _score(match: Match) -> float:
    return match.score


def _is_example(evidence: Evidence) -> bool:
    return any(one.score >= 1.0 for one in (*evidence.intents, *evidence.answers))
