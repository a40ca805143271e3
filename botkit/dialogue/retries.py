"""Retries: what an unusable reply gets, and one that needs a further word."""

from collections.abc import Sequence

from msgspec.structs import replace

from botkit.dialogue.questions import repeat_question, set_silence
from botkit.dialogue.saying import Refused, refused_text, title_of
from botkit.dialogue.stack import known_slots, repair
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, Confirm, Retry
from botkit.model.replies import Button
from botkit.model.session import Question

LAST_REPEATS = 3  # how often the last text of `retry` is repeated before the ladder of on_no_match


# Unusable replies


def unusable(work: Work, refused: Refused | None = None) -> None:
    """Give an unusable reply what `retry` says for it; after that, the ladder of on_no_match."""
    if work.question is not None and work.question.changing:
        repeat_question(work)  # with the values as they are
        return
    frame = work.top
    frame = work.change(misses=frame.misses + 1 if frame.missed == frame.step else 1, missed=frame.step)
    step = work.step_of(frame)
    body = step.body if step is not None else None
    retry: tuple[Retry, ...] = body.retry if isinstance(body, Ask | Confirm) else ()
    if retry and frame.misses <= len(retry) + LAST_REPEATS:
        chosen = retry[min(frame.misses, len(retry)) - 1]
        if chosen.steps:
            work.close_question()
            work.change(step=chosen.steps, asked="")
            work.settled = False
            return
        said = work.text(chosen.say) if chosen.say is not None else ""
        hint(work, refused_text(work, refused) or said)
        return
    if refused is not None and frame.misses <= LAST_REPEATS:
        hint(work, refused_text(work, refused) or work.phrase("unusable"))
        return
    tries = frame.misses - (len(retry) + LAST_REPEATS if retry else LAST_REPEATS if refused is not None else 0)
    repair(work, "on_no_match", tries=max(tries, 1))


def has_steps(work: Work) -> bool:
    """Tell whether the open question's `retry` has steps for the next unusable reply: the flow looks at it itself."""
    frame, step = work.top, work.step_of(work.top)
    retry = step.body.retry if step is not None and isinstance(step.body, Ask | Confirm) else ()
    misses = frame.misses if frame.missed == frame.step else 0
    return misses < len(retry) + LAST_REPEATS and bool(retry) and bool(retry[min(misses, len(retry) - 1)].steps)


def has_texts(work: Work) -> bool:
    """Tell whether the open question has texts for unusable replies."""
    step = work.step_of(work.top)
    return step is not None and isinstance(step.body, Ask) and any(one.say is not None for one in step.body.retry)


def ask_for_plain_yes(work: Work) -> None:
    """Say that a yes with something else beside it has done nothing, and ask again; it counts as unusable."""
    frame, step = work.top, work.step_of(work.top)
    if step is not None and isinstance(step.body, Confirm) and step.body.retry:
        work.say(work.phrase("not_yet"))
        unusable(work)
        return
    frame = work.change(misses=frame.misses + 1 if frame.missed == frame.step else 1, missed=frame.step)
    if frame.misses > LAST_REPEATS:
        repair(work, "on_no_match", tries=frame.misses - LAST_REPEATS)
        return
    work.say(work.phrase("not_yet"))
    repeat_question(work)


def ask_what_to_change(work: Work, question: Question, names: Sequence[str], said: str) -> None:
    """Ask which of some slots a reply to a confirm is about: their titles are the buttons. It stays open."""
    slots = {slot.name: slot for _, slot in known_slots(work)}
    labels = dict.fromkeys(title_of(work, slots[name]) for name in names)
    hint(work, work.phrase("change"), tuple(Button(label=label, value=label) for label in labels))
    work.question = replace(question, changing=True, said=said)


def hint(work: Work, text: str, buttons: tuple[Button, ...] | None = None) -> None:
    """Say a hint with the open question's buttons; the question stays open, and its silence begins anew."""
    question, step = work.question, work.step_of(work.top)
    assert question is not None  # noqa: S101 - a reply is unusable to a question only
    assert step is not None  # noqa: S101
    work.say(text, buttons=question.buttons if buttons is None else buttons, question=question.id)
    if isinstance(step.body, Ask | Confirm) and step.body.silence is not None and question.kind != "offer":
        set_silence(work, question.id, step.body.silence)
    work.settled = True
