"""`botkit review`: what the bot missed, for scripts and on a terminal."""

import builtins
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from botkit.cli import app, reviewing
from botkit.cli.reviewing import review

LAMPS = Path(__file__).parents[2] / "data" / "lamps"
SAID = {
    "1": "do you sell gift cards\ngift card?\n",
    "2": "gift cards\nis the \x1b[31mdimmer waterproof mia@example.com\n",
    "3": "lol\n我想买礼品卡\n",
}


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bot with which some people talked; its tests have copies."""
    directory = Path(shutil.copytree(LAMPS, tmp_path_factory.mktemp("talked") / "lamps"))
    for name, text in SAID.items():
        words = ["chat", str(directory), "--json", "--conversation", name]
        assert CliRunner().invoke(app, words, input=text).exit_code == 0
    return directory


@pytest.fixture
def lamps(talked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(talked, tmp_path / "lamps"))


@pytest.fixture
def listed(botkit: Any, lamps: Path) -> dict[str, Any]:
    """Give the proposals by the first of their texts."""
    found = json.loads(botkit("review", lamps, "--format", "json").out)
    return {one["texts"][0]["text"]: one for one in found}


def gifts_of(listed: dict[str, Any]) -> Any:
    return next(one for one in listed.values() if one["count"] == 4)


def test_a_list_for_people(botkit: Any, lamps: Path) -> None:
    code, out, err = botkit("review", lamps)
    assert code == 0
    assert "  4 messages (" in out
    assert ": no match 4\n" in out
    assert "    … and 1 other wordings\n" in out
    assert "\n  → ignore: no word tells what it is about\n" in out
    assert "dimmer waterproof [email 1]" in out
    assert "mia@" not in out
    assert "\x1b" not in out
    assert err == "6 messages in 3 groups\n"


def test_json_for_programs(listed: dict[str, Any]) -> None:
    gifts = gifts_of(listed)
    assert list(gifts) == ["id", "count", "conversations", "first", "last", "reasons", "locales", "texts", "near",
                           "proposal"]  # fmt: skip
    assert (gifts["conversations"], gifts["reasons"]) == (3, {"no match": 4})
    assert gifts["proposal"]["do"] == "new"
    assert listed["lol"]["proposal"] == {"do": "ignore", "wordings": []}


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["--min", "2"], 1),
        (["--since", "1d"], 3),
        (["--locale", "zh"], 1),
        (["--locale", "en", "--min", "1"], 3),
        (["--min", "5"], 0),
    ],
)
def test_only_some(botkit: Any, lamps: Path, words: list[str], count: int) -> None:
    assert len(json.loads(botkit("review", lamps, "--format", "json", *words).out)) == count


def test_accepting_and_ignoring(botkit: Any, lamps: Path, listed: dict[str, Any]) -> None:
    gifts = gifts_of(listed)["id"]
    ended = botkit("review", lamps, "--accept", f"{gifts}=shipping", "--ignore", listed["lol"]["id"])
    assert ended.code == 0
    assert ended.out.startswith(f"{lamps / 'wishes.yaml'}: 'shipping' has 3 questions more\n")
    assert "      - gift card" in (lamps / "wishes.yaml").read_text()
    left = json.loads(botkit("review", lamps, "--format", "json").out)
    assert not {gifts, listed["lol"]["id"]} & {one["id"] for one in left}


def test_of_one_locale_alone(botkit: Any, lamps: Path) -> None:
    (one,) = json.loads(botkit("review", lamps, "--format", "json", "--locale", "zh").out)
    assert botkit("review", lamps, "--locale", "zh", "--accept", f"{one['id']}=shipping").code == 0
    text = (lamps / "wishes.yaml").read_text()
    assert "      - 我想买礼品卡\n" in text
    assert "gift card" not in text


def test_a_new_intent(botkit: Any, lamps: Path, listed: dict[str, Any]) -> None:
    ended = botkit("review", lamps, "--accept", f"{gifts_of(listed)['id']}=new:gifts")
    assert ended == (0, f"{lamps / 'wishes.yaml'}: the intent 'gifts' is new; let a flow start with it\n", "")


def test_what_would_be_wrong_is_said_and_the_others_are_done(
    botkit: Any, lamps: Path, listed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    gifts, lol = gifts_of(listed)["id"], listed["lol"]["id"]
    ended = botkit("review", lamps, "--accept", f"{lol}=shipping", "--accept", f"{gifts}=new:gifts",
                   "--accept", f"{gifts}=shipping", "--accept", lol)  # fmt: skip
    assert ended.code == 1
    assert ended.out == f"{lamps / 'wishes.yaml'}: the intent 'gifts' is new; let a flow start with it\n"
    assert f"botkit: {lol} is not accepted: none of these messages can be an example" in ended.err
    assert f"botkit: {gifts} is not accepted, since that would be wrong:\n" in ended.err
    assert "shared-example" in ended.err
    assert f"botkit: {lol} is not accepted: it is proposed to ignore it" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ["--accept", "nothing"],
        ["--accept", "=shipping"],
        ["--ignore", "nothing"],
        ["--accept", "GIFTS=nobody"],
        ["--accept", "GIFTS=new:a b"],
        ["--since", "yesterday"],
        ["--since", "-1d"],
        ["--locale", "xx"],
        ["--min", "0"],
        ["--format", "xml"],
        ["--store", "sqlite:///nowhere/x.db"],
    ],
)
def test_wrong_usage_changes_nothing(botkit: Any, lamps: Path, listed: dict[str, Any], words: list[str]) -> None:
    before = (lamps / "wishes.yaml").read_text()
    ended = botkit("review", lamps, *(word.replace("GIFTS", gifts_of(listed)["id"]) for word in words))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err
    assert (lamps / "wishes.yaml").read_text() == before


def test_a_bot_with_errors(botkit: Any, lamps: Path) -> None:
    (lamps / "more.yaml").write_text("intents: {order_status: {examples: [x]}}\n")
    ended = botkit("review", lamps)
    assert ended.code == 1
    assert "more.yaml" in ended.err


def test_nothing_to_review(botkit: Any, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(LAMPS, tmp_path / "lamps"))
    botkit("chat", directory, "--json", "--conversation", "1", given="where is my order\n")
    assert botkit("review", directory) == (0, "", "nothing to review\n")
    assert "  reviewed" in botkit("audit", "--dir", directory).out


# On a terminal

Type = Callable[..., str]


@pytest.fixture
def type_lines(lamps: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Type lines and give what the terminal showed; the end of the lines is Ctrl-D."""

    def run(*lines: str) -> str:
        typed: Iterator[str] = iter(lines)

        def read(_prompt: str) -> str:
            line = next(typed, None)
            if line is None:
                raise EOFError
            if line == "^C":
                raise KeyboardInterrupt
            return line

        monkeypatch.setattr(builtins, "input", read)
        monkeypatch.setattr(reviewing, "on_terminal", lambda: True)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", "100")
        review(lamps, "", "", "", 1, None, None, None)
        return capsys.readouterr().out

    return run


