"""Holds the articles and questions, by which the search of answers is measured, to what is claimed of them.

`articles/` are the help pages of an invented shop; each `##` section is one passage. `questions.jsonl` is the test
set and stays as it is; `dev.jsonl` is of other passages, and is the one that may be tuned on. An answerable question
names the one passage that answers it; an `unshared` one has no content word in common with that passage, nor with
its title and heading; an `unanswerable` one uses the corpus's words, but no passage answers it.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

HERE = Path(__file__).parent
SETS = ("questions.jsonl", "dev.jsonl")
KEYS = {"id", "locale", "question", "kind"}

ENGLISH_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about after again all also am an and any anyone anything are as at be because been before being but by can
    cannot cant could d did do does doesnt doing done dont for from get gets getting go goes going gone got had has
    have having he her here hers him his how i if im in into is isnt it its ive just let like ll m made make me more
    much my need no not now of off ok on one only or our out over please re s she should so some someone something
    still t than thank thanks that the their them then there these they this those to too u up us ve very want was
    way we were what when where which while who whose why will with without wont would you your yours yourself""",
    )
)
CHINESE_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """一下 一个 一样 一直 不了 不会 不可 不能 不要 为什 之后 什么 以及 以后 以吗 但是 你们 别人 可不 可以 哪些 哪里 因为 多久 多少
    如果 已经 怎么 怎样 我们 或者 所以 时候 是否 没有 然后 而且 能不 自己 要不 请问 还有 还能 这个 那个 需要""",
    )
)
SUFFIXES = ("ing", "ies", "ied", "es", "ed", "ly", "s", "e", "y")


class Question(NamedTuple):
    """One line of a set; `article` and `heading` are empty when it has no answer."""

    id: str
    locale: str
    text: str
    article: str
    heading: str
    kind: str


def read_passages() -> dict[tuple[str, str], str]:
    """Each passage by article and heading: title, heading and text, one below the other."""
    passages = {}
    for path in sorted((HERE / "articles").rglob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        article = path.relative_to(HERE / "articles").as_posix()
        title = yaml.safe_load(front)["title"]
        for section in body.split("\n## ")[1:]:
            heading, text = section.split("\n", 1)
            assert (article, heading) not in passages
            passages[article, heading] = f"{title}\n{heading}\n{text.strip()}"
    return passages


def read_questions(name: str) -> list[Question]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    for row in rows:
        assert set(row) == KEYS | (set() if row["kind"] == "unanswerable" else {"article", "heading"})
    return [
        Question(
            row["id"], row["locale"], row["question"], row.get("article", ""), row.get("heading", ""), row["kind"]
        )
        for row in rows
    ]


def strip_suffix(word: str) -> str:
    suffix = next((end for end in SUFFIXES if word.endswith(end) and len(word) - len(end) >= 3), "")
    return word.removesuffix(suffix)


def collect_content(text: str) -> set[str]:
    """Latin words and figures without their endings, and each pair of Chinese characters; no stop words."""
    words = re.findall(r"[a-z]+|[0-9]+", re.sub("['’]", "", text.lower()))
    runs = re.split("[^\u4e00-\u9fff]|[的了吗呢吧啊]", text)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return {strip_suffix(word) for word in words if word not in ENGLISH_STOP_WORDS} | (pairs - CHINESE_STOP_WORDS)


def normalise(question: str) -> str:
    return "".join(re.findall(r"\w+", question.lower()))


PASSAGES = read_passages()
QUESTIONS = {name: read_questions(name) for name in SETS}
ANSWERABLE = [question for name in SETS for question in QUESTIONS[name] if question.kind != "unanswerable"]


def test_there_are_enough_passages() -> None:
    locales = Counter(article[:2] for article, _ in PASSAGES)
    assert locales["en"] >= 195
    assert locales["zh"] >= 120
    assert len(PASSAGES) >= 320


def test_articles_carry_their_front_matter() -> None:
    urls = Counter[str]()
    for path in sorted((HERE / "articles").rglob("*.md")):
        front = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        assert set(front) == {"title", "url", "locale"}
        assert front["locale"] == path.parent.name
        urls[front["url"]] += 1
    assert 40 <= len(urls) <= 50
    assert max(urls.values()) == 1


def test_articles_and_passages_have_the_usual_size() -> None:
    assert all(5 <= sections <= 9 for sections in Counter(article for article, _ in PASSAGES).values())
    for (article, heading), passage in PASSAGES.items():
        text = passage.split("\n", 2)[2]
        size = len(re.sub(r"\s", "", text)) if article.startswith("zh/") else len(text.split())
        least, most = (50, 200) if article.startswith("zh/") else (30, 120)
        assert least <= size <= most, (article, heading, size)


@pytest.mark.parametrize(
    ("name", "answerable", "unanswerable"), [("questions.jsonl", 210, 60), ("dev.jsonl", 80, 30)]
)
def test_a_set_has_enough_of_each_kind(name: str, answerable: int, unanswerable: int) -> None:
    answered = [question for question in QUESTIONS[name] if question.kind != "unanswerable"]
    others = [question for question in QUESTIONS[name] if question.kind == "unanswerable"]
    assert len(answered) >= answerable
    assert len(others) >= unanswerable
    assert sum(question.kind == "unshared" for question in answered) >= answerable / 3
    for questions in (answered, others):
        assert sum(question.locale == "zh" for question in questions) >= len(questions) / 3


def test_a_third_of_the_test_set_is_unshared() -> None:
    kinds = Counter(question.kind for question in QUESTIONS["questions.jsonl"])
    assert set(kinds) == {"shared", "unshared", "unanswerable"}
    assert kinds["unshared"] >= (kinds["shared"] + kinds["unshared"]) / 3


def test_each_question_names_a_passage_of_its_language() -> None:
    for question in ANSWERABLE:
        assert (question.article, question.heading) in PASSAGES, question
        assert question.article.startswith(f"{question.locale}/"), question


def test_the_sets_have_no_question_id_or_passage_in_common() -> None:
    questions = [question for name in SETS for question in QUESTIONS[name]]
    assert max(Counter(question.id for question in questions).values()) == 1
    assert max(Counter(normalise(question.text) for question in questions).values()) == 1
    test, dev = ({(q.article, q.heading) for q in QUESTIONS[name] if q.article} for name in SETS)
    assert not test & dev


def test_unshared_questions_share_no_content_word_and_others_do() -> None:
    for question in ANSWERABLE:
        passage = PASSAGES[question.article, question.heading]
        common = collect_content(question.text) & collect_content(passage)
        assert bool(common) == (question.kind == "shared"), (question, common)


def test_unanswerable_questions_use_words_of_the_corpus() -> None:
    corpus = set[str]().union(*map(collect_content, PASSAGES.values()))
    for question in QUESTIONS["questions.jsonl"] + QUESTIONS["dev.jsonl"]:
        if question.kind == "unanswerable":
            assert collect_content(question.text) & corpus, question


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Can I get my parcels delivered?", {"parcel", "deliver"}),
        ("I'm paying 3 cards", {"pay", "3", "card"}),
        ("可以退款吗", {"以退", "退款"}),
        ("到账了没有", {"到账"}),
    ],
)
def test_content_leaves_out_stop_words_and_endings(text: str, content: set[str]) -> None:
    assert collect_content(text) == content
