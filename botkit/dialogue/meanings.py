"""Meanings: the intents and answers that a message is near to, and what is done with the nearest."""

from collections.abc import Sequence

from botkit.dialogue.agreement import begins_with_yes, only_repeats
from botkit.dialogue.composing import ask_model, compose
from botkit.dialogue.correction import find_corrections
from botkit.dialogue.filling import LOOSE
from botkit.dialogue.hearing import hear, hearing, keep_for_later, was_kept
from botkit.dialogue.options import Choice, choose_closely, choose_number
from botkit.dialogue.passages import best_passage, say_passage
from botkit.dialogue.phrases import is_question
from botkit.dialogue.prepared import is_work, reachable
from botkit.dialogue.questions import repeat_question
from botkit.dialogue.refusing import denies, is_refused, only_names, only_tells, tells_what_happened
from botkit.dialogue.retries import ask_for_plain_yes, has_steps, has_texts, unusable
from botkit.dialogue.revision import apply_corrections
from botkit.dialogue.saying import say_speech, title_of, told_values
from botkit.dialogue.stack import (
    abandon,
    allowed,
    can_interrupt,
    drop_timers,
    on_stack,
    repair,
    start_flow,
    top_group,
)
from botkit.dialogue.staleness import do_again
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, HandoffStep, Step
from botkit.model.events import Entity, Match, Message, Passage
from botkit.model.flowset import USUAL_THRESHOLD
from botkit.model.replies import Button
from botkit.model.session import Frame, Question
from botkit.model.words import fold

SURE = 0.97  # an intent this near needs no clarification
NAMED = 0.85  # of what names something in reply to a question, and neither asks nor wishes
MOST_CHOICES = 3  # flows that a clarification offers
UNUSABLE = "nobody takes it: an unusable reply"  # how the record of a turn has it
Startable = list[tuple[str, float]]  # flows with their scores


def surer_meaning(work: Work, message: Message, score: float) -> bool:
    """Tell whether an intent of a flow that is not open, or an answer, is surer than a loose fit.

    What is as near to an intent of a flow that is open speaks of that: it answers the question. So does what fits it,
    and names a thing that a frequent question is about, but neither asks nor wishes anything: 'gift card'.
    """
    flows, answer = _startable(work, message), _best_answer(work, message)
    if score > LOOSE and answer is not None and answer.score < SURE:
        answer = None if only_names(work.prepared.phrases, message.text) else answer
    best = max(answer.score if answer is not None else 0.0, flows[0][1] if flows else 0.0)
    if message.evidence.passages and (passage := best_passage(work, message)) is not None:
        best = max(best, passage.score)
    if flows and _goes_before(work, flows, answer) and any(_is_open(work, name) for name, _ in _near(work, flows)):
        return False
    return best > score


def meaning_beside(work: Work, message: Message) -> Match | str | None:
    """Give the answer, or the flow by its name, that a message is near to beside a value; "" where that is open.

    Nothing is given where nothing is near, or several flows are.
    """
    flows, answer = _startable(work, message), _best_answer(work, message)
    if not flows or not _goes_before(work, flows, answer):
        return answer
    near = _near(work, flows)
    if any(_is_open(work, name) for name, _ in near):
        return ""
    return near[0][0] if len(near) == 1 and can_interrupt(work) else None


def _is_open(work: Work, name: str) -> bool:
    """Tell whether a flow is on the stack and has not done its work."""
    return on_stack(work, name) and not _has_done(work, name)


def _has_done(work: Work, name: str) -> bool:
    """Tell whether a flow only waits for another that it runs at its end, such as 'Anything else?'.

    It or a caller has written, and nothing is left for them to do: they neither ask nor write any more, and what
    they wait for only asks.
    """
    group = top_group(work)
    *callers, last = group
    if group[0].entered == "repair" or work.pending or name not in [frame.flow for frame in callers]:
        return False
    if not any(frame.wrote for frame in callers):
        return False
    if any(_works(work, last, step) for step in reachable(work.flow_of(last), last.step).values()):
        return False
    for caller in callers:
        flow = work.flow_of(caller)
        left = reachable(flow, flow.steps[caller.step].next).values()
        if any(isinstance(step.body, Ask | HandoffStep) or _works(work, caller, step) for step in left):
            return False
    return True


