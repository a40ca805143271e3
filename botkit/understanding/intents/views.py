"""Intents and answers in one model: what a message means is one of them, and their scores can be compared."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Self

from botkit.dialogue.phrases import is_question
from botkit.dialogue.prepared import prepare
from botkit.model.events import Match
from botkit.model.flowset import FlowSet
from botkit.understanding.intents.classifier import ExampleClassifier
from botkit.understanding.intents.elsewhere import elsewhere
from botkit.understanding.intents.regression import Floats

_REMEMBERED = 64  # texts, each asked about once for the intents and once for the answers
MOST_ASKED = 200  # headings
_INTENT, _ANSWER = "intent ", "answer "


class Meanings:
    """The classifier of a bot's intents and answers, built from their examples and questions."""

    def __init__(self, classifier: ExampleClassifier) -> None:
        self.classifier = classifier
        self._known: OrderedDict[tuple[str, bytes], tuple[Match, ...]] = OrderedDict()
        self.intents = View(self, _INTENT)
        self.answers = View(self, _ANSWER)

    @classmethod
    def of(cls, flows: FlowSet, vectors: Mapping[str, Floats] | None = None) -> Self:
        """Train on a bot; `vectors` are the embeddings of `texts_of(flows)`."""
        return cls(
            ExampleClassifier.build(*material_of(flows), vectors, others_of(flows, semantic=vectors is not None))
        )

    def classify(self, text: str, locale: str, vector: Floats | None = None) -> tuple[Match, ...]:
        """Give the nearest intents and answers, their names with what they are before them."""
        key = text, b"" if vector is None else vector.tobytes()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self.classifier.classify(text, locale, vector)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found


class View:
    """Implements ports.IntentClassifier: one kind of what the meanings know."""

    def __init__(self, meanings: Meanings, kind: str) -> None:
        self._meanings, self._kind = meanings, kind
        self.threshold = meanings.classifier.threshold

    def classify(self, text: str, locale: str, vector: Floats | None = None) -> tuple[Match, ...]:
        """Give the nearest names of this kind with their scores, best first."""
        found = self._meanings.classify(text, locale, vector)
        cut = len(self._kind)
        return tuple(
            [Match(one.name[cut:], one.score, one.example) for one in found if one.name.startswith(self._kind)]
        )


def texts_of(flows: FlowSet) -> list[str]:
    """Give the texts that a bot's classifier is taught, each once."""
    examples, hints = material_of(flows)
    taught = [text for part in (examples, hints) for texts in part.values() for text in texts]
    return list(dict.fromkeys([*taught, *others_of(flows, semantic=True)]))


def others_of(flows: FlowSet, *, semantic: bool) -> list[str]:
    """Give texts that none of a bot's intents and answers means; where texts have vectors there are more of them."""
    examples, _ = material_of(flows)
    counts = [len(texts) for texts in examples.values()]
    return [*questions_of(flows), *(elsewhere(max(counts, default=0), sum(counts)) if semantic else ())]


def questions_of(flows: FlowSet) -> list[str]:
    """Give the headings of a bot's articles that are questions, which the articles answer and no flow."""
    phrases = prepare(flows).phrases if flows.articles else None
    headings = [
        heading
        for article in flows.articles
        for chunk in article.chunks
        for heading in (chunk.path[-1:] or (article.title,))
    ]
    return (
        [] if phrases is None else [one for one in dict.fromkeys(headings) if is_question(phrases, one)][:MOST_ASKED]
    )


def material_of(flows: FlowSet) -> tuple[dict[str, Sequence[str]], dict[str, Sequence[str]]]:
    """Give the examples and the hints: a name as people would write it, with its description, is a hint."""
    examples: dict[str, Sequence[str]] = {}
    hints: dict[str, Sequence[str]] = {}
    for intent in flows.intents.values():
        examples[_INTENT + intent.name] = intent.examples
        hints[_INTENT + intent.name] = [humanised(intent.name, intent.description)]
    for answer in flows.answers.values():
        examples[_ANSWER + answer.name] = answer.questions
        hints[_ANSWER + answer.name] = [humanised(answer.name)]
    return examples, hints


def humanised(name: str, description: str = "") -> str:
    """Give a name as people would write it: `return_item` is `return item`."""
    return f"{name.replace('_', ' ').replace('.', ' ')} {description}".strip()
