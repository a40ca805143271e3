"""Agreement: whether a reply says yes or no to the open question, and whether it says more than that."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from botkit.dialogue.filling import COUNTS, EXACT, PART, STRICT, Fit, asked_with, find_values
from botkit.dialogue.naming import blank
from botkit.dialogue.phrases import (
    asks_behind_yes,
    behind_answer,
    behind_yes,
    is_doubtful,
    is_question,
    read_signs,
    read_yes_no,
    strip_correction,
    takes_yes_back,
    without,
    without_assents,
)
from botkit.dialogue.remainders import remainder
from botkit.dialogue.stack import asked_slots
from botkit.dialogue.work import Work
from botkit.errors import ExpressionError
from botkit.expressions import template
from botkit.model.definitions import Ask, Confirm, SlotDef
from botkit.model.events import Message
from botkit.model.session import Question
from botkit.model.words import content_length, fold, lowered, words_of

SHORT_REST = 12  # letters beside a yes or no that do not make it doubtful
_LEAST_SAID = 2  # words of a question that say that it is spoken of
_WORD = re.compile(r"\s+([^\W\d_]{4,})")  # behind a number
_LEAST_STEM, _MOST_ENDING = 4, 3  # letters: cancel and cancelled are one word


def pressed_value(question: Question, text: str) -> str:
    """Give the value of the shown button whose label or value is the whole text."""
    folded = fold(text) if question.buttons else ""
    for button in question.buttons if folded else ():
        if button.value and folded in (fold(button.label), fold(button.value)):
            return button.value
    return ""


def read_agreement(work: Work, question: Question, message: Message) -> Fit | None:
    """Read a yes or a no."""
    signed = None if message.text.isascii() else read_signs(work.prepared.phrases, message.text)
    asks = question.kind == "confirm" and is_question(work.prepared.phrases, message.text)  # 'yes?' is none
    pressed = pressed_value(question, message.text)
    if pressed in {"yes", "no"}:
        doubtful = pressed == "yes" and (question.changing or signed is False or asks)
        return None if doubtful else Fit(pressed == "yes", 0, len(message.text), EXACT)
    folded = fold(message.text)
    if not folded:  # nothing but signs: 👍 is a yes, 👎 a no, 🙂 or ? is neither
        told = signed is not None and not (signed and question.changing)
        return Fit(signed, 0, len(message.text), EXACT) if told else None
    read = read_yes_no(work.prepared.phrases, folded)
    if read is None:
        read = _read_after_correction(work, folded)
    if read is None:
        return None
    agreed, whole = read
    if agreed and (question.changing or signed is False or asks):
        return None
    if whole:
        return Fit(agreed, 0, len(message.text), EXACT)
    return Fit(agreed, 0, len(message.text), STRICT if content_length(folded) <= SHORT_REST * 2 else PART)


def begins_with_yes(work: Work, question: Question, text: str) -> bool:
    """Tell whether a reply to a confirm begins with a yes, whatever stands behind it."""
    phrases, folded = work.prepared.phrases, fold(text)
    return question.kind == "confirm" and not question.changing and behind_yes(phrases, folded) != folded


def _read_after_correction(work: Work, folded: str) -> tuple[bool, bool] | None:
    """Read the yes or no that follows a word of correction and nothing else: 'actually, no'."""
    phrases, words = work.prepared.phrases, folded.split()
    if strip_correction(phrases, folded) is None:
        return None
    starts = [at for at in range(1, min(len(words), 4)) if strip_correction(phrases, " ".join(words[:at])) == ""]
    rests = (read_yes_no(phrases, " ".join(words[start:])) for start in starts)
    return next((read for read in rests if read is not None and read[1]), None)


def says_more_than_yes(work: Work, text: str) -> bool:
    """Tell whether a text that begins with a yes to a confirm has something else beside it.

    Nothing else are politeness and what adds nothing ('send it, please'), the words of the question in its order,
    and values and names of the slots that were asked for. A condition and a question are something else.
    """
    phrases = work.prepared.phrases
    taken_back = asks_behind_yes(phrases, text) or takes_yes_back(phrases, fold(text))
    return (
        taken_back or _only_names(work, text) or _counts_other(work, text) or _is_more(work, _left_beside(work, text))
    )


def says_more(work: Work, text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a reply to a confirm only has values at some `spans` in a sentence of its own.

    'Yes, I ordered it on Monday' does; words that change something (but, instead) make it a correction.
    """
    phrases = work.prepared.phrases
    bare = blank(text, spans)
    left, behind = _left_beside(work, bare), behind_answer(phrases, fold(bare))
    changing = is_doubtful(phrases, left) or (phrases.corrections is not None and phrases.corrections.search(behind))
    return not changing and _is_more(work, without(left, phrases.counting, phrases.fillers, phrases.small))