def test_group_by_group(type_lines: Type, lamps: Path) -> None:
    shown = type_lines("?", "nobody", "shipping", "s", "i")
    assert "6 messages in 3 groups (? for help)\n" in shown
    assert "1/3  4 × no match 4 ─" in shown
    assert "new:NAME makes a new intent" in shown
    assert "there is no intent or answer 'nobody'" in shown
    assert "'shipping' has 3 questions more\n" in shown
    assert "2/3  1 × no match 1 ─" in shown
    assert "\x1b[31m" not in shown
    assert shown.endswith("1 accepted, 1 ignored\n")
    assert len((lamps / "review-ignored.txt").read_text().splitlines()) == 2
    assert "2 messages" not in type_lines()


def test_as_it_is_proposed(type_lines: Type, lamps: Path) -> None:
    shown = type_lines("", "q")
    assert "is new; let a flow start with it\n" in shown
    assert "1 accepted, 0 ignored\n" in shown
    assert "gift" in (lamps / "wishes.yaml").read_text()


def test_the_wordings_can_be_changed(type_lines: Type, lamps: Path) -> None:
    shown = type_lines("e", "a voucher", "  a [card](gift)  ", "", "new:gifts", "s", "e", "", "q")
    assert "\n  a voucher\n  a [card](gift)\n" in shown
    assert "    examples:\n      - a voucher\n      - 'a [card](gift)'\n" in (lamps / "wishes.yaml").read_text()


def test_what_would_be_an_error_is_asked_again(type_lines: Type, lamps: Path) -> None:
    shown = type_lines("e", "track my parcel", "", "shipping", "e", "a gift", "", "shipping", "q")
    assert "shared-example" in shown
    assert "'shipping' has 1 question more\n" in shown
    assert "track my parcel\n    say" not in (lamps / "wishes.yaml").read_text()


def test_what_was_accepted_settles_others(type_lines: Type) -> None:
    shown = type_lines("e", "gift card", "lol", "", "new:gifts", *"sssss")
    assert "3/3" not in shown or "2/3" not in shown  # lol is an example now


@pytest.mark.parametrize("lines", [["^C"], ["e", "^C"], ["e", "x", "^C"]])
def test_ctrl_c_leaves_what_was_accepted(type_lines: Type, lamps: Path, lines: list[str]) -> None:
    import typer

    with pytest.raises(typer.Exit) as ended:
        type_lines("new:gifts", *lines)
    assert ended.value.exit_code == 130
    assert "  gifts:\n" in (lamps / "wishes.yaml").read_text()
    assert sorted(path.name for path in lamps.glob("*.yaml*")) == ["bot.yaml", "flows.yaml", "wishes.yaml"]


@pytest.mark.parametrize("lines", [[], ["e"], ["e", "x"]])
def test_ctrl_d_leaves(type_lines: Type, lines: list[str]) -> None:
    assert "0 accepted, 0 ignored" in type_lines(*lines)
