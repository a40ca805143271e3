"""The tools that a model is offered at the retail desk are those of the retail domain."""

import json
from pathlib import Path

import pytest

from tests.flows.retail.cases import generate
from tests.flows.retail.recorded import FOLDER
from tests.llm.retail import tools
from tests.llm.retail.plays import Manner, make_batch
from tests.llm.retail.running import Figures, play_here
from tests.llm.retail.server import Json

MISSING = "" if (FOLDER / "tools.json").is_file() else "there is no tools.json in retail/ of the shared data"


@pytest.fixture
async def offered(tmp_path: Path) -> list[Json]:
    """Give the tools as they come over HTTP."""
    figures = Figures()
    await play_here(make_batch(list(generate(1, 1)), [Manner()], 1), tmp_path / "one", figures, stream=False)
    assert not figures.wrong
    return figures.tools


async def test_they_have_the_names_parameters_types_and_choices_of_the_domain(offered: list[Json]) -> None:
    assert tools.bare(offered) == tools.by_hand()
    assert len(offered) == len(tools.TOOLS) == 16


async def test_their_schemas_are_plain_and_described(offered: list[Json]) -> None:
    for tool in offered:
        function = tool["function"]
        assert tools.keys_of(function["parameters"]) <= tools.PLAIN, function
        assert function["parameters"]["additionalProperties"] is False
        assert len(function["description"]) > 20


@pytest.mark.skipif(bool(MISSING), reason=MISSING or "all there")
async def test_they_equal_the_recorded_ones(offered: list[Json]) -> None:
    assert tools.bare(offered) == tools.bare(tools.recorded())


def test_recorded_tools_are_read(tmp_path: Path) -> None:
    parameters = {"type": "object", "properties": {"thought": {"type": "string", "description": "Why."}}}
    tool = {"type": "function", "function": {"name": "think", "description": "Think.", "parameters": parameters}}
    for written in ([tool], {"tools": [tool]}, [tool["function"]]):
        (tmp_path / "tools.json").write_text(json.dumps(written), encoding="utf-8")
        (name, schema), *_ = tools.bare(tools.recorded(tmp_path)).items()
        assert (name, schema["properties"], schema["required"]) == ("think", {"thought": tools.TEXT}, [])
    assert tools.bare([tool]) != {"think": tools.by_hand()["think"]}, "a parameter that need not be there is another"
