"""Choosing: which of a question's options a customer's text means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz

from botkit.dialogue.denials import is_denied, is_retracted
from botkit.dialogue.phrases import Phrases
from botkit.model.words import fold, has_cjk

CLOSE = 82  # of 100: a misspelt label is still the label
MARGIN = 6  # and no other label may be as close as that
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"^(?:#|no\.?|nr\.?|number|option|the|第|选|选项)?\s*(\d{1,3})\s*(?:\.|\)|个|号|项|one|th|st|nd|rd)?$"
)
_NUMBERS = re.compile(r"\d{1,2}(?:(?:\s+|\s*(?:and|und|和|跟)\s*)\d{1,2})+")  # of a folded text: 1 and 3
_WORDS = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"\s*(?:[;\n；、，]|(?<!\d),(?!\d)|\band\b|\bund\b|和|以及|还有|跟)\s*")


@dataclass(frozen=True, slots=True)
class Choice:
    """One option as it can be named: its value and its labels in every locale.

    `names` is everything by which it is exactly meant, folded.
    """

    value: Any
    labels: tuple[str, ...]
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Fold the names."""
        folded = dict.fromkeys([fold(str(name)) for name in (*self.labels, self.value)])
        folded.pop("", None)
        object.__setattr__(self, "names", tuple(folded))


def choose_exactly(text: str, choices: Sequence[Choice]) -> Choice | None:
    """Give the option whose label or value is the whole text."""
    folded = fold(text)
    for choice in choices if folded else ():
        if folded in choice.names:
            return choice
    return None


def choose_number(text: str, choices: Sequence[Choice], phrases: Phrases) -> Choice | None:
    """Give the option that a number from 1, or an ordinal such as 'the second one', means, with fillers around it."""
    folded = fold(text)
    number = phrases.cardinals.get(folded, 0) or _number_in(folded, phrases.ordinals)
    if not number and phrases.fillers is not None:
        left = " ".join(phrases.fillers.sub(" ", folded).split())
        number = _number_in(left, phrases.ordinals)
        if not number and has_cjk(left):  # 第 is a filler, too
            number = phrases.cardinals.get(left.rstrip("个项种条"), 0)
    return choices[number - 1] if 1 <= number <= len(choices) else None


def _number_in(folded: str, ordinals: Mapping[str, int]) -> int:
    match = _NUMBER.match(folded)
    return int(match[1]) if match else next((n for word, n in ordinals.items() if _says_only(folded, word)), 0)


def _says_only(folded: str, word: str) -> bool:
    if word not in folded:
        return False
    return folded in {
        word,
        f"the {word}",
        f"the {word} one",
        f"{word} one",
        f"{word}个",
        f"{word}项",
        f"{word}种",
        f"{word}条",
    }


def choose_all_named(text: str, choices: Sequence[Choice], phrases: Phrases) -> list[Choice]:
    """Give every option that a text names; used where a question takes several."""
    folded = fold(text)
    if folded in phrases.all_of:
        return list(choices)
    if _NUMBERS.fullmatch(folded):
        numbers = {int(number) for number in re.findall(r"\d+", folded)}
        return (
            [choice for at, choice in enumerate(choices, 1) if at in numbers] if max(numbers) <= len(choices) else []
        )
    named, denied = choose_named(text, choices, phrases)
    if denied and not named:
        all_of = phrases.every is not None and phrases.every.search(folded) is not None
        return [choice for choice in choices if choice not in denied] if all_of else []
    parts = [part for part in _PARTS.split(text) if fold(part)]
    if len(parts) > 1:
        for part in parts:
            one = choose_closely(part, choices, phrases)
            if one is not None and one not in named:
                named.append(one)
    if not named:
        one = choose_closely(text, choices, phrases)
        named = [one] if one is not None else []
    return [choice for choice in choices if choice in named]


