"""Undecided replies: those that name several values where one is asked for, 'Monday or Tuesday'."""

from botkit.dialogue.filling import amounts_left_open, choice_left, choices_of, find_values, is_free
from botkit.dialogue.options import find_named_options
from botkit.dialogue.retries import hint
from botkit.dialogue.work import Work
from botkit.model.definitions import Ask, SlotDef
from botkit.model.replies import Button
from botkit.model.session import Question


def undecided(work: Work, question: Question, text: str) -> list[str]:
    """Give what a reply to an ask leaves the choice between, as it is called; nothing where it does not."""
    step = work.step_of(work.top)
    slot = step.body.slot if step is not None and isinstance(step.body, Ask) else None
    if slot is None or slot.many or slot.type == "boolean" or is_free(slot):
        return []
    if slot.options or slot.options_from:
        choices = choices_of(work, slot, question.options, text)
        named, _ = find_named_options(text, choices, work.prepared.phrases)
        return [hit.choice.labels[0] for hit in named if hit.choice.labels] if len(named) > 1 else []
    return _values(work, slot, text)


def _values(work: Work, slot: SlotDef, text: str) -> list[str]:
    found = choice_left(work, slot, text, find_values(work, slot, text, "asked"))
    if not found and slot.type == "money":
        found = amounts_left_open(work, text)
    return list(dict.fromkeys(text[one.start : one.end].strip() for one in found))


def ask_which(work: Work, question: Question, labels: list[str]) -> None:
    """Ask which of some values is meant: they are the buttons. It counts as no unusable reply."""
    work.candidate("slot", question.step, 0.0, "several values where one is asked for", taken=True)
    listed = work.formats().list_separator.join(labels)
    hint(work, work.phrase("which", value=listed), tuple(Button(label=label, value=label) for label in labels))
