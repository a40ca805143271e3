"""Where a model is trained: nothing half, nothing twice, nothing of another training."""

import fcntl
import os
from pathlib import Path

import pytest

from botkit.errors import ConfigError, UsageError
from botkit.llm.local.workplace import WHOLE, Run, Workplace, key_of, need_room


def checkpoint(place: Workplace, step: int, *, whole: bool = True) -> Path:
    folder = place.folder / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x")
    if whole:
        place.seal(step)
    return folder


def test_the_newest_whole_checkpoint_is_the_last(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "acme")
    with place.opened(resume=None):
        assert place.last() is None
        for step in (9, 100):
            checkpoint(place, step)
        broken = checkpoint(place, 200, whole=False)
        assert place.last() == tmp_path / "acme.part" / "checkpoint-100"
        place.drop_broken()
        assert not broken.exists()
        assert place.last() == tmp_path / "acme.part" / "checkpoint-100"


def test_a_model_appears_whole(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "acme")
    place.out.mkdir()  # an empty folder is none yet
    with place.opened(resume=None):
        made = place.folder / "model"
        made.mkdir()
        (made / "config.json").write_text("{}")
        checkpoint(place, 1)
        place.finish(made)
    assert [path.name for path in tmp_path.iterdir()] == ["acme"]
    assert (tmp_path / "acme" / "config.json").is_file()
    with pytest.raises(UsageError, match=r"there is something at .*acme already"), place.opened(resume=None):
        pass


def test_nothing_is_left_where_nothing_was_begun(tmp_path: Path) -> None:
    with pytest.raises(ConfigError), Workplace(tmp_path / "acme").opened(resume=None):
        raise ConfigError("no model")
    assert list(tmp_path.iterdir()) == []


def test_what_was_begun_otherwise_is_not_gone_on_with(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "acme")
    with place.opened(resume=None):
        assert place.begin("one") is None
        place.keep(Run("one", 2.5))
        assert place.begin("one") == Run("one", 2.5)
        assert place.begin("two") is None  # nothing is lost: it has no checkpoint
        place.keep(Run("two", 2.5))
        checkpoint(place, 5)
    with place.opened(resume=True):
        with pytest.raises(UsageError, match="was begun with another model, other data or other settings") as caught:
            place.begin("three")
        assert "--anew" in caught.value.hint
        assert place.begin("two") == Run("two", 2.5)
    with place.opened(resume=False):
        assert place.last() is None
        assert place.begin("two") is None


def test_a_run_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "acme")
    with place.opened(resume=None):
        checkpoint(place, 5)
        (place.folder / "run.json").write_bytes(b"{")
        assert place.begin("one") is None
        assert place.last() is None


def test_there_is_nothing_to_resume(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "acme")
    checkpoint(place, 5, whole=False)
    with pytest.raises(UsageError, match="there is no checkpoint in"), place.opened(resume=True):
        pass


def test_two_do_not_train_in_one_place(tmp_path: Path) -> None:
    place = Workplace(tmp_path / "acme")
    place.folder.mkdir()
    with (place.folder / "lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="another process is training in"), place.opened(resume=None):
            pass
    with place.opened(resume=None):
        pass


def test_a_seal_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Workplace(tmp_path / "acme")
    folder = checkpoint(place, 5, whole=False)

    def broken(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="full"):
        place.seal(5)
    assert not (folder / WHOLE).exists()


def test_a_disk_without_room_is_said_before(tmp_path: Path) -> None:
    need_room(tmp_path / "not" / "there", 1)
    with pytest.raises(ConfigError, match="the training needs about") as caught:
        need_room(tmp_path / "not" / "there", 1 << 60)
    assert "--out" in caught.value.hint


def test_a_key_tells_models_settings_and_data_apart(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"\0" * (3 << 20))
    keys = [
        key_of(tmp_path, {"seed": 1}, [1]),
        key_of(tmp_path, {"seed": 2}, [1]),
        key_of(tmp_path, {"seed": 1}, [2]),
    ]
    assert key_of(tmp_path, {"seed": 1}, [1]) == keys[0]
    with (tmp_path / "model.safetensors").open("r+b") as file:
        file.seek((3 << 20) - 9)
        file.write(b"x")
    keys.append(key_of(tmp_path, {"seed": 1}, [1]))
    assert len(set(keys)) == 4
