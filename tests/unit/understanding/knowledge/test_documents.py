"""PDF and HTML as articles: what is kept of them, and what cannot be read."""

from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from botkit.app.directories import check_directory
from botkit.errors import ConfigError
from botkit.model.articles import Article
from botkit.understanding.knowledge import documents, read_article
from botkit.understanding.knowledge.documents import read_html, read_pdf


def pdf(pages: Sequence[str], title: str = "") -> bytes:
    """Make a PDF of pages of text in Helvetica, a line each."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(count))
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, page in enumerate(pages):
        shown = "".join(f"({line}) Tj 0 -14 Td " for line in page.split("\n"))
        content = f"BT /F1 12 Tf 50 700 Td {shown} ET"
        font = "/Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 600 800]"
        parts.append(f"<< /Type /Page /Parent 2 0 R {font} /Contents {5 + 2 * at} 0 R >>")
        parts.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    parts.append(f"<< /Title ({title}) >>")
    text, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(parts) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R /Info {len(parts)} 0 R >>\nstartxref\n{len(text)}\n%%EOF"
    return f"{text}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


def article(source: str, path: str = "knowledge/manual.pdf") -> Article:
    found, problems = read_article(source, path, path, ("en", "zh"))
    assert found is not None, problems
    return found


def test_each_page_of_a_pdf_is_a_passage() -> None:
    found = article(read_pdf(pdf(["Unplug the\nlamp first.", "Then clean the shade."], "The lamp")))
    assert found.title == "The lamp"
    assert [(one.path, one.text, found.source(one)) for one in found.chunks] == [
        (("page 1",), "Unplug the lamp first.", "knowledge/manual.pdf#page=1"),
        (("page 2",), "Then clean the shade.", "knowledge/manual.pdf#page=2"),
    ]


def test_what_stands_on_each_page_is_left_out_and_cut_words_are_joined() -> None:
    pages = [
        f"Manual of the lamp\nPage text {word} is clea-\nned {word}.\n{number}"
        for number, word in enumerate("abc", 1)
    ]
    found = article(read_pdf(pdf(pages)))
    assert found.title == "Manual"
    assert [one.text for one in found.chunks] == [f"Page text {word} is cleaned {word}." for word in "abc"]


def test_marks_in_a_pdf_are_no_markdown() -> None:
    (chunk,) = article(read_pdf(pdf(["# 2*3*4 [x] <b>"]))).chunks
    assert chunk.text == r"\# 2\*3\*4 \[x\] \<b\>"


@pytest.mark.parametrize(
    "content", [b"", b"no pdf", b"%PDF-1.4\n", b"\0" * 1000, pdf(["a"])[:200], b"%PDF-1.7" + b"\xff" * 5000]
)
def test_what_is_no_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigError, match="the PDF cannot be read") as caught:
        read_pdf(content)
    assert caught.value.hint == "save it anew"


def test_a_pdf_of_pictures_is_empty() -> None:
    found, problems = read_article(read_pdf(pdf([""])), "knowledge/a.pdf", "a.pdf", ("en",))
    assert found is not None
    assert [problem.code for problem in problems] == ["empty-article"]


def test_a_pdf_may_not_be_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_PAGES", 2)
    with pytest.raises(ConfigError, match="more than 2 pages"):
        read_pdf(pdf(["a", "b", "c"]))


PAGE = """<!doctype html><html lang="zh-CN"><head><title>Help | Shop</title>
<link rel="canonical" href="https://x.example/help"><style>p {}</style></head><body><nav><a href="/">Home</a></nav>
<main><!-- secret --><h1>Help with <em>parcels</em></h1>Loose text <b>here</b>.
<h2 id="late">Late * parcels</h2><p>One may be <a href="/t">tracked</a> [1].</p>
<ul><li>Wait <b>two</b> days</li><li>Ask us</li><li></li></ul><ol><li>First</li></ol>
<table><tr><th>To</th><th>Days</th></tr><tr><td>Canada</td><td>9</td></tr></table>
<dl><dt>Size</dt><dd>Large</dd></dl><div><section><p>Deep.</p></section></div>
<script>alert(1)</script></main><footer>Imprint</footer></body></html>"""


def test_the_main_part_of_a_page_is_the_article() -> None:
    found = article(read_html(PAGE, ("en", "zh")), "knowledge/help.html")
    assert (found.title, found.url, found.locale) == ("Help with parcels", "https://x.example/help", "zh")
    assert [(one.path, one.text) for one in found.chunks] == [
        ((), "Loose text here."),
        (
            ("Late * parcels",),
            "One may be tracked \\[1\\].\n\n- Wait two days\n- Ask us\n\n1. First\n\n- Canada – Days: 9\n\nSize: Large\n\nDeep.",
        ),
    ]
    assert found.source(found.chunks[1]) == "https://x.example/help#late"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Only this", "Only this"),
        ("Only text", "Only text"),
        ("<p>a</p></div></p><td>b", "a\n\nb"),
        ("<table><tr><td>one cell</td></tr></table>", "one cell"),
        ("<table><tr><td>a|b</td><td>c</td></tr><tr><td>d</td></tr></table>", "- d"),
        ("<div>" * 3000 + "deep" + "</div>" * 3000, "deep"),
        ("<html lang='tlh'><title>\"x\\</title><p>a", "a"),
    ],
)
def test_a_broken_page_is_read_as_far_as_it_goes(page: str, text: str) -> None:
    assert [one.text for one in article(read_html(page, ("en",))).chunks] == [text]


def test_an_empty_page_is_empty() -> None:
    assert article(read_html("")).chunks == ()


def test_without_the_readers_the_check_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bot.yaml").write_text("name: x\n")
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.pdf").write_bytes(pdf(["Unplug the lamp."]))
    (tmp_path / "knowledge" / "b.html").write_text("<h1>Parcels</h1><p>They come.")
    checked = check_directory(tmp_path)
    assert checked.flows is not None, checked.problems
    assert [one.path for one in checked.flows.articles] == ["knowledge/a.pdf", "knowledge/b.html"]

    def find(name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(documents, "find_spec", find)
    (tmp_path / "knowledge" / "a.pdf").write_bytes(pdf(["Unplug the old lamp."]))
    (tmp_path / "knowledge" / "b.html").write_text("<h1>Parcels</h1><p>They go.")
    found = [str(problem).partition("knowledge/")[2] for problem in check_directory(tmp_path).problems]
    assert found == [
        "a.pdf:1:1: unreadable: reading PDF needs the package pypdf; pip install 'botkit[knowledge]'",
        "b.html:1:1: unreadable: reading HTML needs the package beautifulsoup4; pip install 'botkit[knowledge]'",
    ]


def test_a_pdf_that_cannot_be_read_is_an_error_at_its_file(tmp_path: Path) -> None:
    (tmp_path / "bot.yaml").write_text("name: x\n")
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.pdf").write_bytes(b"no pdf")
    (problem,) = check_directory(tmp_path).problems
    assert (problem.code, problem.place.file) == ("unreadable", str(tmp_path / "knowledge" / "a.pdf"))
