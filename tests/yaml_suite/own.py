"""Texts of our own over the same features as the suite: what they stand for, or where and how they are refused."""

from typing import Any, NamedTuple


class Own(NamedTuple):
    """A text with its value, or with the line and the code of its refusal."""

    name: str
    text: str
    value: Any = None
    line: int = 0
    code: str = ""


BOOK = {"title": "Tea", "pages": 120}

OWN = (
    # words
    Own("answers are texts", "[yes, no, on, off, y, N]", ["yes", "no", "on", "off", "y", "N"]),
    Own("truth has three spellings", "[true, True, TRUE, tRue]", [True, True, True, "tRue"]),
    Own("nothing", "{a: ~, b: null, c: , d: Null}", {"a": None, "b": None, "c": None, "d": None}),
    Own("whole numbers", "[0, -12, +3, 007, 0o17, 0x1f]", [0, -12, 3, 7, 15, 31]),
    Own("fractions", "[1.5, -2e3, .5, 6.]", [1.5, -2000.0, 0.5, 6.0]),
    Own("clocks and days are texts", "[12:30, 190:20:30, 2024-02-28]", ["12:30", "190:20:30", "2024-02-28"]),
    Own("numbers of YAML 1.1 are texts", "[0b11, 1_000, 1:30]", ["0b11", "1_000", "1:30"]),
    Own("equals is a text", "sign: =", {"sign": "="}),
    # block collections
    Own("mapping of lists", "tea:\n- green\n- black\nmilk: []\n", {"tea": ["green", "black"], "milk": []}),
    Own("list of mappings", "- title: Tea\n  pages: 120\n-\n  title: Rice\n", [BOOK, {"title": "Rice"}]),
    Own("list in a list", "- - 1\n  - 2\n- 3\n", [[1, 2], 3]),
    Own("value on the next line", "name:\n  Ada\nlast:\n", {"name": "Ada", "last": None}),
    Own("explicit keys", "? one\n: 1\n? two\n", {"one": 1, "two": None}),
    Own("keys of many letters", "?a: 1\n-b: 2\n:c: 3\nd#e: 4\n", {"?a": 1, "-b": 2, ":c": 3, "d#e": 4}),
    # flow collections
    Own("flow over lines", "{\n  title: Tea,\n  pages: 120,\n}\n", BOOK),
    Own("pairs in a list", "[a: 1, b, 'c': 2]", [{"a": 1}, "b", {"c": 2}]),
    Own("quoted key and value side by side", '{"a":1, "b":[]}', {"a": 1, "b": []}),
    Own("empty ones", "[[], {}, '']", [[], {}, ""]),
    Own("question marks within", "[a?b, why ?, {c: d?}]", ["a?b", "why ?", {"c": "d?"}]),
    # texts
    Own("escapes", r'"\ttab \"q\" \x41 é \U0001F600 a\/b"', '\ttab "q" A é 😀 a/b'),
    Own("single quotes", r"'it''s \n'", r"it's \n"),
    Own("quotes over lines", '"one\n  two\n\n  three\\\n  four"', "one two\nthreefour"),
    Own("plain text over lines", "a: one\n  two\n\n  three\n", {"a": "one two\nthree"}),
    Own("literal", "a: |\n  one\n   two\n\n  three\n", {"a": "one\n two\n\nthree\n"}),
    Own("literal stripped and kept", "a: |-\n  x\n\nb: |+\n  y\n\n", {"a": "x", "b": "y\n\n"}),
    Own("literal with its own indentation", "a: |2\n   x\n  y\n", {"a": " x\ny\n"}),
    Own("folded", "a: >\n  one\n  two\n\n  three\n    more\n  end\n", {"a": "one two\nthree\n  more\nend\n"}),
    Own("folded stripped", "- >-\n  one\n  two\n", ["one two"]),
    Own("tabs within texts", 'a: "x\n  \ty"\nb: |\n  x\ty\nc: p\tq\n', {"a": "x y", "b": "x\ty\n", "c": "p\tq"}),
    # anchors, tags, directives, comments, streams
    Own("aliases", "a: &x [1, 2]\nb: *x\nc: {d: *x}\n", {"a": [1, 2], "b": [1, 2], "c": {"d": [1, 2]}}),
    Own("an alias for a key", "&k name: 1\nlist: {*k : 2}\n", {"name": 1, "list": {"name": 2}}),
    Own("an anchor given anew", "[&a 1, *a, &a 2, *a]", [1, 1, 2, 2]),
    Own("tags that say text", "[!!str 1, ! true, !!str ]", ["1", "true", ""]),
    Own("tags of the core", '[!!int "3", !!float 4, !!bool true, !!null ~]', [3, 4.0, True, None]),
    Own("tags of collections", "!!map\na: !!seq [1]\nb: !!map {}\n", {"a": [1], "b": {}}),
    Own("directives", "%YAML 1.2\n%LATER on\n# so\n---\na: 1\n", {"a": 1}),
    Own("a document and its end", "---\na: 1\n...\n", {"a": 1}),
    Own("comments", "# one\na: 1 # two\n# three\nb: c#d\n", {"a": 1, "b": "c#d"}),
    Own("an empty stream", "# nothing\n\n", None),
    Own("carriage returns and a byte order mark", "\ufeffa: 1\r\nb: |\r\n  x\r\n", {"a": 1, "b": "x\n"}),
    # refusals
    Own("a list never closed", "a:\n  - [1, 2\n", line=2, code="yaml"),
    Own("a mapping never closed", "{a: 1", line=1, code="yaml"),
    Own("a quote never closed", "a: 1\nb: 'x\n", line=2, code="yaml"),
    Own("a comma too many", "- a\n- [1, , 2]\n", line=2, code="yaml"),
    Own("a comma first", "---\n[, 1]\n", line=2, code="yaml"),
    Own("a bracket too many", "a: [1]]\n", line=1, code="yaml"),
    Own("a tab that indents a mapping", "a:\n\tb: 1\n", line=2, code="yaml"),
    Own("a tab that indents a list", "-\t- 1\n", line=1, code="yaml"),
    Own("two values of one key", "a: b: c\n", line=1, code="yaml"),
    Own("a list after text", "a: b\n- c\n", line=2, code="yaml"),
    Own("a key that fits no level", "a:\n    b: 1\n  c: 2\n", line=3, code="yaml"),
    Own("a word without a colon", "a: 1\nword\nb: 2\n", line=3, code="yaml"),
    Own("an escape that is none", 'a: 1\nb: "\\q"\n', line=2, code="yaml"),
    Own("a text that begins with @", "a: @b\n", line=1, code="yaml"),
    Own("text after a quote", 'a: "b" c\n', line=1, code="yaml"),
    Own("a comment right after a bracket", "a:\n  [1]#no\n", line=2, code="yaml"),
    Own("a comment right after a brace, with other letters", "a: 退 😀\r\nb: {c: 1}#no\r\n", line=2, code="yaml"),
    Own("a comment right after a quote", "a: 'b'#no\n", line=1, code="yaml"),
    Own("a comment right after a block's sign", "a: b\nc: >-#no\n  d\n", line=2, code="yaml"),
    Own("a comment right after a version", "# one\n%YAML 1.2#no\n---\n", line=2, code="yaml"),
    Own("a directive without a document", "%YAML 1.2\na: 1\n", line=2, code="yaml"),
    Own("two versions", "%YAML 1.2\n%YAML 1.2\n---\n", line=2, code="yaml"),
    Own("a version with a word", "%YAML 1.2 x\n---\n", line=1, code="yaml"),
    Own("a reserved directive without a document", "%LATER on\na: 1\n", line=1, code="yaml"),
    Own("an indentation of nothing", "a: |0\n  b\n", line=1, code="yaml"),
    Own("text in a block's first line", "a: | b\n  c\n", line=1, code="yaml"),
    Own("a line of another document in quotes", 'a: "b\n---\nc"\n', line=2, code="yaml"),
    Own("an alias for nothing", "a: 1\nb: *c\n", line=2, code="unknown-alias"),
    Own("an alias within itself", "a: &b\n  - *b\n", line=2, code="alias-cycle"),
    Own("an alias with an anchor", "a: &b 1\nc: &d *b\n", line=2, code="yaml"),
    Own("a name missing", "a: & b\n", line=1, code="yaml"),
    Own("the same key twice", "a: 1\nb: 2\na: 3\n", line=3, code="duplicate-key"),
    Own("a list for a key", "a: 1\n? [b]\n: c\n", line=2, code="bad-key"),
    Own("a mapping for a key", "{{a: 1}: 2}", line=1, code="bad-key"),
    Own("keys merged", "a: &a {b: 1}\nc:\n  <<: *a\n", line=3, code="merge-key"),
    Own("a tag of one's own", "a: 1\nb: !thing 2\n", line=2, code="tag"),
    Own("a tag that does not fit a word", "a: !!int b\n", line=1, code="tag"),
    Own("a tag that does not fit a list", "a:\n  !!map [1]\n", line=2, code="tag"),
    Own("a tag of YAML 1.1", "a: !!set {b}\n", line=1, code="tag"),
    Own("a tag that is cut off", "a: !<b c\n", line=1, code="yaml"),
    Own("two documents", "a: 1\n---\nb: 2\n", line=2, code="several-documents"),
    Own("text after the end", "a: 1\n...\nb: 2\n", line=3, code="yaml"),
    Own("a letter that cannot be seen", "a: 1\nb: \x07\n", line=2, code="bad-character"),
)
