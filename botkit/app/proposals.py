"""Proposals: where the messages that a bot missed belong, group by group."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from rapidfuzz import fuzz

from botkit.app.misses import UNSURE, Meaning, Miss
from botkit.app.transcripts import moment
from botkit.flows.keys import NAME
from botkit.model.events import Evidence
from botkit.model.flowset import FlowSet
from botkit.model.words import WORDS, fold, has_cjk
from botkit.understanding.grouping import group, telling
from botkit.understanding.terms import clauses, stem

Recall = Callable[[str, str], Evidence]  # what the bot makes of a text in a locale, today
NEAR: Final = 0.75  # of its threshold: what is less near to a group is not proposed for it
MOST_WORDINGS: Final = 3  # that are added at once: the most frequent, and such as differ from it
LONGEST: Final = 120  # characters of a wording
_ALIKE = 85.0  # of rapidfuzz's ratio: a wording that is more like another tells nothing new
_UNHELPED: Final = frozenset({"no match", "unclear", "unsure", "unusable"})  # what an article may settle by now
_MOST_NEAR = 3
_FEW = 3
_MASKED = re.compile(r"\[\w+ \d+\]", re.ASCII)
_OUT = re.compile(r"[\w.+-]*\d{4}[\w.+-]*|(?:https?://|www\.)\S+|[\[\]{}<>]", re.ASCII)
_SPACES = re.compile(r"\s+")


class Proposal(msgspec.Struct, frozen=True):
    """A group of misses, and what to do with it.

    `texts` are the wordings with how often each was said, the leader first; `near` how near today's bot is to them
    on the average, the nearest first. `do` is `add` (to the intent or answer `to`), `new` (an intent `name`) or
    `ignore`; `wordings` are what would be written.
    """

    id: str
    texts: tuple[tuple[str, int], ...]
    count: int
    conversations: int
    first: float
    last: float
    reasons: Mapping[str, int]
    locales: Mapping[str, int]
    near: tuple[tuple[Meaning, float], ...]
    do: Literal["add", "new", "ignore"]
    to: Meaning | None = None
    name: str = ""
    wordings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data for programs."""
        what: dict[str, Any] = {"do": self.do}
        if self.to is not None:
            what |= {"kind": self.to.kind, "name": self.to.name}
        elif self.name:
            what |= {"kind": "intent", "name": self.name}
        return {
            "id": self.id,
            "count": self.count,
            "conversations": self.conversations,
            "first": moment(self.first),
            "last": moment(self.last),
            "reasons": dict(self.reasons),
            "locales": dict(self.locales),
            "texts": [{"text": text, "count": count} for text, count in self.texts],
            "near": [{"kind": one.kind, "name": one.name, "score": score} for one, score in self.near],
            "proposal": {**what, "wordings": list(self.wordings)},
        }


def mark_of(text: str) -> str:
    """Give a short name of a wording that says nothing of it: case, signs and spaces do not change it."""
    return hashlib.sha256((fold(text) or text.strip()).encode()).hexdigest()[:10]


def propose(misses: Sequence[Miss], flows: FlowSet, recall: Recall, ignored: Collection[str] = ()) -> list[Proposal]:
    """Group misses and say where each group belongs, the largest first.

    What the bot takes surely by now is left out, and what is `ignored` (`mark_of`).
    """
    said: dict[str, list[Miss]] = {}
    for miss in misses:
        said.setdefault(miss.text, []).append(miss)
    evidence = {text: recall(_bare(text), ones[0].locale) for text, ones in said.items()}
    left = [text for text in sorted(said) if not _is_settled(evidence[text], said[text], flows)]
    groups = group([_bare(text) for text in left], [len(said[text]) for text in left])
    found = []
    for places in groups:
        texts = [left[at] for at in places]
        passed = {text for text in texts if mark_of(text) in ignored}
        if 2 * sum(len(said[text]) for text in passed) < sum(len(said[text]) for text in texts):
            kept = [text for text in texts if text not in passed]
            found.append(_proposal({text: said[text] for text in kept}, evidence, flows))
    return sorted(found, key=lambda one: (-one.count, one.id))


def _bare(text: str) -> str:
    """Give a text without the placeholders of what was masked."""
    return _MASKED.sub(" ", text) if "[" in text else text


def _is_settled(evidence: Evidence, misses: Sequence[Miss], flows: FlowSet) -> bool:
    """Tell whether the bot surely takes a wording by now, and did not do that wrongly."""
    near = _nearest(evidence)
    if near and any(near[0][0] in miss.wrong for miss in misses):
        return False
    told = max((passage.score for passage in evidence.passages), default=0.0)
    if not near or near[0][1] < _threshold(near[0][0], flows, evidence.threshold):
        helped = all(miss.reason in _UNHELPED for miss in misses)
        return told >= flows.settings.knowledge_threshold + UNSURE and helped
    (best, score), second = near[0], near[1][1] if len(near) > 1 else 0.0
    return (
        score >= _threshold(best, flows, evidence.threshold) + UNSURE
        and score - second > flows.settings.clarify_margin
    )


