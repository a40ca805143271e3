"""`files:` of bot.yaml: what is taken of the files that customers send, and the bucket in which they are kept."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from botkit.errors import NOWHERE, ConfigError, Place, Problem
from botkit.flows import Node, Report, shapes
from botkit.ports.files import MB, FileLimits
from botkit.stores.buckets import BucketSettings, open_bucket, try_bucket
from botkit.stores.sniffing import KINDS, KNOWN

KEYS: Final = ("size", "conversation", "types", "s3")
OF_BUCKETS: Final = ("bucket", "endpoint", "region", "access_key_id", "secret_access_key", "prefix")
LARGEST: Final = 1000 * MB  # bytes of a file
_SIZE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?(kB|KB|MB|GB)")
_UNITS: Final = {"KB": 1000, "MB": MB, "GB": 1000 * MB}
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_PREFIX: Final = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*/?")

Fill = Callable[[Node, str], tuple[str, tuple[str, ...]]]
"""Gives a node's text with its variables filled in, and those that nobody set."""


def read_files(node: Node | None, fill: Fill, report: Report) -> tuple[FileLimits, BucketSettings | None, Place]:
    """Read what is taken, in which bucket it is kept, if in one, and where that stands."""
    found = shapes.fields(node, "'files'", KEYS, report) if node is not None else {}
    bucket = _bucket(found["s3"], fill, report) if "s3" in found else None
    return _limits(found, report), bucket, found["s3"].place if "s3" in found else NOWHERE


def lacks_of_bucket(settings: BucketSettings, place: Place) -> Problem | None:
    """Say what is missing for a bucket on this machine."""
    if settings.lacks:
        needs = f"the bucket of files needs {' and '.join(settings.lacks)}"
        hint = "set it in the environment or in .env" if len(settings.lacks) == 1 else "set them there, or in .env"
        return Problem(place, "missing-variable", f"{needs}: files are kept beside the store", hint, "warning")
    try:
        open_bucket(settings)
    except ConfigError as error:
        return Problem(place, error.code, error.message, error.hint)
    return None


async def look_at_bucket(settings: BucketSettings) -> str:
    """Write something into a bucket and remove it, and say how that went. Raises ConfigError, StoreError."""
    await try_bucket(open_bucket(settings))
    return f"{settings.shown} keeps what it is given"


def _bucket(node: Node, fill: Fill, report: Report) -> BucketSettings | None:
    found = shapes.fields(node, "'s3'", OF_BUCKETS, report, ("bucket",))
    lacks: list[str] = []
    texts: dict[str, str] = {}
    for key, value in found.items():
        texts[key], missing = fill(value, f"'{key}'")
        lacks += missing
    for key, fits, what in (
        ("bucket", _BUCKET.fullmatch, "the name of a bucket: 3 to 63 small letters, digits, dots and hyphens"),
        ("endpoint", _is_url, "the URL of a server, such as https://s3.example.org"),
        ("region", _REGION.fullmatch, "the name of a region, such as eu-central-1"),
        ("prefix", _PREFIX.fullmatch, "how names of objects begin, such as support/"),
    ):
        if texts.get(key) and not lacks and not fits(texts[key]):
            hint = "keys stand under access_key_id and secret_access_key" if key == "endpoint" else ""
            report.error(found[key].place, "unknown-value", f"'{key}' takes {what}", hint)
            return None
    keys = [key for key in ("access_key_id", "secret_access_key") if texts.get(key)]
    if len(keys) == 1 and not lacks:
        report.error(node.place, "missing-key", "'s3' takes access_key_id and secret_access_key, or neither")
        return None
    if not texts.get("bucket") and not lacks:
        return None
    return BucketSettings(
        bucket=texts.get("bucket", ""),
        endpoint=texts.get("endpoint", "").rstrip("/"),
        region=texts.get("region") or BucketSettings("").region,
        key=texts.get("access_key_id", ""),
        secret=texts.get("secret_access_key", ""),
        prefix=texts.get("prefix", "").strip("/"),
        lacks=tuple(dict.fromkeys(lacks)),
    )


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # read when it is asked for
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and not parts.query


def _limits(found: Mapping[str, Node], report: Report) -> FileLimits:
    made: dict[str, Any] = {}
    for key in ("size", "conversation"):
        if key in found and (size := _size(found[key], f"'{key}'", report)) is not None:
            made[key] = size
    if "types" in found:
        made["types"] = shapes.texts(found["types"], "'types'", report) if not found["types"].empty else ()
        for item in shapes.one_or_more(found["types"]) if made["types"] else ():
            if item.raw not in KNOWN and item.raw not in KINDS:
                message = f"'types' takes media types that are known by their content, and {item.raw[:80]!r} is not"
                report.error(item.place, "unknown-value", message, shapes.mean(item.raw, {*KNOWN, *KINDS}))
    limits = FileLimits(**made)
    if limits.conversation < limits.size:
        limits = msgspec.structs.replace(limits, conversation=limits.size)
        if "conversation" in found:
            message = "the files of one conversation may be as large as one file at least"
            report.error(found["conversation"].place, "out-of-range", message)
    return limits


def _size(node: Node, what: str, report: Report) -> int | None:
    """Read a number of bytes."""
    match = _SIZE.fullmatch(node.raw)
    size = int(float(match[1]) * _UNITS[match[2].upper()]) if match is not None else 0
    if 1 <= size <= LARGEST:
        return size
    message = f"{what} takes a size of at most {LARGEST // MB} MB, such as 10 MB or 500 kB, not {node.raw[:40]!r}"
    report.error(node.place, "unknown-value", message)
    return None
