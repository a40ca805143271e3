"""What a customer or a model wrote, brought into the form that the shop compares.

All functions raise `ActionError` with the code `bad_input` for what cannot be meant: another type, control
characters, a length that no honest input has.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from botkit_shop.refusals import refuse

LONGEST_TEXT = 200
LONGEST_NOTE = 10_000
MOST_ITEMS = 50
ADDRESS_FIELDS = ("address1", "address2", "city", "state", "country", "zip")
MAY_BE_EMPTY = {"address2", "state"}

Items = list[str] | str  # item ids; as a text with commas or spaces between them


def text(value: object, *, limit: int = LONGEST_TEXT) -> str:
    """Give the text without surrounding space; a whole number counts as its digits."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        value = str(value)
    if not isinstance(value, str) or len(value) > limit:
        raise refuse("bad_input")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in value.strip()):
        raise refuse("bad_input")
    return value.strip()


def note(value: object) -> str:
    """Give a longer text, of several lines if need be."""
    if not isinstance(value, str):
        raise refuse("bad_input")
    return text(" ".join(value.split()), limit=LONGEST_NOTE)


def key(value: object) -> str:
    """Fold width, case and the space around and between words, for comparing names and addresses."""
    return " ".join(unicodedata.normalize("NFKC", text(value)).casefold().split())


def squeezed(value: object) -> str:
    """Fold like `key` and drop all space: a zip code is the same with and without it."""
    return key(value).replace(" ", "")


def order_number(value: object) -> str:
    """Bring '#W1234567', 'w1234567', '＃W 1234567' and '1234567' to '#W1234567'."""
    bare = squeezed(value).upper().lstrip("#")
    if not bare:
        raise refuse("unknown_order")
    return f"#W{bare}" if bare.isdigit() else f"#{bare}"


def parted(value: object) -> object:
    """Give the parts of a text with commas or spaces between them; what is no text stays as it is."""
    return [part for part in re.split(r"[\s,;，、；]+", value) if part] if isinstance(value, str) else value


def item_list(value: object) -> list[str]:
    """Take item ids as a list, or as one text with commas or spaces between them."""
    if isinstance(value, str):
        value = parted(text(value, limit=2000))
    if not isinstance(value, Iterable) or isinstance(value, bytes | dict):
        raise refuse("bad_input")
    items = [text(item) for item in value]
    if len(items) > MOST_ITEMS:
        raise refuse("bad_input")
    return items


def address(fields: dict[str, Any]) -> dict[str, str]:
    """Check the six parts of an address; only the second line and the state may be empty."""
    parts = {name: text(fields[name]) for name in ADDRESS_FIELDS}
    if any(not part and name not in MAY_BE_EMPTY for name, part in parts.items()):
        raise refuse("bad_address")
    return parts


def full_name_keys(first_name: str, last_name: str) -> set[str]:
    """Give the ways in which a name is written in one go: 'mia chen', 'chen mia', '李娜'."""
    return {squeezed(first_name + last_name), squeezed(last_name + first_name)}
