"""Choosing: which of a question's options a customer's text means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz

from botkit.dialogue.denials import is_denied, is_left, is_retracted, suits_not
from botkit.dialogue.phrases import Phrases, leads_in, without
from botkit.dialogue.wording import anywhere
from botkit.model.words import fold, fold_placed, has_cjk

CLOSE = 82  # of 100: a misspelt label is still the label
MARGIN = 6  # and no other label may be as close as that
_LAST = -1  # among ordinals
_TELLING = 2  # letters of a label's part that tell it
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"^(?:#|no\.?|nr\.?|number|option|the|第|选|选项)?\s*(\d{1,3})\s*(?:\.|\)|个|号|项|one|th|st|nd|rd)?$"
)
_NUMBERS = re.compile(r"\d{1,2}(?:(?:\s+|\s*(?:and|und|和|跟)\s*)\d{1,2})+")  # of a folded text: 1 and 3
_LETTER = r"(?:(?![぀-ヿ㐀-䶿一-鿿豈-﫿가-힯])[^\W_])"  # of a word: a Chinese character beside a label is a border
_GLUED_BEFORE, _GLUED_BEHIND = re.compile(r"[^\W_][-@.]\Z"), re.compile(r"[-@.][^\W_]")
_PIECES = re.compile(r"[㐀-䶿一-鿿豈-﫿]|[^\W_㐀-䶿一-鿿豈-﫿]+| ")  # of a folded text: は alone tells no はい
_PARTS = re.compile(r"\s*(?:[;\n；、，]|(?<!\d),(?!\d)|\band\b|\bund\b|和|以及|还有|跟)\s*")


@dataclass(frozen=True, slots=True)
class Choice:
    """One option as it can be named: its value and its labels in every locale.

    `names` is everything by which it is exactly meant, folded. A `firm` one is meant even where it does not suit:
    a thing that the customer has (the lamp doesn't work), or what is wrong (the size is too small). A `paired` one
    may be of two slots, so that 'from checking to savings' says both.
    """

    value: Any
    labels: tuple[str, ...]
    firm: bool = True
    paired: bool = True
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Fold the names."""
        folded = dict.fromkeys([fold(str(name)) for name in (*self.labels, self.value)])
        folded |= dict.fromkeys([name.replace(" ", "") for name in folded if has_cjk(name)])  # T 恤, T恤
        folded.pop("", None)
        object.__setattr__(self, "names", tuple(folded))


@dataclass(frozen=True, slots=True)
class Hit:
    """An option that a text names at `text[start:end]`."""

    choice: Choice
    start: int
    end: int


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
    if not number and (parts := _PARTS.split(text))[2:] and any(is_retracted(phrases, part) for part in parts[1:-1]):
        return choose_number(parts[-1], choices, phrases)  # the first one, no, the second one
    if number == _LAST:
        number = len(choices)
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


def choose_several(
    text: str,
    choices: Sequence[Choice],
    phrases: Phrases,
    chosen: Sequence[Any] = (),
    *,
    adding: bool = False,
    labelled: bool = False,
) -> list[Choice]:
    """Give the options that a text means, where a question takes several; `chosen` are the values that it has.

    What is said to come to these does (`adding`, or 'note too'), and what a text only denies goes from them. With
    `labelled` nothing but a label names what takes their place.
    """
    folded = fold(text)
    if folded in phrases.all_of:
        return list(choices)
    adding = adding or _adds(text, choices, phrases)
    named, denied = _numbered(folded, choices), list[Choice]()
    if not named:
        named, denied = _named_or_denied(text, choices, phrases, labelled=labelled and not adding)
    if denied and not named and phrases.every is not None and phrases.every.search(folded) is not None:
        return [choice for choice in choices if choice not in denied]
    kept = [choice for choice in choices if choice.value in chosen] if adding or not named else []
    if not named and not any(choice in denied for choice in kept):
        return []
    return [choice for choice in choices if choice not in denied and (choice in named or choice in kept)]


def _adds(text: str, choices: Sequence[Choice], phrases: Phrases) -> bool:
    """Tell whether a text says beside the options that it names that they come to others."""
    if phrases.adding is None or phrases.adding.search(fold(text)) is None:
        return False
    named, denied = find_named_options(text, choices, phrases)
    spans = sorted((hit.start, hit.end) for hit in (*named, *denied))
    starts, ends = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
    return any(phrases.adding.search(fold(text[s:e])) is not None for s, e in zip(starts, ends, strict=True))


def _numbered(folded: str, choices: Sequence[Choice]) -> list[Choice]:
    if not _NUMBERS.fullmatch(folded):
        return []
    numbers = {int(number) for number in re.findall(r"\d+", folded)}
    return [choice for at, choice in enumerate(choices, 1) if at in numbers] if max(numbers) <= len(choices) else []


def _named_or_denied(
    text: str, choices: Sequence[Choice], phrases: Phrases, *, labelled: bool
) -> tuple[list[Choice], list[Choice]]:
    """Give the options that a text names, by their labels or in a part of it by some words, and those it denies."""
    hits, barred = find_named_options(text, choices, phrases)
    named, denied = [hit.choice for hit in hits], [hit.choice for hit in barred]
    rest = text
    for hit in (*hits, *barred):
        rest = f"{rest[: hit.start]}{chr(10) * (hit.end - hit.start)}{rest[hit.end :]}"
    loose = None if labelled else named
    for part in _PARTS.split(rest):
        _add_part(fold(part), choices, phrases, loose, denied)
    if not named and not denied and not labelled and (one := _by_spelling(fold(text), choices, phrases)) is not None:
        named.append(one)
    return [choice for choice in choices if choice in named], denied


def _add_part(
    folded: str, choices: Sequence[Choice], phrases: Phrases, named: list[Choice] | None, denied: list[Choice]
) -> None:
    """Add what a part of a text names loosely, if `named` is there; all behind its denial is denied."""
    denial = phrases.denials.search(folded) if phrases.denials is not None else None
    start, end = denial.span() if denial is not None else (0, _behind_bar(folded, phrases))
    said = ((folded[:start], named), (folded[end:], denied)) if end else ((folded, named),)
    for words, found in said:
        if found is not None and words.strip() and not leads_in(phrases, words.strip(), small=True):
            one = _loosely(words.strip(), choices, phrases)
            if one is not None and one not in found and one not in denied and one not in (named or ()):
                found.append(one)


def _behind_bar(folded: str, phrases: Phrases) -> int:
    """Give where a text goes on behind the word at its beginning that bars what follows: NO wrap, 不邮寄."""
    end = 1 if has_cjk(folded[:1]) else len(folded.partition(" ")[0])
    barred = phrases.barring is not None and phrases.barring.search(folded[:end]) is not None
    return end if barred else 0


def find_named_options(text: str, choices: Sequence[Choice], phrases: Phrases) -> tuple[list[Hit], list[Hit]]:
    """Give where a text names options, in their order, and where it names those that it does not mean.

    What only stands inside a longer label is none.
    """
    folded = fold(text)
    found: list[tuple[str, Choice]] = []
    for choice in choices:
        longest = ""
        for name in choice.names:
            if len(name) > len(longest) and name in folded and _stands_in(name, folded):
                longest = name
        if longest:
            found.append((longest, choice))
    found = [one for one in found if not any(one[0] != name and _stands_in(one[0], name) for name, _ in found)]
    found = [one for one in found if not _is_qualified(phrases, folded, one[0])]
    if found and phrases.cancelling is not None:  # 'I changed my mind' says nothing of an option 'changed'
        said = [phrase for phrase in phrases.cancelling.findall(folded) if " " in phrase or has_cjk(phrase)]
        found = [one for one in found if not any(one[0] != phrase and _stands_in(one[0], phrase) for phrase in said)]
    if not found:
        return [], []
    if folded == found[0][0]:
        return [Hit(choice, 0, len(text)) for _, choice in found], []
    placed = text if fold_placed(text) is not None else folded
    hits = [hit for name, choice in found if (hit := _hit(placed, name, choice)) is not None]
    denied = _denied(placed, hits, phrases)
    named = [hit for hit in hits if hit not in denied]
    if placed is not text:  # where they stand can't be said
        return [Hit(hit.choice, 0, len(text)) for hit in named], [Hit(hit.choice, 0, len(text)) for hit in denied]
    return named, denied


def _hit(text: str, name: str, choice: Choice) -> Hit | None:
    """Find where a text has a name, not as a part of something longer: the mail of e-mail."""
    folded, places = fold_placed(text) or (fold(text), tuple(range(len(text))))
    for match in _bordered(name).finditer(folded):
        start, end = places[match.start()], places[match.end() - 1] + 1
        if _GLUED_BEFORE.search(text, max(0, start - 2), start) is None and _GLUED_BEHIND.match(text, end) is None:
            return Hit(choice, start, end)
    return None


def _denied(text: str, hits: Sequence[Hit], phrases: Phrases) -> list[Hit]:
    placed = sorted(hits, key=_start)
    denied: list[Hit] = []
    for at, hit in enumerate(placed):
        before = text[placed[at - 1].end if at else 0 : hit.start]
        behind = text[hit.end : placed[at + 1].start if at + 1 < len(placed) else len(text)]
        approved = hit.choice.firm and _is_approved(phrases, text, hit, behind)
        unsuited = approved or (not hit.choice.firm and suits_not(phrases, before, behind))
        carried = bool(denied) and denied[-1] is placed[at - 1] and _carries_on(phrases, text, before)
        left = at + 1 < len(placed) and not hit.choice.paired and is_left(phrases, before, behind)
        if left or unsuited or carried or is_denied(phrases, text[: hit.start], chosen=True):
            denied.append(hit)
    kept = [hit for hit in placed if hit not in denied]
    for at in range(len(kept) - 1, 0, -1):
        if is_retracted(phrases, text[kept[at - 1].end : kept[at].start]):
            return [*denied, *kept[:at]]
    return denied


def _is_approved(phrases: Phrases, text: str, hit: Hit, behind: str) -> bool:
    """Tell whether a text says of a thing that is only called as an option for what is wrong that it is right.

    'The service was fine' is said of `service`; what a label says is wrong as it stands: 'too expensive, ok?'.
    """
    said = text[hit.start : hit.end]
    if fold(said) in map(fold, hit.choice.labels):
        return False
    if phrases.approving is not None and phrases.approving.search(text[: hit.start].casefold()) is not None:
        return True
    linked = phrases.copulas.match(behind.casefold()) if phrases.copulas is not None else None
    rest = fold(behind[linked.end() if linked is not None else 0 :])
    skipped = phrases.fillers.match(rest) if phrases.fillers is not None else None
    rests = (rest, rest[skipped.end() :].strip()) if skipped is not None else (rest,)
    return phrases.rights is not None and any(phrases.rights.match(one) is not None for one in rests)


def _carries_on(phrases: Phrases, text: str, between: str) -> bool:
    """Tell whether what stands between two options denies the second with the first: no wrap OR note.

    An 'and' does where all but these are meant, and in Chinese, where it joins nothing but names.
    """
    folded = without(fold(between), phrases.fillers)
    if phrases.alternatives is not None and phrases.alternatives.fullmatch(folded) is not None:
        return True
    joined = phrases.joining is not None and phrases.joining.fullmatch(folded) is not None
    all_of = phrases.every is not None and phrases.every.search(fold(text)) is not None
    return joined and (all_of or has_cjk(folded))


def _start(hit: Hit) -> int:
    return hit.start


def _stands_in(name: str, folded: str) -> bool:
    if name not in folded or has_cjk(name):
        return name in folded
    return _bordered(name).search(folded) is not None


def _bordered(name: str) -> re.Pattern[str]:
    """Give the pattern of a name between borders, or of several of what it names: t-shirts."""
    body = re.escape(name)
    if has_cjk(name):
        return re.compile(body)
    several = "(?:e?s)?" if len(name) > 2 and name.isascii() and name[-1].isalpha() else ""
    return re.compile(rf"(?<!{_LETTER}){body}{several}(?!{_LETTER})")


def choose_closely(text: str, choices: Sequence[Choice], phrases: Phrases) -> Choice | None:
    """Give the one option that a text clearly means: by its label inside, its words, or a close spelling."""
    hit = find_closely(text, choices, phrases)
    return hit.choice if hit is not None else None


def find_closely(text: str, choices: Sequence[Choice], phrases: Phrases) -> Hit | None:
    """Give the one option that a text clearly means, and where it says so; all of it where that is not by a label."""
    named, denied = find_named_options(text, choices, phrases)
    if len(named) == 1:
        return named[0]
    one = None if named or denied else _loosely(fold(text), choices, phrases)
    return Hit(one, 0, len(text)) if one is not None else None


def find_parts(text: str, choices: Sequence[Choice], phrases: Phrases, own: Sequence[str]) -> list[Hit]:
    """Give the options of which parts of a text are nothing but words, beside small ones and the slot's `own` names.

    A part is what stands between signs and an 'and': 不，门店，七号 has one that is of 门店退货. What the slot's own
    names have, too, tells nothing.
    """
    hits: list[Hit] = []
    start = 0
    for sign in (*_PARTS.finditer(text), None):
        end = sign.start() if sign is not None else len(text)
        folded = without(
            fold(text[start:end]),
            phrases.corrections,
            phrases.either,
            phrases.fillers,
            phrases.small,
            anywhere(tuple(own)),
        )
        said = _tokens(folded)
        telling = len(folded) >= _TELLING and not any(folded in fold(name) for name in own)
        if telling and (phrases.denials is None or phrases.denials.search(fold(text[start:end])) is None):
            one = _only([choice for choice in choices for label in choice.labels if said <= _tokens(fold(label))])
            if one is not None:
                hits.append(Hit(one, start, end))
        start = sign.end() if sign is not None else end
    return hits


def _is_qualified(phrases: Phrases, folded: str, name: str) -> bool:
    """Tell whether a name stands in a text only behind a word that makes another thing of it: the back door."""
    if phrases.qualifying is None:
        return False
    places = [match.start() for match in _bordered(name).finditer(folded)]
    return bool(places) and all(_qualifier(phrases, folded, at) for at in places)


def _loosely(folded: str, choices: Sequence[Choice], phrases: Phrases) -> Choice | None:
    said = folded
    if phrases.fillers is not None:
        folded = " ".join(phrases.fillers.sub(" ", folded).split()) or folded
    one = _by_words(folded, choices, phrases) or _by_spelling(folded, choices, phrases)
    if one is None:
        return None
    own = frozenset[str]().union(*map(_tokens, one.names))
    qualified = [word for word in _tokens(said) & own if _is_qualified(phrases, said, word)]
    first = [match.start() for word in qualified if (match := _bordered(word).search(said)) is not None]
    return None if any(_qualifier(phrases, said, at) not in own for at in first) else one


def _qualifier(phrases: Phrases, folded: str, at: int) -> str:
    """Give the word that makes another thing of what begins at a place, before that or around it: 后门 of 门口."""
    found = phrases.qualifying.finditer(folded) if phrases.qualifying is not None else ()
    return next((match[0].strip() for match in found if match.start() < at <= match.end()), "")


def _tokens(folded: str) -> frozenset[str]:
    return frozenset(_PIECES.findall(folded)) - {" "}


def _by_words(folded: str, choices: Sequence[Choice], phrases: Phrases) -> Choice | None:
    """One label has all its words in the text, or the text's words are in one label alone; no denial beside them."""
    said = _tokens(folded)
    if not said:
        return None
    labels = [(choice, _tokens(fold(label))) for choice in choices for label in choice.labels]
    whole = [(choice, words) for choice, words in labels if len(words) > 1 and words <= said]
    if whole:
        longest = max(len(words) for _, words in whole)
        best = _only([choice for choice, words in whole if len(words) == longest])
        label = next((words for choice, words in whole if choice is best and len(words) == longest), None)
        if best is not None and label is not None:
            beside = "".join(
                word if word == " " else "" if word in label else word for word in _PIECES.findall(folded)
            )
            return None if phrases.denials is not None and phrases.denials.search(beside) is not None else best
    choices = [choice for choice in choices for label in choice.labels if said <= _tokens(fold(label))
               and not _is_opposite(phrases, fold(label), said)]  # fmt: skip
    return _only(choices)


def _is_opposite(phrases: Phrases, label: str, said: frozenset[str]) -> bool:
    """Tell whether a label denies what is said: 'I use it' of 'I don't use it', 服务好 of 服务不好, but not 服务."""
    if phrases.nots is None or phrases.nots.search(label) is None:
        return False
    words = _PIECES.findall(label)
    missing = "".join(" " if word in said else word for word in words)
    before = "".join(words[: next((at for at, word in enumerate(words) if word in said), 0)]).strip()
    return not without(missing, phrases.nots) or (bool(before) and not without(before, phrases.nots, phrases.claims))


def _only(choices: Sequence[Choice]) -> Choice | None:
    first = choices[0] if choices else None
    return first if all(choice is first for choice in choices) else None


def _spelled_alike(said: str, name: str, phrases: Phrases) -> float:
    """Compare spellings; a number is never a misspelling of another one, nor is 'delivered' of 'not delivered'."""
    if not set(_DIGITS.findall(said)) <= set(_DIGITS.findall(name)):
        return 0.0
    if phrases.nots is not None and len(phrases.nots.findall(said)) != len(phrases.nots.findall(name)):
        return 0.0
    return fuzz.ratio(said, name)


def _by_spelling(folded: str, choices: Sequence[Choice], phrases: Phrases) -> Choice | None:
    if len(folded) < 3 and not has_cjk(folded):
        return None
    scored = sorted(
        (
            (max((_spelled_alike(folded, name, phrases) for name in choice.names), default=0.0), index)
            for index, choice in enumerate(choices)
        ),
        reverse=True,
    )
    if not scored or scored[0][0] < CLOSE:
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < MARGIN:
        return None
    return choices[scored[0][1]]
