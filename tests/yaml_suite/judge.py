"""What two readers make of a text, judged by the same rules.

1. A file holds one document, for `botkit.flows.read` as for `yaml.safe_load`. A stream of several documents is right
   only where all of its values come out, so that both lose it.
2. An empty stream is right where nothing comes out, or null.
3. What JSON cannot say is turned into what it can: keys into text (1 → "1", true → "true", null → ""), a set into its
   keys with null, ordered pairs into mappings of one key. Keys that fall together then have no JSON form. Dates and
   bytes are no JSON values: they equal nothing.
4. Numbers are equal by value (450 and 450.0); a boolean is no number.
5. A problem is a refusal, even where a value comes with it (a key that stands twice). Refusing a case with a value is
   wrong, whatever the reason: tags of one's own and lists as keys count for nobody.
6. A case with neither a value nor a refusal is not counted.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import yaml

from botkit.errors import Problem
from botkit.flows import read
from tests.yaml_suite.cases import Case


class Read(NamedTuple):
    """What a reader gave: the values of the documents, or why it refused the text."""

    values: tuple[Any, ...] = ()
    refusal: str = ""
    problems: tuple[Problem, ...] = ()


Reader = Callable[[str], Read]


class Verdict(NamedTuple):
    case: Case
    got: Read
    right: bool


def read_ours(text: str) -> Read:
    node, problems = read(text, "in.yaml")
    if problems:
        return Read(refusal=str(problems[0]), problems=problems)
    return Read(() if node is None else (node.plain(),))


def read_pyyaml(text: str) -> Read:
    try:
        return Read((yaml.safe_load(text),))
    except Exception as error:  # noqa: BLE001 - dates that are none raise ValueError, deep texts RecursionError
        return Read(refusal=repr(error) or "refused")


def judge(case: Case, reader: Reader) -> Verdict:
    got = reader(case.text)
    if case.refused:
        return Verdict(case, got, bool(got.refusal))
    return Verdict(case, got, not got.refusal and _same_values(got.values, case.values or ()))


def counted(cases: Iterable[Case]) -> list[Case]:
    return [case for case in cases if case.refused or case.values is not None]


def _same_values(got: Sequence[Any], wanted: Sequence[Any]) -> bool:
    got, wanted = got or (None,), wanted or (None,)
    return len(got) == len(wanted) and all(map(same, got, wanted))


def same(got: Any, wanted: Any) -> bool:
    """Whether what was read is the JSON value that was wanted."""
    if isinstance(wanted, dict):
        return _same_mapping(got, wanted)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(same, map(_pair, got), wanted))
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        return _same_number(got, wanted)
    return type(got) is type(wanted) and bool(got == wanted)


def _same_mapping(got: Any, wanted: dict[str, Any]) -> bool:
    if isinstance(got, set):
        got = dict.fromkeys(got)
    if not isinstance(got, dict) or len(got) != len(wanted):
        return False
    keyed = {_key(key): value for key, value in got.items()}
    return keyed.keys() == wanted.keys() and all(same(keyed[key], value) for key, value in wanted.items())


def _same_number(got: Any, wanted: float) -> bool:
    if not isinstance(got, (int, float)) or isinstance(got, bool):
        return False
    return got == wanted or (math.isnan(got) and math.isnan(wanted))


def _pair(item: Any) -> Any:
    return {item[0]: item[1]} if isinstance(item, tuple) and len(item) == 2 else item


def _key(key: Any) -> str:
    if key is None:
        return ""
    return str(key).lower() if isinstance(key, bool) else str(key)


def table(cases: Sequence[Case]) -> str:
    """Give how many cases each reader has right, of those with a value and of those to be refused."""
    lines = [f"{'':<12} {'n':>4} {'botkit':>7} {'PyYAML':>7}"]
    for title, own in (
        ("values", [case for case in cases if not case.refused]),
        ("refusals", [case for case in cases if case.refused]),
        ("all", list(cases)),
    ):
        ours, theirs = (sum(judge(case, reader).right for case in own) for reader in (read_ours, read_pyyaml))
        lines.append(f"{title:<12} {len(own):>4} {ours:>7} {theirs:>7}")
    return "\n".join(lines)
