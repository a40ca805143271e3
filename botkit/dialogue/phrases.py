"""What customers say to steer a conversation, in all of a bot's locales at once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from botkit.dialogue.wording import any_of, anywhere, leading
from botkit.model.locales import Control, Locale, plain_words
from botkit.model.words import fold, has_cjk

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
    past: re.Pattern[str] | None = None
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
    rights: re.Pattern[str] | None = None
    tags: re.Pattern[str] | None = None
    leading_denials: re.Pattern[str] | None = None
    particulars: re.Pattern[str] | None = None
    remarks: re.Pattern[str] | None = None
    phoning: re.Pattern[str] | None = None
    adding: re.Pattern[str] | None = None
    proposing: re.Pattern[str] | None = None


def gather_phrases(locales: Iterable[Locale]) -> Phrases:
    """Fold the phrases of all locales; where two claim one phrase, the first locale wins."""
    known = tuple(locales)
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
        all_of=frozenset(fold(phrase) for locale in known for phrase in locale.all_of),
        copulas=_linking(phrase for locale in known for phrase in locale.copulas),
        doubts=anywhere(tuple(phrase for locale in known for phrase in locale.doubts)),
        asking=_asking(phrase for locale in known for phrase in locale.questions),
        joined=anywhere(tuple(locale.formats.list_and for locale in known)),
        joining=leading(locale.formats.list_and for locale in known),
        assents=anywhere((*yes, *(phrase for locale in known for phrase in _adding_nothing(locale)))),
        plain=plain_words(known),
        clauses=_ending(known),
        stopping=_stopping(known, yes | no),
        stops=frozenset(fold(phrase) for locale in known for phrase in locale.stops),
        appeals=frozenset(fold(phrase) for locale in known for phrase in locale.appeals),
        auxiliaries=frozenset(
            fold(phrase) for locale in known for phrase in (*locale.assents, *locale.claims, *locale.wishes)
        ),
        past=anywhere(tuple(phrase for locale in known for phrase in locale.past)),
        wishes=anywhere(tuple(phrase for locale in known for phrase in locale.wishes)),
        leading_over=_leading_over(known),
        kinds=tuple(sorted({fold(kind) for locale in known for kind in locale.kinds}, key=len, reverse=True)),
        called=_calling(known),
        ordinals={word: number for locale in known for word, number in _ordinals(locale)},
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
            tuple(phrase for locale in known for phrase in (*locale.negations, *locale.refusals)), _harmless(known)
        ),
        small=leading(phrase for locale in known for phrase in locale.prepositions),
        pronouns=_pronouns(known),
        denying=_denying(known, [phrase for locale in known for phrase in locale.negations]),
        refusing=_denying(known, [phrase for locale in known for phrase in (*locale.negations, *locale.refusals)]),
        retracting=anywhere(tuple(phrase for locale in known for phrase in _retracting(locale))),
        barring=_barring(known),
        averse=_denying(known, [phrase for locale in known for phrase in locale.aversions]),
        rejecting=_rejecting(known),
        complaining=anywhere(tuple(phrase for locale in known for phrase in locale.complaints)),
        alternatives=anywhere(tuple(phrase for locale in known for phrase in locale.alternatives)),
        afterthoughts=_trailing(phrase for locale in known for phrase in locale.afterthoughts),
        presence=anywhere(tuple(phrase for locale in known for phrase in locale.presence)),
        losses=anywhere(tuple(phrase for locale in known for phrase in locale.losses)),
        lacking=_denying(known, [phrase for locale in known for phrase in locale.nots], claiming=True),
        wrongs=leading(phrase for locale in known for phrase in locale.wrongs),
        rights=leading(phrase for locale in known for phrase in locale.rights),
        tags=_trailing(phrase for locale in known for phrase in locale.tags),
        leading_denials=leading(phrase for locale in known for phrase in locale.negations),
        particulars=anywhere(tuple(phrase for locale in known for phrase in locale.particulars)),
        remarks=leading(phrase for locale in known for phrase in locale.remarks),
        counting=anywhere(
            tuple(phrase for locale in known for phrase in (*locale.numbers.measures, *locale.pronouns))
        ),
        phoning=_phoning(known),
        leaving=_denying(known, [phrase for locale in known for phrase in locale.origins]),
        reaching=_denying(known, [phrase for locale in known for phrase in locale.goals]),
        ranges=anywhere(tuple(phrase for locale in known for phrase in locale.ranges)),
        adding=anywhere(tuple(phrase for locale in known for phrase in locale.additions)),
        proposing=leading(phrase for locale in known for phrase in locale.proposals),
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


def _adding_nothing(locale: Locale) -> tuple[str, ...]:
    return (*(locale.assents or locale.fillers), locale.formats.list_and)


def _ordinals(locale: Locale) -> Iterator[tuple[str, int]]:
    """Give the ordinals of a language: first; 第一, which are its numbers with a word before them."""
    numbers = locale.numbers
    yield from ((fold(word), number) for word, number in numbers.ordinals.items())
    for before in numbers.ordinal_before:
        yield from ((fold(f"{before}{word}"), int(number)) for word, number in numbers.words.items() if number >= 1)


def _answering(locales: Iterable[Locale], phrases: frozenset[str]) -> set[str]:
    """Give those of some yes or no phrases that count with more words behind."""
    return {fold(phrase) for locale in locales for phrase in locale.answers} & phrases


def _phoning(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of the end of a text that announces a phone number; 'my number is' may announce any other."""
    phones = {phrase for locale in locales for phrase in locale.phone}
    small = {p for locale in locales for p in (*locale.fillers, *locale.copulas, *locale.kinds)} - phones
    vague = anywhere(tuple(small))
    links = any_of(phrase for locale in locales for phrase in locale.copulas)
    body = any_of(phrase for phrase in phones if without(fold(phrase), vague))
    return re.compile(rf"(?:{body})[\s:：]*(?:(?:{links or '(?!)'})[\s:：]*)?\Z") if body else None


