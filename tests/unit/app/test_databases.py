"""Which database a command means."""

from pathlib import Path

import pytest

from botkit.app.databases import locate_database
from botkit.errors import UsageError


def test_a_url_or_the_directory_of_a_bot(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: x\n")
    assert locate_database("sqlite:///x.db") == "sqlite:///x.db"
    assert locate_database(str(tmp_path)) == f"sqlite:///{tmp_path}/bot.db"


def test_what_is_neither_names_no_option_that_the_command_has_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        locate_database(str(tmp_path))
    assert refused.value.message == f"{tmp_path} is no store and no bot"
    assert "--" not in refused.value.hint
