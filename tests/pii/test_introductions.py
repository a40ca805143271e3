"""Names by which people introduce themselves, greet and sign: how many of a made corpus are found, and how much else.

`introductions.jsonl` has three sets, each written before the rules were run on it; the first two were looked at
afterwards to better them, the third was not. Names that are only told of (`beside`) are not claimed.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from botkit.app.introductions import introduced

LEAST = 0.9
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("introductions.jsonl").read_text("utf-8").splitlines()
]


def measured(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Give the share of the names that are found, and of what is found the share that is one."""
    wanted = found = right = given = 0
    for row in rows:
        got, names = introduced([row["text"]]), row["names"]
        if not row.get("beside"):
            wanted += len(names)
            found += sum(any(name in one for one in got) for name in names)
        given += len(got)
        right += sum(
            any(one in name or name in one or one[0] == name[-1] or one[0] in name for name in names) for one in got
        )
    return found / wanted, right / given


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("sets", [(1, 2), (3,)])
def test_most_are_found_and_little_else(language: str, sets: tuple[int, ...]) -> None:
    rows = [row for row in ROWS if row["lang"] == language and row["set"] in sets]
    assert len(rows) >= 40
    recall, precision = measured(rows)
    assert recall >= LEAST, f"{recall:.3f}"
    assert precision >= LEAST, f"{precision:.3f}"
