"""What customers say to steer a conversation, in all of a bot's locales at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from botkit.dialogue.idioms import (
    adding_nothing,
    announcing_phones,
    asking,
    barring,
    calling,
    counting_one,
    denying,
    ending_clauses,
    faulting,
    following,
    harmless,
    introducing,
    leading_over,
    linking,
    naming_whose,
    ordinals,
    pronouns,
    qualifying,
    rejecting,
    retracting,
    saying_whose,
    stopping,
)
from botkit.dialogue.wording import anywhere, leading, trailing
from botkit.model.locales import Control, Locale, plain_words
from botkit.model.words import fold, has_cjk, lowered

MARKS = ("?", "？", "؟")  # of a question
_FIRST = re.compile(r"[^,;.!，；。！]+(?=[,;.!，；。！]+\s*\w)")  # what stands before the first sign


@dataclass(frozen=True, slots=True)
class Phrases:
    """The folded phrases of a bot's locales; the patterns match parts of a folded text."""

    control: dict[str, Control]
    yes: frozenset[str]
    no: frozenset[str]
    requests: re.Pattern[str] | None
    corrections: re.Pattern[str] | None
    leading_yes: re.Pattern[str] | None
    leading_no: re.Pattern[str] | None
    either: re.Pattern[str] | None
    fillers: re.Pattern[str] | None
    all_of: frozenset[str]
    none_of: frozenset[str] = frozenset()
    copulas: re.Pattern[str] | None = None
    doubts: re.Pattern[str] | None = None
    asking: re.Pattern[str] | None = None
    joining: re.Pattern[str] | None = None
    joined: re.Pattern[str] | None = None
    assents: re.Pattern[str] | None = None
    plain: frozenset[str] = frozenset()
    leading_over: re.Pattern[str] | None = None
    kinds: tuple[str, ...] = ()
    others: re.Pattern[str] | None = None
    pausing: re.Pattern[str] | None = None
    counters: frozenset[str] = frozenset()  # as `strip_talk` leaves them
    nots: re.Pattern[str] | None = None
    claims: re.Pattern[str] | None = None
    cancelling: re.Pattern[str] | None = None
    ordinals: Mapping[str, int] = field(default_factory=dict)
    cardinals: Mapping[str, int] = field(default_factory=dict)
    called: re.Pattern[str] | None = None
    denying: re.Pattern[str] | None = None
    denials: re.Pattern[str] | None = None
    small: re.Pattern[str] | None = None
    pronouns: re.Pattern[str] | None = None
    refusing: re.Pattern[str] | None = None
    every: re.Pattern[str] | None = None
    signs: Mapping[str, bool] = field(default_factory=dict)
    retracting: re.Pattern[str] | None = None
    clauses: re.Pattern[str] | None = None
    stopping: re.Pattern[str] | None = None
    stops: frozenset[str] = frozenset()
    auxiliaries: frozenset[str] = frozenset()  # words that questions begin with, and others too
    appeals: frozenset[str] = frozenset()
    shifting: re.Pattern[str] | None = None
    leads: re.Pattern[str] | None = None
    keeping: re.Pattern[str] | None = None
    keeps: re.Pattern[str] | None = None
    kept: re.Pattern[str] | None = None
    past: re.Pattern[str] | None = None
    happened: re.Pattern[str] | None = None
    wishes: re.Pattern[str] | None = None
    barring: re.Pattern[str] | None = None
    averse: re.Pattern[str] | None = None
    rejecting: re.Pattern[str] | None = None
    complaining: re.Pattern[str] | None = None
    alternatives: re.Pattern[str] | None = None
    ranges: re.Pattern[str] | None = None
    leaving: re.Pattern[str] | None = None
    reaching: re.Pattern[str] | None = None
    afterthoughts: re.Pattern[str] | None = None
    counting: re.Pattern[str] | None = None
    wrongs: re.Pattern[str] | None = None
    presence: re.Pattern[str] | None = None
    losses: re.Pattern[str] | None = None
    lacking: re.Pattern[str] | None = None
    faults: re.Pattern[str] | None = None
    mistakes: re.Pattern[str] | None = None
    changing: re.Pattern[str] | None = None
    introducing: frozenset[str] = frozenset()  # these two are patterns where they are needed (`titles.is_thing`)
    following: frozenset[str] = frozenset()
    approving: re.Pattern[str] | None = None
    rights: re.Pattern[str] | None = None
    tags: re.Pattern[str] | None = None
    leading_denials: re.Pattern[str] | None = None
    particulars: re.Pattern[str] | None = None
    remarks: re.Pattern[str] | None = None
    references: frozenset[str] = frozenset()
    related: re.Pattern[str] | None = None
    relating: re.Pattern[str] | None = None
    phoning: re.Pattern[str] | None = None
    adding: re.Pattern[str] | None = None
    proposing: re.Pattern[str] | None = None
    explaining: re.Pattern[str] | None = None
    qualifying: re.Pattern[str] | None = None
    people: re.Pattern[str] | None = None
    singles: Mapping[str, bool] = field(default_factory=dict)  # of these words, whether they are for one
    single: re.Pattern[str] | None = None
    determining: re.Pattern[str] | None = None
    heads: re.Pattern[str] | None = None
    speakers: re.Pattern[str] | None = None
    persons: re.Pattern[str] | None = None
    introductions: re.Pattern[str] | None = None
    selves: re.Pattern[str] | None = None


