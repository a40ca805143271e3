"""Introductions: the name that somebody gives with words around it: I'm Ann Lee, 我叫张伟, no, call me Jon."""

import re

from rapidfuzz import fuzz

from botkit.dialogue.phrases import Phrases, is_question, is_remark, leads_in, strip_talk
from botkit.dialogue.remainders import remainder
from botkit.model.words import fold, has_cjk, lowered, words_of

_MOST_WORDS, _MOST_LETTERS = 4, 6  # of a name: words, or Chinese characters
_LEAST_LETTERS, _MOST_CHINESE = 2, 4  # Chinese characters of a name that nothing introduces
_ENDS = re.compile(r"[,;.!?，；。！？、(（]")
_BEGINS = re.compile(r"(?:\A|[,;.!，；。！])\s*\Z")
_ALIKE = 60  # of 100 letters: the same name in another spelling


def introduced(phrases: Phrases, text: str) -> tuple[int, int] | None:
    """Give where the name stands that a reply to the question for one introduces, at its begin or behind politeness.

    What introduces nothing else goes before what begins other sentences too ('I'm in a hurry'). Where another part
    may be the name as well ('John Smith, I'm in a hurry'), and in what goes on with more words that lead in ('it's
    for my son'), none is introduced: nothing that was said is lost.
    """
    found = sorted(
        [(one, sure) for pattern, sure in _kinds(phrases) for one in _led(phrases, pattern, text)],
        key=lambda one: (one[0].start(), -one[0].end()),
    )
    lead = phrases.leads.match(lowered(text)) if phrases.leads is not None and found else None
    if not found or (lead is not None and not found[0][0].start() and found[0][0].end() < lead.end()):
        return None
    before = text[: found[0][0].start()]
    if not _is_ordinary(phrases, before) and not (found[0][1] and not _may_be_name(phrases, before)):
        return None
    names = [(name, sure) for one, sure in found if (name := _name_behind(phrases, text, one)) is not None]
    chosen = [one for one in names if one[1]] or names
    chosen = chosen if len(chosen) == 1 else [one for one in chosen if _has_capitals(text[slice(*one[0])])]
    if len(chosen) != 1:
        return None
    (start, end), sure = chosen[0]
    told = sure or _has_capitals(text[start:end])
    if not told and (
        (_has_ordinary(phrases, text[start:end]) and fold(before)) or strip_talk(phrases, fold(text[end:]))
    ):
        return None
    return (start, end) if not _is_other_name(phrases, text[end:]) else None


def introduced_instead(phrases: Phrases, text: str, current: str, *, alone: bool) -> tuple[int, int] | None:
    """Give where the name stands that a text introduces instead of another: 'no, I'm Jon'.

    Nothing but yes, no and politeness stands before it. 'my name is misspelled' introduces none. What begins other
    sentences too ('I'm late') needs a name that is like the other, or, where that is `alone` in having been asked for
    as free text, one that is written as a name.
    """
    for pattern, sure in _kinds(phrases):
        for found in _led(phrases, pattern, text):
            before = fold(text[: found.start()])
            if not leads_in(phrases, before, small=True) and strip_talk(phrases, before):
                continue
            name = _name_behind(phrases, text, found)
            if name is None:
                return None
            said = text[slice(*name)]
            other = _is_surely_name(phrases, said) if sure else alone and _is_written_as_name(phrases, said)
            return name if other or _is_like(said, current) else None
    return None


def _kinds(phrases: Phrases) -> tuple[tuple[re.Pattern[str] | None, bool], ...]:
    """Give the patterns of what introduces somebody, and whether they introduce nothing else."""
    return (phrases.introductions, True), (phrases.selves, False)


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


def _is_surely_name(phrases: Phrases, said: str) -> bool:
    """Tell whether what is introduced as a name is one: not 'on the list', 'too long' or 错的."""
    verdicts = [pattern for pattern in (phrases.wrongs, phrases.rights) if pattern is not None]
    if any(pattern.match(fold(said)) for pattern in verdicts):
        return False
    return _is_written_as_name(phrases, said, named=True) or not _has_ordinary(phrases, said)


def name_in(phrases: Phrases, text: str) -> tuple[int, int] | None:
    """Give where a text introduces somebody, or is written as a name: two words with capitals, 李雷, but no 'hi'."""
    found = introduced(phrases, text)
    if found is not None:
        return found
    folded = fold(text)
    short = has_cjk(folded) and _LEAST_LETTERS <= len(words_of(folded)) <= _MOST_CHINESE
    plain = leads_in(phrases, folded, small=True) or not _may_be_name(phrases, text)
    return (0, len(text)) if not plain and (short or _is_written_as_name(phrases, text)) else None


def _is_written_as_name(phrases: Phrases, said: str, *, named: bool = False) -> bool:
    """Tell whether words are written as a name, first and last with capitals; ordinary ones only if it is `named`."""
    return len(said.split()) > 1 and _has_capitals(said) and (named or not _has_ordinary(phrases, said))


def _is_other_name(phrases: Phrases, said: str) -> bool:
    return _may_be_name(phrases, said) and not _has_ordinary(phrases, said)


def _is_ordinary(phrases: Phrases, said: str) -> bool:
    return all(word in phrases.plain for word in words_of(strip_talk(phrases, fold(said))))


def _has_ordinary(phrases: Phrases, said: str) -> bool:
    return any(word in phrases.plain for word in words_of(fold(said)))


def _has_capitals(said: str) -> bool:
    words = said.split()
    return bool(words) and words[0][0].isupper() and words[-1][0].isupper()


def _is_like(said: str, current: str) -> bool:
    """Tell whether a name is another spelling of one, or a part of it; Chinese ones begin with the same character."""
    new, old = fold(said), fold(current)
    shared = new[:1] == old[:1] if has_cjk(new) else bool(set(words_of(new)).intersection(words_of(old)))
    return shared or fuzz.ratio(new, old) >= _ALIKE
