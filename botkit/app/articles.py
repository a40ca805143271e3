"""The help articles of a bot's directory: `knowledge/` with its sub-directories."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from botkit.errors import ConfigError, Place, Problem
from botkit.model.articles import Article
from botkit.understanding.knowledge import check_together, read_article

FOLDER = "knowledge"
SUFFIXES = (".md", ".html", ".htm", ".pdf")
MOST_BYTES = 32 << 20  # of a PDF
_MOST_KNOWN = 256  # documents that are not read again while they stay as they are


def article_files(directory: Path) -> Iterator[Path]:
    """Find the articles of a bot; what begins with a dot is none."""
    for path in sorted((directory / FOLDER).glob("**/*")):
        hidden = any(part.startswith(".") for part in path.relative_to(directory).parts)
        if not hidden and path.suffix.casefold() in SUFFIXES and path.is_file():
            yield path


def read_source(
    path: Path,
    locales: tuple[str, ...],
    read_text: Callable[[Path, list[Problem]], str | None],
    problems: list[Problem],
) -> str | None:
    """Read a file of articles as Markdown, text files by `read_text`; what can't be read is a problem."""
    suffix = path.suffix.casefold()
    if suffix == ".md":
        return read_text(path, problems)
    try:
        if suffix == ".pdf":
            return _read_pdf(path)
        text = read_text(path, problems)
        return _read_html(text, locales) if text is not None else None
    except ConfigError as error:
        problems.append(Problem(Place(str(path)), "unreadable", error.message, error.hint))
    except OSError as error:
        problems.append(Problem(Place(str(path)), "unreadable", f"the file cannot be read: {error.strerror}"))
    return None


def _read_pdf(path: Path) -> str:
    found = path.stat()
    if found.st_size > MOST_BYTES:
        raise ConfigError(f"the file has {found.st_size:,} bytes, more than {MOST_BYTES:,}", hint="split it")
    return _known_pdf(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=_MOST_KNOWN)
def _known_pdf(path: Path, _changed: int, _size: int) -> str:
    from botkit.understanding.knowledge.documents import read_pdf

    return read_pdf(path.read_bytes())


@lru_cache(maxsize=_MOST_KNOWN)
def _read_html(text: str, locales: tuple[str, ...]) -> str:
    from botkit.understanding.knowledge.documents import read_html

    return read_html(text, locales)


def is_article(path: str) -> bool:
    """Tell whether a source of a bot is an article, by its path in the bot's directory."""
    return path.startswith(f"{FOLDER}/")


def read_articles(
    written: Mapping[str, str], locales: Iterable[str], directory: Path | None = None
) -> tuple[tuple[Article, ...], list[Problem]]:
    """Read articles by their paths in the bot's directory; gives those that are sound, by path, and all problems.

    Problems name the files as `directory` was given.
    """
    known = tuple(dict.fromkeys(code for locale in locales for code in (locale, locale.partition("-")[0])))
    found: list[tuple[Article, str]] = []
    problems: list[Problem] = []
    for path, source in sorted(written.items()):
        file = str(directory / path) if directory is not None else path
        article, wrong = read_article(source, path, file, known)
        problems += wrong
        if article is not None:
            found.append((article, file))
    problems += check_together(found)
    return tuple(article for article, _ in found if article.chunks), problems
