"""Clues: of which of several slots of a kind a value is, told by the words around it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from botkit.dialogue.phrases import Phrases, without_assents
from botkit.model.definitions import Ask, Flow, SlotDef
from botkit.model.parsers import Found
from botkit.model.words import fold, words_of

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_SIGNS = re.compile(r"[,;!?，；。！？、]|\.(?!\d)")
_ENOUGH = 2  # words of a slot's question that tell a lone value to be its


def gather_clues(flow: Flow, phrases: Phrases) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Give the words that are of one alone, for each of the slots of a kind that a flow asks for several of.

    They are those of its name, titles, description and question, in every locale.
    """
    kinds: dict[tuple[str, str], dict[str, set[str]]] = {}
    for step in flow.steps.values():
        if isinstance(step.body, Ask) and not (step.body.slot.options or step.body.slot.options_from):
            slot = step.body.slot
            texts = [*slot.names, slot.description, *step.body.speech.sources]
            words = [word for text in texts for word in _words(phrases, _TEMPLATE.sub(" ", text).replace("_", " "))]
            kinds.setdefault((slot.type, slot.pattern), {}).setdefault(slot.name, set()).update(words)
    found: dict[str, Mapping[str, frozenset[str]]] = {}
    for (kind, pattern), known in kinds.items():
        if len(known) > 1 and (pattern or kind not in {"text", "any", "boolean"}):
            own = {name: frozenset(words.difference(*_others(known, name))) for name, words in known.items()}
            found.update(dict.fromkeys(known, own))
    return found


def _others(known: Mapping[str, set[str]], name: str) -> list[set[str]]:
    return [words for other, words in known.items() if other != name]


def _words(phrases: Phrases, text: str) -> list[str]:
    return words_of(without_assents(phrases, fold(text)))


def said_of_others(
    slot: SlotDef, clues: Mapping[str, frozenset[str]], text: str, values: Sequence[Found]
) -> Iterator[tuple[int, int]]:
    """Give where a text has values that the words around them say to be of another slot of the kind.

    Of several values each is of the slot that has most of its words beside it; a lone one is of another slot only
    if two words of that and none of the own stand there.
    """
    placed = sorted(values, key=lambda one: one.start)
    for at, one in enumerate(placed):
        before = text[placed[at - 1].end if at else 0 : one.start]
        behind = text[one.end : placed[at + 1].start if at + 1 < len(placed) else len(text)]
        if at + 1 < len(placed) and _SIGNS.search(behind) is None:
            behind = ""  # it leads in to the next
        scores = _scores(clues, _SIGNS.split(before)[-1]) or _scores(clues, _SIGNS.split(behind)[0])
        own, most = scores.pop(slot.name, 0), max(scores.values(), default=0)
        if most > own and (len(placed) > 1 or (most >= _ENOUGH and not own)):
            yield one.start, one.end


def _scores(clues: Mapping[str, frozenset[str]], beside: str) -> dict[str, int]:
    """Count the words of each slot in a text, of those that have any."""
    said = words_of(fold(beside))
    counts = {name: len(words.intersection(said)) for name, words in clues.items()}
    return {name: count for name, count in counts.items() if count}
