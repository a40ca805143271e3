"""Evaluations: how well a bot tells its intents and answers from each other, and from what means none of them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from botkit.app.misses import Meaning
from botkit.errors import UsageError
from botkit.model.flowset import FlowSet, Settings

if TYPE_CHECKING:
    from botkit.ports.understanding import Vector
    from botkit.understanding.intents.evaluation import Progress, Tried

OUTSIDE: Final = 0.1  # the share of messages that mean nothing the bot knows, as the calibration has it
OVERLAPPING: Final = 0.1  # of the examples of two names
_FEWEST: Final = 2  # examples that make an overlap


class Labelled(msgspec.Struct, frozen=True):
    """A message, and what it means; None: nothing that the bot knows."""

    text: str
    meant: Meaning | None


class Case(msgspec.Struct, frozen=True):
    """A message that was tried: what is meant, what is nearest with its score and its nearest example.

    `accepted`: the score is sure enough. `right`: what is meant is the nearest, or nothing is meant and accepted.
    """

    text: str
    meant: Meaning | None
    taken: Meaning | None
    score: float
    near: str
    accepted: bool
    right: bool


class Measured(msgspec.Struct, frozen=True):
    """How well one intent or answer is told: of those tried, `recall` were right, of those taken for it `precision`.

    None where nothing was tried or taken.
    """

    meaning: Meaning
    examples: int
    tried: int
    precision: float | None
    recall: float | None
    f1: float | None


class Confusion(msgspec.Struct, frozen=True):
    """Messages that mean one and are nearest to another (None: to none of them; meant None: nothing was meant)."""

    meant: Meaning | None
    taken: Meaning | None
    cases: tuple[Case, ...]


class Overlap(msgspec.Struct, frozen=True):
    """Two of which so many messages are taken for the other, or about as near to it; the share of both's messages."""

    one: Meaning
    other: Meaning
    count: int
    share: float


class Cut(msgspec.Struct, frozen=True):
    """What a threshold does: with it so many messages are taken rightly, taken wrongly or refused (shares).

    `outside_refused` is the share of those that mean nothing the bot knows. Calibrated ones differ by the fold:
    `intent` and `answer` are those of all examples, `least` and `most` those of the folds.
    """

    of: Literal["calibrated", "bot.yaml"]
    intent: float
    answer: float
    least: float
    most: float
    right: float | None
    wrong: float | None
    refused: float | None
    outside_refused: float | None


class Evaluation(msgspec.Struct, frozen=True):
    """What came out. `accuracy` is of what means an intent or an answer, whether sure enough or not.

    `outside` counts the messages that mean nothing the bot knows; `untried` have a single example. `known` counts the
    messages of a file that are examples word by word.
    """

    bot: str
    version: str
    how: Literal["folds", "file"]
    folds: int
    semantic: bool
    tried: int
    outside: int
    known: int
    accuracy: float | None
    calibration_error: float | None
    outside_auroc: float | None
    cuts: tuple[Cut, ...]
    names: tuple[Measured, ...]
    untried: tuple[Meaning, ...]
    confusions: tuple[Confusion, ...]
    overlaps: tuple[Overlap, ...]
    cases: tuple[Case, ...]


Embed = Callable[[Sequence[str]], Iterable["Vector"]]


