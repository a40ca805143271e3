"""Evaluations: planted confusions are found, with the examples that cause them, and files of messages are read."""

import json
from pathlib import Path

import pytest

from botkit.app.evaluations import Evaluation, Labelled, evaluate
from botkit.app.labelled import MOST_LINES_BYTES, read_labelled
from botkit.app.misses import Meaning
from botkit.errors import LoadError, UsageError
from botkit.model.definitions import Answer, Intent, Speech
from botkit.model.flowset import FlowSet, Settings

ORDER = ["where is my order", "track my order", "order status please", "has my order been sent", "我的订单在哪里"]
REFUND = ["I want a refund", "give me my money back", "refund me please", "我要退款", "refund my purchase"]
HOURS = ["when do you open", "what are the opening hours", "are you open on sunday", "几点开门", "opening times"]


def bot(
    intents: dict[str, list[str]], answers: dict[str, list[str]] | None = None, settings: Settings | None = None
) -> FlowSet:
    return FlowSet(
        "v1",
        settings or Settings(),
        {},
        {name: Intent(name, tuple(texts)) for name, texts in intents.items()},
        {name: Answer(name, tuple(texts), Speech()) for name, texts in (answers or {}).items()},
    )


SHOP = bot({"order": ORDER, "refund": REFUND}, {"hours": HOURS})
ORDER_, REFUND_, HOURS_ = Meaning("intent", "order"), Meaning("intent", "refund"), Meaning("answer", "hours")


@pytest.fixture(scope="module")
def shop() -> Evaluation:
    return evaluate(SHOP)


def test_what_is_told_apart(shop: Evaluation) -> None:
    assert (shop.tried, shop.outside, shop.folds, shop.how) == (15, 15, 5, "folds")
    assert [one.meaning for one in shop.names] == [ORDER_, REFUND_, HOURS_]
    assert shop.accuracy is not None
    assert shop.accuracy == round(sum(case.right for case in shop.cases) / 15, 4) > 0.6
    assert [cut.of for cut in shop.cuts] == ["calibrated"]
    for cut in shop.cuts:
        assert (cut.right or 0) + (cut.wrong or 0) + (cut.refused or 0) == pytest.approx(1, abs=0.001)
        assert cut.least <= cut.most


def test_figures_of_each_follow_from_the_cases(shop: Evaluation) -> None:
    for one in shop.names:
        taken = [case for case in shop.cases if case.taken == one.meaning]
        hits = sum(case.right for case in taken)
        assert one.recall == round(hits / one.tried, 4)
        assert one.precision == (round(hits / len(taken), 4) if taken else None)


def test_a_planted_confusion_is_found_with_its_examples() -> None:
    planted = [*REFUND, "where is my big order", "track my order again"]
    found = evaluate(bot({"order": ORDER, "refund": planted, "hours": HOURS}))
    pair = next(one for one in found.confusions if (one.meant, one.taken) == (REFUND_, ORDER_))
    assert {case.text for case in pair.cases} >= {"where is my big order", "track my order again"}
    assert {case.near for case in pair.cases} <= {*ORDER}
    assert {found.overlaps[0].one, found.overlaps[0].other} == {ORDER_, REFUND_}
    assert evaluate(bot({"order": ORDER, "refund": REFUND, "hours": HOURS})).overlaps == ()


def test_a_threshold_of_bot_yaml_stands_beside_the_calibrated_one() -> None:
    strict = bot({"order": ORDER, "refund": REFUND}, {"hours": HOURS}, Settings(intent_threshold=0.99))
    calibrated, given = evaluate(strict).cuts
    assert (given.of, given.intent, given.answer) == ("bot.yaml", 0.99, calibrated.answer)
    assert (given.right or 0) < (calibrated.right or 0)
    assert (given.outside_refused or 0) >= (calibrated.outside_refused or 0)


def test_messages_of_a_file() -> None:
    messages = [
        Labelled("where is my order", ORDER_),
        Labelled("please refund the purchase", REFUND_),
        Labelled("xyzzy plugh", None),
        Labelled("I want a refund", HOURS_),
        Labelled("when do you open", None),
    ]
    found = evaluate(SHOP, messages)
    assert (found.tried, found.outside, found.known, found.how, found.folds) == (3, 2, 3, "file", 0)
    assert found.accuracy == pytest.approx(2 / 3, abs=0.001)
    assert [case.right for case in found.cases] == [True, True, True, False, False]
    assert [(one.meant, one.taken) for one in found.confusions] == [(None, HOURS_), (HOURS_, REFUND_)]
    precision = {one.meaning: one.precision for one in found.names}
    assert precision == {ORDER_: 1.0, REFUND_: 0.5, HOURS_: 0.0}
    assert found.untried == ()


