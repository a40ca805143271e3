"""Watching a bot's directory for saved files, by their times and sizes."""

import os
from collections.abc import Iterator
from pathlib import Path

_SUFFIXES = (".yaml", ".yml", ".md", ".html", ".htm", ".pdf", ".py", ".jinja", ".env")
_PASSED_OVER = ("tests", "__pycache__")

Stamp = tuple[int, int]


class Watch:
    """Tells which files of a directory changed since it was last asked."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._seen = dict(_stamps(directory))

    def look(self) -> frozenset[Path]:
        """Give the files that were written, added or removed since the last look."""
        now = dict(_stamps(self._directory))
        before, self._seen = self._seen, now
        return frozenset(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def _stamps(directory: Path) -> Iterator[tuple[Path, Stamp]]:
    for folder, inside, names in os.walk(directory):
        inside[:] = [name for name in inside if name not in _PASSED_OVER and not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if name.endswith(_SUFFIXES) and (not name.startswith(".") or name == ".env"):
                try:
                    found = path.stat()
                except OSError:  # it went between the two looks
                    continue
                yield path, (found.st_mtime_ns, found.st_size)