def evaluate(
    flows: FlowSet,
    labelled: Sequence[Labelled] | None = None,
    folds: int = 5,
    embed: Embed | None = None,
    progress: "Progress | None" = None,
) -> Evaluation:
    """Try a bot's examples by cross-validation, or `labelled` messages instead. It takes a while: seconds, or more.

    `embed` gives texts their vectors, for a bot with an embedder. Raises UsageError where there is nothing to try.
    """
    from botkit.understanding.intents.evaluation import cross_validate
    from botkit.understanding.intents.views import Meanings, material_of, others_of, texts_of

    examples, hints = material_of(flows)
    if not any(examples.values()):
        raise UsageError("the bot has no intent and no answer with examples", hint="there is nothing to evaluate")
    vectors = None
    if embed is not None:
        texts = texts_of(flows)
        vectors = dict(zip(texts, embed(texts), strict=True))
    whole = Meanings.of(flows, vectors).classifier
    if labelled is None:
        if all(len(set(texts)) < 2 for texts in examples.values()):
            raise UsageError("each intent and answer has one example alone", hint="none can be held out: add some")
        others = others_of(flows, semantic=vectors is not None)
        tried = list(cross_validate(examples, hints, folds, vectors, progress, others))
    else:
        tried = _try_all(whole, labelled, embed)
    return _summarise(flows, tried, examples, whole.threshold, folds if labelled is None else 0, semantic=bool(embed))


def _try_all(classifier: "_Classifier", labelled: Sequence[Labelled], embed: Embed | None) -> "list[Tried]":
    from botkit.understanding.intents.evaluation import Tried

    rows = [None] * len(labelled) if embed is None else embed([one.text for one in labelled])
    return [
        Tried(one.text, _key(one.meant), classifier.classify(one.text, "", row), classifier.threshold)
        for one, row in zip(labelled, rows, strict=True)
    ]


if TYPE_CHECKING:
    from botkit.understanding.intents.classifier import ExampleClassifier as _Classifier


def _key(meaning: Meaning | None) -> str:
    """Give the name by which the model of intents and answers knows one."""
    return f"{meaning.kind} {meaning.name}" if meaning is not None else ""


def _meaning(key: str) -> Meaning | None:
    kind, _, name = key.partition(" ")
    return Meaning("answer" if kind == "answer" else "intent", name) if key else None


def _summarise(
    flows: FlowSet,
    tried: "Sequence[Tried]",
    examples: Mapping[str, Sequence[str]],
    threshold: float,
    folds: int,
    *,
    semantic: bool,
) -> Evaluation:
    from botkit.understanding.intents.evaluation import area, calibration_error

    inside = [one for one in tried if not one.outside]
    outside = [one for one in tried if one.outside]
    cases = tuple([_case(one, flows.settings) for one in tried if not one.hidden])
    hidden = len([one for one in outside if one.hidden])
    share = OUTSIDE / (1 - OUTSIDE) * len(inside) / hidden if hidden else 1.0
    shown = _distinct(cases)
    had = {_key(case.meant) for case in cases}
    return Evaluation(
        bot=flows.settings.name,
        version=flows.version,
        how="folds" if folds else "file",
        folds=folds,
        semantic=semantic,
        tried=len(inside),
        outside=len(outside),
        known=len([one for one in tried if one.score >= 1.0]) if not folds else 0,
        accuracy=_share(sum(one.right for one in inside), len(inside)),
        calibration_error=_rounded(
            calibration_error(
                [one.score for one in tried],
                [one.right for one in tried],
                [share if one.hidden else 1.0 for one in tried],
            )
        ),
        outside_auroc=_rounded(area([one.score for one in inside], [one.score for one in outside])),
        cuts=tuple(_cuts(tried, flows.settings, threshold)),
        names=tuple([_measure(name, len(texts), cases) for name, texts in examples.items() if texts]),
        untried=tuple([_named(name) for name, texts in examples.items() if folds and texts and name not in had]),
        confusions=tuple(_confusions(shown)),
        overlaps=tuple(_overlaps(inside, flows.settings.clarify_margin)),
        cases=cases,
    )


def _named(key: str) -> Meaning:
    kind, _, name = key.partition(" ")
    return Meaning("answer" if kind == "answer" else "intent", name)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


def _share(count: int, of: int) -> float | None:
    return round(count / of, 4) if of else None


def _accepts(one: "Tried", settings: Settings) -> bool:
    """Tell whether the bot takes it: by bot.yaml's threshold, else the classifier's."""
    kind: Literal["intent", "answer"] = "answer" if one.taken.startswith("answer ") else "intent"
    return bool(one.taken) and one.score >= settings.sure_enough(kind, one.threshold)


