"""The secret of an installation."""

from pathlib import Path

from botkit.app.secrets import PATH, keep_secret


def test_it_is_made_once_and_stays(tmp_path: Path) -> None:
    first = keep_secret(tmp_path)
    assert len(first) >= 32
    assert keep_secret(tmp_path) == first
    assert (tmp_path / PATH).stat().st_mode & 0o777 == 0o600


def test_two_installations_have_two(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert keep_secret(tmp_path / "a") != keep_secret(tmp_path / "b")


def test_where_nothing_can_be_kept_there_is_none(tmp_path: Path) -> None:
    (tmp_path / PATH.parent).write_text("a file in the way", encoding="utf-8")
    assert keep_secret(tmp_path) == ""
    assert keep_secret(tmp_path / "nowhere") == ""


def test_a_spoilt_one_is_not_used(tmp_path: Path) -> None:
    (tmp_path / PATH.parent).mkdir()
    (tmp_path / PATH).write_bytes(b"\xff\xfe")
    assert keep_secret(tmp_path) == ""
