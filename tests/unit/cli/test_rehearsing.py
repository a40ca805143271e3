"""`botkit test`."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from botkit.cli import rehearsing

FAILING = """
tests:
  - name: too much to ask
    talk:
      - user: return my order
        expect: {has: chocolate, route: answer, flow: null, owner: human, called: [desk.find_order]}
"""


def test_all_pass(botkit: Any, desk: Path) -> None:
    code, out, err = botkit("test", desk)
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        "ok    a return",
        "ok    a second return begins to count anew",
        "ok    the desk is closed, then open",
    ]
    assert "\n3 passed, 0 failed in " in out


def test_coverage_names_what_was_never_seen(botkit: Any, desk: Path) -> None:
    out = botkit("test", desk).out
    assert "on_start     steps 1/1  branches 0/0" in out
    assert "return_item  steps 10/13  branches 4/5" in out
    assert "    never: if/then/goto:find\n    never: if → then\n" in out
    assert "never" not in botkit("test", desk, "--no-coverage").out


def test_a_failure_shows_the_transcript(botkit: Any, desk: Path) -> None:
    (desk / "tests" / "more.yaml").write_text(FAILING)
    code, out, _ = botkit("test", desk, "-k", "MUCH")
    place = f"{desk / 'tests' / 'more.yaml'}:5:9"
    assert code == 1
    assert f"FAIL  too much to ask  {desk / 'tests' / 'more.yaml'}:3:5" in out
    assert "      customer: return my order\n      bot:      Which order is it about?\n" in out
    assert f"    ! {place}: expected a reply with 'chocolate'; Which order is it about?\n" in out
    assert f"    ! {place}: expected route answer, found intent\n" in out
    assert f"    ! {place}: expected flow nothing, found return_item\n" in out
    assert f"    ! {place}: expected owner human, found bot\n" in out
    assert f"    ! {place}: expected a call of desk.find_order; the calls were: none\n" in out
    assert "0 passed, 1 failed" in out


def test_junit(botkit: Any, desk: Path, tmp_path: Path) -> None:
    (desk / "tests" / "more.yaml").write_text(FAILING.replace("too much", "too <much> & \\u0001"))
    report = tmp_path / "reports" / "junit.xml"
    assert botkit("test", desk, "--junit", report).code == 1
    root = ET.fromstring(report.read_bytes())  # noqa: S314 - our own file
    assert (root.get("tests"), root.get("failures")) == ("4", "1")
    assert [suite.get("tests") for suite in root] == ["1", "3"]
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert "expected a reply with 'chocolate'" in (failure.get("message") or "")
    assert "bot: Which order is it about?" in (failure.text or "")


@pytest.mark.parametrize(("least", "code"), [("80", 1), ("70", 0), ("0", 0)])
def test_fail_under(botkit: Any, desk: Path, least: str, code: int) -> None:
    ended = botkit("test", desk, "--fail-under", least)
    assert ended.code == code
    assert ("less than 80 %" in ended.err) is bool(code)


def test_a_bot_with_mistakes_is_not_played(botkit: Any, desk: Path) -> None:
    (desk / "bot.yaml").write_text("nam: x")
    code, out, err = botkit("test", desk)
    assert (code, out) == (1, "")
    assert "bot.yaml:1:1: unknown-key" in err


def test_tests_with_mistakes_are_not_played(botkit: Any, desk: Path) -> None:
    (desk / "tests" / "more.yaml").write_text("tests: [{name: a}]")
    code, out, err = botkit("test", desk)
    assert (code, out) == (1, "")
    assert err.endswith("more.yaml:1:9: missing-key: a test needs the key 'talk'\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-k", "zebra"], "no test has 'zebra' in its name"),
        (["--fail-under", "101"], "--fail-under"),
        (["--frob"], "--frob"),
    ],
)
def test_wrong_usage(botkit: Any, desk: Path, words: list[str], said: str) -> None:
    ended = botkit("test", desk, *words)
    assert ended.code == 2
    assert said in ended.err


def test_no_tests_at_all(botkit: Any, desk: Path) -> None:
    (desk / "tests" / "returns.yaml").unlink()
    code, _, err = botkit("test", desk)
    assert code == 2
    assert "there are no tests in" in err


def test_on_a_terminal(botkit: Any, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsing, "on_terminal", lambda: True)
    assert "ok    a return\n" in botkit("test", desk).out