def read_statement(work: Work, text: str) -> Fit | None:
    """Read a statement in the words of the open yes-or-no question: 'I have not paid it yet', 付过了."""
    phrases, folded = work.prepared.phrases, fold(text)
    negated = phrases.nots is not None and phrases.nots.search(folded) is not None
    claimed = negated or (phrases.claims is not None and phrases.claims.search(folded) is not None)
    lost = phrases.losses is not None and phrases.losses.search(folded) is not None and _asks_for_presence(work)
    if not (claimed or lost) or is_question(phrases, text) or is_doubtful(phrases, folded):
        return None
    left = without(folded, phrases.claims, phrases.assents, phrases.nots, phrases.losses if lost else None)
    plain = words_of(left)
    said = [word for word in plain if word not in phrases.plain] or ([] if lost else plain)
    questions = list(_question_words(work, work.flows.settings.locales))
    asked = [word for words in questions for word in words if word not in phrases.plain or word in said]
    known = all(any(is_same_word(work, word, other) for other in asked) for word in said)
    return Fit(lost == negated, 0, len(text), PART) if (said or lost) and known else None


def read_restated(work: Work, index: int, slot: SlotDef, text: str) -> Fit | None:
    """Read a clause in the words of a yes-or-no question of before: 'and they may leave it at the door'."""
    phrases, start = work.prepared.phrases, 0
    questions = work.prepared.facts[work.stack[index].flow].questions.get(slot.name, ())
    asked = [word for question in questions for word in words_of(fold(question))]
    ends = [match.span() for match in phrases.clauses.finditer(lowered(text))] if phrases.clauses is not None else []
    for end, behind in (*ends, (len(text), len(text))):
        said, at, start = fold(text[start:end]), start, behind
        left = without(said, phrases.corrections, phrases.claims, phrases.assents, phrases.nots)
        words = [word for word in words_of(left) if word not in phrases.plain]
        if len(words) < _LEAST_SAID or is_question(phrases, text[at:end]) or is_doubtful(phrases, said):
            continue
        if all(any(is_same_word(work, word, other) for other in asked) for word in words):
            negated = phrases.nots is not None and phrases.nots.search(said) is not None
            return Fit(not negated, at, end, STRICT)
    return None


def _asks_for_presence(work: Work) -> bool:
    """Tell whether the open question is whether something is there, and says nothing of its loss itself."""
    phrases = work.prepared.phrases
    asked = [fold(text) for text in _question_texts(work, work.flows.settings.locales)]
    if phrases.presence is None or phrases.losses is None or any(map(phrases.losses.search, asked)):
        return False
    return any(map(phrases.presence.search, asked))


def declines_with_more(work: Work, question: Question, text: str) -> bool:
    """Tell whether a no, to a confirm that has no steps for one, says what is wrong and not only no.

    Politeness, a phrase that cancels ('no, leave it') and the words of the question that are no values ('no, don't
    send it') are only no.
    """
    step, phrases = work.step_of(work.top), work.prepared.phrases
    if question.kind != "confirm" or step is None or not isinstance(step.body, Confirm) or step.body.no:
        return False
    left = without(fold(text), phrases.cancelling, phrases.either, phrases.assents)
    values = {word for index, slot in asked_slots(work) for word in _shown_words(work, index, slot)}
    asked = [
        word for words in _question_words(work, work.flows.settings.locales) for word in words if word not in values
    ]
    return any(not any(is_same_word(work, word, known) for known in asked) for word in words_of(left))