def test_a_file_of_nothing_but_what_the_bot_does_not_know() -> None:
    found = evaluate(SHOP, [Labelled("xyzzy", None)])
    assert (found.accuracy, found.outside_auroc, found.cuts[0].outside_refused) == (None, None, 1.0)
    assert found.cuts[0].right is None


@pytest.mark.parametrize(
    ("intents", "said"),
    [
        ({}, "no intent and no answer"),
        ({"a": []}, "no intent and no answer"),
        ({"a": ["one"], "b": ["two"]}, "one example alone"),
    ],
)
def test_bots_with_nothing_to_try(intents: dict[str, list[str]], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        evaluate(bot(intents))


def test_one_intent_has_no_other_to_be_taken_for() -> None:
    found = evaluate(bot({"order": ORDER}))
    assert (found.outside, found.outside_auroc, found.overlaps) == (0, None, ())


def test_an_intent_of_one_example_is_named_and_not_tried() -> None:
    found = evaluate(bot({"order": ORDER, "refund": REFUND, "hours": ["几点开门"]}))
    assert found.untried == (Meaning("intent", "hours"),)
    assert next(one for one in found.names if one.meaning.name == "hours").recall is None


# Files


def test_yaml_and_json_lines_say_the_same(tmp_path: Path) -> None:
    yaml, lines = tmp_path / "m.yaml", tmp_path / "m.jsonl"
    yaml.write_text("- {text: 我的订单呢, intent: order}\n- {text: 123, answer: hours}\n- text: hm\n  intent:\n")
    rows = [
        {"text": "我的订单呢", "intent": "order"},
        {"text": "123", "answer": "hours"},
        {"text": "hm", "intent": None},
    ]
    lines.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    assert read_labelled(yaml, SHOP) == read_labelled(lines, SHOP)
    assert [one.meant for one in read_labelled(yaml, SHOP)] == [ORDER_, HOURS_, None]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("m.yaml", "- {text: hi, intent: ordr}", "m.yaml:1:22: unknown-value: there is no intent 'ordr'; did you mean 'order'?"),
        ("m.yaml", "- {text: hi, intent: hours}", "it is an answer"),
        ("m.yaml", "- {text: hi, intent: order, answer: hours}", "not both"),
        ("m.yaml", "- {text: hi, intnet: order}", "unknown-key"),
        ("m.yaml", "- {intent: order}", "needs the key 'text'"),
        ("m.yaml", "- {text: '  ', intent: order}", "is empty"),
        ("m.yaml", "- {text: [a], intent: order}", "takes a text, not a list"),
        ("m.yaml", "- just words", "a message takes a mapping"),
        ("m.yaml", "text: hi", "takes a list"),
        ("m.yaml", "- [", "yaml"),
        ("m.jsonl", '{"text": "hi"}\n{"text"', "m.jsonl:2:1: wrong-type: a line takes a mapping in JSON"),
        ("m.jsonl", '["hi"]', "a message takes a mapping"),
        ("m.jsonl", '{"text": {"a": 1}}', "takes a text"),
        ("m.jsonl", "[" * 100_000, "a line takes a mapping in JSON"),
        ("m.jsonl", '{"text": "hi", "intent": 5}', "there is no intent '5'"),
    ],
)  # fmt: skip
def test_mistakes_in_files(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(LoadError) as caught:
        read_labelled(tmp_path / name, SHOP)
    assert said in "\n".join(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("name", "text"), [("m.yaml", ""), ("m.yaml", "[]"), ("m.jsonl", "\n \n"), ("m.yaml", "# no")]
)
def test_files_without_messages(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match="there is no message"):
        read_labelled(tmp_path / name, SHOP)


def test_files_that_are_too_large_or_no_text(tmp_path: Path) -> None:
    huge = tmp_path / "m.jsonl"
    with huge.open("wb") as file:
        file.truncate(MOST_LINES_BYTES + 1)
    with pytest.raises(UsageError, match="more than"):
        read_labelled(huge, SHOP)
    (tmp_path / "m.yaml").write_bytes(b"- {text: \xff}")
    with pytest.raises(LoadError):
        read_labelled(tmp_path / "m.yaml", SHOP)
    with pytest.raises(OSError, match="No such file"):
        read_labelled(tmp_path / "none.yaml", SHOP)
