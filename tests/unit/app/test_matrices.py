"""Pictures of what was taken for what: legible in any language, self-contained, and hostile texts stay texts."""

import builtins
import io
import re
from typing import Any

import pytest
from PIL import Image

from botkit.app import matrices
from botkit.app.evaluations import Evaluation, Labelled, evaluate
from botkit.app.matrices import NONE, draw_page, draw_png, matrix_of
from botkit.app.misses import Meaning
from botkit.errors import ConfigError
from botkit.model.definitions import Intent
from botkit.model.flowset import FlowSet, Settings


def tried(names: tuple[str, ...], rows: list[tuple[str, str]]) -> Evaluation:
    """Try messages on a bot whose intents have one example each, which is `say` and the name."""
    intents = {name: Intent(name, (f"say {name} {at}",)) for at, name in enumerate(names)}
    flows = FlowSet("v", Settings(name="<b>Bot</b>"), {}, intents)
    known = {"": None, **{name: Meaning("intent", name) for name in names}}
    messages = [
        Labelled(intents[said].examples[0] if said in intents else said, known[meant]) for meant, said in rows
    ]
    return evaluate(flows, messages)


ROWS = [*[("one", "one")] * 3, ("one", "three"), ("two", "two"), ("three", "three"), ("", "two"), ("", "xyzzy")]


def test_the_matrix_counts_and_puts_what_is_confused_side_by_side() -> None:
    matrix = matrix_of(tried(("one", "two", "three"), ROWS))
    assert matrix.counts["one", "one"] == 3
    assert matrix.counts["one", "three"] == matrix.counts[NONE, "two"] == matrix.counts[NONE, NONE] == 1
    assert matrix.row("one") == 4
    assert abs(matrix.names.index("one") - matrix.names.index("three")) == 1
    assert matrix.names[-1] == NONE


def test_a_page_needs_nothing_else_and_escapes() -> None:
    hostile = '<script>alert(1)</script> " onmouseover=x'
    page = draw_page(tried(("one", "two"), [("one", "one"), ("two", "one"), ("one", hostile)]), ["a <i>line</i>"])
    assert "<script" not in page
    assert "<i>" not in page
    assert '" onmouseover' not in page
    assert "&lt;b&gt;Bot" in page
    assert not re.search(r"https?://|src=|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page
    assert 'title="two taken for one: 1\nsay one 0"' in page


def test_names_in_chinese_stand_in_the_page() -> None:
    assert '<th scope="col">退货</th>' in draw_page(tried(("退货", "订单"), [("退货", "订单")]), [])


def test_a_picture_has_a_cell_for_each_pair() -> None:
    found = tried(("one", "two", "three"), ROWS)
    small, large = (Image.open(io.BytesIO(draw_png(one))) for one in (tried(("one", "two"), [("one", "one")]), found))
    assert large.size[0] == large.size[1] > small.size[0]
    assert {color for _, color in large.convert("RGB").getcolors(1 << 16) or ()} >= {(255, 255, 255), (209, 217, 224)}
    assert draw_png(found) == draw_png(found)


def test_names_in_chinese_need_a_font_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOTKIT_FONT", raising=False)
    monkeypatch.setattr(matrices, "_FONTS", ())
    with pytest.raises(ConfigError, match="no font") as caught:
        draw_png(tried(("退货", "订单"), [("退货", "订单")]))
    assert "fonts-noto-cjk" in caught.value.hint


def test_a_font_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTKIT_FONT", __file__)
    with pytest.raises(ConfigError, match="cannot be read as a font"):
        draw_png(tried(("退货", "订单"), [("退货", "订单")]))


def test_too_many_names_for_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrices, "_MOST_PIXELS", 100)
    with pytest.raises(ConfigError, match="4 names are too many"):
        draw_png(tried(("one", "two", "three"), ROWS))


def test_without_pillow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def importing(name: str, *rest: Any) -> Any:
        if name == "PIL":
            raise ImportError(name)
        return real(name, *rest)

    found = tried(("one", "two"), [("one", "one")])
    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(ConfigError) as caught:
        draw_png(found)
    assert "pip install 'botkit[eval]'" in caught.value.hint
