"""Checks of what a model wrote: each finds a fault, or none; a fault is told to the model once, then to the flow."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from botkit_content import facts
from botkit_content.languages import is_other, name
from botkit_content.parts import count_tokens

_SHOWN: Final = 20  # values of a fault that the model is told


class Fault(NamedTuple):
    """What is wrong with a text: the flow's `error.code`, what people are told, and what the model is told."""

    code: str
    message: str
    told: str


Check = Callable[[str], Fault | None]


def find_faults(text: str, checks: Iterable[Check]) -> list[Fault]:
    """Give every fault of a text."""
    return [fault for check in checks if (fault := check(text)) is not None]


def in_language(language: str) -> Check:
    """Refuse a text that is clearly in another language."""

    def check(text: str) -> Fault | None:
        if not is_other(text, language):
            return None
        return Fault("wrong_language", "It is in the wrong language.", f"It is not in {name(language)}.")

    return check


def at_most(words: int) -> Check:
    """Refuse a text that is clearly longer than so many words; a character of Chinese counts as one."""

    def check(text: str) -> Fault | None:
        found = count_words(text)
        if found <= words * 1.2 + 5:
            return None
        return Fault("too_long", "It is too long.", f"It has {found} words; at most {words} are wanted.")

    return check


def at_least(words: int) -> Check:
    """Refuse a text that is clearly shorter than so many words."""

    def check(text: str) -> Fault | None:
        found = count_words(text)
        if found >= words * 0.8 - 2:
            return None
        return Fault("too_short", "It is too short.", f"It has {found} words; at least {words} are wanted.")

    return check


def has_all(keywords: Sequence[str]) -> Check:
    """Refuse a text that lacks keywords."""

    def check(text: str) -> Fault | None:
        missing = [one for one in keywords if not facts.holds(text, one)]
        return _fault("keywords_missing", "Keywords are missing.", "These keywords are missing", missing)

    return check


def keeps_facts(original: str) -> Check:
    """Refuse a text that lost a number, a code or a link of its original."""

    def check(text: str) -> Fault | None:
        missing = facts.lost(original, text)
        return _fault("numbers_lost", "It has lost numbers of the original.", "These are missing", missing)

    return check


def adds_no_facts(original: str) -> Check:
    """Refuse a text with numbers, codes or sums that its original has not."""

    def check(text: str) -> Fault | None:
        new = facts.added(original, text)
        return _fault("numbers_added", "It has numbers that nobody gave.", "These stand in no material", new)

    return check


def adds_no_amounts(original: str) -> Check:
    """Refuse a text with prices or percentages that its original has not."""

    def check(text: str) -> Fault | None:
        new = sorted(facts.amounts(text) - facts.numbers(original))
        return _fault("numbers_added", "It has prices that nobody gave.", "These prices stand in no material", new)

    return check


def keeps_names(names: Sequence[str]) -> Check:
    """Refuse a text that lacks a name."""

    def check(text: str) -> Fault | None:
        missing = [one for one in names if not facts.holds(text, one)]
        return _fault("names_lost", "It has lost names of the original.", "These names are missing", missing)

    return check


def adds_no_names(original: str) -> Check:
    """Refuse a text with a name of which its original has no word."""

    def check(text: str) -> Fault | None:
        new = [one for one in facts.names(text) if not any(facts.holds(original, word) for word in one.split())]
        return _fault("names_added", "It has names that nobody gave.", "These names stand in no material", new)

    return check


def adds_no_links(original: str) -> Check:
    """Refuse a text with an address that its original has not."""

    def check(text: str) -> Fault | None:
        new = sorted(one for one in facts.links(text) if one not in original)
        return _fault("links_added", "It has links that nobody gave.", "These links stand in no material", new)

    return check


def is_bare(text: str) -> Fault | None:
    """Refuse a text that repeats the tags between which it was given its material."""
    if not any(tag in text for tag in ("<data", "</data>")):
        return None
    return Fault("malformed", "It is not a plain text.", "It has tags such as <data>; give the text alone.")


def count_words(text: str) -> int:
    """Count words; a character of Chinese, Japanese or Thai counts as one."""
    wide = sum("\u2e80" <= letter <= "\U0003ffff" or "\u0e00" <= letter <= "\u0e7f" for letter in text)
    plain = "".join(" " if "\u2e80" <= letter <= "\U0003ffff" else letter for letter in text)
    return wide + len(plain.split())


def room_for(words: int) -> int:
    """Give the tokens that a text of so many words may take, in any language."""
    return max(100, words * 3 + 100)


def tokens_for(text: str) -> int:
    """Give the tokens that a translation or a rewriting may take."""
    return count_tokens(text) * 3 + 200


def _fault(code: str, message: str, told: str, values: Sequence[str]) -> Fault | None:
    if not values:
        return None
    return Fault(code, message, f"{told}: {', '.join(values[:_SHOWN])}.")
