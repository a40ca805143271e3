"""References: replies that point to a value and name none: 'my name', 'same person as the e-mail', 见上."""

from botkit.dialogue.naming import mentions
from botkit.dialogue.phrases import Phrases, behind_no, without
from botkit.dialogue.remainders import remainder
from botkit.dialogue.work import Work
from botkit.model.words import content_length, fold, has_cjk

_LEAST = 5  # letters of nothing but politeness: shorter ones are names as well


def points_elsewhere(work: Work, text: str) -> bool:
    """Tell whether a reply to the question for a name or an address is none: it only says that there is one.

    It has nothing but the kind of thing and small words ('my name', 'the same city'), nothing but politeness, or says
    that it is as what another question was for ('same as the e-mail', 跟邮箱一样).
    """
    phrases, folded = work.prepared.phrases, fold(text)
    if any(map(str.isdigit, folded)):
        return False
    start, end = remainder(phrases, text)
    if fold(text[start:end]) in phrases.references or _is_polite(phrases, folded) or _says_kind(phrases, folded):
        return True
    return _compares(phrases, folded) and bool(mentions(work, text))


def _is_polite(phrases: Phrases, folded: str) -> bool:
    long = content_length(folded) >= (2 if has_cjk(folded) else _LEAST)
    return long and not without(folded, phrases.fillers)


def _says_kind(phrases: Phrases, folded: str) -> bool:
    """Tell whether a text says what is asked for, and nothing else: 'my name', 用我的名字."""
    rest = without(folded, phrases.particulars, phrases.persons)
    if rest == folded or behind_no(phrases, folded) is not None:  # No Name is one
        return False
    rest = without(rest, phrases.fillers, phrases.assents)
    small = phrases.small is not None and phrases.small.fullmatch(rest) is not None
    return not rest or small or rest in phrases.references


def _compares(phrases: Phrases, folded: str) -> bool:
    """Tell whether a text begins or ends with a word for the same: 'same person as ...', 跟...一样."""
    words = [word for word in phrases.references if folded.startswith(word) or folded.endswith(word)]
    return any(has_cjk(word) or folded.startswith(f"{word} ") or folded.endswith(f" {word}") for word in words)
