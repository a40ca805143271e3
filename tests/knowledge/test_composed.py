"""Answers that a model composed, sound ones and faulty ones, through a whole bot: the judge reads what was sent.

The model is scripted: it gives the answer of a case from the passage that the case names, as often as it is asked.
`composed.jsonl` was written before the check was run on it, `composed_dev.jsonl` to make the check.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.ports.models import ModelRequest
from botkit.testing import ScriptedModel

HERE = Path(__file__).parent
Case = Mapping[str, Any]


def cases(name: str) -> list[Case]:
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]


class Author:
    """Plays what the model of a case gives."""

    def __init__(self, asked: list[Case]) -> None:
        self.by_id = {case["id"]: case for case in asked}
        self.current: Case = {}

    def __call__(self, request: ModelRequest) -> str:
        if request.schema_name == "commands":
            command = {"command": "answer", "name": "", "value": "", "names": [], "reason": ""}
            return json.dumps({"commands": [command]})
        given = re.findall(
            r'<passage number="(\d+)" title="[^"]*">\n(.*?)\n</passage>', request.messages[1].text, re.DOTALL
        )
        holds = next((int(number) for number, text in given if self._is_named(text)), 0)
        if not holds:
            return json.dumps({"answerable": False, "answer": "", "quotes": [], "sources": []})
        if self.current.get("cites") == "other":
            holds = holds % len(given) + 1
        return json.dumps(
            {
                "answerable": True,
                "answer": self.current["answer"],
                "quotes": self.current["quotes"],
                "sources": [holds],
            }
        )

    def _is_named(self, text: str) -> bool:
        return bool(text == self.current["passage"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").symlink_to(HERE / "articles")
    (tmp_path / "flows.yaml").write_text("flows: {ping: {start: {commands: [ping]}, steps: [{say: Pong.}]}}\n")
    return tmp_path


async def sent(folder: Path, asked: list[Case], check: str) -> dict[str, str]:
    """Give what the bot sent to each case's question, with the check of bot.yaml."""
    llm = f"llm: {{model: none, base_url: 'http://127.0.0.1:9/v1', check: {check}, links: [parcelwatch.example]}}"
    (folder / "bot.yaml").write_text(f"name: Brindleport\nlocales: [en, zh]\n{llm}\n")
    author = Author(asked)
    found: dict[str, str] = {}
    async with await Bot.load(folder, store="sqlite://", model=ScriptedModel(otherwise=author)) as bot:
        for case in asked:
            author.current = case
            text = (await bot.say(case["question"], f"web:{case['id']}")).text
            assert text
            found[case["id"]] = text.replace(case["passage"], "[the passage, quoted]")
    return found


@pytest.mark.parametrize(("name", "most_missed", "most_stopped"), [("composed", 0, 2), ("composed_dev", 1, 1)])
async def test_what_passages_do_not_support_is_not_sent(
    folder: Path, name: str, most_missed: int, most_stopped: int
) -> None:
    asked = cases(name)
    said, unguarded = await sent(folder, asked, "quotes"), await sent(folder, asked, "off")
    assert [case["id"] for case in asked if case["answer"] not in unguarded[case["id"]]] == []  # each could be sent
    missed = [case["id"] for case in asked if case["kind"] != "sound" and case["answer"] in said[case["id"]]]
    stopped = [case["id"] for case in asked if case["kind"] == "sound" and case["answer"] not in said[case["id"]]]
    assert len(missed) <= most_missed, missed
    assert len(stopped) <= most_stopped, stopped


def test_the_cases_are_as_many_as_they_should_be() -> None:
    asked = cases("composed")
    kinds = Counter("sound" if case["kind"] == "sound" else "fault" for case in asked)
    chinese = Counter(case["kind"] == "sound" for case in asked if case["locale"] == "zh")
    assert (kinds["sound"], kinds["fault"]) == (40, 40)
    assert min(chinese[True], chinese[False]) >= 10
    assert len({case["id"] for case in asked}) == 80
    assert set(Counter(case["kind"] for case in asked).values()) == {40, 8}
