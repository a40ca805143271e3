"""Help articles: what they are called, where they stand, and the passages that they are cut into."""

import msgspec


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """A passage of an article: the text under one heading, or a part of that.

    `path` are the headings above it, the article's title not among them; `text` is Markdown without headings and
    tables; `anchor` is what a link to the place has behind its `#`; `line` is where it begins in the file.
    """

    text: str
    path: tuple[str, ...] = ()
    anchor: str = ""
    line: int = 1


class Article(msgspec.Struct, frozen=True, array_like=True):
    """One help article. `path` is that in the bot's directory, `locale` empty where the file names none."""

    path: str
    title: str
    url: str = ""
    locale: str = ""
    tags: tuple[str, ...] = ()
    chunks: tuple[Chunk, ...] = ()

    def source(self, chunk: Chunk) -> str:
        """Give where a passage stands: a link if the article has one, else its file; with the anchor."""
        where = self.url or self.path
        return f"{where}#{chunk.anchor}" if chunk.anchor and "#" not in where else where
