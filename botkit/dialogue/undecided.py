"""Undecided replies: those that name several values where one is asked for, 'Monday or Tuesday'."""

from botkit.dialogue.filling import (
    LOOSE,
    STRICT,
    amounts_left_open,
    choice_left,
    choices_of,
    find_values,
    graded,
    halves_of,
    is_free,
)
from botkit.dialogue.options import find_named_options
from botkit.dialogue.retries import hint
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, SlotDef
from botkit.model.replies import Button
from botkit.model.session import Question


def undecided(work: Work, question: Question, text: str) -> tuple[list[str], float, SlotDef | None]:
    """Give what a reply to an ask leaves the choice between, as it is called, how sure that is, and the ask's slot.

    Nothing is called where it leaves none; there is no slot where any text, or several, may be said.
    """
    step = work.step_of(work.top)
    slot = step.body.slot if step is not None and isinstance(step.body, Ask) else None
    if slot is None or slot.many or slot.type == "boolean" or is_free(slot):
        return [], 0.0, None
    if slot.options or slot.options_from:
        choices = choices_of(work, slot, question.options, text)
        named, _ = find_named_options(text, choices, work.prepared.phrases)
        labels = [hit.choice.labels[0] for hit in named if hit.choice.labels] if len(named) > 1 else []
        return labels, LOOSE, slot
    return (*_values(work, slot, text), slot)


def _values(work: Work, slot: SlotDef, text: str) -> tuple[list[str], float]:
    halves = halves_of(work, slot, text)
    if halves:
        return halves, LOOSE
    found = choice_left(work, slot, text, find_values(work, slot, text, "asked"))
    if not found and slot.type == "money":
        found = amounts_left_open(work, text)
    labels = list(dict.fromkeys(text[one.start : one.end].strip() for one in found))
    score = graded(work, text, found[0].start, found[-1].end) if found else 0.0
    return labels, score if score >= STRICT else LOOSE


def ask_which(work: Work, question: Question, labels: list[str]) -> None:
    """Ask which of some values is meant: they are the buttons. It counts as no unusable reply."""
    step = work.step_of(work.top)
    if step is not None and isinstance(step.body, Ask):
        for label in labels:
            work.confide(step.body.slot, label)
    work.candidate("slot", question.step, 0.0, "several values where one is asked for", taken=True)
    listed = work.formats().list_separator.join(labels)
    hint(work, work.phrase("which", value=listed), tuple(Button(label=label, value=label) for label in labels))
