"""Refusing: what a customer does not want (any more), or only tells of: neither is a wish to begin it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from botkit.dialogue.agreement import is_same_word
from botkit.dialogue.filling import asks_to_keep
from botkit.dialogue.naming import blank
from botkit.dialogue.phrases import Phrases, begins_giving_up, is_question, without
from botkit.dialogue.stack import top_group
from botkit.dialogue.work import Work
from botkit.model.words import fold, has_cjk, without_apostrophes, words_of

LONGEST = 120  # letters: what is longer says more
_MOST_MORE = 2  # words beside those of an example that is denied: any more, really
_SIGNS = ",.;:!?，。；：！？、\n"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a flow is about: the words of its titles and of the examples that start it, without fillers.

    `stops` are the words that stop something which stand there themselves, as in a flow for cancelling, `denied`
    those that stand there behind a no: what does not WORK.
    """

    words: frozenset[str]
    stops: frozenset[str]
    denied: frozenset[str] = frozenset()


def refuses_flow(work: Work, text: str, *, bare: bool = True) -> bool:
    """Tell whether a reply does not want the open flow any more: 'forget it, I changed my mind', 'no refund', 先不退.

    It is nothing but phrases that cancel, or a word that stops with words of the flow behind it, or with nothing that
    tells where the clause before gives up: 'never mind, I don't want it'. A `bare` no may be such a word, which to a
    question for any text it is not, unless a clause gives up: 算了，不约了.
    """
    phrases, plain = work.prepared.phrases, without_apostrophes(text)
    if (
        len(text) > LONGEST
        or not _has(plain, phrases.stopping, phrases.cancelling, phrases.keeping)
        or is_question(phrases, text)
    ):
        return False
    if _only_cancels(work, fold(text)):
        return True
    about = [subject_of(work, frame.flow) for frame in top_group(work)]
    none = frozenset[str]()
    known = Subject(none.union(*[one.words for one in about]), none.union(*[one.stops for one in about]))
    gives_up = begins_giving_up(phrases, text)
    spans = [
        (start, end)
        for start, end, said in _stops(phrases, plain, phrases.stopping)
        if said not in known.stops
        and (bare or gives_up or said not in phrases.no)
        and (_is_of(work, known, word := _first_word(phrases, known, plain[end:])) or (gives_up and not word))
    ]
    if not spans:
        return False
    left = without(
        fold(blank(plain, spans)),
        phrases.cancelling,
        phrases.corrections,
        phrases.either,
        phrases.fillers,
        phrases.assents,
    )
    return all(_is_of(work, known, word) for word in words_of(left))


def _has(plain: str, *patterns: re.Pattern[str] | None) -> bool:
    for pattern in patterns:  # noqa: SIM110 - on the way of every message, where a generator is as many calls
        if pattern is not None and pattern.search(plain) is not None:
            return True
    return False


def _only_cancels(work: Work, folded: str) -> bool:
    phrases = work.prepared.phrases
    keeping = phrases.keeping if _has(folded, phrases.keeping) and not asks_to_keep(work) else None
    patterns = [pattern for pattern in (keeping, phrases.cancelling) if pattern is not None]
    said = [phrase for pattern in patterns for phrase in pattern.findall(folded)]
    left = without(folded, *patterns, phrases.corrections, phrases.either, phrases.fillers)
    return any(map(_is_phrase, said)) and not left


def _is_of(work: Work, about: Subject, word: str) -> bool:
    return any(is_same_word(work, word, other) for other in about.words)


def is_refused(work: Work, text: str, flow: str) -> bool:
    """Tell whether a text refuses what a flow is about: a word that stops or denies, then one of the flow."""
    phrases = work.prepared.phrases
    plain = without_apostrophes(text)
    if not _has(plain, phrases.stopping, phrases.denials) or is_question(phrases, text):
        return False
    about = subject_of(work, flow)
    refused = [
        _first_word(phrases, about, plain[end:])
        for pattern in (phrases.stopping, phrases.denials)
        for _, end, said in _stops(phrases, plain, pattern)
        if said not in about.stops
    ]
    denied = Subject(about.denied, about.stops)
    return any(_is_of(work, about, word) and not _is_of(work, denied, word) for word in refused)


def only_tells(phrases: Phrases, text: str) -> bool:
    """Tell whether a text only tells what was done, and wishes nothing: 'I paid by credit card'."""
    folded = fold(text)
    if phrases.past is None or phrases.past.search(folded) is None or is_question(phrases, text):
        return False
    return phrases.wishes is None or phrases.wishes.search(folded) is None


def only_names(phrases: Phrases, text: str) -> bool:
    """Tell whether a text names something without a question or a wish: 'the gift card, please'."""
    return not is_question(phrases, text) and (phrases.wishes is None or phrases.wishes.search(fold(text)) is None)


def tells_what_happened(phrases: Phrases, text: str) -> bool:
    """Tell whether a text tells what happened, and neither asks nor wishes anything: 'they were damaged'."""
    folded = fold(text)
    if phrases.happened is None or phrases.happened.search(folded) is None or is_question(phrases, text):
        return False
    return phrases.wishes is None or phrases.wishes.search(folded) is None


def denies(work: Work, text: str, examples: Iterable[str]) -> bool:
    """Tell whether a text says the contrary of an example: 'my tooth doesn't hurt any more' of 'my tooth hurts'.

    It begins as the example does and has its words in their order, with a no before the last of them and hardly
    another word. What is only near to an example is not denied by a no: 'my parcel isn't here' beside 'where is my
    parcel'.
    """
    phrases, folded = work.prepared.phrases, fold(text)
    places = [no.start() for no in phrases.nots.finditer(folded)] if phrases.nots is not None else []
    if phrases.nots is None or not any(places) or is_question(phrases, text):  # at the begin it is an answer
        return False
    first, said = _substance(phrases, phrases.nots.sub(" ", folded))
    _, before = _substance(phrases, folded[: places[-1]])
    for example in examples:
        known = fold(example)
        if phrases.nots.search(known) is not None or is_question(phrases, example):
            continue
        begins, meant = _substance(phrases, known)
        near = meant and begins == first and len(said) - len(meant) <= _MOST_MORE
        if near and _has_in_order(work, said, meant) and not _has_in_order(work, before, meant):
            return True
    return False


def _substance(phrases: Phrases, folded: str) -> tuple[str, list[str]]:
    """Give the first word of a folded text, and those of its words that are no ordinary ones."""
    words = words_of(folded)
    return words[0] if words else "", [word for word in words if word not in phrases.plain]


def _has_in_order(work: Work, said: Sequence[str], meant: Sequence[str]) -> bool:
    left = iter(said)
    return all(any(is_same_word(work, word, other) for other in left) for word in meant)


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
    stops = [said for text in texts for _, _, said in _stops(phrases, without_apostrophes(text), phrases.stopping)]
    about = Subject(words, frozenset(stops))
    told = map(without_apostrophes, texts)
    behind = [said[no.end() :] for said in told if phrases.nots is not None for no in phrases.nots.finditer(said)]
    denied = [words_of(fold(said))[:2] if has_cjk(said) else [_first_word(phrases, about, said)] for said in behind]
    return replace(about, denied=frozenset(word for words in denied for word in words) - {""})


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


def _is_phrase(found: str) -> bool:
    """Tell whether a phrase has more than one word: 'stop' may be part of an answer, 'forget it' hardly."""
    return " " in found.strip() or (has_cjk(found) and len(found) > 1)
