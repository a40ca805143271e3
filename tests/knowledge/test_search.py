"""What the search reaches on the test questions, held with a margin; nothing is tuned on these."""

from functools import cache

from tests.benchmarks.knowledge import answered, build, cases, plain, recall, searcher


@cache
def figures() -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    asked, search = cases("questions"), searcher(build())
    return recall(asked, search, 1), recall(asked, search, 5), answered(asked, search)


def test_the_right_passage_is_found() -> None:
    first, few, _ = figures()
    assert first["all"] > 0.52
    assert first["shared"] > 0.91
    assert few["all"] > 0.59
    assert few["shared"] > 0.96
    assert few["zh"] > 0.63


def test_more_is_found_than_by_plain_bm25() -> None:
    first, few, _ = figures()
    asked = cases("questions")
    for most, ours in ((1, first), (5, few)):
        theirs = recall(asked, lambda case: plain(case["locale"]).search(case["question"]), most)
        assert ours["all"] > theirs["all"] + 0.03
        assert all(ours[kind] >= theirs[kind] for kind in ours)


def test_few_questions_are_answered_wrongly() -> None:
    *_, said = figures()
    assert said["shared"] > 0.5
    assert said["wrong"] < 0.02
    assert said["unanswerable"] < 0.08
