"""Secrets that stand in a bot's files in clear: whoever may read the repository has them."""

import re
from collections.abc import Iterator, Mapping

from botkit.app.config import VARIABLE
from botkit.errors import Place, Problem
from botkit.flows import Node, read

HINT = "put it into the environment or .env, and write ${NAME} here"
_KEY = re.compile(
    r"(?:^|[_-])(?:token|secret|password|passwd|passphrase|api_?key|private_?key|access_?key|signing_?key|credentials?)s?$"
    r"|(?:token|secret|password|apikey)s?$",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"tokens$|(?:^|[_-])(?:max|min)[_-](?:\w+[_-])?token$", re.IGNORECASE)
_TOKENS = re.compile(
    r"(?<![\w-])(?:"
    r"\d{8,10}:[A-Za-z0-9_-]{35}"  # Telegram
    r"|xox[a-z]-[\w-]{10,}|xapp-\d-[\w-]{10,}"  # Slack
    r"|sk-[\w-]{20,}|[sr]k_live_\w{16,}|whsec_[A-Za-z0-9+/=]{20,}"
    r"|gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}"
    r"|AKIA[0-9A-Z]{16}|AIza[\w-]{35}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"  # a signed JSON web token
    r")(?![\w-])|-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^\s/:@$\"']{1,64}:[^\s/@${\"']{1,128}@",
)
_PLACEHOLDERS = frozenset({"none", "null", "true", "false", "~"})


def find_clear_secrets(config: str, file: str, flows: Mapping[str, str]) -> Iterator[Problem]:
    """Warn of secrets in clear: by their keys in bot.yaml, and by their looks in every file. None is shown."""
    told: set[tuple[str, int]] = set()
    node, _ = read(config, file)
    for place, key in _keyed(node) if node is not None else ():
        told.add((file, place.line))
        yield Problem(place, "clear-secret", f"'{key}' is written in clear", HINT, "warning")
    for path, text in ((file, config), *flows.items()):
        for number, line in enumerate(text.splitlines(), 1):
            match = _TOKENS.search(line) if len(line) < 20_000 and (path, number) not in told else None
            if match is not None:
                place = Place(path, number, match.start() + 1)
                message = "something that looks like a secret is written in clear"
                yield Problem(place, "clear-secret", message, HINT, "warning")


def looks_secret(name: str) -> bool:
    """Tell whether a name, of a key or of a variable, is that of a secret."""
    return _KEY.search(name) is not None and _AMOUNT.search(name) is None


def named_secrets(node: Node) -> Iterator[str]:
    """Give the values of keys that name secrets, as they are written."""
    if node.kind == "mapping":
        for key, value in node.entries:
            if looks_secret(key.raw):
                yield from (one.raw for one in _scalars(value))
            yield from named_secrets(value)
    elif node.kind == "list":
        for item in node.items:
            yield from named_secrets(item)


def secret_parts(text: str) -> Iterator[str]:
    """Give what looks like a secret in a text: tokens of known services, passwords in addresses."""
    for match in _TOKENS.finditer(text):
        found = match[0]
        yield found.removeprefix("://").rstrip("@").partition(":")[2] if found.startswith("://") else found


def _keyed(node: Node) -> Iterator[tuple[Place, str]]:
    """Give the values of keys that name secrets, where they are written and not taken from the environment."""
    if node.kind == "mapping":
        for key, value in node.entries:
            if _KEY.search(key.raw) is None:
                yield from _keyed(value)
                continue
            for one in _scalars(value):
                if _is_clear(one.raw) and not _is_amount(key, one):
                    yield one.place, key.raw
            yield from _keyed(value)
    elif node.kind == "list":
        for item in node.items:
            yield from _keyed(item)


def _scalars(node: Node) -> Iterator[Node]:
    if node.kind == "scalar":
        yield node
    elif node.kind == "list":
        yield from (item for item in node.items if item.kind == "scalar")


def _is_amount(key: Node, value: Node) -> bool:
    """Tell whether a number of tokens stands there, as models count them."""
    return type(value.value) in (int, float) and _AMOUNT.search(key.raw) is not None


def _is_clear(text: str) -> bool:
    """Tell whether more than variables stands there; a default is text as well."""
    left = VARIABLE.sub(lambda match: match[2] or "", text).strip()
    return bool(left) and left.casefold() not in _PLACEHOLDERS