def _works(work: Work, frame: Frame, step: Step) -> bool:
    called = work.prepared.facts[frame.flow].calls.get(step.id)
    return is_work(step) or (called is not None and called.works)


def take_meaning(work: Work, message: Message, question: Question | None) -> None:
    record_meanings(work, message)
    flows, answer = _startable(work, message), _best_answer(work, message)
    sure = bool(flows) and _goes_before(work, flows, answer) and len(_near(work, flows)) == 1
    if work.clarifying and not sure and _take_choice(work, message):
        return
    if flows and _goes_before(work, flows, answer):
        near = _near(work, flows)
        if len(near) > 1:
            _clarify(work, near)
        else:
            _take_intent(work, message, *flows[0])
        return
    if answer is not None:
        take_answer(work, answer, question)
        return
    if message.evidence.passages and (passage := best_passage(work, message)) is not None:
        if not compose(work, message):
            take_passage(work, passage, question)
        return
    if question is not None and not work.greeted:
        kept = [] if has_steps(work) else keep_for_later(work, message.text, message.evidence.entities)
        if kept:
            names = ", ".join(slot.name for slot, _ in kept)
            work.candidate("slot", question.step, 0.0, f"kept for later: {names}", taken=True)
        repeats = question.kind == "confirm" and not question.changing and only_repeats(work, message.text)
        if repeats or begins_with_yes(work, question, message.text):
            work.candidate(
                "slot",
                question.step,
                0.0,
                "no plain yes" if repeats else "a yes with something else beside it",
                taken=True,
            )
            ask_for_plain_yes(work)
            return
        if kept:
            again = any(was_kept(work, slot) for slot, _ in kept)
            work.say(work.phrase("noted", value=told_values(work, kept)))
            if again and has_texts(work):
                unusable(work)
            else:
                repeat_question(work)
            return
        if ask_model(work, message):
            return
        work.candidate("slot", question.step, 0.0, UNUSABLE, taken=True)
        unusable(work)
        return
    if work.stale:
        do_again(work, message)
        return
    if ask_model(work, message):
        return
    work.candidate("no_match", "on_no_match", 0.0, "nothing is near enough", taken=True)
    if work.replies:  # a greeting was said in this turn, which is answer enough to a first word
        work.settled = True
        return
    work.misses += 1
    repair(work, "on_no_match", tries=work.misses)


def _take_choice(work: Work, message: Message) -> bool:
    """Start the flow that a reply to a clarification means: by number, by words of its label, by a close spelling."""
    choices = [Choice(button.run, _labels(work, button)) for button in work.buttons if button.run in work.flows.flows]
    phrases = work.prepared.phrases
    chosen = choose_number(message.text, choices, phrases) or choose_closely(message.text, choices, phrases)
    if chosen is None or not allowed(work, work.flows.flows[chosen.value]):
        return False
    work.candidate(
        "control", chosen.value, 1.0, f"chosen of those that were offered: {chosen.labels[0]!r}", taken=True
    )
    begin(work, chosen.value)
    return True


def _labels(work: Work, button: Button) -> tuple[str, ...]:
    """Give what is on a flow's button, and the flow's titles in every locale."""
    title = work.flows.flows[button.run].title
    titles = title.sources.values() if title is not None else ()
    return (button.label, *(source for source in titles if "{" not in source))


def _goes_before(work: Work, flows: Startable, answer: Match | None) -> bool:
    """Tell whether the best of some flows goes before an answer: that has to be clearly nearer."""
    return answer is None or answer.score <= flows[0][1] + work.flows.settings.clarify_margin


def _near(work: Work, flows: Startable) -> Startable:
    """Give the flows that are about as near as the first; nothing is as near as a sure one."""
    if flows[0][1] >= SURE:
        return flows[:1]
    margin = work.flows.settings.clarify_margin
    return [item for item in flows if flows[0][1] - item[1] <= margin][:MOST_CHOICES]


def _startable(work: Work, message: Message) -> Startable:
    """Give the flows that the message's intents may start, with their scores, the best first.

    What is refused starts none, nor does what is only told while a question is open. Where none is sure enough alone,
    those that are about as near are given if one of them is surely meant.
    """
    matches = message.evidence.intents
    if not matches:
        return []
    threshold = _sure_enough(work, message, matches, work.flows.settings.intent_threshold)
    sure = [match for match in matches if match.score >= threshold]
    if sure:
        return _ranked(work, message, sure)
    if len(matches) < 2 or matches[0].score + matches[1].score < threshold or _asks(work):
        return []
    ranked = _ranked(work, message, matches)
    if not ranked or ranked[0][1] < _nearest(message):
        return []
    near = _near(work, ranked)
    return near if len(near) > 1 and sum([score for _, score in near]) >= threshold else []


