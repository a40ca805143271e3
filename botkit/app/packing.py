"""An export with the content of its files: in a directory, or in a zip."""

import os
import shutil
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from botkit.errors import UsageError
from botkit.ports.files import Files

FILE: Final = "export.json"
_FOLDER: Final = "files"


async def write_with_files(
    target: Path, document: AsyncIterator[str], files: Files, conversations: Sequence[str]
) -> int:
    """Write a document, and every file that it lists as `files/REF/NAME`; give how many files.

    `target` is a new directory, or a zip if it ends so. It is there as a whole or not at all. Raises UsageError if
    there is something already.
    """
    with _folder_for(target) as folder:
        with _opened(folder / FILE) as written:
            async for piece in document:
                written.write(piece.encode("utf-8", "backslashreplace"))
        count = 0
        for conversation in conversations:
            for kept in await files.files(conversation):
                path = folder / _FOLDER / kept.file.ref / kept.file.name
                if path.exists():  # two conversations have the same
                    continue
                path.parent.mkdir(parents=True)
                with _opened(path) as written:
                    async for part in files.read(conversation, kept.file.ref):
                        written.write(part)
                count += 1
    return count


@contextmanager
def _folder_for(target: Path) -> Iterator[Path]:
    """Lend a directory beside the target that becomes it in the end; only its owner may read it."""
    if os.path.lexists(target):
        raise UsageError(f"{target} is there already", hint="name another: nothing is written over")
    parent = target.absolute().parent
    if not parent.is_dir():
        raise UsageError(f"there is no directory {parent}", hint=f"mkdir -p {parent}")
    with TemporaryDirectory(dir=parent, prefix=f".{target.name}-") as scratch:
        folder = Path(scratch) / "export"
        folder.mkdir(mode=0o700)
        yield folder
        if target.suffix.lower() == ".zip":
            packed = Path(scratch) / "export.zip"
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(folder.rglob("*")):
                    if path.is_file():
                        archive.write(path, path.relative_to(folder))
            packed.chmod(0o600)
            packed.replace(target)
        else:
            shutil.move(folder, target)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("xb") as written:
        yield written
