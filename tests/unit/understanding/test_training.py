"""What the classifier is made of: features, the space, regression, what is held out, and the judge."""

import numpy as np
import pytest

from botkit.understanding.intents import models
from botkit.understanding.intents.calibration import (
    FOLDS,
    SURE_ENOUGH,
    Held,
    calibrate,
    cover,
    explain,
    folds,
    odds,
    signs_of,
    usual,
)
from botkit.understanding.intents.classifier import ExampleClassifier
from botkit.understanding.intents.features import bags, pieces_of, quietness
from botkit.understanding.intents.models import EMBEDDED, Model, Taught
from botkit.understanding.intents.regression import FIT, regress, softmax, weigh
from botkit.understanding.intents.spaces import Rows, Space

TEXTS = ["where is my order", "track my parcel", "where is my parcel now", "send it back", "return my order",
         "I want to return it", "我要退货", "退货怎么弄", "订单到哪了", "cancel it"]  # fmt: skip
TARGETS = np.array([0, 0, 0, 1, 1, 1, 1, 1, 0, 2])


def space_of(texts: list[str]) -> tuple[Space, Rows]:
    found = [bags(text) for text in texts]
    space = Space.of(found)
    return space, Rows([space.place(one) for one in found])


def taught(texts: list[str] = TEXTS, names: int = 3) -> Taught:
    return Taught([bags(text) for text in texts], TARGETS, np.ones(len(texts), np.bool_), names)


# Features


def test_pieces_are_those_of_a_word_with_its_borders() -> None:
    assert pieces_of("go") == (" g", "go", "o ", " go", "go ", " go ")
    assert all(2 <= len(piece) <= 5 for piece in pieces_of("parcels"))


def test_words_come_alone_and_in_pairs_and_chinese_by_characters() -> None:
    assert set(bags("Where IS it?").words) == {"where", "where is", "is", "is it", "it"}
    found = bags("退货吗 now")
    assert set(found.words) == {"退", "货", "吗", "退货", "货吗", "now", "吗 now"}
    assert {"退货吗", " now "} <= set(found.pieces)


@pytest.mark.parametrize("text", ["order A-10293", "order a@b.org", "order https://example.org/x?y=1", "order 12.50"])
def test_numbers_and_addresses_are_no_features(text: str) -> None:
    assert bags(text) == bags("order")


def test_words_that_say_nothing_are_quiet_where_there_are_few_texts() -> None:
    loud, quiet = bags("where is my order").words, bags("where is my order", 0.5).words
    assert quiet["order"] == pytest.approx(loud["order"] * quiet["order"])
    assert quiet["is"] < 0.5 * loud["is"]
    assert (quietness(0), quietness(60), quietness(10_000)) == (0.5, 0.0, 0.0)


@pytest.mark.parametrize("text", ["", " ", "?!", "\x00\ud800", "x" * 10_000, "我" * 10_000, "a " * 10_000, "12345"])
def test_odd_texts_have_bounded_features(text: str) -> None:
    assert sum(map(len, bags(text))) < 5000


# The space


def test_a_text_without_unknown_features_has_length_one() -> None:
    _, rows = space_of(TEXTS)
    gram = rows.likeness(space_of(TEXTS)[0].size)
    assert np.diag(gram) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_what_no_example_has_makes_a_text_small() -> None:
    space, _ = space_of(TEXTS)
    known, half, none = (space.place(bags(text)) for text in ("track my parcel", "track my zeppelin", "xyzzy plugh"))
    lengths = [float((row.weights**2).sum()) for row in (known, half, none)]
    assert lengths[0] == pytest.approx(1.0, abs=1e-5)
    assert 0.1 < lengths[1] < 0.9
    assert lengths[2] < 0.1


def test_inner_products_are_those_of_dense_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    space, rows = space_of(TEXTS)
    dense = np.zeros((rows.count, space.size), np.float32)
    for text in range(rows.count):
        places, weights = rows.row(text)
        dense[text, places] = weights
    assert rows.likeness(space.size) == pytest.approx(dense @ dense.T, abs=1e-5)
    monkeypatch.setattr("botkit.understanding.intents.spaces._FEW", 1)
    monkeypatch.setattr("botkit.understanding.intents.spaces._BLOCK", 7)
    assert rows.likeness(space.size) == pytest.approx(dense @ dense.T, abs=1e-5)
    factors = np.arange(rows.count * 3, dtype=np.float32).reshape(-1, 3)
    assert rows.combine(factors, space.size) == pytest.approx(dense.T @ factors, abs=1e-3)
    assert rows.products(np.array([2, 0]), dense[1]) == pytest.approx(dense[[2, 0]] @ dense[1], abs=1e-5)


# Regression