def _ranked(work: Work, message: Message, matches: Sequence[Match]) -> Startable:
    """Give the flows of some matches, the best first; nothing where the message is about what it does not wish."""
    best: dict[str, float] = {}
    for match in matches:
        if match.score < SURE and _no_wish(work, message, match):
            if not best:
                break
            continue
        for name in _allowed_by(work, match):
            best[name] = min(1.0, best.get(name, 0.0) + match.score)
    return sorted(best.items(), key=lambda item: -item[1])


def _no_wish(work: Work, message: Message, match: Match) -> str:
    """Say why a message wishes nothing of an intent that it is near to, or nothing if it may; it is remembered."""
    asked = work.question is not None and work.question.kind != "wait"
    key = "unwished", message.text, match, asked
    known: str | None = work.mentioned.get(key)
    if known is None:
        known = work.mentioned[key] = _why_unwished(work, message, match, asked=asked)
    return known


def _why_unwished(work: Work, message: Message, match: Match, *, asked: bool) -> str:
    names = work.flows.starts.get(match.name, ())
    if names and all(is_refused(work, message.text, name) for name in names):
        return "it is refused"
    phrases = work.prepared.phrases
    if phrases.nots is not None and phrases.nots.search(fold(message.text)) is not None:  # hardly ever
        intent = work.flows.intents.get(match.name)
        if intent is not None and denies(work, message.text, intent.examples):
            return "it is denied"
    told = asked and only_tells(phrases, message.text)
    return "it is only told" if told and not only_tells(phrases, match.example) else ""


def _allowed_by(work: Work, match: Match) -> list[str]:
    return [name for name in work.flows.starts.get(match.name, ()) if allowed(work, work.flows.flows[name])]


def may_wish(work: Work, message: Message, match: Match) -> str:
    """Give the one flow that an intent starts, if a message may wish it and is near enough; else nothing."""
    names = _allowed_by(work, match)
    near = match.score >= (work.flows.settings.intent_threshold or 0.0)
    return names[0] if near and len(names) == 1 and not _no_wish(work, message, match) else ""


def may_ask(work: Work, match: Match) -> bool:
    """Tell whether an answer is near enough to be said."""
    return match.name in work.flows.answers and match.score >= (work.flows.settings.answer_threshold or 0.0)


def record_meanings(work: Work, message: Message) -> None:
    """Record all that the message is near to, taken or not."""
    settings, matches, answers = work.flows.settings, message.evidence.intents, message.evidence.answers
    threshold = _sure_enough(work, message, matches, settings.intent_threshold) if matches else 0.0
    for match in matches:
        why = f"near to {match.example!r}" if match.example else ""
        if not work.flows.starts.get(match.name):
            why = "starts no flow"
        elif not _allowed_by(work, match):
            why = "only_if does not hold"
        elif match.score < threshold:
            why = f"{_below(match.score, threshold)}; {why}"
        elif match.score < SURE and (unwished := _no_wish(work, message, match)):
            why = f"{unwished}; {why}"
        work.candidate("intent", match.name, match.score, why)
    threshold = _sure_enough(work, message, answers, settings.answer_threshold) if answers else 0.0
    for match in answers:
        below = f"{_below(match.score, threshold)}; " if match.score < threshold else ""
        below = below or ("it is only told; " if _only_told(work, message, match) else "")
        work.candidate("answer", match.name, match.score, f"{below}near to {match.example!r}")
    for passage in message.evidence.passages:
        threshold = work.flows.settings.knowledge_threshold
        why = _below(passage.score, threshold) if passage.score < threshold else "near enough"
        work.candidate("knowledge", passage.title or passage.source, passage.score, why)


def _nearest(message: Message) -> float:
    """Give the score of what the message is nearest to, whether it may be taken or not."""
    evidence = message.evidence
    return max([match.score for match in (*evidence.intents, *evidence.answers)], default=0.0)


