"""Pictures of what was taken for what: a page of its own, and a PNG."""

import io
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from botkit.app.evaluations import Evaluation
from botkit.app.misses import Meaning
from botkit.errors import ConfigError

if TYPE_CHECKING:
    from PIL import ImageFont

NONE: Final = "(nothing)"
_EXAMPLES = 5  # in the title of a cell
_CELL, _LETTERS, _EDGE = 26, 15, 24  # pixels: a cell, a letter, around the picture
_MOST_PIXELS = 8000  # of a side
_LATIN_END: Final = "\u0180"  # behind the letters that Pillow's own font has
_FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)


class Matrix(NamedTuple):
    """How often each name (a row) was taken for each (a column); names that are confused stand near each other."""

    names: tuple[str, ...]
    counts: dict[tuple[str, str], int]
    examples: dict[tuple[str, str], list[str]]

    def row(self, name: str) -> int:
        """Give how many messages mean a name."""
        return sum(self.counts.get((name, other), 0) for other in self.names)


def matrix_of(found: Evaluation) -> Matrix:
    """Count what was taken for what. What means nothing stands in its row only where the bot would take it."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[str]] = {}
    for case in found.cases:
        taken = case.taken if case.meant is not None or case.accepted else None
        key = _label(case.meant), _label(taken)
        counts[key] += 1
        examples.setdefault(key, []).append(case.text)
    names = [
        _label(one.meaning) for one in found.names if one.tried or any(k[1] == _label(one.meaning) for k in counts)
    ]
    if any(NONE in key for key in counts):
        names.append(NONE)
    return Matrix(tuple(_near_each_other(names, counts)), dict(counts), examples)


def _label(meaning: Meaning | None) -> str:
    if meaning is None:
        return NONE
    return meaning.name if meaning.kind == "intent" else f"answer {meaning.name}"


def _near_each_other(names: Sequence[str], counts: Counter[tuple[str, str]]) -> Iterable[str]:
    """Begin with the name that is confused most, and go on with what the last one is confused with most."""
    left = dict.fromkeys(names)

    def between(one: str, other: str) -> int:
        return counts[one, other] + counts[other, one]

    last = ""
    while left:
        far = [name for name in left if name != NONE] or list(left)
        near = max(far, key=lambda name: between(last, name))
        if not between(last, near):
            near = max(far, key=lambda name: sum(between(name, other) for other in left if other != name))
        del left[near]
        last = near
        yield near


# A page

_STYLE = """
:root {
  color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --ground: #fff; --line: #d1d9e0;
  --good: 26 127 55; --bad: 207 34 46
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #f0f6fc; --soft: #9198a1; --ground: #0d1117; --line: #3d444d; --good: 63 185 80; --bad: 248 81 73
  }
}
body {
  margin: 2rem; color: var(--ink); background: var(--ground);
  font: 14px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif
}
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } .soft { color: var(--soft) }
table { border-collapse: collapse }
td, th { padding: .15rem .5rem; text-align: right; font-weight: normal; white-space: nowrap }
th[scope=row] { text-align: left } .scroll { overflow: auto; max-width: 100% }
.matrix td {
  border: 1px solid var(--line); width: 1.7rem; min-width: 1.7rem; height: 1.7rem; padding: 0; text-align: center
}
.matrix thead th {
  writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; padding: .4rem .15rem
}
.good { background: rgb(var(--good) / var(--share)) } .bad { background: rgb(var(--bad) / var(--share)) }
li { margin: .2rem 0 }
"""


def draw_page(found: Evaluation, summary: Iterable[str]) -> str:
    """Draw a page that needs nothing else: the figures, the matrix, and the confusions with their examples."""
    matrix = matrix_of(found)
    title = escape(f"{found.bot}: what is taken for what")
    lines = "<br>\n".join(escape(line.strip()) for line in summary)
    names = "".join(
        f'<tr><th scope="row">{escape(_label(one.meaning))}</th><td>{one.examples}</td><td>{one.tried}</td>'
        f"<td>{_percent(one.precision)}</td><td>{_percent(one.recall)}</td><td>{_percent(one.f1)}</td></tr>\n"
        for one in sorted(found.names, key=lambda one: (one.f1 is None, one.f1 or 0.0, one.meaning))
    )
    confusions = "".join(
        f"<li>{escape(_label(one.meant))} taken for {escape(_label(one.taken))}: {len(one.cases)}<ul>"
        + "".join(
            f"<li>{escape(case.text)} <span class=soft>near {escape(case.near or NONE)}, {case.score:.2f}</span></li>"
            for case in one.cases
        )
        + "</ul></li>\n"
        for one in found.confusions
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n<p>{lines}</p>\n"
        '<h2>Matrix</h2>\n<p class="soft">A row for what is meant, a column for what it was taken for; '
        "names that are confused stand near each other.</p>\n"
        f'<div class="scroll"><table class="matrix">\n{_table(matrix)}</table></div>\n'
        '<h2>Intents and answers</h2>\n<div class="scroll"><table><thead><tr><th></th><th>examples</th><th>tried</th>'
        f"<th>precision</th><th>recall</th><th>F1</th></tr></thead>\n{names}</table></div>\n"
        f"<h2>Confusions</h2>\n<ul>\n{confusions}</ul>\n</html>\n"
    )


def _table(matrix: Matrix) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in matrix.names)
    cells = {name: "".join(_cell(matrix, name, other) for other in matrix.names) for name in matrix.names}
    rows = "".join(f'<tr><th scope="row">{escape(name)}</th>{cells[name]}</tr>\n' for name in matrix.names)
    return f"<thead><tr><th></th>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n"


def _cell(matrix: Matrix, name: str, other: str) -> str:
    count = matrix.counts.get((name, other), 0)
    if not count:
        return "<td></td>"
    texts = matrix.examples[name, other]
    more = [f"… and {len(texts) - _EXAMPLES} more"] if len(texts) > _EXAMPLES else []
    said = escape("\n".join([f"{name} taken for {other}: {count}", *texts[:_EXAMPLES], *more]), quote=True)
    kind = "good" if name == other else "bad"
    return f'<td class="{kind}" style="--share: {_strength(matrix, name, count):.2f}" title="{said}">{count}</td>'


def _strength(matrix: Matrix, name: str, count: int) -> float:
    """Give how strong the colour of a cell is: by the share of its row, but never too faint to be seen."""
    return 0.15 + 0.7 * count / max(1, matrix.row(name))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.0f} %"


# A picture


def draw_png(found: Evaluation) -> bytes:
    """Draw the matrix as a PNG on a light ground. Raises ConfigError without Pillow, or a font that has the names.

    Names in other than Latin letters need a font of the system, such as Noto Sans CJK.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError as error:
        raise ConfigError("a PNG needs Pillow", hint="pip install 'botkit[eval]', or --html FILE") from error
    matrix = matrix_of(found)
    font = _font("".join(matrix.names))
    wide = int(max((font.getlength(name) for name in matrix.names), default=0)) + 10
    side = _EDGE + wide + _CELL * len(matrix.names) + _EDGE
    if side > _MOST_PIXELS:
        raise ConfigError(f"{len(matrix.names)} names are too many for a PNG", hint="--html FILE")
    picture = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(picture)
    for at, name in enumerate(matrix.names):
        middle = _EDGE + wide + _CELL * at + _CELL // 2
        pen.text((_EDGE + wide - 6, middle), name, "#1f2328", font, anchor="rm")
        label = Image.new("RGB", (wide, _CELL), "white")
        ImageDraw.Draw(label).text((6, _CELL // 2), name, "#1f2328", font, anchor="lm")
        picture.paste(label.rotate(90, expand=True), (middle - _CELL // 2, _EDGE))
    for (name, other), count in matrix.counts.items():
        left = _EDGE + wide + _CELL * matrix.names.index(other)
        top = _EDGE + wide + _CELL * matrix.names.index(name)
        color = _mixed((26, 127, 55) if name == other else (207, 34, 46), _strength(matrix, name, count))
        pen.rectangle((left, top, left + _CELL, top + _CELL), color)
        pen.text((left + _CELL // 2, top + _CELL // 2), str(count), "#1f2328", font, anchor="mm")
    for at in range(len(matrix.names) + 1):
        line = _EDGE + wide + _CELL * at
        pen.line((line, _EDGE + wide, line, side - _EDGE), "#d1d9e0")
        pen.line((_EDGE + wide, line, side - _EDGE, line), "#d1d9e0")
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def _mixed(color: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(255 + (part - 255) * share) for part in color)
    return red, green, blue


def _font(letters: str) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    """Give a font that has the letters: Pillow's own for Latin ones, else one of the system."""
    from PIL import ImageFont

    own = os.environ.get("BOTKIT_FONT", "")
    if not own and all(letter < _LATIN_END for letter in letters):
        return ImageFont.load_default(_LETTERS)
    for path in (own,) if own else _FONTS:
        if own or Path(path).is_file():
            try:
                return ImageFont.truetype(path, _LETTERS)
            except OSError as error:
                raise ConfigError(f"{path} cannot be read as a font", hint="set BOTKIT_FONT to another") from error
    hint = "install one, such as fonts-noto-cjk, name its file in BOTKIT_FONT, or use --html FILE"
    raise ConfigError("no font of this machine is known to have the names' letters", hint=hint)
