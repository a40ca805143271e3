"""A plugin beside a bot, a plugin of a package and a new bot, each through the whole of it."""

import asyncio
import re
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner

from botkit import Bot, LoadError
from botkit.app.directories import check_directory
from botkit.cli import app
from botkit.cli.scaffold import scaffold

DOCS = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
FLOWS = """
slots:
  email: {type: email}
intents:
  use_points: {examples: [use my points, redeem points]}
flows:
  points:
    start: {intents: [use_points]}
    steps:
      - ask: email
        say: Your e-mail?
"""


async def talk(directory: Path, *texts: str) -> list[str]:
    bot = await Bot.load(directory)
    try:
        turns = [await bot.say(text, conversation="web:1") for text in texts]
    finally:
        await bot.close()
    return [turn.replies[-1].text for turn in turns]


async def test_the_bot_of_the_documentation_works(tmp_path: Path) -> None:
    listing, flow = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    (tmp_path / "plugins").mkdir()
    code = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)[0]
    (tmp_path / "plugins" / "loyalty.py").write_text(code, encoding="utf-8")
    (tmp_path / "bot.yaml").write_text(f"name: Points\n{listing}", encoding="utf-8")
    last = '      - say: "Left: {{ account.points }}"\n'
    (tmp_path / "flows.yaml").write_text(FLOWS + textwrap.indent(flow, "      ") + last, encoding="utf-8")
    assert check_directory(tmp_path).problems == ()
    assert await talk(tmp_path, "use my points", "ann@example.org", "20", "yes") == [
        "Your e-mail?",
        "You have 120 points. How many would you like to use?",
        "Use 20 points?",
        "Left: 100",
    ]
    too_many = await talk(tmp_path, "start over", "use my points", "ann@example.org", "500", "yes")
    assert too_many[-2:] == ["Use 500 points?", "There are only 120 points."]


SETTLED = """
from pydantic import BaseModel

from botkit import Context, Plugin


class Settings(BaseModel):
    points: int = 1


plugin = Plugin("loyalty", settings=Settings)


@plugin.action(effect="read")
def points(ctx: Context) -> int:
    return ctx.settings.points
"""
ASKS_POINTS = """
intents: {use_points: {examples: [use my points]}}
flows:
  points:
    start: {intents: [use_points]}
    steps:
      - {do: loyalty.points, save: points}
      - say: "You have {{ points }}."
"""
TRIAL = "tests: [{name: points, talk: [{user: use my points, bot: You have 7.}]}]\n"


async def test_settings_of_a_plugin_beside_the_bot_reach_it_in_the_bot_its_tests_and_its_check(
    tmp_path: Path,
) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "loyalty.py").write_text(SETTLED)
    (tmp_path / "bot.yaml").write_text("plugins: [{./loyalty.py: {points: 7}}]\n")
    (tmp_path / "flows.yaml").write_text(ASKS_POINTS)
    (tmp_path / "tests" / "points.yaml").write_text(TRIAL)
    assert await talk(tmp_path, "use my points") == ["You have 7."]
    runner = CliRunner()
    tested = await asyncio.to_thread(runner.invoke, app, ["test", str(tmp_path)])
    assert (tested.exit_code, "You have 1." in tested.output) == (0, False)
    assert runner.invoke(app, ["check", str(tmp_path)]).exit_code == 0
    (tmp_path / "bot.yaml").write_text("plugins: [{./loyalty.py: {points: many}}]\n")
    checked = runner.invoke(app, ["check", str(tmp_path)])
    assert checked.exit_code == 1
    assert "bot.yaml:1:27: config-error: plugin './loyalty.py': points: Input should be a valid int" in checked.output
    with pytest.raises(LoadError, match="config-error"):
        await Bot.load(tmp_path)


async def test_a_new_bot_talks(tmp_path: Path) -> None:
    scaffold("bot", "Acme", tmp_path)
    replies = await talk(
        tmp_path, "please call me back", "an invoice", "I have it here somewhere", "+49 30 1234567", "yes"
    )
    assert replies[0] == "What is it about?"
    assert replies[2].startswith("I need a phone number")
    assert replies[-1] == "Thank you. Somebody will call you soon."


def test_a_flow_is_held_against_the_signature(tmp_path: Path) -> None:
    (tmp_path / "loyalty.py").write_text(re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)[0], encoding="utf-8")
    (tmp_path / "bot.yaml").write_text("name: Points\nplugins: [./loyalty.py]\n", encoding="utf-8")
    steps = "      - do: loyalty.find_account\n        with: {mail: x}\n        save: account\n      - say: hello\n"
    (tmp_path / "flows.yaml").write_text(FLOWS + steps, encoding="utf-8")
    said = "\n".join(str(problem) for problem in check_directory(tmp_path).errors)
    assert "mail" in said
    assert "email" in said
