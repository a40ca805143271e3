"""Refusing: what a customer does not want (any more), or only tells of: neither is a wish to begin it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from botkit.dialogue.agreement import is_same_word
from botkit.dialogue.naming import blank
from botkit.dialogue.phrases import Phrases, is_question, without
from botkit.dialogue.stack import top_group
from botkit.dialogue.work import Work
from botkit.model.words import fold, has_cjk, words_of

_LONGEST = 120  # letters: what is longer says more
_SIGNS = ",.;:!?，。；：！？、\n"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a flow is about: the words of its titles and of the examples that start it, without fillers.

    `stops` are the words that stop something which stand there themselves, as in a flow for cancelling.
    """

    words: frozenset[str]
    stops: frozenset[str]


def refuses_flow(work: Work, text: str, *, bare: bool = True) -> bool:
    """Tell whether a reply does not want the open flow any more: 'forget it, I changed my mind', 'no refund', 先不退.

    It is nothing but phrases that cancel, or a word that stops with words of the flow behind it. A `bare` no may be
    such a word, which to a question for any text it is not.
    """
    phrases, plain = work.prepared.phrases, _plain(text)
    if len(text) > _LONGEST or not _has(plain, phrases.stopping, phrases.cancelling) or is_question(phrases, text):
        return False
    if _only_cancels(phrases, fold(text)):
        return True
    about = [subject_of(work, frame.flow) for frame in top_group(work)]
    none = frozenset[str]()
    known = Subject(none.union(*[one.words for one in about]), none.union(*[one.stops for one in about]))
    spans = [
        (start, end)
        for start, end, said in _stops(phrases, plain, phrases.stopping)
        if said not in known.stops
        and (bare or said not in phrases.no)
        and _is_of(work, known, _first_word(phrases, known, plain[end:]))
    ]
    left = without(
        fold(blank(plain, spans)),
        phrases.cancelling,
        phrases.corrections,
        phrases.either,
        phrases.fillers,
        phrases.assents,
    )
    return bool(spans) and all(_is_of(work, known, word) for word in words_of(left))


def _has(plain: str, *patterns: re.Pattern[str] | None) -> bool:
    return any(pattern is not None and pattern.search(plain) is not None for pattern in patterns)


def _only_cancels(phrases: Phrases, folded: str) -> bool:
    said = phrases.cancelling.findall(folded) if phrases.cancelling is not None else ()
    return any(map(_is_phrase, said)) and not without(
        folded, phrases.cancelling, phrases.corrections, phrases.fillers
    )


def _is_of(work: Work, about: Subject, word: str) -> bool:
    return any(is_same_word(work, word, other) for other in about.words)


def is_refused(work: Work, text: str, flow: str) -> bool:
    """Tell whether a text refuses what a flow is about: a word that stops or denies, then one of the flow."""
    phrases = work.prepared.phrases
    plain = _plain(text)
    if not _has(plain, phrases.stopping, phrases.denials) or is_question(phrases, text):
        return False
    about = subject_of(work, flow)
    return any(
        said not in about.stops and _is_of(work, about, _first_word(phrases, about, plain[end:]))
        for pattern in (phrases.stopping, phrases.denials)
        for _, end, said in _stops(phrases, plain, pattern)
    )


def only_tells(phrases: Phrases, text: str) -> bool:
    """Tell whether a text only tells what was done, and wishes nothing: 'I paid by credit card'."""
    folded = fold(text)
    if phrases.past is None or phrases.past.search(folded) is None or is_question(phrases, text):
        return False
    return phrases.wishes is None or phrases.wishes.search(folded) is None


def subject_of(work: Work, name: str) -> Subject:
    """Give what a flow is about; it is remembered."""
    known = work.prepared.subjects.get(name)
    if known is None:
        known = work.prepared.subjects[name] = _subject(work, name)
    return known


def _subject(work: Work, name: str) -> Subject:
    phrases, flow = work.prepared.phrases, work.flows.flows[name]
    started = [
        intent for intent, flows in work.flows.starts.items() if name in flows and intent in work.flows.intents
    ]
    examples = [example for intent in started for example in work.flows.intents[intent].examples]
    texts = [*examples, name.replace("_", " "), *(flow.title.sources.values() if flow.title is not None else ())]
    plain = [without(fold(text), phrases.either, phrases.fillers, phrases.assents) for text in texts]
    words = frozenset(word for text in plain for word in words_of(text))
    return Subject(
        words, frozenset(said for text in texts for _, _, said in _stops(phrases, _plain(text), phrases.stopping))
    )


def _stops(phrases: Phrases, plain: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[int, int, str]]:
    """Give where words that stop or deny something stand before it in its clause, and which they are."""
    for found in pattern.finditer(plain) if pattern is not None else ():
        said, before, behind = fold(found[0]), plain[: found.start()], plain[found.end() :].lstrip()
        if pattern is phrases.stopping and said not in phrases.stops:
            continue  # a longer phrase with such a word in it
        if len(said) == 1 and has_cjk(before[-1:]) and before[-1] not in phrases.plain:
            continue  # the end of a word: 特别
        corrects = phrases.corrections is not None and phrases.corrections.match(behind) is not None  # 'no wait'
        if behind and behind[0] not in _SIGNS and not corrects:
            yield found.start(), found.end(), said


def _first_word(phrases: Phrases, about: Subject, behind: str) -> str:
    """Give the first word of a clause that is no ordinary one, unless the flow is about it."""
    end = min([at for sign in _SIGNS if (at := behind.find(sign)) >= 0], default=len(behind))
    said = fold(behind[:end])
    left = without(said, phrases.fillers, phrases.assents)
    return next((word for word in words_of(left) if word in about.words or word not in phrases.plain), "")


def _plain(text: str) -> str:
    return text.casefold().replace("'", "").replace("’", "")


def _is_phrase(found: str) -> bool:
    """Tell whether a phrase has more than one word: 'stop' may be part of an answer, 'forget it' hardly."""
    return " " in found.strip() or (has_cjk(found) and len(found) > 1)