def gram_of(texts: list[str]) -> np.typing.NDArray[np.float32]:
    space, rows = space_of(texts)
    return rows.likeness(space.size) + 1.0


def test_the_factors_are_where_the_slope_vanishes() -> None:
    gram = gram_of(TEXTS)
    factors = regress(gram, TARGETS, 3)
    errors = softmax(gram @ factors)
    errors[np.arange(len(TARGETS)), TARGETS] -= 1.0
    slope = FIT * errors + factors
    assert np.sqrt(np.vdot(slope, gram @ slope)) < 0.05 * FIT * np.sqrt(np.trace(gram))
    assert (gram @ factors).argmax(axis=1).tolist() == TARGETS.tolist()


def test_a_start_near_the_end_comes_to_the_same() -> None:
    gram = gram_of(TEXTS)
    first = regress(gram, TARGETS, 3)
    assert softmax(gram @ regress(gram, TARGETS, 3, first)) == pytest.approx(softmax(gram @ first), abs=0.05)


def test_batches_come_to_much_the_same_as_inner_products(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = Model.train(taught())
    monkeypatch.setattr(models, "MOST_RELATED", 0)
    batched, held = Model.train(taught())
    assert len(held.texts) > 0
    for text in TEXTS:
        assert whole.near(bags(text))[0][0] == batched.near(bags(text))[0][0]


def test_weights_of_vectors_are_trained_with_those_of_features() -> None:
    texts = [(np.zeros(0, np.int64), np.zeros(0, np.float32))] * 40
    vectors = np.tile(np.array([[1, 0], [0, 1]], np.float32), (20, 1))
    weights, shared = weigh(texts, np.tile([0, 1], 20), 2, 0, vectors)
    assert ((vectors @ shared + weights[-1]).argmax(axis=1) == np.tile([0, 1], 20)).all()


# What is held out


def test_each_text_is_held_out_and_hidden_names_wholly() -> None:
    targets, real = np.repeat(np.arange(8), 5), np.ones(40, np.bool_)
    cuts = folds(targets, real, 8)
    tried = [text for cut in cuts for text in cut.tried]
    assert len(cuts) == FOLDS
    assert set(tried) == set(range(40))
    for cut in cuts:
        assert not set(cut.kept) & set(cut.tried)
        hidden = set(range(8)) - set(targets[cut.kept])
        assert len(hidden) == 2
        assert set(np.flatnonzero(np.isin(targets, list(hidden)))) <= set(cut.tried)


def test_hints_are_never_held_out_and_few_names_never_hidden() -> None:
    targets, real = np.repeat(np.arange(4), 3), np.tile([True, True, False], 4)
    for cut in folds(targets, real, 4):
        assert real[cut.tried].all()
        assert set(targets[cut.kept]) == set(range(4))


def test_how_much_is_said_and_how_much_is_known() -> None:
    assert cover({1: 0.5, 2: 0.5}, [{1: 0.7, 3: 0.3}, {4: 1.0}]) == pytest.approx(0.7)
    assert cover({}, []) == 0.0
    assert explain({1: 0.5, 2: 0.3}, {2, 5}) == pytest.approx(0.3)


def test_odds_are_those_over_chance() -> None:
    even = np.full((1, 4), 0.25)
    assert odds(even)[0] == pytest.approx(np.log(1 / 3) + np.log(4))
    assert odds(np.array([[0.9, 0.05]]))[0] > odds(np.array([[0.6, 0.2]]))[0]


# The judge


def held_of(good: float, bad: float, count: int) -> Held:
    """Give held out texts of two names: the real ones rightly near by `good`, the hidden ones wrongly by `bad`."""
    rows = [
        signs_of(np.array([[p, (1 - p) / 3]]), np.array([[0.5, 0.5]]))[0] for p in (good, bad) for _ in range(count)
    ]
    texts = np.arange(2 * count)
    return Held(texts, np.zeros(2 * count, np.int64), texts >= count, np.array(rows))


def test_scores_learn_from_what_was_held_out() -> None:
    targets = np.r_[np.zeros(200, np.int64), np.ones(200, np.int64)]
    judge = calibrate(held_of(0.8, 0.4, 200), targets, 2)
    sure, unsure = (judge.judge(signs_of(np.array([[p, 0.1]]), np.array([[0.5, 0.5]])))[0] for p in (0.8, 0.4))
    assert sure > judge.threshold > unsure
    assert sure > 0.9


def test_few_examples_leave_the_usual_judge() -> None:
    nothing = Held(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros((0, 5)))
    judge = calibrate(nothing, np.zeros(0, np.int64), 3)
    assert judge.coefficients == pytest.approx(usual(3))
    assert judge.threshold == SURE_ENOUGH


def test_scores_are_right_as_often_as_they_say() -> None:
    """Held out and meant: the mean score is the share that is right, within what 400 texts can tell."""
    chance = np.random.default_rng(4)
    strengths = chance.uniform(0.3, 0.95, 400)
    right = chance.random(400) < strengths
    signs = np.concatenate([signs_of(np.array([[p, (1 - p) / 2]]), np.array([[0.5, 0.5]])) for p in strengths])
    targets = np.where(right, 0, 1)
    judge = calibrate(Held(np.arange(400), np.zeros(400, np.int64), np.zeros(400, np.bool_), signs), targets, 2)
    assert judge.judge(signs).mean() == pytest.approx(right.mean(), abs=0.05)


# The model


def vectors_of(texts: list[str]) -> np.typing.NDArray[np.float32]:
    """Meanings that no letters tell: the first axis is for parcels, the second for returns."""
    return np.array([[1.0, 0.1] if TARGETS[at] == 0 else [0.1, 1.0] for at in range(len(texts))], np.float32)


def test_vectors_change_what_letters_cannot_tell() -> None:
    model, _ = Model.train(taught()._replace(vectors=vectors_of(TEXTS)))
    strange = bags("zzz qqq")
    parcel = model.near(strange, np.array([1.0, 0.1], np.float32))[0]
    back = model.near(strange, np.array([0.1, 1.0], np.float32))[0]
    assert (parcel[0], back[0]) == (0, 1)
    assert 0.5 < EMBEDDED < 1.0


def test_what_means_nothing_has_no_direction_among_the_vectors() -> None:
    chance = np.random.default_rng(3)
    vectors = chance.normal(size=(len(TEXTS), 384)).astype(np.float32) * 0.02 + 0.05
    model, _ = Model.train(taught()._replace(vectors=vectors))
    assert model._vectors is not None
    lengths = np.linalg.norm(model._vectors, axis=1)
    assert lengths[: len(TEXTS)] == pytest.approx(1.0, abs=1e-3)
    assert lengths[len(TEXTS) :] == pytest.approx(0.0, abs=1e-3)


def test_without_its_vector_a_text_is_scored_by_its_letters() -> None:
    model, _ = Model.train(taught()._replace(vectors=vectors_of(TEXTS)))
    assert model.near(bags("track my parcel"))[0][0] == 0


def test_two_that_are_about_as_probable_share_what_they_have() -> None:
    built = ExampleClassifier.build(
        {"cancel": ["cancel my order", "stop it"], "return": ["return my order", "send it back"]}
    )
    first, second = built.classify("cancel my order or return my order", "en")[:2]
    assert first.score - second.score < 0.1
    assert 0.5 < first.score + second.score <= 1.0


def test_a_bot_with_one_name_does_not_take_everything_for_it() -> None:
    built = ExampleClassifier.build({"order": ["where is my order", "track my parcel"]})
    assert built.classify("my parcel, where is it", "en")[0].score >= built.threshold
    assert all(match.score < built.threshold for match in built.classify("sing me a song about horses", "en"))


def test_hints_tell_what_a_name_means_and_are_no_examples() -> None:
    bare = ExampleClassifier.build({"a": ["good morning"], "b": ["good night"]})
    told = ExampleClassifier.build({"a": ["good morning"], "b": ["good night"]}, {"b": ["refund of the deposit"]})
    score = {match.name: match.score for match in told.classify("refund of the deposit", "en")}
    assert 0.5 < score["b"] < 1.0
    assert all(match.score < score["b"] for match in bare.classify("refund of the deposit", "en"))
    assert all(match.example != "refund of the deposit" for match in told.classify("refund of the deposit", "en"))


def test_texts_of_none_of_the_names_are_rivals_unless_they_are_examples() -> None:
    examples = {"book": ["I need a full service", "book a repair"], "status": ["is my bike ready"]}
    bare = ExampleClassifier.build(examples)
    told = ExampleClassifier.build(examples, others=["How much does a full service cost?", "Book a repair!"])
    asked = "what does a full service cost"
    score = {match.name: match.score for match in bare.classify(asked, "en")}
    assert all(match.score < 0.7 * score["book"] for match in told.classify(asked, "en"))
    assert told.classify("I need a service", "en")[0].score >= told.threshold
    assert told.classify("please book a repair", "en")[0].score >= told.threshold
    assert {match.name for match in told.classify(asked, "en")} <= {"book", "status"}


def test_texts_of_none_of_the_names_alone_teach_nothing() -> None:
    assert ExampleClassifier.build({}, others=["what is it?"]).classify("what is it?", "en") == ()
    silent = ExampleClassifier.build({"a": ["24/7"]}, others=["what is a crown?"])
    assert silent.classify("what is a crown?", "en") == ()
