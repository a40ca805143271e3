"""Where a model is trained: a folder beside the one that it becomes, which appears whole or not at all.

OUT.part/run.json            what is trained, on what, and what was measured before
OUT.part/checkpoint-120/     everything that is needed to go on
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import msgspec

from botkit.errors import ConfigError, UsageError

WHOLE: Final = "botkit-whole"  # a file that stands in a checkpoint once all others do
_RUN: Final = "run.json"
_LOCK: Final = "lock"
_EDGE: Final = 1 << 20


class Run(msgspec.Struct, frozen=True):
    """What a training was begun with: `key` tells it from any other; and the losses before it."""

    key: str
    before: float
    held_out: float | None = None


class Workplace:
    """The folder in which one model is trained."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out.with_name(f"{out.name}.part")

    @contextmanager
    def opened(self, *, resume: bool | None) -> Iterator[None]:
        """Have it alone. `resume` False begins anew, True wants something to go on with, None does what it can.

        Raises UsageError where there is something else already, or nothing to go on with.
        """
        if self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise UsageError(f"there is something at {self.out} already", hint="name another folder with --out")
        if resume and self.last() is None:
            raise UsageError(f"there is no checkpoint in {self.folder}", hint="without --resume it begins anew")
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _LOCK).open("a") as lock:
            _take(lock.fileno(), self.folder)
            if resume is False:
                self._clear()
            try:
                yield
            finally:
                if self.folder.exists() and all(path.name == _LOCK for path in self.folder.iterdir()):
                    shutil.rmtree(self.folder, ignore_errors=True)  # nothing was begun

    def begin(self, key: str) -> Run | None:
        """Give what was begun with the same key, if so. Raises UsageError if it was another one."""
        try:
            run = msgspec.json.decode((self.folder / _RUN).read_bytes(), type=Run)
        except (OSError, msgspec.MsgspecError):
            self._clear()
            return None
        if run.key != key and self.last() is not None:
            raise UsageError(
                f"{self.folder} was begun with another model, other data or other settings",
                hint="--anew begins anew, or name another folder with --out",
            )
        if run.key != key:
            self._clear()
            return None
        return run

    def keep(self, run: Run) -> None:
        """Note what is begun."""
        write_whole(self.folder / _RUN, msgspec.json.encode(run))

    def last(self) -> Path | None:
        """Give the newest checkpoint that is whole."""
        whole = [path for path in self.folder.glob("checkpoint-*") if (path / WHOLE).is_file()]
        return max(whole, key=_step, default=None)

    def drop_broken(self) -> None:
        """Remove checkpoints that were not written to their end."""
        for path in self.folder.glob("checkpoint-*"):
            if not (path / WHOLE).is_file():
                shutil.rmtree(path)

    def seal(self, step: int) -> None:
        """Note that the checkpoint of a step is whole, once it is on the disk."""
        folder = self.folder / f"checkpoint-{step}"
        for path in folder.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        write_whole(folder / WHOLE, b"")

    def finish(self, model: Path) -> None:
        """Put the folder of a model where it belongs, and let go of what led to it."""
        if self.out.is_dir():
            self.out.rmdir()  # it is empty
        model.rename(self.out)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != _LOCK:
                path.unlink()


def need_room(folder: Path, wanted: int) -> None:
    """Raise ConfigError where the disk of a folder has less room than that, in bytes."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < wanted:
        needs = f"the training needs about {wanted / 1e9:.1f} GB at {folder}, and {free / 1e9:.1f} are free"
        raise ConfigError(needs, hint="name a folder on another disk with --out")


def key_of(folder: Path, settings: Any, lessons: Any) -> str:
    """Give what tells one training from another: the model, the settings, the data."""
    digest = blake2b(msgspec.json.encode([settings, lessons]), digest_size=16)
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.name} {size}\n".encode("utf-8", "surrogateescape"))
        with path.open("rb") as file:
            digest.update(file.read(_EDGE))
            file.seek(max(0, size - _EDGE))
            digest.update(file.read(_EDGE))
    return digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _step(path: Path) -> int:
    number = path.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else -1


def _take(number: int, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ConfigError(f"another process is training in {folder}", hint="wait for it, or end it") from None