@lru_cache(maxsize=16)
def gather_phrases(known: tuple[Locale, ...]) -> Phrases:
    """Fold the phrases of all locales; where two claim one phrase, the first locale wins."""
    control: dict[str, Control] = {}
    for locale in known:
        for name, phrases in locale.control.items():
            for phrase in phrases:
                control.setdefault(fold(phrase), name)
    yes = frozenset(fold(phrase) for locale in known for phrase in locale.yes) - {""}
    no = frozenset(fold(phrase) for locale in known for phrase in locale.no) - yes - {""}
    gathered = Phrases(
        control=control,
        yes=yes,
        no=no,
        requests=anywhere(tuple(phrase for locale in known for phrase in locale.requests)),
        corrections=leading(phrase for locale in known for phrase in locale.corrections),
        leading_yes=leading(_answering(known, yes)),
        leading_no=leading(_answering(known, no)),
        either=anywhere(tuple(yes | no)),
        fillers=anywhere(tuple(phrase for locale in known for phrase in locale.fillers)),
        none_of=no | frozenset(fold(phrase) for locale in known for phrase in locale.none_of),
        all_of=frozenset(fold(phrase) for locale in known for phrase in locale.all_of),
        copulas=linking(phrase for locale in known for phrase in locale.copulas),
        doubts=anywhere(tuple(phrase for locale in known for phrase in locale.doubts)),
        asking=asking(phrase for locale in known for phrase in locale.questions),
        joined=anywhere(tuple(locale.formats.list_and for locale in known)),
        joining=leading(locale.formats.list_and for locale in known),
        assents=anywhere((*yes, *(phrase for locale in known for phrase in adding_nothing(locale)))),
        plain=plain_words(known),
        clauses=ending_clauses(known),
        stopping=stopping(known, yes | no),
        stops=frozenset(fold(phrase) for locale in known for phrase in locale.stops),
        appeals=frozenset(fold(phrase) for locale in known for phrase in locale.appeals),
        auxiliaries=frozenset(
            fold(phrase) for locale in known for phrase in (*locale.assents, *locale.claims, *locale.wishes)
        ),
        shifting=anywhere(tuple(phrase for locale in known for phrase in locale.shifts)),
        leads=linking(phrase for locale in known for phrase in locale.leads),
        keeping=anywhere(tuple(phrase for locale in known for phrase in locale.keeping)),
        keeps=anywhere(tuple(phrase for locale in known for phrase in locale.keeps)),
        kept=denying(known, [phrase for locale in known for phrase in locale.keeps]),
        past=anywhere(tuple(phrase for locale in known for phrase in locale.past)),
        happened=anywhere(tuple(phrase for locale in known for phrase in locale.happened)),
        wishes=anywhere(tuple(phrase for locale in known for phrase in locale.wishes)),
        leading_over=leading_over(known),
        kinds=tuple(sorted({fold(kind) for locale in known for kind in locale.kinds}, key=len, reverse=True)),
        called=calling(known),
        ordinals={word: number for locale in known for word, number in ordinals(locale)},
        cardinals={
            fold(word): int(number)
            for locale in known
            for word, number in locale.numbers.words.items()
            if number in range(1, 21)
        },
        others=anywhere(tuple(phrase for locale in known for phrase in locale.others)),
        pausing=anywhere(tuple(phrase for locale in known for phrase in locale.pauses)),
        nots=anywhere(tuple(phrase for locale in known for phrase in locale.nots)),
        claims=anywhere(tuple(phrase for locale in known for phrase in locale.claims)),
        cancelling=anywhere(tuple(phrase for phrase, name in control.items() if name == "cancel")),
        signs=_signs(known),
        every=anywhere(tuple(phrase for locale in known for phrase in locale.all_of)),
        denials=anywhere(
            tuple(phrase for locale in known for phrase in (*locale.negations, *locale.refusals)), harmless(known)
        ),
        small=leading(phrase for locale in known for phrase in locale.prepositions),
        pronouns=pronouns(known),
        denying=denying(known, [phrase for locale in known for phrase in locale.negations]),
        refusing=denying(known, [phrase for locale in known for phrase in (*locale.negations, *locale.refusals)]),
        retracting=anywhere(tuple(phrase for locale in known for phrase in retracting(locale))),
        barring=barring(known),
        averse=denying(known, [phrase for locale in known for phrase in locale.aversions]),
        rejecting=rejecting(known),
        complaining=anywhere(tuple(phrase for locale in known for phrase in locale.complaints)),
        alternatives=anywhere(tuple(phrase for locale in known for phrase in locale.alternatives)),
        afterthoughts=trailing(phrase for locale in known for phrase in locale.afterthoughts),
        presence=anywhere(tuple(phrase for locale in known for phrase in locale.presence)),
        losses=anywhere(tuple(phrase for locale in known for phrase in locale.losses)),
        lacking=denying(known, [phrase for locale in known for phrase in locale.nots], claiming=True),
        wrongs=leading(phrase for locale in known for phrase in locale.wrongs),
        faults=faulting(known),
        mistakes=trailing(phrase for locale in known for phrase in locale.mistakes),
        changing=anywhere(tuple(phrase for locale in known for phrase in locale.changing)),
        introducing=frozenset(phrase for locale in known for phrase in introducing(locale)),
        following=frozenset(phrase for locale in known for phrase in following(locale)),
        approving=denying(known, [phrase for locale in known for phrase in locale.approvals]),
        rights=leading(phrase for locale in known for phrase in locale.rights),
        tags=trailing(phrase for locale in known for phrase in locale.tags),
        leading_denials=leading(phrase for locale in known for phrase in locale.negations),
        particulars=anywhere(tuple(phrase for locale in known for phrase in locale.particulars)),
        references=frozenset(fold(phrase) for locale in known for phrase in locale.references) - {""},
        related=naming_whose(known),
        relating=saying_whose(known),
        remarks=leading(phrase for locale in known for phrase in locale.remarks),
        counting=anywhere(
            tuple(phrase for locale in known for phrase in (*locale.numbers.measures, *locale.pronouns))
        ),
        phoning=announcing_phones(known),
        leaving=denying(known, [phrase for locale in known for phrase in locale.origins]),
        reaching=denying(known, [phrase for locale in known for phrase in locale.goals]),
        ranges=anywhere(tuple(phrase for locale in known for phrase in locale.ranges)),
        adding=anywhere(tuple(phrase for locale in known for phrase in locale.additions)),
        proposing=leading(phrase for locale in known for phrase in locale.proposals),
        explaining=anywhere(tuple(phrase for locale in known for phrase in locale.explaining)),
        qualifying=qualifying(known),
        people=anywhere(tuple(word for locale in known for word in locale.numbers.people)),
        singles={fold(word): one for locale in known for word, one in locale.numbers.people.items()},
        single=counting_one(known),
        determining=anywhere(tuple(word for locale in known for word in locale.numbers.determiners)),
        heads=anywhere(tuple(word for locale in known for word in locale.numbers.heads)),
        speakers=anywhere(tuple(word for locale in known for word in locale.numbers.speaker)),
        persons=anywhere(tuple(phrase for locale in known for phrase in locale.persons)),
        introductions=linking(phrase for locale in known for phrase in locale.introductions),
        selves=linking(phrase for locale in known for phrase in locale.selves),
    )
    counters = (strip_talk(gathered, fold(phrase)) for locale in known for phrase in locale.counters)
    return replace(gathered, counters=frozenset(counters) - {""})


