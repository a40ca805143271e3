"""Cross-validation: every example is tried once without being known, and once without its name being known."""

from itertools import pairwise

import pytest

from botkit.understanding.intents.evaluation import Tried, area, calibration_error, cross_validate

EXAMPLES = {
    "order": ["where is my order", "track my order", "order status please", "has my order been sent", "我的订单在哪"],
    "refund": ["I want a refund", "give me my money back", "refund me", "我要退款", "when do I get the refund"],
    "hours": ["when do you open", "opening hours", "are you open on sunday", "几点开门"],
    "alone": ["play some music"],
}


def validate(examples: dict[str, list[str]], folds: int = 3) -> list[Tried]:
    return list(cross_validate(examples, {}, folds))


def test_each_example_is_tried_once_in_each_way() -> None:
    tried = validate(EXAMPLES)
    inside = sorted((one.meant, one.text) for one in tried if not one.hidden)
    hidden = sorted((one.meant, one.text) for one in tried if one.hidden)
    pairs = sorted((name, text) for name, texts in EXAMPLES.items() for text in texts)
    assert hidden == pairs
    assert inside == [(name, text) for name, text in pairs if name != "alone"]


def test_what_is_tried_is_not_known() -> None:
    tried = validate(EXAMPLES)
    assert all(one.score < 1.0 for one in tried)
    assert all(match.name != one.meant for one in tried if one.hidden for match in one.matches)
    assert not any(one.right for one in tried if one.hidden)


def test_the_order_does_not_matter() -> None:
    turned = {name: texts[::-1] for name, texts in reversed(EXAMPLES.items())}
    assert {str(one) for one in validate(turned)} == {str(one) for one in validate(EXAMPLES)}


def test_wordings_that_differ_in_signs_alone_are_one() -> None:
    doubled = {name: [*texts, *[f"{text.upper()}!" for text in texts]] for name, texts in EXAMPLES.items()}
    assert len(validate(doubled)) == len(validate(EXAMPLES))
    assert all(one.score < 1.0 for one in validate(doubled))


@pytest.mark.parametrize(
    ("examples", "count"),
    [
        ({}, 0),
        ({"a": [], "b": ["  ", "!!"]}, 0),
        ({"a": ["only this"]}, 0),
        ({"a": ["one thing", "another thing"]}, 2),
        ({"a": ["one"], "b": ["two"]}, 2),
        ({"a": ["24/7", "24"], "b": ["365"]}, 5),
    ],
)
def test_few_examples(examples: dict[str, list[str]], count: int) -> None:
    assert len(validate(examples, 5)) == count


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    list(cross_validate(EXAMPLES, {}, 3, progress=lambda done, of: told.append((done, of))))
    assert (told[0], told[-1]) == ((0, 6), (6, 6))
    assert all(one < other for one, other in pairwise(told))


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.9, 0.3], [0.5, 0.1], 0.75),
        ([], [0.5], None),
        ([0.5], [], None),
    ],
)
def test_the_area_under_the_curve(inside: list[float], outside: list[float], expected: float | None) -> None:
    assert area(inside, outside) == expected


@pytest.mark.parametrize(
    ("scores", "right", "weights", "expected"),
    [
        ([0.75, 0.75, 0.75, 0.75], [True, True, True, False], [1, 1, 1, 1], 0.0),
        ([1.0, 1.0], [True, False], [1, 1], 0.5),
        ([1.0, 1.0], [True, False], [3, 1], 0.25),
        ([0.05, 0.95], [True, False], [1, 1], 0.95),
        ([], [], [], None),
    ],
)
def test_the_calibration_error(
    scores: list[float], right: list[bool], weights: list[float], expected: float | None
) -> None:
    assert calibration_error(scores, right, weights) == (pytest.approx(expected) if expected is not None else None)
