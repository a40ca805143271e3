"""Offers: the tools of an MCP server as it describes them, bounded, since another house wrote that."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

MOST: Final = 200  # tools of a server
LONGEST_NAME: Final = 64
LONGEST_DESCRIPTION: Final = 1_000  # characters
MOST_SCHEMA: Final = 20_000  # bytes of the schema of a tool's arguments, and of its result
DEEPEST: Final = 12

_NAME: Final = re.compile(r"[A-Za-z0-9_./-]{1,128}")
_REFERENCES: Final = ("$ref", "$dynamicRef")


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool of a server. `name` is the server's; `reads` is what it says of itself: that it changes nothing."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = msgspec.field(
        default_factory=lambda: {"type": "object", "additionalProperties": True}
    )
    returns: dict[str, Any] = {}
    reads: bool = False

    @property
    def action(self) -> str:
        """What it is called behind the server's name and a dot."""
        return re.sub(r"\W", "_", self.name, flags=re.ASCII)[:LONGEST_NAME]


class Listed(msgspec.Struct, frozen=True):
    """The tools of a server that can be used, and why others cannot."""

    offers: tuple[Offer, ...] = ()
    left_out: tuple[str, ...] = ()


def read_offers(tools: Iterable[Mapping[str, Any]]) -> Listed:
    """Read tools as the protocol has them (`inputSchema`, ...); what cannot be used is left out, and said."""
    found: dict[str, Offer] = {}
    left_out: list[str] = []
    for tool in tools:
        name = str(tool.get("name", ""))
        why = _why_not(tool, name, found)
        if why:
            left_out.append(f"{name[:LONGEST_NAME]!r}: {why}")
            continue
        hints = tool.get("annotations")
        offer = Offer(
            name,
            " ".join(str(tool.get("description") or "").split())[:LONGEST_DESCRIPTION],
            dict(tool["inputSchema"]),
            dict(tool.get("outputSchema") or {}),
            isinstance(hints, Mapping) and hints.get("readOnlyHint") is True,
        )
        found[offer.action] = offer
    return Listed(tuple(found.values()), tuple(left_out))


def _why_not(tool: Mapping[str, Any], name: str, known: Mapping[str, Offer]) -> str:
    if not _NAME.fullmatch(name):
        return "it has no name that can be used"
    if len(known) >= MOST:
        return f"there are more than {MOST}"
    if (twin := known.get(Offer(name).action)) is not None:
        return f"its name is that of {twin.name!r}"
    for key in ("inputSchema", "outputSchema"):
        schema = tool.get(key)
        if schema is None and key == "outputSchema":
            continue
        if not isinstance(schema, Mapping) or schema.get("type", "object") != "object":
            return f"its {key} describes no object"
        if not _has_properties(schema):
            return f"its {key} is no schema"
        if len(msgspec.json.encode(schema)) > MOST_SCHEMA or not _is_shallow(schema, DEEPEST):
            return f"its {key} is too large"
        if not _is_own(schema):
            return f"its {key} refers to another document"
    return ""


def _has_properties(schema: Mapping[str, Any]) -> bool:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    named = isinstance(properties, Mapping) and all(isinstance(one, Mapping) for one in properties.values())
    return named and isinstance(required, list | tuple) and all(isinstance(one, str) for one in required)


def _is_shallow(value: Any, left: int) -> bool:
    inside: Sequence[Any] = ()
    if isinstance(value, Mapping):
        inside = tuple(value.values())
    elif isinstance(value, list | tuple):
        inside = value
    return left > 0 and all(_is_shallow(one, left - 1) for one in inside)


def _is_own(value: Any) -> bool:
    if isinstance(value, Mapping):
        named = [value[key] for key in _REFERENCES if key in value]
        return all(isinstance(one, str) and one.startswith("#") for one in named) and all(
            map(_is_own, value.values())
        )
    return not isinstance(value, list | tuple) or all(map(_is_own, value))


def encode_offers(offers: Sequence[Offer]) -> bytes:
    """Write offers as JSON, the same ones always the same."""
    return msgspec.json.format(msgspec.json.encode({"tools": list(offers)}, order="sorted"), indent=1) + b"\n"


class _File(msgspec.Struct):
    tools: tuple[Offer, ...]


def decode_offers(text: bytes) -> tuple[Offer, ...] | None:
    """Read what `encode_offers` wrote; None where that is not what stands there."""
    try:
        return msgspec.json.decode(text, type=_File).tools
    except (ValueError, RecursionError):
        return None
