"""Parties: how many people a text counts together, of several sorts: '2 adults and a child' are three."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from botkit.dialogue.phrases import Phrases, without
from botkit.model.parsers import Found
from botkit.model.words import fold, has_cjk, lowered

_MOST_BETWEEN = 1  # words between a number and whom it counts: 2 LITTLE kids


@dataclass(frozen=True, slots=True)
class _Sort:
    """People of one sort at `text[start:end]`, and how many they are; 0 where that is not said: my kids.

    `beside` somebody, as 'my wife' is, whoever says so may be one more. The `speaker` is one.
    """

    count: int
    start: int
    end: int
    beside: bool = False
    speaker: bool = False


def counted_together(phrases: Phrases, found: Sequence[Found], text: str, asked: Iterable[str]) -> list[Found]:
    """Give the numbers of a text, with one for those that count people of several sorts if all are asked for.

    What does not tell how many people these are ('my wife and 2 kids') has no number. Where it is asked for one of
    the sorts, each number is for itself; what counts people is no number of anything else.
    """
    people = phrases.people
    if people is None or people.search(lowered(text)) is None:
        return list(found)
    questions = " ".join(fold(one) for one in asked)
    heads = phrases.heads is not None and phrases.heads.search(questions) is not None
    if len(_named_in(phrases, questions)) == 1:
        return list(found)
    party = _party(phrases, text, sorted(_sorts(phrases, found, text), key=lambda one: one.start))
    if len(party) <= 1:
        return list(found)
    start, end = party[0].start, party[-1].end
    outside = [one for one in found if not start <= one.start < end]
    more = any(one.beside for one in party) and not any(one.speaker for one in party)
    if not heads or more or not all(one.count for one in party):
        return outside
    return [Found(sum(one.count for one in party), start, end)]


def _named_in(phrases: Phrases, questions: str) -> set[str]:
    """Give the sorts of people that are asked for, and not all people."""
    named = phrases.people.findall(questions) if phrases.people is not None else []
    return {one for one in named if len(one) > 1 and (phrases.heads is None or phrases.heads.fullmatch(one) is None)}


def _sorts(phrases: Phrases, found: Sequence[Found], text: str) -> Iterator[_Sort]:
    """Give whom a text speaks of, and how many."""
    small = lowered(text)
    ends = {one.end: one for one in found if isinstance(one.value, int)}
    last, heads = 0, set()
    for match in phrases.people.finditer(small) if phrases.people is not None else ():
        number = next((ends[at] for at in range(match.start(), last, -1) if at in ends), None)
        between = fold(text[number.end if number is not None else last : match.start()])
        words = without(between, phrases.counting).split()
        if number is None and len(match[0]) == 1:
            continue  # 大 and 小 are in many words
        single = phrases.singles.get(fold(match[0]), False)
        if number is not None and (len(words) <= _MOST_BETWEEN if not has_cjk(between) else not words):
            heads |= {number.start} if phrases.heads is not None and phrases.heads.fullmatch(match[0]) else set()
            yield _Sort(int(number.value), number.start, match.end())
        elif single and phrases.single and (one := phrases.single.search(small, last, match.start())):
            yield _Sort(1, one.start(), match.end())
        else:
            yield _Sort(int(single), match.start(), match.end(), beside=True)
        last = match.end()
    for match in phrases.speakers.finditer(small) if phrases.speakers is not None else ():
        another = phrases.people is not None and phrases.people.match(small, match.end()) is not None  # 我老婆
        if not another and match.end() not in heads:  # 我一个人 is one
            yield _Sort(1, match.start(), match.end(), speaker=True)


def _party(phrases: Phrases, text: str, sorts: Sequence[_Sort]) -> list[_Sort]:
    """Give the first who stand in a row, with nothing but an 'and', a sign or small words between them."""
    party: list[_Sort] = []
    for one in sorts:
        between = fold(text[party[-1].end : one.start]) if party else ""
        if without(between, phrases.joined, phrases.adding, phrases.determining, phrases.fillers, phrases.small):
            if len(party) > 1:
                return party
            party = []
        party.append(one)
    return party
