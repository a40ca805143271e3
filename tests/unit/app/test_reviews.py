"""What is accepted is written into the bot's files, whole or not at all."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from botkit.app.directories import Checked, check_directory
from botkit.app.misses import Miss
from botkit.app.proposals import mark_of
from botkit.app.reviews import IGNORED, Review, Target, find, write_whole
from botkit.errors import LoadError, UsageError

LAMPS = Path(__file__).parents[2] / "data" / "lamps"
MISSES = [
    Miss("has my package left yet", "web:1", 1.0, "no match", "en"),
    Miss("you have gift cards?", "web:1", 2.0, "no match", "en"),
    Miss("礼品卡", "web:2", 3.0, "no match", "zh"),
    Miss("lol", "web:2", 4.0, "no match"),
]


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAMPS, tmp_path / "lamps"))


@pytest.fixture
def review(lamps: Path) -> Review:
    return Review(lamps, MISSES, check_directory(lamps))


def test_an_example_is_written_where_it_belongs(review: Review, lamps: Path) -> None:
    file = lamps / "wishes.yaml"
    before = file.read_text()
    file.chmod(0o640)
    done = review.accept(Target("intent", "order_status"), ["has my package left yet"])
    assert (done.path, done.warnings) == (file, ())
    assert file.read_text() == before.replace("在哪里\n", "在哪里\n      - has my package left yet\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in lamps.iterdir()) == ["bot.yaml", "flows.yaml", "wishes.yaml"]


def test_what_is_accepted_is_understood_at_once(review: Review) -> None:
    one = review.proposals()[0]
    parcel = next(each for each in review.proposals() if each.texts[0][0].startswith("has my package"))
    assert review.again(parcel) == parcel
    review.accept(Target("intent", "order_status"), parcel.wordings)
    assert review.again(parcel) is None
    again = review.again(one)
    assert again is not None
    assert (again.id, again.texts) == (one.id, one.texts)
    assert parcel.id not in [each.id for each in review.proposals()]


def test_what_a_new_article_answers_is_left_out(lamps: Path) -> None:
    asked = [Miss("how do I descale the steam iron", "web:1", 1.0, "no match", "en")]
    assert len(Review(lamps, asked, check_directory(lamps)).proposals()) == 1
    article = "# How to descale the steam iron\n\nTo descale the steam iron, fill it with vinegar and steam.\n"
    (lamps / "knowledge").mkdir()
    (lamps / "knowledge" / "irons.md").write_text(article)
    assert Review(lamps, asked, check_directory(lamps)).proposals() == []


def test_a_new_intent_stands_with_the_others(review: Review, lamps: Path) -> None:
    done = review.accept(review.target("new:gift_cards"), ["gift cards", "礼品卡"])
    assert "  gift_cards:\n    examples:\n      - gift cards\n      - 礼品卡\nanswers:\n" in done.path.read_text()
    assert [problem.code for problem in done.warnings] == ["unused-intent"]
    assert check_directory(lamps).errors == ()


def test_the_first_intent_of_a_bot_begins_a_file(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: x\nlocales: [en]\n")
    (tmp_path / "flows.yaml").write_text("flows: {hi: {start: {commands: [hi]}, steps: [{say: Hi}]}}\n")
    done = Review(tmp_path, MISSES, check_directory(tmp_path)).accept(Target("new", "gifts"), ["gift cards"])
    assert done.path == tmp_path / "intents.yaml"
    assert done.path.read_text() == "intents:\n  gifts:\n    examples:\n      - gift cards\n"


def test_what_would_be_an_error_is_not_written(review: Review, lamps: Path) -> None:
    before = (lamps / "wishes.yaml").read_text()
    with pytest.raises(LoadError, match="shared-example"):
        review.accept(Target("answer", "shipping"), ["Where is my order?"])
    assert (lamps / "wishes.yaml").read_text() == before
    review.accept(Target("intent", "order_status"), ["has my package left yet"])  # and it goes on


def test_what_is_close_to_another_is_warned_of(review: Review) -> None:
    done = review.accept(Target("answer", "shipping"), ["where is my orders"])
    assert [problem.code for problem in done.warnings] == ["close-examples"]


@pytest.mark.parametrize("wordings", [[], ["where is my order"]])
def test_nothing_to_add(review: Review, wordings: list[str]) -> None:
    with pytest.raises(UsageError):
        review.accept(Target("intent", "order_status"), wordings)


def test_a_file_that_somebody_saves_meanwhile_is_theirs(
    review: Review, lamps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = lamps / "wishes.yaml"

    def check_slowly(directory: Path, *, instead: Mapping[str, str]) -> Checked:
        file.write_text(file.read_text() + "# mine\n")
        return check_directory(directory, instead=instead)

    monkeypatch.setattr("botkit.app.reviews.check_directory", check_slowly)
    with pytest.raises(UsageError, match="changed meanwhile"):
        review.accept(Target("intent", "order_status"), ["has my package left yet"])
    assert file.read_text().endswith("# mine\n")
    assert "has my package left yet" not in file.read_text()


def test_what_somebody_wrote_before_is_kept(review: Review, lamps: Path) -> None:
    file = lamps / "wishes.yaml"
    file.write_bytes(("\ufeff" + file.read_text() + "# mine\n").replace("\n", "\r\n").encode())
    review.accept(Target("intent", "return_item"), ["it is broken"])
    text = file.read_bytes().decode()
    assert text.startswith("\ufeff# What")
    assert text.endswith("# mine\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert "send something back, it is broken]" in text


def test_a_write_that_fails_leaves_the_old_file(lamps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    file = lamps / "wishes.yaml"
    before = file.read_text()
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, "x")
    assert file.read_text() == before
    assert len(list(lamps.iterdir())) == 3


def test_a_link_stays_one(lamps: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(lamps / "wishes.yaml")
    write_whole(link, "x")
    assert link.is_symlink()
    assert (lamps / "wishes.yaml").read_text() == "x"


def test_what_is_ignored_stays_so_and_names_nobody(review: Review, lamps: Path) -> None:
    for one in review.proposals():
        review.ignore(one)
    assert review.proposals() == []
    text = (lamps / IGNORED).read_text()
    assert not any(word in text for word in ("parcel", "gift", "lol", "礼品"))
    again = Review(lamps, MISSES, check_directory(lamps))
    assert again.proposals() == []
    assert check_directory(lamps).problems == ()


def test_of_one_locale(review: Review) -> None:
    assert [one.texts for one in review.proposals("zh")] == [(("礼品卡", 1),)]
    assert sum(one.count for one in review.proposals("en")) == 3  # what shows none counts as the first


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("order_status", Target("intent", "order_status")),
        ("intent:return_item", Target("intent", "return_item")),
        ("shipping", Target("answer", "shipping")),
        ("answer:shipping", Target("answer", "shipping")),
        ("new:gifts", Target("new", "gifts")),
        ("new:礼品卡", Target("new", "礼品卡")),
    ],
)
def test_targets(review: Review, written: str, target: Target) -> None:
    assert review.target(written) == target


@pytest.mark.parametrize(
    "written",
    [
        "",
        "order_statu",
        "answer:order_status",
        "intent:shipping",
        "new:",
        "new:a b",
        "new:order_status",
        "new:" + "{" * 500,
        "x:y:z",
        "flow:order_status",
    ],
)
def test_what_is_no_target(review: Review, written: str) -> None:
    with pytest.raises(UsageError):
        review.target(written)


def test_a_proposal_is_found_by_any_of_its_wordings(review: Review) -> None:
    listed = review.proposals()
    gifts = next(one for one in listed if len(one.texts) == 2)
    assert find(listed, gifts.id) == gifts
    assert {find(listed, mark_of(text)).id for text, _ in gifts.texts} == {gifts.id}
    with pytest.raises(UsageError, match="nothing is proposed"):
        find(listed, "x" * 1000)


def test_a_bot_with_errors_is_not_reviewed(lamps: Path) -> None:
    (lamps / "more.yaml").write_text("intents: {order_status: {examples: [x]}}\n")
    with pytest.raises(LoadError):
        Review(lamps, MISSES, check_directory(lamps))