def adds_words(work: Work, text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a reply has more beside some values than what leads in to them: 'no, 7228 Elm Road' of 7228.

    What is counted by (两件), what stands for a thing (two blue ones) and the words of the question are no more.
    """
    phrases = work.prepared.phrases
    start, end = remainder(phrases, text)
    said = without(fold(blank(text, spans)[start:end]), phrases.small)
    left = without(said, phrases.assents, phrases.corrections, phrases.fillers)
    if not left:
        return False
    left = without(left, phrases.counting, phrases.denials, phrases.doubts)  # not $20 but $25
    asked = [word for words in _question_words(work, (work.session.locale, work.locale)) for word in words]
    return any(not any(is_same_word(work, word, other) for other in asked) for word in words_of(left))


def only_repeats(work: Work, text: str) -> bool:
    """Tell whether a reply to a confirm says nothing but what the slots have: neither yes, nor no, nor news."""
    phrases = work.prepared.phrases
    said = without_assents(phrases, behind_answer(phrases, fold(text)))
    return bool(said) and not _is_more(work, _left_beside(work, text))


def is_asked(work: Work, slot: SlotDef, value: Any) -> bool:
    """Tell whether the open confirm says a value itself: 'yes, refund $10' to 'Refund $10.00?'."""
    locales = (work.session.locale, work.locale)
    return any(one.value == value for text in _question_texts(work, locales) for one in find_values(work, slot, text))


def _left_beside(work: Work, text: str) -> str:
    """Give what is left of a reply to a confirm without its yes, politeness, and the values that the slots have."""
    for index, slot in asked_slots(work):
        text = _without_value(work, index, slot, text)
    phrases = work.prepared.phrases
    return without_assents(phrases, behind_answer(phrases, fold(text)))


def _is_more(work: Work, left: str) -> bool:
    if is_doubtful(work.prepared.phrases, left):
        return True
    asked = reversed(asked_slots(work))
    values = [word for index, slot in asked for word in (*_name_words(slot), *_shown_words(work, index, slot))]
    said = words_of(left)
    return bool(said) and not any(
        _repeats(work, said, words, values) for words in _question_words(work, (work.session.locale, work.locale))
    )


def _only_names(work: Work, text: str) -> bool:
    """Tell whether nothing but the name of a slot stands behind a yes, which the question does not say.

    'yes, the phone number' may mean that it is wrong, 'ok, the phone number is right' does not.
    """
    phrases = work.prepared.phrases
    rest = behind_answer(phrases, fold(text))
    asked = [word for words in _question_words(work, (work.session.locale, work.locale)) for word in words]
    names = [_name_words(slot) for _, slot in asked_slots(work)]
    for said in (words_of(rest), words_of(without(rest, phrases.determining, phrases.fillers))):
        if said and any(all(word in words for word in said) for words in names):
            return not any(is_same_word(work, word, other) for word in said for other in asked)
    return False


def _counts_other(work: Work, text: str) -> bool:
    """Tell whether a number that a slot has counts what another one is called: 'yes, 2 rooms' of two guests."""
    asked = asked_slots(work)
    for _, slot in asked:
        if slot.type not in COUNTS:
            continue
        others = [word for _, other in asked if other.name != slot.name for word in _name_words(other)]
        own = [*_name_words(slot), *(word for said in asked_with(work, slot) for word in words_of(fold(said)))]
        for one in find_values(work, slot, text):
            word = _WORD.match(text, one.end)
            said = fold(word[1]) if word is not None else ""
            if said and not any(is_same_word(work, said, known) for known in own):
                return any(is_same_word(work, said, known) for known in others)
    return False


def _without_value(work: Work, index: int, slot: SlotDef, text: str) -> str:
    """Blank the place where a text says the very value that a slot or the question has: 20 euros, May 3."""
    if slot.options or slot.options_from:
        return text
    current = work.value_at(index, slot.name)
    values = find_values(work, slot, text)
    found = next((one for one in values if one.value == current or is_asked(work, slot, one.value)), None)
    return text if found is None else f"{text[: found.start]} {text[found.end :]}"


def _name_words(slot: SlotDef) -> list[str]:
    return words_of(fold(" ".join(slot.names)))


def _shown_words(work: Work, index: int, slot: SlotDef) -> list[str]:
    value = work.value_at(index, slot.name)
    labels = [label for option in slot.options if option.value == value for label in option.label.sources.values()]
    shown = " ".join([str(work.labelled(slot, value)), str(value), *labels])
    return words_of(fold(shown))


def _question_words(work: Work, locales: Iterable[str]) -> Iterator[list[str]]:
    return (words_of(fold(text)) for text in _question_texts(work, locales))


def _question_texts(work: Work, locales: Iterable[str]) -> Iterator[str]:
    """Give the open question as it is said in some locales."""
    step = work.step_of(work.top)
    body = step.body if step is not None else None
    texts = body.speech.variants if isinstance(body, Ask | Confirm) else ()
    for source in {work.pick(text, locale) for text in texts for locale in locales}:
        with suppress(ExpressionError):
            yield template(source).render(work.scope())


def _repeats(work: Work, said: Sequence[str], question: Sequence[str], values: Sequence[str]) -> bool:
    """Tell whether all that is said stands in the question, in its order, or else among the values."""
    at = 0
    for word in said:
        places = [place for place, known in enumerate(question) if is_same_word(work, word, known)]
        later = next((place for place in places if place >= at), None)
        if later is not None:
            at = later + 1
        elif places or not any(is_same_word(work, word, known) for known in values):
            return False
    return True


def is_same_word(work: Work, one: str, other: str) -> bool:
    """Compare two words; an ending more makes no other word, unless it makes another number."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if not long.startswith(short) or len(short) < _LEAST_STEM or len(long) - len(short) > _MOST_ENDING:
        return False
    numbers = [locale.numbers.words for locale in work.flows.locales.values()]
    return long.isalpha() and not any(word in known for known in numbers for word in (one, other))
