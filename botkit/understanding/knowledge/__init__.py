"""Knowledge: help articles as passages, and the search for the one that answers a question.

    article, problems = read_article(text, path, file, locales)
    library = Library.build(articles, locales)
    library.search("how long can I send things back?", "en")

Reading articles needs no numpy; the library is imported when a bot has articles.
"""

from typing import TYPE_CHECKING, Any

from botkit.understanding.knowledge.articles import check_together, read_article

if TYPE_CHECKING:
    from botkit.understanding.knowledge.library import Library

__all__ = ["Library", "check_together", "read_article"]


def __getattr__(name: str) -> Any:
    """Import the library when it is first asked for: with numpy it takes a tenth of a second."""
    if name != "Library":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from botkit.understanding.knowledge.library import Library

    return Library