def _trailing(phrases: Iterable[str]) -> re.Pattern[str] | None:
    body = any_of(phrases)
    return re.compile(rf"(?:{body})\Z") if body else None


def _linking(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Make a pattern of what stands before a value in a text as it was written, signs included."""
    written = sorted({phrase.casefold() for phrase in phrases} - {""}, key=len, reverse=True)
    body = "|".join(re.escape(phrase) + (r"(?!\w)" if _is_bordered(phrase) else "") for phrase in written)
    return re.compile(rf"\s*(?:{body})\s*") if body else None


def _leading_over(locales: Iterable[Locale]) -> re.Pattern[str]:
    """Make a pattern of the end of a text: a sign or an 'and', with fillers and words of correction behind."""
    joining = any_of(locale.formats.list_and for locale in locales)
    between = any_of(phrase for locale in locales for phrase in (*locale.fillers, *locale.corrections))
    joined = rf"|(?:{joining})" if joining else ""
    return re.compile(rf"\s*(?:[,;.，；、。]{joined})(?:[\s,;.，；、。]|{between or joining or '(?!)'}{joined})*\Z")


def _ending(locales: Iterable[Locale]) -> re.Pattern[str]:
    """Make a pattern of what ends a clause in a text as it was written: a sign, an 'and', a word of doubt ('but')."""
    words = any_of(phrase for locale in locales for phrase in (*locale.doubts, locale.formats.list_and))
    return re.compile(rf"[，。；;、]|,\s|{words or '(?!)'}")


def _stopping(locales: Iterable[Locale], answers: frozenset[str]) -> re.Pattern[str] | None:
    """Make a pattern of the words that stop something, and of phrases that have one in them and go on."""
    stops = {fold(phrase) for locale in locales for phrase in locale.stops} - {""}
    phrases = answers | {fold(phrase) for locale in locales for phrase in locale.corrections}
    longer = {phrase for phrase in phrases if any(stop in phrase[: -len(stop)] for stop in stops)}
    body = any_of(stops | longer, _harmless(locales))
    return re.compile(body) if body else None


def _calling(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of what stands at the end of a text between a value and its name: 'is my', 是我的."""
    links = any_of(phrase for locale in locales for phrase in locale.copulas)
    fillers = any_of(phrase for locale in locales for phrase in locale.fillers)
    return re.compile(rf"\s*(?:{links})(?:\s*(?:{fillers or '$'}))*\s*\Z") if links else None


def _denying(locales: Iterable[Locale], phrases: Iterable[str], *, claiming: bool = False) -> re.Pattern[str] | None:
    """Make a pattern of the end of a text that denies what follows; up to three small words may stand between.

    With `claiming` these may be words that claim: I don't HAVE a receipt.
    """
    denials = any_of(phrases, _harmless(locales))
    small = [(*locale.prepositions, *locale.fillers, *(locale.claims if claiming else ())) for locale in locales]
    agreeing = {phrase for locale in locales for phrase in locale.yes}
    between = any_of(phrase for phrases in small for phrase in phrases if phrase not in agreeing)
    return re.compile(rf"(?:{denials})[ ]*(?:(?:{between or '(?!)'})[ ]*){{0,3}}\Z") if denials else None


def _barring(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of the end of a text that bars what follows; a filler that ends alike does not: 要不."""
    known = {fold(phrase) for locale in locales for phrase in locale.barring} - {""}
    spared = {fold(phrase) for locale in locales for phrase in locale.fillers} - known
    ends = [phrase for phrase in spared if any(phrase.endswith(one) for one in known)]
    body, spare = any_of(known), "".join(rf"(?<!{re.escape(phrase)})" for phrase in ends)
    return re.compile(rf"(?:{body}){spare}[ ]*\Z") if body else None


def _rejecting(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of what rejects the value that it stands right behind; one small word may stand between."""
    body = any_of(phrase for locale in locales for phrase in locale.rejections)
    between = any_of(phrase for locale in locales for phrase in locale.pronouns)
    return re.compile(rf"\s*(?:(?:{between or '(?!)'})\s*)?(?:{body})") if body else None


def _pronouns(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of what may follow a name without saying anything: the charged ONE."""
    numbers = {word for locale in locales for word in locale.numbers.words}
    known = {phrase for locale in locales for phrase in locale.pronouns}
    plain, counting = any_of(known - numbers), any_of(known & numbers)
    body = "|".join([rf"(?P<plain>{plain})"] * bool(plain) + [rf"(?P<counting>{counting})"] * bool(counting))
    return re.compile(rf"\s*(?:{body})") if body else None


def _retracting(locale: Locale) -> Iterable[str]:
    """Give the words of correction that are no copula, such as 'should be', with words before it at most."""
    copulas = {fold(phrase) for phrase in locale.copulas} - {""}
    for phrase in map(fold, locale.corrections):
        if not any(phrase == copula or phrase.endswith(f" {copula}") for copula in copulas):
            yield phrase


def _is_bordered(phrase: str) -> bool:
    return phrase[-1:].isalnum() and not has_cjk(phrase)


def _asking(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Make a pattern of question words: at the beginning, but anywhere where words have no borders."""
    known = sorted({fold(phrase) for phrase in phrases} - {""}, key=len, reverse=True)
    leading = "|".join(re.escape(phrase) for phrase in known if not has_cjk(phrase))
    anywhere = [re.escape(phrase) for phrase in known if has_cjk(phrase)]
    body = "|".join([rf"\A(?:{leading})(?!\w)"] * bool(leading) + anywhere)
    return re.compile(body) if body else None


def _harmless(locales: Iterable[Locale]) -> tuple[str, ...]:
    """Give the words that begin as a no and are none."""
    return tuple([word for locale in locales for word in (*locale.harmless, *locale.others)])


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
    if text.rstrip().endswith(("?", "？", "؟")):
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


def is_remark(phrases: Phrases, text: str) -> bool:
    """Tell whether a text is a yes, a no, a question, or a sentence that is no name: 'I already told you'."""
    agreed = read_yes_no(phrases, fold(text))
    if agreed is not None and agreed[1]:
        return True
    if text.rstrip().endswith(("?", "？", "؟")):
        return True
    if phrases.remarks is None:
        return False
    folded = fold(text)
    while folded:
        if phrases.remarks.match(folded) is not None:
            return True
        led = [match.end() for pattern in (phrases.corrections, phrases.fillers) if pattern is not None
               and (match := pattern.match(folded))]  # fmt: skip
        if not led or not max(led):
            return False
        folded = folded[max(led) :].strip()
    return False


def asks_behind_yes(phrases: Phrases, text: str) -> bool:
    """Tell whether a question stands behind a yes: 'ok, how long does it take?'."""
    rest = behind_yes(phrases, fold(text))
    if not rest or rest in phrases.yes:
        return False
    if text.rstrip().endswith(("?", "？", "؟")):
        return True
    for pattern in (phrases.either, phrases.joining):
        skipped = pattern.match(rest) if pattern is not None else None
        rest = rest[skipped.end() :].strip() if skipped is not None else rest
    asked = phrases.asking.search(rest) if phrases.asking is not None else None
    return asked is not None and rest[asked.end() :].strip() not in phrases.yes


def without_assents(phrases: Phrases, folded: str) -> str:
    """Take out what adds nothing to a yes: further yeses, politeness, 'I want it'."""
    return without(folded, phrases.assents)


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
    lowered = text.casefold()
    tail = phrases.leading_over.search(lowered) if phrases.leading_over and len(lowered) == len(text) else None
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
