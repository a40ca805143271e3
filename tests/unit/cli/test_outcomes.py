"""How commands end."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import botkit as package
from botkit.cli import main
from botkit.cli.logs import JsonLines, TerminalLines, set_up_logging
from botkit.cli.outcomes import guarded
from botkit.errors import BotkitError, LoadError, Place, Problem, UsageError

PROBLEM = Problem(Place("a.yaml", 3, 7), "unknown-key", "there is no key 'x'")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("no", hint="do that"), 2, "botkit: no (do that)\n"),
        (BotkitError("no"), 1, "botkit: no\n"),
        (LoadError([PROBLEM]), 1, "a.yaml:3:7: unknown-key: there is no key 'x'\n"),
        (FileNotFoundError(2, "No such file or directory", "x"), 1, "botkit: No such file or directory: x\n"),
        (OSError("odd"), 1, "botkit: odd\n"),
        (KeyboardInterrupt(), 130, ""),
        (typer.Exit(7), 7, ""),
    ],
)
def test_errors_read_like_sentences(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOTKIT_DEBUG", raising=False)

    @guarded
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        command()
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == said


def test_a_mistake_of_ours_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    @guarded
    def command() -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.delenv("BOTKIT_DEBUG", raising=False)
    with pytest.raises(typer.Exit):
        command()
    assert capsys.readouterr().err == "botkit broke: ZeroDivisionError: oh (--debug shows where; please report it)\n"
    monkeypatch.setenv("BOTKIT_DEBUG", "1")
    with pytest.raises(typer.Exit):
        command()
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def _run(*words: str, **how: Any) -> "subprocess.CompletedProcess[str]":
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOTKIT_")}
    command = [sys.executable, "-m", "botkit", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=env, **how)


def test_version_and_help() -> None:
    assert _run("--version").stdout == f"botkit {package.__version__}\n"
    helped = _run("--help")
    assert helped.returncode == 0
    for name in ("new", "run", "chat", "check", "test", "why", "graph", "schema", "doctor", "conversations"):
        assert f"\n  {name} " in helped.stdout


def test_help_loads_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "pydantic", "uvicorn", "rich", "jinja2")
    code = f"import sys, botkit.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "words",
    [["new"], ["run"], ["chat"], ["check"], ["test"], ["why"], ["graph"], ["schema"], ["doctor"]]
    + [["conversations", name] for name in ("list", "show", "export", "erase", "failed")],
)
def test_every_help_shows_an_example(botkit: Any, words: list[str]) -> None:
    code, out, _ = botkit(*words, "--help")
    assert code == 0
    assert f"\n  botkit {' '.join(words)}" in out or f"botkit {' '.join(words)}" in out.partition("\n\n")[2]


def test_debug_may_stand_anywhere(tmp_path: Path) -> None:
    quiet = _run("graph", str(tmp_path / "none"))
    assert quiet.returncode == 1
    assert "Traceback" not in quiet.stderr
    assert "Traceback" in _run("graph", str(tmp_path / "none"), "--debug").stderr


def test_who_reads_may_leave(desk: Path) -> None:
    script = f"{sys.executable} -m botkit schema | head -c 10 > /dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout in ("0\n", "1\n")
    assert done.stderr == ""


def _record(**carried: object) -> logging.LogRecord:
    record = logging.LogRecord("botkit.x", logging.WARNING, "f.py", 1, "sent %d", (3,), None)
    vars(record).update(carried)
    return record


def test_logs_are_json_without_the_text_of_errors() -> None:
    record = _record(conversation="web:1")
    try:
        raise ValueError("my card is 4111")
    except ValueError:
        record.exc_info = sys.exc_info()
    fields = json.loads(JsonLines().format(record))
    assert fields["message"] == "sent 3"
    assert (fields["level"], fields["logger"], fields["conversation"]) == ("warning", "botkit.x", "web:1")
    assert (fields["error"], fields["file"]) == ("ValueError", __file__)
    assert "4111" not in JsonLines().format(record)


def test_logs_on_a_terminal_are_short() -> None:
    line = TerminalLines().format(_record(conversation="web:1"))
    assert line[8:] == " warning botkit.x: sent 3 conversation=web:1"


@pytest.mark.parametrize(("debug", "kind"), [("", JsonLines), ("1", logging.Formatter)])
def test_logging_is_set_up(debug: str, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setenv("BOTKIT_DEBUG", debug)
    set_up_logging()
    assert type(root.handlers[0].formatter) is kind
    assert root.getEffectiveLevel() == logging.INFO


@pytest.mark.parametrize("words", [["--debug", "--version"], ["--version", "--debug"]])
def test_main(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["botkit", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().out) == (0, f"botkit {package.__version__}\n")


def test_debug_is_for_this_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOTKIT_DEBUG", "")
    monkeypatch.setattr(sys, "argv", ["botkit", "graph", str(tmp_path / "none"), "--debug"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, os.environ["BOTKIT_DEBUG"]) == (1, "1")


def test_run_in_this_process(botkit: Any, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botkit.cli.running.set_up_logging", lambda: None)
    monkeypatch.setattr("botkit.app.serving.Service.run", _say_what)
    assert botkit("run", desk, "--port", "0", "--strict") == (0, f"{desk.name} 0 True True\n", "")


async def _say_what(service: Any) -> None:
    service._tell(f"{service.directory.name} {service.address.port} {service._strict} {service._watched}")
