"""Lessons: chats as tokens to learn from, of which only the answers count."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from botkit.llm.local.chats import Chats
from botkit.model.completions import ChatMessage

if TYPE_CHECKING:
    import torch

PASSED_OVER: Final = -100  # the label of what is not learned, as PyTorch's loss has it


class Lesson(msgspec.Struct, frozen=True):
    """Tokens, and of each what is learned: itself, or `PASSED_OVER`."""

    tokens: tuple[int, ...]
    labels: tuple[int, ...]

    @property
    def learned(self) -> int:
        """How many tokens count; the first one never does, since nothing stands before it."""
        return sum(label != PASSED_OVER for label in self.labels[1:])


def make_lessons(chats: Chats, talks: Iterable[Sequence[ChatMessage]], window: int) -> tuple[list[Lesson], int]:
    """Give the lessons of talks that fit into a window, and how many answers are too long for any.

    A talk that is too long becomes several, each of as many turns as fit.
    """
    lessons: list[Lesson] = []
    left_out = 0
    for talk in talks:
        rest = list(talk)
        while rest:
            made, rest, lost = _next(chats, rest, window)
            lessons += [lesson for lesson in made if lesson.learned]
            left_out += lost
    return lessons, left_out


def _next(chats: Chats, talk: Sequence[ChatMessage], window: int) -> tuple[list[Lesson], list[ChatMessage], int]:
    """Give the lessons of as many turns as fit, the turns behind them, and how many answers fit nowhere."""
    orders = [one for one in talk if one.role == "system"]
    said = [one for one in talk if one.role != "system"]
    ends = [at + 1 for at, one in enumerate(said) if one.role == "assistant"]
    for end in reversed(ends):
        made = [_lesson(chats, pieces) for pieces in chats.pieces([*orders, *said[:end]])]
        if all(len(lesson.tokens) <= window for lesson in made):
            rest = said[end:]
            return made, [*orders, *rest] if any(one.role == "assistant" for one in rest) else [], 0
    if not ends:
        return [], [], 0
    rest = said[ends[0] :]
    return [], [*orders, *rest] if any(one.role == "assistant" for one in rest) else [], 1


def _lesson(chats: Chats, pieces: Iterable[tuple[str, bool]]) -> Lesson:
    tokens: list[int] = []
    labels: list[int] = []
    for text, learned in pieces:
        found = chats.tokens(text)
        tokens += found
        labels += found if learned else [PASSED_OVER] * len(found)
    return Lesson(tuple(tokens), tuple(labels))


def collate(lessons: Sequence[Lesson], pad: int) -> dict[str, "torch.Tensor"]:
    """Give lessons as one batch, padded at their ends."""
    import torch

    longest = max(len(lesson.tokens) for lesson in lessons)

    def rows(values: Iterable[tuple[Sequence[int], int]]) -> Any:
        return torch.tensor([[*row, *[fill] * (longest - len(row))] for row, fill in values], dtype=torch.long)

    return {
        "input_ids": rows((lesson.tokens, pad) for lesson in lessons),
        "labels": rows((lesson.labels, PASSED_OVER) for lesson in lessons),
        "attention_mask": rows(([1] * len(lesson.tokens), 0) for lesson in lessons),
    }


def measure(model: Any, lessons: Sequence[Lesson], batch: int, pad: int) -> float:
    """Give the mean loss of a token that counts, in nats."""
    import torch

    total = count = 0.0
    model.eval()
    with torch.inference_mode():
        for at in range(0, len(lessons), batch):
            given = {name: one.to(model.device) for name, one in collate(lessons[at : at + batch], pad).items()}
            labels = given.pop("labels")
            scores = model(**given, use_cache=False).logits[:, :-1].float()
            total += float(
                torch.nn.functional.cross_entropy(
                    scores.flatten(0, 1), labels[:, 1:].flatten(), ignore_index=PASSED_OVER, reduction="sum"
                )
            )
            count += sum(lesson.learned for lesson in lessons[at : at + batch])
    return total / count if count else 0.0
