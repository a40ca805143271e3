"""docs/faults.md says what is so: its examples pass, and its tables are whole."""

from importlib import import_module

import pytest

from botkit.testing import postgres
from botkit.testing.faults import KINDS, MEANINGS, POINTS, SERVER_KINDS, Judgement
from botkit.testing.faults.plans import COMMITS
from tests.docs.pages import ROOT, blocks, code_words, prose

PAGE = ROOT / "docs" / "faults.md"


@pytest.mark.parametrize(("file", "test"), [("faults", "nothing_is_lost"), ("nodes", "nothing_is_lost_by_nodes")])
async def test_the_example_passes(
    file: str, test: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    if file == "nodes" and postgres.find_binaries() is None:
        pytest.skip("there is no PostgreSQL server on this machine: apt-get install postgresql")
    home = tmp_path_factory.mktemp("example")
    for block in blocks(PAGE, "yaml", "python"):
        path = home / block.file.replace("test_", f"{home.name}_")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text.replace("from test_", f"from {home.name}_"), encoding="utf-8")
    monkeypatch.syspath_prepend(home)
    example = import_module(f"{home.name}_{file}")
    await getattr(example, f"test_{test}")(tmp_path_factory.mktemp("work"))


def test_every_kind_and_every_point_is_explained() -> None:
    text = prose(PAGE)
    rows = [
        f"| `{kind}` | {meaning} | {'yes' if kind in KINDS else ''} | {'yes' if kind in SERVER_KINDS else ''} |"
        for kind, meaning in MEANINGS.items()
    ]
    assert [row for row in rows if row.replace("|  |", "| |") not in text] == []
    assert {*COMMITS, *(point for point in POINTS if point.split(":")[0] not in COMMITS)} <= code_words(text)


def test_every_wrong_is_explained() -> None:
    own = {"seed", "chats", "delivered", "repeated", "played"}
    assert set(Judgement.__struct_fields__) - own <= code_words(prose(PAGE))
