"""Misses: messages that a bot did not take, or not surely, out of the records of its turns.

Nothing of them is kept beside those records: what is erased, or older than `retention` lets it be, is no miss.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final, Literal

import msgspec

from botkit.dialogue.meanings import SURE, UNUSABLE
from botkit.model.events import NO_EVIDENCE, Message, Press
from botkit.model.flowset import FlowSet, Settings
from botkit.model.secrecy import HIDDEN, hide, long_secrets
from botkit.model.turn import Candidate, Record, Route
from botkit.model.words import WORDS
from botkit.ports.stores import Store, each_turn
from botkit.safety import mask
from botkit.understanding.grouping import telling

Reason = Literal["no match", "unclear", "unsure", "unusable", "cancelled", "wanted a person"]
UNSURE: Final = 0.1  # above the threshold, what scores less was barely matched
REGRETTED: Final = 0.25  # above it, what scores more was meant, also if the customer thought better of it then
LONGEST: Final = 300  # characters of a message; what is longer tells of more than one thing
_PAGE: Final = 500
_FEW: Final = 3  # words of a reply that nobody takes; what has less is a slip of the fingers
_REGRETS: dict[str, Reason] = {"cancel": "cancelled", "person": "wanted a person"}


class Meaning(msgspec.Struct, frozen=True, order=True):
    """An intent or an answer, by its name."""

    kind: Literal["intent", "answer"]
    name: str


class Miss(msgspec.Struct, frozen=True):
    """A message, masked. `wrong` are the intents or answers that took it, which the customer did not mean, perhaps.

    `locale` is the language that the customer showed, as far as it is known.
    """

    text: str
    conversation: str
    at: float
    reason: Reason
    locale: str = ""
    wrong: tuple[Meaning, ...] = ()


async def misses_of(store: Store, flows: FlowSet, since: float = 0.0) -> AsyncIterator[Miss]:
    """Give the misses of a store since a time, conversation by conversation, the last touched first."""
    after = ""
    while page := await store.conversations(_PAGE, after=after):
        for one in page:
            if one.touched < since:
                return
            records = [record async for record in each_turn(store, one.conversation)]
            for miss in misses_in(records, flows):
                if miss.at >= since:
                    yield miss
        after = page[-1].cursor


def misses_in(records: Sequence[Record], flows: FlowSet) -> list[Miss]:
    """Give the misses in the records of one conversation, in order."""
    found: list[Miss] = []
    secrets = long_secrets(records)
    locale = ""
    for at, record in enumerate(records):
        event = record.event
        if not isinstance(event, Message):
            continue
        locale = event.evidence.locale or locale or event.locale
        text = " ".join(event.text.split())
        taken = next((one for one in reversed(record.candidates) if one.taken), None)
        if not text or taken is None or len(text) > LONGEST:
            continue
        reason = _reason(record, taken, records[at + 1 : at + 3], flows)
        if reason is None or (reason == "unusable" and not (telling(text) and len(WORDS.findall(text)) >= _FEW)):
            continue
        shown = hide(text, tuple(sorted({*record.secrets, *secrets})))
        if HIDDEN not in shown:
            wrong = _meanings(taken, flows) if reason in _REGRETS.values() else ()
            found.append(Miss(mask(shown).text, record.conversation, record.now, reason, locale, wrong))
    return found


def _reason(record: Record, taken: Candidate, later: Sequence[Record], flows: FlowSet) -> Reason | None:
    if record.route == "no_match":
        return "no match" if taken.score == 0.0 else None  # else none of the flows that were offered
    if record.route == "slot":
        return "unusable" if taken.why == UNUSABLE else None
    if taken.route not in ("intent", "answer", "knowledge") or taken.score >= SURE:
        return None
    if ", " in taken.name:
        return "unclear"
    threshold = _threshold(taken.route, record, flows.settings)
    regret = _regret(record, later) if taken.score < threshold + REGRETTED else None
    if regret is not None:
        return regret
    rivals = taken.route != "knowledge" and _has_rival(record, taken, flows)
    return "unsure" if taken.score < threshold + UNSURE or rivals else None


def _threshold(route: Route | Literal["event"], record: Record, settings: Settings) -> float:
    if route == "knowledge":
        return settings.knowledge_threshold
    own = record.event.evidence.threshold if isinstance(record.event, Message | Press) else 0.0
    return settings.sure_enough("answer" if route == "answer" else "intent", own)


def _meanings(taken: Candidate, flows: FlowSet) -> tuple[Meaning, ...]:
    """Give what a message was near to by which it was taken: an answer, the intents that start a flow, or neither."""
    if taken.route != "intent":
        return (Meaning("answer", taken.name),) if taken.route == "answer" else ()
    return tuple([Meaning("intent", name) for name, started in flows.starts.items() if taken.name in started])


def _has_rival(record: Record, taken: Candidate, flows: FlowSet) -> bool:
    """Tell whether something else was nearly as near."""
    evidence = record.event.evidence if isinstance(record.event, Message) else NO_EVIDENCE
    own = _meanings(taken, flows)
    near = [(Meaning("intent", match.name), match.score) for match in evidence.intents]
    near += [(Meaning("answer", match.name), match.score) for match in evidence.answers]
    least = taken.score - flows.settings.clarify_margin
    return any(score >= least for meaning, score in near if meaning not in own)


def _regret(record: Record, later: Sequence[Record]) -> Reason | None:
    """Tell whether the customer's next message, in the same session, takes back what this one led to."""
    for one in later:
        if one.number != record.number:
            return None
        if isinstance(one.event, Message):
            done = next((each.name for each in one.candidates if each.taken and each.route == "control"), "")
            return _REGRETS.get(done)
    return None