def strip_talk(phrases: Phrases, folded: str) -> str:
    """Give what a text says without words of correction, fillers, and what adds nothing to a yes."""
    return without(folded, phrases.corrections, phrases.fillers, phrases.assents)


def without(folded: str, *patterns: re.Pattern[str] | None) -> str:
    """Take what some patterns find out of a folded text, one after the other."""
    for pattern in patterns:
        folded = pattern.sub(" ", folded) if pattern is not None else folded
    return " ".join(folded.split())


def _answering(locales: Iterable[Locale], phrases: frozenset[str]) -> set[str]:
    """Give those of some yes or no phrases that count with more words behind; a yes that begins as a no does."""
    answers, noes = set[str](), set[str]()
    for locale in locales:
        answers |= {fold(phrase) for phrase in locale.answers}
        noes |= {fold(phrase) for phrase in locale.no} - {""}
    begun = {phrase for phrase in phrases - noes if any(phrase.startswith(f"{no} ") for no in noes)}
    return answers & phrases | begun


def read_control(phrases: Phrases, folded: str) -> Control | None:
    """Give the control that a whole message is, or that it asks for a person somewhere inside."""
    found = phrases.control.get(folded)
    if found is not None:
        return found
    return "person" if phrases.requests is not None and phrases.requests.search(folded) else None


