"""Lines of standard input: from a pipe, a file, and a stand-in."""

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from botkit.cli import lines
from botkit.cli.lines import read_lines

Give = Callable[[bytes], None]
HOSTILE = b"a\r\n\nb\x00\xff\n" + "中\n".encode() + b"x" * 200_000 + b"\nlast"
READ = ["a", "", "b\x00\ufffd", "中", "x" * 200_000, "last"]


@pytest.fixture(params=["pipe", "file", "stand-in"])
def give(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Give:
    def pipe(data: bytes) -> None:
        reading, writing = os.pipe()
        if os.fork() == 0:  # a pipe holds 64 KiB: somebody has to write the rest
            os.close(reading)
            with os.fdopen(writing, "wb") as stream:
                stream.write(data)
            os._exit(0)
        os.close(writing)
        monkeypatch.setattr(sys, "stdin", os.fdopen(reading))

    def file(data: bytes) -> None:
        (tmp_path / "in").write_bytes(data)
        stream = (tmp_path / "in").open()
        request.addfinalizer(stream.close)
        monkeypatch.setattr(sys, "stdin", stream)

    def stand_in(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(data.decode("utf-8", "replace"), newline=""))

    chosen: Give = {"pipe": pipe, "file": file, "stand-in": stand_in}[request.param]
    return chosen


async def test_lines_come_as_they_are(give: Give) -> None:
    give(HOSTILE)
    assert [line async for line in read_lines()] == READ


async def test_no_lines(give: Give) -> None:
    give(b"")
    assert [line async for line in read_lines()] == []


async def test_a_line_without_end_is_passed_over(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST", 1000)
    give(b"a\n" + b"x" * 5000 + b"\nb\n")
    read = [line async for line in read_lines()]
    assert (read[0], read[-1]) == ("a", "b")
    assert all(len(line) <= 5000 for line in read)
