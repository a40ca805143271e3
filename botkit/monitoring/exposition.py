"""Exposition: numbers in the text format of Prometheus, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/ is its definition. It is small enough to be written here:
`prometheus-client` counts with a lock and several calls for each number, in every turn, and keeps what it counts in a
registry of the whole process, where two bots in one would meet. The tests read what is written with its parser.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from math import isfinite
from typing import Final, Literal

import msgspec

from botkit.monitoring.series import Histogram, Labels

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
LONGEST: Final = 100  # characters of a label's value
MARK: Final = 8  # of them what tells apart those that were cut off

Values = float | Histogram | Mapping[Labels, float] | Mapping[Labels, Histogram]


class Family(msgspec.Struct, frozen=True):
    """A metric: its name, what it is, what it says, and the names of its labels."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    text: str
    labels: tuple[str, ...] = ()


def write(family: Family, values: Values) -> str:
    """Write a metric with its HELP and TYPE; one without values yet has these alone."""
    head = f"# HELP {family.name} {_line(family.text)}\n# TYPE {family.name} {family.kind}\n"
    return head + "".join(f"{row}\n" for row in _rows(family, values))


def _rows(family: Family, values: Values) -> Iterator[str]:
    each = values if isinstance(values, Mapping) else {(): values}
    for labels, value in each.items():
        named = list(zip(family.labels, labels, strict=True))
        if isinstance(value, Histogram):
            yield from _buckets(family.name, named, value)
        else:
            yield f"{family.name}{_braces(named)} {_number(value)}"


def _buckets(name: str, named: list[tuple[str, str]], histogram: Histogram) -> Iterator[str]:
    count = 0
    for bound, here in zip((*map(_number, histogram.bounds), "+Inf"), histogram.counts, strict=True):
        count += here
        yield f"{name}_bucket{_braces([*named, ('le', bound)])} {count}"
    yield f"{name}_sum{_braces(named)} {_number(histogram.total)}"
    yield f"{name}_count{_braces(named)} {count}"


def _braces(named: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f'{name}="{_value(value)}"' for name, value in named) + "}" if named else ""


def _value(text: str) -> str:
    """Give a label's value as it is written. One that has to be changed gets a mark: no two become the same."""
    kept = "".join(c for c in text[:LONGEST] if c.isprintable())
    if kept != text:
        mark = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=MARK // 2).hexdigest()
        kept = f"{kept[: LONGEST - MARK - 1]}~{mark}"
    return kept.replace("\\", r"\\").replace('"', r"\"")


def _line(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _number(value: float) -> str:
    if not isfinite(value):
        return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"  # noqa: PLR0124 - NaN alone does so
    return str(int(value)) if value == int(value) else repr(round(value, 6))
