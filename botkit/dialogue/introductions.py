"""Introductions: the name that somebody gives with words around it: I'm Ann Lee, 我叫张伟, no, call me Jon."""

import re

from rapidfuzz import fuzz

from botkit.dialogue.phrases import Phrases, is_question, is_remark, leads_in, strip_talk
from botkit.dialogue.remainders import remainder
from botkit.model.words import fold, has_cjk, lowered, words_of

_MOST_WORDS, _MOST_LETTERS = 4, 6  # of a name: words, or Chinese characters
_ENDS = re.compile(r"[,;.!?，；。！？、(（]")
_BEGINS = re.compile(r"(?:\A|[,;.!，；。！])\s*\Z")
_ALIKE = 60  # of 100 letters: the same name in another spelling


def introduced(phrases: Phrases, text: str) -> tuple[int, int] | None:
    """Give where the name stands that a reply to the question for one introduces, at its begin or behind a sign.

    What introduces nothing else goes before what begins other sentences too, and of these the last counts. What goes
    on with more words that lead in ('it's for my son') introduces nobody.
    """
    found = [*_led(phrases, phrases.introductions, text), *reversed(_led(phrases, phrases.selves, text))]
    lead = phrases.leads.match(lowered(text)) if phrases.leads is not None else None
    longer = lead.end() if lead is not None else 0
    named = (_name_behind(phrases, text, one) for one in found if one.start() or one.end() >= longer)
    return next((name for name in named if name is not None), None)


def introduced_instead(phrases: Phrases, text: str, current: str) -> tuple[int, int] | None:
    """Give where the name stands that a text introduces instead of another: 'no, I'm Jon'.

    Nothing but yes, no and politeness stands before it. What begins other sentences too ('I'm late') needs a name
    that is written as one, or is like the other.
    """
    for pattern in (phrases.introductions, phrases.selves):
        for found in _led(phrases, pattern, text):
            before = fold(text[: found.start()])
            if not leads_in(phrases, before, small=True) and strip_talk(phrases, before):
                continue
            name = _name_behind(phrases, text, found)
            if name is None or pattern is phrases.introductions:
                return name
            return name if _is_written_as_name(text[slice(*name)], current) else None
    return None


def _led(phrases: Phrases, pattern: re.Pattern[str] | None, text: str) -> list[re.Match[str]]:
    """Give the introductions at the beginning of a text, behind its signs, and behind yes, no and politeness."""
    small = lowered(text)
    return [
        found
        for found in (pattern.finditer(small) if pattern is not None else ())
        if _BEGINS.search(small, 0, found.start() + (small[found.start()].isspace()))
        or (_is_bordered(small, found) and not strip_talk(phrases, fold(small[: found.start()])))
    ]


def _is_bordered(small: str, found: re.Match[str]) -> bool:
    """Tell whether a match begins with a word."""
    return small[found.start()].isspace() or not small[found.start() - 1].isalnum() or has_cjk(found[0])


def _name_behind(phrases: Phrases, text: str, found: re.Match[str]) -> tuple[int, int] | None:
    """Give where the name stands behind an introduction; None where that is hardly one."""
    start, end = found.end(), _end_of(phrases, text, found.end())
    return (start, end) if _may_be_name(phrases, text[start:end]) else None


def _end_of(phrases: Phrases, text: str, start: int) -> int:
    """Give where a name ends: before a sign, an 'and' or a 'but', and politeness."""
    ends = [remainder(phrases, text)[1]]
    for pattern in (_ENDS, phrases.clauses):
        found = pattern.search(lowered(text), start) if pattern is not None else None
        ends += [found.start()] if found is not None else []
    end = max(start, min(ends))
    return start + len(text[start:end].rstrip())


def _may_be_name(phrases: Phrases, said: str) -> bool:
    folded = fold(said)
    words = words_of(folded)
    if not words or folded in phrases.plain or any(map(str.isdigit, folded)) or is_remark(phrases, said):
        return False
    denied = any(pattern is not None and pattern.search(folded) for pattern in (phrases.nots, phrases.denials))
    most = _MOST_LETTERS if has_cjk(folded) else _MOST_WORDS
    return not denied and not is_question(phrases, said) and len(words) <= most


def _is_written_as_name(said: str, current: str) -> bool:
    """Tell whether words are written as a name, first and last with capitals, or are like the one that is known."""
    words = said.split()
    if len(words) > 1 and words[0][0].isupper() and words[-1][0].isupper():
        return True
    shared = set(words_of(fold(said))).intersection(words_of(fold(current)))
    return bool(shared) or fuzz.ratio(fold(said), fold(current)) >= _ALIKE