def _signs(locales: Iterable[Locale]) -> dict[str, bool]:
    """Give the yes and no phrases without a letter or digit, 👍 and 👎, as they are written."""
    known = [(phrase, agreed) for locale in locales for agreed in (False, True)
             for phrase in (locale.yes if agreed else locale.no)]  # fmt: skip
    return {phrase: agreed for phrase, agreed in known if phrase and not fold(phrase)}


def read_signs(phrases: Phrases, text: str) -> bool | None:
    """Tell whether the signs of a text mean yes or no; nothing if it has none of them, or both."""
    found = {agreed for sign, agreed in phrases.signs.items() if sign in text}
    return found.pop() if len(found) == 1 else None


def read_yes_no(phrases: Phrases, folded: str) -> tuple[bool, bool] | None:
    """Give (yes?, whole message?) for a text that is, or begins with, a yes or a no; otherwise nothing.

    A yes with a no or a correction behind it is neither.
    """
    if folded in phrases.yes:
        return True, True
    if folded in phrases.no:
        return False, True
    agreed = phrases.leading_yes.match(folded) if phrases.leading_yes else None
    refused = phrases.leading_no.match(folded) if phrases.leading_no else None
    if agreed is None and refused is None:
        return None
    # The longer phrase is meant: 不对 begins with 不, "no problem" with "no".
    if agreed is None or (refused is not None and refused.end() >= agreed.end()):
        return False, False
    rest = folded[agreed.end() :]
    doubtful = any(found in phrases.no for found in phrases.either.findall(rest)) if phrases.either else False
    return None if doubtful or strip_correction(phrases, rest) is not None else (True, False)


def is_question(phrases: Phrases, text: str) -> bool:
    """Tell whether a text asks something: by its mark, or by the word that it begins with."""
    if text.rstrip().endswith(MARKS):
        return True
    return phrases.asking is not None and phrases.asking.search(fold(text)) is not None


def behind_yes(phrases: Phrases, folded: str) -> str:
    """Give what stands behind the yes that a folded text begins with."""
    agreed = phrases.leading_yes.match(folded) if phrases.leading_yes else None
    return folded[agreed.end() :] if agreed is not None else folded


def behind_no(phrases: Phrases, folded: str) -> str | None:
    """Give what stands behind the no that a folded text begins with; nothing when it begins with none."""
    refused = phrases.leading_no.match(folded) if phrases.leading_no else None
    return folded[refused.end() :] if refused is not None else None


def behind_answer(phrases: Phrases, folded: str) -> str:
    """Give what stands behind the yes or no that a folded text begins with."""
    refused = phrases.leading_no.match(folded) if phrases.leading_no else None
    rest = behind_yes(phrases, folded)
    return folded[refused.end() :] if refused is not None and refused.end() > len(folded) - len(rest) else rest


def begins_giving_up(phrases: Phrases, text: str) -> bool:
    """Tell whether a text's first clause is nothing but a phrase that cancels: 'never mind, ...', 算了，..."""
    first = _FIRST.match(text)
    said = fold(first[0]) if first is not None else ""
    found = phrases.cancelling.search(said) if phrases.cancelling is not None else None
    if found is None or not (" " in found[0].strip() or has_cjk(found[0])):
        return False
    return not without(said, phrases.cancelling, phrases.corrections, phrases.fillers, phrases.assents)