def _case(one: "Tried", settings: Settings) -> Case:
    accepted = _accepts(one, settings)
    near = one.matches[0].example if one.matches else ""
    right = not accepted if one.outside else one.right
    return Case(one.text, _meaning(one.meant), _meaning(one.taken), one.score, near, accepted, right)


def _distinct(cases: Iterable[Case]) -> list[Case]:
    return list(dict.fromkeys(cases))


def _cuts(tried: "Sequence[Tried]", settings: Settings, threshold: float) -> Iterable[Cut]:
    """Give what the calibrated threshold does, and what bot.yaml's own, where it has one."""
    own = msgspec.structs.replace(settings, intent_threshold=None, answer_threshold=None)
    least, most = min(one.threshold for one in tried), max(one.threshold for one in tried)
    yield _cut("calibrated", tried, own, threshold, (least, most))
    if settings.intent_threshold is not None or settings.answer_threshold is not None:
        given = [settings.sure_enough("intent", threshold), settings.sure_enough("answer", threshold)]
        yield _cut("bot.yaml", tried, settings, threshold, (min(given), max(given)))


def _cut(
    of: Literal["calibrated", "bot.yaml"],
    tried: "Sequence[Tried]",
    settings: Settings,
    threshold: float,
    spread: tuple[float, float],
) -> Cut:
    inside = [one for one in tried if not one.outside]
    outside = [one for one in tried if one.outside]
    taken = [one for one in inside if _accepts(one, settings)]
    right = sum(one.right for one in taken)
    return Cut(
        of,
        settings.sure_enough("intent", threshold),
        settings.sure_enough("answer", threshold),
        *spread,
        right=_share(right, len(inside)),
        wrong=_share(len(taken) - right, len(inside)),
        refused=_share(len(inside) - len(taken), len(inside)),
        outside_refused=_share(sum(not _accepts(one, settings) for one in outside), len(outside)),
    )


def _measure(key: str, examples: int, cases: Sequence[Case]) -> Measured:
    meaning = _named(key)
    mine = [case for case in cases if case.meant == meaning]
    hits = sum(case.right for case in mine)
    taken = len([case for case in cases if case.taken == meaning and (case.meant is not None or case.accepted)])
    precision, recall = _share(hits, taken), _share(hits, len(mine))
    f1 = _share(2 * hits, taken + len(mine)) if mine else None
    return Measured(meaning, examples, len(mine), precision, recall, f1)


def _confusions(cases: Iterable[Case]) -> list[Confusion]:
    """Give the pairs that are confused, the most frequent first, and of each the surest case first."""
    pairs: dict[tuple[Meaning | None, Meaning | None], list[Case]] = defaultdict(list)
    for case in cases:
        if not case.right:
            pairs[case.meant, case.taken].append(case)
    found = [
        Confusion(meant, taken, tuple(sorted(ones, key=lambda case: (-case.score, case.text))))
        for (meant, taken), ones in pairs.items()
    ]
    return sorted(found, key=lambda one: (-len(one.cases), _key(one.meant), _key(one.taken)))


def _overlaps(inside: "Sequence[Tried]", margin: float) -> list[Overlap]:
    """Give the pairs of which many messages are taken for the other, or are about as near to it."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in inside:
        near = {match.name for match in one.matches if match.score >= one.score - margin}
        for other in (near & {one.taken}) if not one.right else near - {one.meant}:
            counts[min(one.meant, other), max(one.meant, other)] += 1
    many = Counter(one.meant for one in inside)
    found = [
        Overlap(_named(one), _named(other), count, round(count / (many[one] + many[other]), 4))
        for (one, other), count in counts.items()
        if count >= _FEWEST and count >= OVERLAPPING * (many[one] + many[other])
    ]
    return sorted(found, key=lambda pair: (-pair.share, pair.one, pair.other))
