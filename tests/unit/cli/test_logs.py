"""Setting up the log of `botkit run`."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from botkit.cli.logs import set_up_logging
from botkit.errors import UsageError


@pytest.fixture(autouse=True)
def own_root(monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    for name in ("BOTKIT_DEBUG", "BOTKIT_LOG_LEVEL", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    yield root
    structlog.reset_defaults()


def logged(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Log something of each level and of another library, and give the lines."""
    for name in ("botkit.x", "other"):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING):
            logging.getLogger(name).log(level, "%s said", name)
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("level", "count"), [("", 3), ("info", 3), ("INFO", 3), ("warning", 2), ("error", 0), ("debug", 6)]
)
def test_a_level_is_chosen(level: str, count: int, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("BOTKIT_LOG_LEVEL", level)
    set_up_logging()
    lines = logged(capsys)
    assert len(lines) == count
    assert all(json.loads(line)["logger"] in ("botkit.x", "other") for line in lines)


@pytest.mark.parametrize("form", ["text", "TEXT"])
def test_lines_for_people_are_no_json_and_have_no_colours_in_a_file(form: str, capsys: Any) -> None:
    set_up_logging(form)
    for line in logged(capsys):
        assert line[2] == ":"
        assert "\x1b" not in line


def test_a_terminal_gets_lines_for_people(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    set_up_logging()
    assert "\x1b[" in logged(capsys)[0]
    monkeypatch.setenv("NO_COLOR", "1")
    set_up_logging()
    assert "\x1b[" not in logged(capsys)[0]


@pytest.mark.parametrize(("form", "level"), [("xml", ""), ("", "loud"), ("jsonn", "info"), ("", "5")])
def test_what_cannot_be_chosen(form: str, level: str) -> None:
    with pytest.raises(UsageError, match=r"is .* or .*, not"):
        set_up_logging(form, level)


def test_debugging_shows_all(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("BOTKIT_DEBUG", "1")
    set_up_logging()
    try:
        raise ValueError("whatever")
    except ValueError:
        logging.getLogger("other").exception("it failed")
    assert "ValueError: whatever" in capsys.readouterr().err


def test_what_plugins_log_with_structlog_goes_the_same_way(capsys: Any) -> None:
    set_up_logging("json")
    log = structlog.get_logger("botkit.plugins.shop")
    log.warning("no order", conversation="web:1", said="my card is 4111")
    log.debug("nothing")
    (line,) = capsys.readouterr().err.splitlines()
    found = json.loads(line)
    assert (found["message"], found["conversation"], found["level"]) == ("no order", "web:1", "warning")
    assert "4111" not in line


@pytest.mark.parametrize(
    "fields", [{"name": "bob"}, {"message": "x", "args": (1,), "msg": "y"}, {"levelname": "loud", "module": "m", "lineno": 3}]
)  # fmt: skip
def test_no_field_of_a_plugins_structlog_breaks_its_action(fields: dict[str, Any], capsys: Any) -> None:
    set_up_logging("json")
    structlog.get_logger("botkit.plugins.shop").warning("no order", conversation="web:1", **fields)
    found = json.loads(capsys.readouterr().err)
    assert (found["message"], found["conversation"], found["level"]) == ("no order", "web:1", "warning")
    assert found["logger"] == "botkit.plugins.shop"


def test_a_plugins_structlog_tells_the_error(capsys: Any) -> None:
    set_up_logging("json")
    try:
        raise ValueError("my card is 4111")
    except ValueError:
        structlog.get_logger("botkit.plugins.shop").exception("no order", name="bob")
    line = capsys.readouterr().err
    assert json.loads(line)["error"] == "ValueError"
    assert "4111" not in line


def test_a_library_configures_nothing_and_loads_no_structlog() -> None:
    code = "import logging, sys, botkit; botkit.Bot; print(logging.getLogger().handlers, 'structlog' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[] False\n"


@pytest.mark.parametrize(
    ("words", "variables", "said"),
    [
        (("--log-format", "xml"), {}, "--log-format is json or text, not 'xml'"),
        ((), {"BOTKIT_LOG_LEVEL": "loud"}, "BOTKIT_LOG_LEVEL is debug, info, warning or error, not 'loud'"),
        ((), {"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER is 'zipkin' (there are otlp, console, none)"),
    ],
)
def test_run_says_what_cannot_be_chosen(
    words: tuple[str, ...],
    variables: dict[str, str],
    said: str,
    botkit: Any,
    desk: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, _, err = botkit("run", desk, "--port", "0", *words)
    assert code in (1, 2)
    assert said in err
