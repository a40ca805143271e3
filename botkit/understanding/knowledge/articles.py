"""Files to articles: front matter, title and passages, with every problem at its place."""

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from botkit.errors import Place, Problem
from botkit.flows import Node, Report, read
from botkit.flows.shapes import fields, mean, text, texts
from botkit.model.articles import Article
from botkit.understanding.knowledge.chunks import Section, cut, plain, read_sections

KEYS = ("title", "url", "locale", "tags")
MOST_PASSAGES = 20_000  # of a bot
MOST_TITLE = 200  # characters

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)


def read_article(source: str, path: str, file: str, locales: Collection[str]) -> tuple[Article | None, list[Problem]]:
    """Read one article in Markdown, or None if it has errors; all problems at once.

    `path` is its own in the bot's directory, `file` what problems name, `locales` those that the bot speaks.
    """
    report = Report()
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    found = _CONTROL.search(source)
    if found is not None:
        line = source.count("\n", 0, found.start()) + 1
        report.error(Place(file, line), "not-text", "the file has characters that no text has", "save it as Markdown")
        return None, report.problems
    front, body, first = _split(source, file, report)
    settings = _front_matter(front, file, locales, report)
    if report.errors:
        return None, report.problems
    article = _make(read_sections(body, first), path, settings)
    if not article.chunks:
        report.warn(Place(file, first), "empty-article", "the article has no text", "write it, or remove the file")
    return article, report.problems


def check_together(articles: Iterable[tuple[Article, str]]) -> Iterator[Problem]:
    """Find what is wrong between articles, each with the file that problems name."""
    titles: dict[tuple[str, str], str] = {}
    count = 0
    for article, file in articles:
        key = article.title.casefold(), article.locale
        if key in titles:
            message = f"another article has the title {article.title[:60]!r}"
            hint = f"it is {titles[key]}; customers see the title beside an answer"
            yield Problem(Place(file), "duplicate-title", message, hint, "warning")
        titles.setdefault(key, file)
        before, count = count, count + len(article.chunks)
        if before <= MOST_PASSAGES < count:
            message = f"the articles have more than {MOST_PASSAGES:,} passages up to here"
            yield Problem(Place(file), "too-large", message, "a plugin's knowledge source can search more")


def _split(source: str, file: str, report: Report) -> tuple[str, str, int]:
    """Give front matter, body and the line at which that begins."""
    lines = source.split("\n")
    if lines[0].rstrip() != "---":
        return "", source, 1
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."}), None)
    if end is None:
        report.error(Place(file), "bad-front-matter", "the front matter has no end", "close it with a line of ---")
        return "", "", 1
    # The line of the marker stays as an empty one, so that places in what is read are those in the file.
    return "\n" + "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2


def _front_matter(
    front: str, file: str, locales: Collection[str], report: Report
) -> dict[str, str | tuple[str, ...]]:
    node, problems = read(front, file)
    report.extend(problems)
    if node is None or node.empty:
        return {}
    found = fields(node, "the front matter", KEYS, report)
    made: dict[str, str | tuple[str, ...]] = {}
    for key in ("title", "url", "locale"):
        if key in found and (value := text(found[key], f"'{key}'", report)) is not None:
            made[key] = value.strip()[:MOST_TITLE] if key == "title" else value.strip()
    if "tags" in found:
        made["tags"] = texts(found["tags"], "'tags'", report)
    _check_values(made, found, locales, report)
    return made


def _check_values(
    made: dict[str, str | tuple[str, ...]], found: dict[str, Node], locales: Collection[str], report: Report
) -> None:
    if "title" in made and not made["title"]:
        report.error(
            found["title"].place, "empty-text", "'title' is empty", "leave it out: the first heading is taken"
        )
    url, locale = made.get("url", ""), made.get("locale", "")
    if isinstance(url, str) and "url" in made and not _LINK.fullmatch(url):
        message = f"'url' takes an address that begins with https://, not {url[:60]!r}"
        report.error(found["url"].place, "unknown-value", message)
    if isinstance(locale, str) and "locale" in made and locale not in locales:
        message = f"'locale' takes one of the bot's locales, not {locale[:20]!r}"
        report.error(found["locale"].place, "unknown-locale", message, mean(locale, locales))


def _make(sections: list[Section], path: str, settings: dict[str, str | tuple[str, ...]]) -> Article:
    """Make an article of its sections; its first heading of level 1 is its title if the front matter has none."""
    title = settings.get("title") or next((one.heading for one in sections if one.level == 1 and one.heading), "")
    title = str(title or plain(PurePosixPath(path).stem.replace("_", " ").replace("-", " ")).capitalize())
    chunks = []
    for chunk in cut(sections):
        own = chunk.path[1:] if chunk.path and chunk.path[0].casefold() == title.casefold() else chunk.path
        chunks.append(type(chunk)(chunk.text, own, chunk.anchor if own else "", chunk.line))
    tags = settings.get("tags", ())
    return Article(
        path=path,
        title=title[:MOST_TITLE],
        url=str(settings.get("url", "")),
        locale=str(settings.get("locale", "")),
        tags=tags if isinstance(tags, tuple) else (),
        chunks=tuple(chunks),
    )
