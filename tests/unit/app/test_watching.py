"""Watching a directory."""

import os
from pathlib import Path

from botkit.app.watching import Watch


def test_saved_added_and_removed_files_are_told_once(desk: Path) -> None:
    watch = Watch(desk)
    assert watch.look() == frozenset()
    flows, bot, new = desk / "flows.yaml", desk / "bot.yaml", desk / "more" / "new.yml"
    flows.write_text("flows: {}\n")
    bot.unlink()
    new.parent.mkdir()
    new.write_text("")
    assert watch.look() == {flows, bot, new}
    assert watch.look() == frozenset()


def test_a_save_of_the_same_size_is_seen_by_its_time(desk: Path) -> None:
    watch, flows = Watch(desk), desk / "flows.yaml"
    os.utime(flows, ns=(1, 1))
    assert watch.look() == {flows}


def test_what_does_not_matter_is_not_told(desk: Path) -> None:
    watch = Watch(desk)
    for name in ("bot.db", "note.txt", ".hidden.yaml", "tests/x.yaml", "plugins/__pycache__/x.py", ".git/x.yaml"):
        (desk / name).parent.mkdir(exist_ok=True)
        (desk / name).write_text("x")
    assert watch.look() == frozenset()
    (desk / ".env").write_text("A=1")
    assert watch.look() == {desk / ".env"}


def test_a_file_that_goes_while_we_look(desk: Path) -> None:
    (desk / "gone.yaml").symlink_to(desk / "nowhere.yaml")
    assert Watch(desk).look() == frozenset()


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "none")
    assert watch.look() == frozenset()
