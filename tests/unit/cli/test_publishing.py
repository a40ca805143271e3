"""`botkit publish` and `botkit rollback`."""

import json
from pathlib import Path
from typing import Any

import pytest


def _edit(desk: Path, before: str, after: str) -> None:
    flows = desk / "flows.yaml"
    text = flows.read_text(encoding="utf-8")
    assert before in text
    flows.write_text(text.replace(before, after), encoding="utf-8")


def _published(botkit: Any, desk: Path) -> list[dict[str, Any]]:
    out = botkit("publish", desk, "--history", "--json").out
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def published(botkit: Any, desk: Path) -> Path:
    code, out, _ = botkit("publish", desk, "--yes", "--no-tests")
    assert code == 0
    assert "published as number 1" in out
    return desk


def test_the_first_time(botkit: Any, desk: Path) -> None:
    code, out, _ = botkit("publish", desk, "--dry-run", "--no-tests")
    assert code == 0
    assert "no conversation is in the middle of something" in out
    assert _published(botkit, desk) == []


def test_what_differs_is_shown_and_the_version_is_published(botkit: Any, published: Path) -> None:
    assert botkit("chat", published, "--json", "--conversation", "1", given="return my order\n").code == 0
    _edit(published, "Hello!", "Hullo!")
    out = botkit("publish", published, "--yes", "--no-tests").out
    assert "  changed  flow on_start" in out
    assert "\n-" in out
    assert "Hullo!" in out
    assert "1 conversation is in the middle of something:\n       1  go on" in out
    assert "published as number 2" in out
    rows = _published(botkit, published)
    assert [(row["number"], row["share"], row["by"]) for row in rows] == [(2, 100, "command"), (1, 100, "command")]
    for way in ("--yes", "--dry-run"):
        assert botkit("publish", published, way, "--no-tests").err == "It is published already.\n"
    assert len(_published(botkit, published)) == 2


def test_nothing_is_done_without_a_yes(botkit: Any, published: Path) -> None:
    _edit(published, "Hello!", "Hullo!")
    code, _, error = botkit("publish", published, "--no-tests", given="")
    assert (code, "Nobody answered, and nothing was done (--yes does not ask)." in error) == (1, True)
    assert botkit("publish", published, "--no-tests", given="n\n").code == 1
    assert botkit("publish", published, "--no-tests", "--dry-run").code == 0
    assert len(_published(botkit, published)) == 1


def test_mistakes_and_failing_tests_are_not_published(botkit: Any, published: Path) -> None:
    _edit(published, "Hello!", "Hullo!")
    (published / "tests").mkdir(exist_ok=True)
    (published / "tests" / "more.yaml").write_text(
        "tests: [{name: greeting, talk: [{user: hi, expect: {has: Hello!}}]}]\n", encoding="utf-8"
    )
    code, out, error = botkit("publish", published, "--yes")
    assert code == 1
    assert "greeting" in out
    assert "Not published: " in error
    code, out, _ = botkit("publish", published, "--json")
    told = json.loads(out)
    assert (code, told["number"], {one["code"] for one in told["problems"]}) == (1, None, {"failed-test"})
    assert any("greeting: expected a reply with 'Hello!'" in one["message"] for one in told["problems"])
    _edit(published, "start: {", "strt: {")
    code, out, _ = botkit("publish", published, "--json", "--no-tests")
    assert (code, json.loads(out)["problems"][0]["code"]) == (1, "unknown-key")
    code, _, error = botkit("publish", published, "--yes", "--no-tests")
    assert (code, "unknown-key" in error) == (1, True)
    assert len(_published(botkit, published)) == 1


def test_back_and_forth(botkit: Any, published: Path) -> None:
    first = _published(botkit, published)[0]["version"]
    _edit(published, "Hello!", "Hullo!")
    botkit("publish", published, "--yes", "--no-tests")
    assert botkit("rollback", published, "--dry-run").code == 0
    assert "published as number 3" in botkit("rollback", published, "--yes").out
    rows = _published(botkit, published)
    assert ([row["by"] for row in rows], rows[0]["version"]) == (["rollback", "command", "command"], first)
    code, _, error = botkit("rollback", published, "--to", "zzz")
    assert (code, "no published versions begin with 'zzz'" in error) == (2, True)


def test_back_from_a_directory_with_mistakes(botkit: Any, published: Path) -> None:
    first = _published(botkit, published)[0]["version"]
    _edit(published, "Hello!", "Hullo!")
    botkit("publish", published, "--yes", "--no-tests")
    (published / "flows.yaml").write_text("flows: [", encoding="utf-8")
    assert botkit("publish", published, "--yes", "--no-tests").code == 1
    code, out, error = botkit("rollback", published, "--yes")
    assert (code, error) == (0, "")
    assert "-      - say: Hullo!" in out
    assert _published(botkit, published)[0]["version"] == first
    (published / "bot.yaml").write_text("nam: x", encoding="utf-8")
    code, _, error = botkit("rollback", published, "--yes")
    assert (code, "unknown-key: bot.yaml has no key 'nam'" in error) == (1, True)


def test_a_canary(botkit: Any, published: Path) -> None:
    _edit(published, "Hello!", "Hullo!")
    canary = ("publish", published, "--canary", "10%", "--no-tests", "--json")
    assert json.loads(botkit(*canary, "--dry-run").out)["number"] is None
    plan = json.loads(botkit(*canary).out)
    assert (plan["share"], plan["number"]) == (10, 2)
    assert json.loads(botkit(*canary).out)["number"] is None
    assert _published(botkit, published)[0]["share"] == 10
    assert "  10 %\n" in botkit("publish", published, "--history").out
    more = json.loads(botkit("publish", published, "--canary", "60%", "--no-tests", "--json").out)
    assert (more["before"], more["changes"]) == (plan["before"], plan["changes"])
    back = botkit("rollback", published, "--yes").out
    assert f"version {plan['before'][:12]} after {plan['version'][:12]}\n" in back
    assert "-      - say: Hullo!" in back
    assert _published(botkit, published)[0]["share"] == 100


@pytest.mark.parametrize("share", ["0", "100", "-5", "ten", "5.5%", "1000%", "１０%x"])
def test_a_share_that_is_none(botkit: Any, published: Path, share: str) -> None:
    code, _, error = botkit("publish", published, f"--canary={share}", "--no-tests")
    assert (code, "from 1% to 99%" in error) == (2, True)


def test_a_canary_needs_something_beside_it(botkit: Any, desk: Path) -> None:
    code, _, error = botkit("publish", desk, "--canary", "10", "--no-tests")
    assert (code, "publish one whole first" in error) == (2, True)
    assert not (desk / "bot.db").exists()


def test_nothing_to_go_back_to(botkit: Any, desk: Path) -> None:
    code, _, error = botkit("rollback", desk)
    assert (code, "nothing was published" in error) == (2, True)
