"""Names of files: what a customer's device says, made harmless."""

import re
import unicodedata
from typing import Final

from botkit.stores.sniffing import ENDINGS

LONGEST: Final = 100  # characters
_FORBIDDEN: Final = re.compile(r'[<>:"|?*%;`$&\\/]')  # in a path of some system, a shell, or a header


def clean_name(name: str, mime: str) -> str:
    """Give a name without a path, without what is invisible or turns the direction of writing, and not too long.

    Its ending is one of the media type's: whoever opens it by name opens what it is.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    text = re.split(r"[/\\]", text.replace("\0", ""))[-1]
    text = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    text = " ".join(_FORBIDDEN.sub("_", text).split()).strip(" .")
    stem, dot, ending = text.rpartition(".")
    endings = ENDINGS.get(mime, ("bin",))
    if not (dot and stem and ending.casefold() in endings):
        stem, ending = text, endings[0]
    stem = stem[: LONGEST - len(ending) - 1].strip(" .") or mime.partition("/")[0] or "file"
    return f"{stem}.{ending}"
