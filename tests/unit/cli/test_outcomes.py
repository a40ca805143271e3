"""How commands end."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import botkit as package
from botkit.cli import main
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


@pytest.mark.parametrize("words", [[], ["conversations"], ["db"], ["finetune"]])
def test_no_summary_is_cut_off(botkit: Any, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = botkit(*words, "--help").out.partition("\nCommands:\n")[2].splitlines()
    assert commands
    assert [line for line in commands if line.endswith("..") or not line.endswith(".")] == []


def test_what_may_be_left_out_stands_in_one_pair_of_brackets(botkit: Any) -> None:
    usages = [botkit(*words, "--help").out.partition("\n\n")[0] for words in (["check"], ["why"], ["doctor"])]
    assert "[[" not in "".join(usages)
    assert [usage.rpartition(" ")[2] for usage in usages] == ["[DIR]...", "[TURN]", "[DIR]"]


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
    monkeypatch.setattr("botkit.cli.running.set_up_logging", lambda _: None)
    monkeypatch.setattr("botkit.app.serving.Service.run", _say_what)
    assert botkit("run", desk, "--port", "0", "--strict") == (0, f"{desk.name} 0 True True\n", "")


async def _say_what(service: Any) -> None:
    service._tell(f"{service.directory.name} {service.address.port} {service._strict} {service._watched}")
