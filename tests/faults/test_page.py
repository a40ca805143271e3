"""docs/faults.md says what is so: its example passes, and its tables are whole."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from botkit.testing.faults import MEANINGS, POINTS, Judgement
from botkit.testing.faults.plans import COMMITS
from tests.docs.pages import ROOT, blocks, code_words, prose

PAGE = ROOT / "docs" / "faults.md"


async def test_the_example_passes(tmp_path: Path) -> None:
    for block in blocks(PAGE, "yaml", "python"):
        path = tmp_path / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
    spec = spec_from_file_location("example_of_faults", tmp_path / "test_faults.py")
    assert spec is not None
    assert spec.loader is not None
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    (tmp_path / "work").mkdir()
    await example.test_nothing_is_lost(tmp_path / "work")


def test_every_kind_and_every_point_is_explained() -> None:
    text = prose(PAGE)
    assert [
        f"| `{kind}` | {meaning} |" for kind, meaning in MEANINGS.items() if f"| `{kind}` | {meaning} |" not in text
    ] == []
    assert {*COMMITS, *(point for point in POINTS if point.split(":")[0] not in COMMITS)} <= code_words(text)


def test_every_wrong_is_explained() -> None:
    own = {"seed", "chats", "delivered", "repeated", "played"}
    assert set(Judgement.__struct_fields__) - own <= code_words(prose(PAGE))
