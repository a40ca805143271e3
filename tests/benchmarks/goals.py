"""The goals, and the table that holds what was measured against them."""

import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Goal(NamedTuple):
    """A figure that has to be reached, and one that is aimed at; percents are of the floor in the same run.

    Without figures it is a floor itself.
    """

    title: str
    must: float = math.nan
    aim: float = math.nan
    unit: str = "%"

    @property
    def less_is_better(self) -> bool:
        """Whether a smaller figure is the better one."""
        return self.aim < self.must


class Row(NamedTuple):
    """What was measured for a goal: in the words of its own, and the figure that is held against the goal."""

    goal: Goal
    measured: str
    figure: float

    @property
    def met(self) -> str:
        """What is reached: nothing, what must be, or what was aimed at."""
        goal = self.goal
        if math.isnan(goal.must):
            return ""
        sign = -1 if goal.less_is_better else 1
        if sign * self.figure >= sign * goal.aim:
            return "aim"
        return "must" if sign * self.figure >= sign * goal.must else "no"


FLOOR = Goal("floor: plain Python, sqlite3, lone, NORMAL")
BY_HAND = Goal("floor: asyncpg, SELECT and a CTE, 16 at once")
BY_HAND_TOGETHER = Goal("floor: asyncpg, committed together, 16 at once")
DATABASE = Goal("PostgreSQL, 16 at once, beside the CTE", 60)
DATABASE_TOGETHER = Goal("PostgreSQL, 16 at once, beside committing together", math.nan, 50)
EDGE = Goal("bare edge: uvicorn and Starlette")
LONE = Goal("a lone conversation, NORMAL", 25, 45)
TOGETHER = Goal("200 interleaved, FULL", 40, 100)
WEBHOOK = Goal("webhook to stored reply, FULL, 64 at once", 35, 50)
CALLS = Goal("Python calls per turn", 400, 200, "")
START = Goal("start to first reply, 50 flows", 0.6, 0.3, "s")
MEMORY = Goal("memory, one process", 60, 45, "MB")
STORED = Goal("stored per conversation of six turns", 4, 2, "kB")


def describe_machine() -> str:
    """Say what it was measured on."""
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, {_processor()}"


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor unknown"
    )


def write(rows: Sequence[Row]) -> str:
    """Write the table, in Markdown."""
    head = ("", "measured", "of the floor", "must", "aim", "met")
    cells = [head, ("---",) * len(head), *map(_cells, rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    )


def _cells(row: Row) -> tuple[str, ...]:
    goal = row.goal
    share = f"{row.figure:.1f} %" if goal.unit == "%" else ""
    return goal.title, row.measured, share, _with_unit(goal.must, goal.unit), _with_unit(goal.aim, goal.unit), row.met


def _with_unit(figure: float, unit: str) -> str:
    return "" if math.isnan(figure) else f"{figure:g} {unit}".rstrip()
