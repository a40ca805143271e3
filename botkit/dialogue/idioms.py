"""Idioms: patterns of what customers say, made of the phrases of all of a bot's locales."""

import re
from collections.abc import Iterable, Iterator
from operator import attrgetter

from botkit.dialogue.wording import any_of, anywhere
from botkit.model.locales import Locale
from botkit.model.words import fold, has_cjk

_DENIED_RIGHTS = attrgetter("negations"), attrgetter("rights")


def adding_nothing(locale: Locale) -> tuple[str, ...]:
    return (*(locale.assents or locale.fillers), locale.formats.list_and)


def ordinals(locale: Locale) -> Iterator[tuple[str, int]]:
    """Give the ordinals of a language: first; 第一, which are its numbers with a word before them; -1 is the last."""
    numbers = locale.numbers
    yield from ((fold(word), -1) for word in locale.lasts)
    yield from ((fold(word), number) for word, number in numbers.ordinals.items())
    for before in numbers.ordinal_before:
        yield from ((fold(f"{before}{word}"), int(number)) for word, number in numbers.words.items() if number >= 1)


def announcing_phones(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of the end of a text that announces a phone number; 'my number is' may announce any other."""
    phones = {phrase for locale in locales for phrase in locale.phone}
    small = {p for locale in locales for p in (*locale.fillers, *locale.copulas, *locale.kinds)} - phones
    vague = anywhere(tuple(small))
    links = any_of(phrase for locale in locales for phrase in locale.copulas)
    body = any_of(
        phrase for phrase in phones if (vague.sub(" ", fold(phrase)) if vague is not None else phrase).strip()
    )
    return re.compile(rf"(?:{body})[\s:：]*(?:(?:{links or '(?!)'})[\s:：]*)?\Z") if body else None


def faulting(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of what says that a value is wrong and not another: wrong, isn't right."""
    wrongs = any_of(phrase for locale in locales for phrase in locale.wrongs if phrase not in locale.negations)
    denials, rights = (
        any_of(phrase for locale in locales for phrase in phrases(locale)) for phrases in _DENIED_RIGHTS
    )
    return re.compile(rf"(?:{wrongs})\s*|(?:{denials})\s*(?:{rights})\s*") if wrongs and denials and rights else None


def introducing(locale: Locale) -> Iterator[str]:
    """Give the words that may stand before the name of a thing and say nothing else of it: the, my, wrong, change."""
    yield from (*locale.numbers.determiners, *adding_nothing(locale), *locale.corrections, *locale.yes, *locale.no)
    yield from (*locale.doubts, *locale.copulas, *locale.mistakes, *locale.changing)


def following(locale: Locale) -> Iterator[str]:
    """Give the words that may stand behind the name of a thing and are no part of it: is, wrong, please."""
    yield from (*locale.copulas, *locale.wrongs, *locale.rights, *locale.corrections, *locale.doubts, *locale.no)
    yield from (locale.formats.list_and, *locale.fillers, *locale.changing, *locale.afterthoughts)
    yield from locale.proposals


def linking(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Make a pattern of what stands before a value in a text as it was written, signs included."""
    known = {small for phrase in phrases for small in (phrase.casefold(), phrase.lower())}  # ß is ss, or stays
    written = sorted(known - {""}, key=len, reverse=True)
    body = "|".join(re.escape(phrase) + (r"(?!\w)" if _is_bordered(phrase) else "") for phrase in written)
    return re.compile(rf"\s*(?:{body})\s*") if body else None


def leading_over(locales: Iterable[Locale]) -> re.Pattern[str]:
    """Make a pattern of the end of a text: a sign or an 'and', with fillers and words of correction behind."""
    joining = any_of(locale.formats.list_and for locale in locales)
    between = any_of(phrase for locale in locales for phrase in (*locale.fillers, *locale.corrections))
    joined = rf"|(?:{joining})" if joining else ""
    return re.compile(rf"\s*(?:[,;.，；、。]{joined})(?:[\s,;.，；、。]|{between or joining or '(?!)'}{joined})*\Z")


def ending_clauses(locales: Iterable[Locale]) -> re.Pattern[str]:
    """Make a pattern of what ends a clause in a text as it was written: a sign, an 'and', a word of doubt ('but')."""
    words = any_of(phrase for locale in locales for phrase in (*locale.doubts, locale.formats.list_and))
    return re.compile(rf"[，。；;、]|,\s|{words or '(?!)'}")


def stopping(locales: Iterable[Locale], answers: frozenset[str]) -> re.Pattern[str] | None:
    """Make a pattern of the words that stop something, and of phrases that have one in them and go on."""
    stops = {fold(phrase) for locale in locales for phrase in locale.stops} - {""}
    phrases = answers | {fold(phrase) for locale in locales for phrase in locale.corrections}
    longer = {phrase for phrase in phrases if any(stop in phrase[: -len(stop)] for stop in stops)}
    body = any_of(stops | longer, harmless(locales))
    return re.compile(body) if body else None


def calling(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of what stands at the end of a text between a value and its name: 'is my', 是我的."""
    links = any_of(phrase for locale in locales for phrase in locale.copulas)
    fillers = any_of(phrase for locale in locales for phrase in locale.fillers)
    return re.compile(rf"\s*(?:{links})(?:\s*(?:{fillers or '$'}))*\s*\Z") if links else None


def counting_one(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of the end of a text that says of what follows that it is one: A small ..."""
    body = any_of(word for locale in locales for word in locale.numbers.one)
    return re.compile(rf"(?:{body})\s+(?:\w+\s+)?\Z") if body else None


def denying(locales: Iterable[Locale], phrases: Iterable[str], *, claiming: bool = False) -> re.Pattern[str] | None:
    """Make a pattern of the end of a text that denies what follows; up to three small words may stand between.

    With `claiming` these may be words that claim: I don't HAVE a receipt.
    """
    denials = any_of(phrases, harmless(locales))
    small = [(*locale.prepositions, *locale.fillers, *(locale.claims if claiming else ())) for locale in locales]
    agreeing = {phrase for locale in locales for phrase in locale.yes}
    between = any_of(phrase for phrases in small for phrase in phrases if phrase not in agreeing)
    return re.compile(rf"(?:{denials})[ ]*(?:(?:{between or '(?!)'})[ ]*){{0,3}}\Z") if denials else None


def barring(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of the end of a text that bars what follows; a filler that ends alike does not: 要不."""
    known = {fold(phrase) for locale in locales for phrase in locale.barring} - {""}
    spared = {fold(phrase) for locale in locales for phrase in locale.fillers} - known
    ends = [phrase for phrase in spared if any(phrase.endswith(one) for one in known)]
    body, spare = any_of(known), "".join(rf"(?<!{re.escape(phrase)})" for phrase in ends)
    return re.compile(rf"(?:{body}){spare}[ ]*\Z") if body else None


def naming_whose(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of the beginning of a small text that says whose name follows: MY WIFE'S: Mary Lee."""
    whose = _whose(locales)
    kinds = any_of(phrase for locale in locales for phrase in locale.particulars)
    links = any_of(phrase for locale in locales for phrase in (*locale.copulas, *filter(has_cjk, locale.fillers)))
    behind = rf"(?:['’]?s(?!\w)|的)?\s*(?:{kinds or '(?!)'})?"
    linked = rf"\s*(?:[:：,，、=-]+\s*(?:{links or '(?!)'})?|(?:{links or '(?!)'}))\s*"
    return re.compile(rf"\s*{whose}{behind}{linked}") if whose else None


def saying_whose(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of the end of a small text that says whose name that is: Mary Lee, MY WIFE."""
    whose = _whose(locales)
    return re.compile(rf"\s*[,，、;；(（-]\s*{whose}\s*[)）]?[\s.。!！]*\Z") if whose else None


def _whose(locales: Iterable[Locale]) -> str:
    own = any_of(word for locale in locales for word in (*locale.numbers.determiners, *locale.numbers.speaker))
    people = any_of(word for locale in locales for word, one in locale.numbers.people.items() if one)
    return rf"(?:{own})\s*的?\s*(?:{people})" if own and people else ""


def qualifying(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of what makes another thing of what follows, or of its own end: the BACK door, 后门口."""
    body = any_of(phrase for locale in locales for phrase in locale.qualifiers)
    return re.compile(rf"(?:{body}) ?") if body else None


def rejecting(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of what rejects the value that it stands right behind; one small word may stand between."""
    body = any_of(phrase for locale in locales for phrase in locale.rejections)
    between = any_of(phrase for locale in locales for phrase in locale.pronouns)
    return re.compile(rf"\s*(?:(?:{between or '(?!)'})\s*)?(?:{body})") if body else None


def pronouns(locales: Iterable[Locale]) -> re.Pattern[str] | None:
    """Make a pattern of what may follow a name without saying anything: the charged ONE."""
    numbers = {word for locale in locales for word in locale.numbers.words}
    known = {phrase for locale in locales for phrase in locale.pronouns}
    plain, counting = any_of(known - numbers), any_of(known & numbers)
    body = "|".join([rf"(?P<plain>{plain})"] * bool(plain) + [rf"(?P<counting>{counting})"] * bool(counting))
    return re.compile(rf"\s*(?:{body})") if body else None


def retracting(locale: Locale) -> Iterable[str]:
    """Give the words of correction that are no copula, such as 'should be', with words before it at most."""
    copulas = {fold(phrase) for phrase in locale.copulas} - {""}
    for phrase in map(fold, locale.corrections):
        if not any(phrase == copula or phrase.endswith(f" {copula}") for copula in copulas):
            yield phrase


def _is_bordered(phrase: str) -> bool:
    return phrase[-1:].isalnum() and not has_cjk(phrase)


def asking(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Make a pattern of question words: at the beginning, but anywhere where words have no borders."""
    known = sorted({fold(phrase) for phrase in phrases} - {""}, key=len, reverse=True)
    leading = "|".join(re.escape(phrase) for phrase in known if not has_cjk(phrase))
    anywhere = [re.escape(phrase) for phrase in known if has_cjk(phrase)]
    body = "|".join([rf"\A(?:{leading})(?!\w)"] * bool(leading) + anywhere)
    return re.compile(body) if body else None


def harmless(locales: Iterable[Locale]) -> tuple[str, ...]:
    """Give the words that begin as a no and are none."""
    return tuple([word for locale in locales for word in (*locale.harmless, *locale.others)])