def is_remark(phrases: Phrases, text: str) -> bool:
    """Tell whether a text is a yes, a no, a question, or no name: 'I already told you', 'same as before'."""
    agreed = read_yes_no(phrases, fold(text))
    if agreed is not None and agreed[1]:
        return True
    if text.rstrip().endswith(MARKS) or begins_giving_up(phrases, text):
        return True
    if phrases.remarks is None:
        return False
    folded = fold(text)
    while folded:
        if folded in phrases.references or phrases.remarks.match(folded) is not None:
            return True
        leads = (phrases.corrections, phrases.fillers, phrases.selves)
        led = [match.end() for pattern in leads if pattern is not None and (match := pattern.match(folded))]
        if not led or not max(led):
            return False
        folded = folded[max(led) :].strip()
    return False


def asks_behind_yes(phrases: Phrases, text: str) -> bool:
    """Tell whether a question stands behind a yes: 'ok, how long does it take?'."""
    rest = behind_yes(phrases, fold(text))
    if not rest or rest in phrases.yes:
        return False
    if text.rstrip().endswith(MARKS):
        return True
    for pattern in (phrases.either, phrases.joining):
        skipped = pattern.match(rest) if pattern is not None else None
        rest = rest[skipped.end() :].strip() if skipped is not None else rest
    asked = phrases.asking.search(rest) if phrases.asking is not None else None
    return asked is not None and rest[asked.end() :].strip() not in phrases.yes


def without_assents(phrases: Phrases, folded: str) -> str:
    """Take out what adds nothing to a yes: further yeses, politeness, 'I want it'."""
    return without(folded, phrases.assents)


def takes_yes_back(phrases: Phrases, folded: str) -> bool:
    """Tell whether a word that takes a yes back is cut by one that adds nothing: 可以的话 is no 可以的."""
    end = len(folded) - len(behind_yes(phrases, folded))
    doubts = [found for found in phrases.doubts.finditer(folded) if found.end() > end] if phrases.doubts else []
    plain = [found.span() for found in phrases.assents.finditer(folded)] if doubts and phrases.assents else []
    return any(not any(one <= found.start() and found.end() <= last for one, last in plain) for found in doubts)


def is_doubtful(phrases: Phrases, folded: str) -> bool:
    """Tell whether what stands beside a yes has a word that takes it back: 'but not today', 'if it is free'."""
    return phrases.doubts is not None and phrases.doubts.search(folded) is not None


def leads_in(phrases: Phrases, folded: str, *, fillers_only: bool = False, small: bool = False) -> bool:
    """Tell whether a text has nothing but what leads in to something: yes or no, words of correction, fillers.

    `small` lets a 'but' and prepositions stand among them.
    """
    patterns = (phrases.fillers,) if fillers_only else (phrases.either, phrases.corrections, phrases.fillers)
    if small:
        patterns = (*patterns, phrases.doubts, phrases.small)
    while folded:
        skipped = [match.end() for pattern in patterns if pattern is not None and (match := pattern.match(folded))]
        if not skipped:
            return False
        folded = folded[max(skipped) :].strip()
    return True


def without_tail(phrases: Phrases, text: str) -> str:
    """Take off what leads over to the next thing at the end of a text: '9 Elm Road and the'."""
    tail = phrases.leading_over.search(lowered(text)) if phrases.leading_over else None
    return (text[: tail.start()] if tail is not None else text).strip()


def is_correction(phrases: Phrases, text: str) -> bool:
    """Tell whether a text begins with words of correction or with a no, or ends with one: 'in store instead'."""
    folded, first = fold(text), _FIRST.match(text)
    if strip_correction(phrases, folded) is not None or (first is not None and fold(first[0]) in phrases.no):
        return True
    return phrases.afterthoughts is not None and phrases.afterthoughts.search(folded) is not None


def strip_correction(phrases: Phrases, folded: str) -> str | None:
    """Give what follows the correction words that a text begins with; nothing when it begins with none."""
    if phrases.corrections is None:
        return None
    rest, found = folded, False
    while match := phrases.corrections.match(rest):
        rest, found = rest[match.end() :], True
    return rest if found else None