def _sure_enough(work: Work, message: Message, matches: Sequence[Match], given: float | None) -> float:
    """Give the score from which on matches are taken; `given` is bot.yaml's.

    Where it has none, what only names something in reply to a question needs more.
    """
    if given is not None:
        return given
    threshold = message.evidence.threshold or USUAL_THRESHOLD
    if not threshold <= matches[0].score < NAMED or not _asks(work):
        return threshold
    return NAMED if only_names(work.prepared.phrases, message.text) else threshold


def _asks(work: Work) -> bool:
    return work.question is not None and work.question.kind != "wait"


def _below(score: float, threshold: float) -> str:
    """Say that a score is below the threshold, with the digits that show it."""
    exact = f"{score:.3f} is " if round(score, 2) >= threshold else ""
    return f"{exact}below {threshold}"


def _best_answer(work: Work, message: Message) -> Match | None:
    matches = message.evidence.answers
    if not matches:
        return None
    threshold = _sure_enough(work, message, matches, work.flows.settings.answer_threshold)
    known = [m for m in matches if m.score >= threshold and m.name in work.flows.answers]
    best = max(known, key=lambda match: match.score, default=None)
    return None if best is not None and _only_told(work, message, best) else best


def _only_told(work: Work, message: Message, match: Match) -> bool:
    """Tell whether a reply only tells what happened, and is near to a question of others."""
    phrases, asks = work.prepared.phrases, work.question is not None and work.question.kind != "wait"
    near = asks and match.score < SURE and is_question(phrases, match.example)
    return near and tells_what_happened(phrases, message.text)


def _clarify(work: Work, near: list[tuple[str, float]]) -> None:
    work.candidate("intent", ", ".join(name for name, _ in near), near[0][1], "too close to tell apart", taken=True)
    clarify(work, [name for name, _ in near])


def clarify(work: Work, names: Sequence[str]) -> None:
    """Ask which of some flows is meant."""
    choices = [{"label": title_of(work, work.flows.flows[name]), "run": name} for name in names]
    work.clarifies = True
    repair(work, "on_clarify", choices=choices)


def _take_intent(work: Work, message: Message, name: str, score: float) -> None:
    work.misses = 0
    near = [m for m in message.evidence.intents if name in work.flows.starts.get(m.name, ()) and m.example]
    best = max(near, key=lambda match: match.score, default=None)
    why = "is open already" if _is_open(work, name) else "starts anew" if on_stack(work, name) else "starts"
    why = f"{why}; near to {best.example!r}" if best is not None else why
    work.candidate("intent", name, score, why, taken=True)
    begin(work, name, message.text, message.evidence.entities)


def begin(work: Work, name: str, text: str = "", entities: tuple[Entity, ...] = ()) -> None:
    """Start a flow, or return to it where it is open already: new values are applied, or its question repeated.

    One that has done its work ends, and starts anew.
    """
    while on_stack(work, name) and not _is_open(work, name):
        abandon(work)
    if not on_stack(work, name):
        if work.stack and not can_interrupt(work):
            work.candidate("control", name, 0.0, "too many flows are interrupted: the question is repeated")
            repeat_question(work)
            return
        start_flow(work, name, (hearing(text, (), entities),) if text else ())
        return
    while all(frame.flow != name for frame in top_group(work)):
        abandon(work)
    made = find_corrections(work, text, refused=True).made if text else ()
    if made:
        apply_corrections(work, made, text)
        return
    step = work.step_of(work.top)
    if text and step is not None and isinstance(step.body, Ask):
        drop_timers(work, work.top)
        work.stack[-1] = hear(work.top, text, 0, 0, entities)
        work.change(asked="")
    repeat_question(work)


def take_answer(work: Work, match: Match, question: Question | None) -> None:
    """Say the reply to a frequent question; the open one is posed again."""
    work.misses = 0
    why = f"said; near to {match.example!r}" if match.example else "said"
    work.candidate("answer", match.name, match.score, why, taken=True)
    say_speech(work, work.flows.answers[match.name].speech, match.name)
    if question is not None:
        repeat_question(work)
    else:
        work.settled = True


def take_passage(work: Work, passage: Passage, question: Question | None) -> None:
    """Say a passage of an article; the open question is posed again."""
    work.misses = 0
    name = passage.title or passage.source
    work.candidate("knowledge", name, passage.score, f"said; from {passage.source}", taken=True)
    say_passage(work, passage)
    if question is not None:
        repeat_question(work)
    else:
        work.settled = True