def choose_named(text: str, choices: Sequence[Choice], phrases: Phrases) -> tuple[list[Choice], list[Choice]]:
    """Give the options whose label stands in the text, and those that it denies: 'not by mail', 'red, no, blue'.

    What only stands inside a longer label is none.
    """
    folded = fold(text)
    hits: list[tuple[str, Choice]] = []
    for choice in choices:
        found = max(
            [name for name in choice.names if name in folded and _stands_in(name, folded)], key=len, default=""
        )
        if found:
            hits.append((found, choice))
    hits = [hit for hit in hits if not any(hit[0] != name and _stands_in(hit[0], name) for name, _ in hits)]
    if hits and phrases.cancelling is not None:  # 'I changed my mind' says nothing of an option 'changed'
        said = [phrase for phrase in phrases.cancelling.findall(folded) if " " in phrase or has_cjk(phrase)]
        hits = [hit for hit in hits if not any(hit[0] != phrase and _stands_in(hit[0], phrase) for phrase in said)]
    if not hits or folded == hits[0][0]:
        return [choice for _, choice in hits], []
    places = {name: _place(name, folded) for name, _ in hits}
    denied = [choice for name, choice in hits if is_denied(phrases, folded[: places[name]], chosen=True)]
    placed = sorted([(places[name], name, choice) for name, choice in hits if choice not in denied], key=_first)
    for at in range(len(placed) - 1, 0, -1):
        start, name, _ = placed[at - 1]
        if is_retracted(phrases, folded[start + len(name) : placed[at][0]]):
            denied += [choice for _, _, choice in placed[:at]]
            break
    return [choice for _, choice in hits if choice not in denied], denied


def _first(placed: tuple[int, str, Choice]) -> int:
    return placed[0]


def _place(name: str, folded: str) -> int:
    found = _bordered(name).search(folded)
    return found.start() if found is not None else folded.find(name)


def _stands_in(name: str, folded: str) -> bool:
    if name not in folded or has_cjk(name):
        return name in folded
    return _bordered(name).search(folded) is not None


def _bordered(name: str) -> re.Pattern[str]:
    body = re.escape(name)
    return re.compile(body if has_cjk(name) else rf"(?<![^\W_]){body}(?![^\W_])")


def choose_closely(text: str, choices: Sequence[Choice], phrases: Phrases) -> Choice | None:
    """Give the one option that a text clearly means: by its label inside, its words, or a close spelling."""
    named, denied = choose_named(text, choices, phrases)
    if len(named) == 1:
        return named[0]
    if named or denied:
        return None
    folded = fold(text)
    if phrases.fillers is not None:
        folded = " ".join(phrases.fillers.sub(" ", folded).split()) or folded
    return _by_words(folded, choices) or _by_spelling(folded, choices)


def _tokens(folded: str) -> frozenset[str]:
    tokens: set[str] = set()
    for word in _WORDS.findall(folded):
        cjk = [char for char in word if "㐀" <= char <= "䶿" or "一" <= char <= "鿿"]
        if cjk:
            tokens.update(cjk)
            tokens.update(re.findall(r"[a-z0-9]+", word))
        else:
            tokens.add(word)
    return frozenset(tokens)


def _by_words(folded: str, choices: Sequence[Choice]) -> Choice | None:
    """One label has all its words in the text, or the text's words are in one label alone."""
    said = _tokens(folded)
    if not said:
        return None
    labels = [(choice, _tokens(fold(label))) for choice in choices for label in choice.labels]
    whole = [(choice, words) for choice, words in labels if words and words <= said]
    if whole:
        longest = max(len(words) for _, words in whole)
        best = _only([choice for choice, words in whole if len(words) == longest])
        if best is not None:
            return best
    return _only([choice for choice, words in labels if said <= words])


def _only(choices: Sequence[Choice]) -> Choice | None:
    first = choices[0] if choices else None
    return first if all(choice is first for choice in choices) else None


def _spelled_alike(said: str, name: str) -> float:
    """Compare spellings; a number is never a misspelling of another one."""
    if not set(_DIGITS.findall(said)) <= set(_DIGITS.findall(name)):
        return 0.0
    return fuzz.ratio(said, name)


def _by_spelling(folded: str, choices: Sequence[Choice]) -> Choice | None:
    if len(folded) < 3 and not has_cjk(folded):
        return None
    scored = sorted(
        (
            (max((_spelled_alike(folded, name) for name in choice.names), default=0.0), index)
            for index, choice in enumerate(choices)
        ),
        reverse=True,
    )
    if not scored or scored[0][0] < CLOSE:
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < MARGIN:
        return None
    return choices[scored[0][1]]
