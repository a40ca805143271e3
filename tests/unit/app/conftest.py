"""A bot of one flow, and its flows read."""

import shutil
from pathlib import Path

import pytest

from botkit.app.directories import Checked, check_directory

DESK = Path(__file__).parents[2] / "data" / "desk"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DESK, tmp_path / "desk"))


@pytest.fixture
def checked(desk: Path) -> Checked:
    return check_directory(desk)