def _nearest(evidence: Evidence) -> list[tuple[Meaning, float]]:
    near = [(Meaning("intent", match.name), match.score) for match in evidence.intents]
    near += [(Meaning("answer", match.name), match.score) for match in evidence.answers]
    return sorted(near, key=lambda one: (-one[1], one[0]))


def _threshold(meaning: Meaning, flows: FlowSet, own: float) -> float:
    return flows.settings.sure_enough("answer" if meaning.kind == "answer" else "intent", own)


def _proposal(said: Mapping[str, Sequence[Miss]], evidence: Mapping[str, Evidence], flows: FlowSet) -> Proposal:
    misses = [miss for ones in said.values() for miss in ones]
    near = _near(said, evidence)
    own = max([one.threshold for one in evidence.values()], default=0.0)
    to = next((meaning for meaning, score in near if score >= NEAR * _threshold(meaning, flows, own)), None)
    do: Literal["add", "new", "ignore"] = "ignore" if _says_nothing(said, to) else "new" if to is None else "add"
    leader = next(iter(said))
    return Proposal(
        id=mark_of(leader),
        texts=tuple([(text, len(ones)) for text, ones in said.items()]),
        count=len(misses),
        conversations=len({miss.conversation for miss in misses}),
        first=min(miss.at for miss in misses),
        last=max(miss.at for miss in misses),
        reasons=_counted([miss.reason for miss in misses]),
        locales=_counted([miss.locale for miss in misses if miss.locale]),
        near=tuple([(meaning, round(score, 2)) for meaning, score in near[:_MOST_NEAR]]),
        do=do,
        to=to if do == "add" else None,
        name=_name(said, flows) if do == "new" else "",
        wordings=wordings_of([(text, len(ones)) for text, ones in said.items()]) if do != "ignore" else (),
    )


def _says_nothing(said: Mapping[str, Sequence[Miss]], to: Meaning | None) -> bool:
    """Tell whether a group is no example of anything.

    No word of it tells what it is about, it is a word alone that hardly anybody said, or it refuses what it names.
    """
    if all(any(part.refused for part in clauses(text)[:1]) for text in said):
        return True
    if not any(telling(_bare(text)) for text in said):
        return True
    alone = all(len(WORDS.findall(text)) == 1 for text in said)
    return to is None and alone and sum(map(len, said.values())) < _FEW


def _counted(words: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda one: (-one[1], one[0])))


def _near(said: Mapping[str, Sequence[Miss]], evidence: Mapping[str, Evidence]) -> list[tuple[Meaning, float]]:
    """Give how near the bot is to a group on the average, without what took its messages wrongly."""
    total = sum(map(len, said.values()))
    scores: dict[Meaning, float] = defaultdict(float)
    for text, misses in said.items():
        for meaning, score in _nearest(evidence[text]):
            scores[meaning] += score * sum(meaning not in miss.wrong for miss in misses) / total
    return sorted([(one, score) for one, score in scores.items() if score], key=lambda one: (-one[1], one[0]))


def _name(said: Mapping[str, Sequence[Miss]], flows: FlowSet) -> str:
    """Make a name of one or two words that most of a group has; one that is taken already gets a number."""
    words: Counter[str] = Counter()
    for text, misses in said.items():
        for word in telling(_bare(text)):
            words[word] += len(misses)
    frequent = words.most_common(2)  # equals in the order in which they were said
    chosen = [_whole(word, said) for word, count in frequent if 2 * count > frequent[0][1]]
    name = _SPACES.sub("_", " ".join(chosen))
    name = name if re.fullmatch(NAME, name) else "new_intent"
    taken = {*flows.intents, *flows.answers}
    numbers = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbers if one not in taken)


def _whole(root: str, texts: Iterable[str]) -> str:
    """Give a word that has a stem, as it was written first."""
    return next((word for text in texts for word in fold(text).split() if stem(word) == root), root)


def wordings_of(texts: Sequence[tuple[str, int]], most: int = MOST_WORDINGS) -> tuple[str, ...]:
    """Give the wordings of a group that are worth being examples: frequent ones that differ, and name nobody."""
    clean = [(wording, count, "[" in text) for text, count in texts if (wording := wording_of(text))]
    if not all(masked for _, _, masked in clean):
        clean = [one for one in clean if not one[2]]
    ranked = sorted(clean, key=lambda one: (-one[1], len(one[0]), one[0]))
    chosen: list[str] = []
    for wording, _, _ in ranked:
        if len(chosen) < most and all(fuzz.ratio(fold(wording), fold(other)) < _ALIKE for other in chosen):
            chosen.append(wording)
    return tuple(chosen)


def wording_of(text: str) -> str:
    """Give a message as an example: without what was masked, long numbers and links; '' if little is left."""
    plain = "".join(letter if letter.isprintable() else " " for letter in _OUT.sub(" ", _bare(text)))
    plain = _SPACES.sub(" ", plain).strip(" ,;:-，；：、")
    least = 2 if has_cjk(plain) else 3
    return plain if least <= len(plain) <= LONGEST and telling(plain) else ""
