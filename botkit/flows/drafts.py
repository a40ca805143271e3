"""Drafts: steps as written, a tree, before they have ids and know what follows them."""

from typing import Any

import msgspec

from botkit.errors import Place
from botkit.model.definitions import Source


class Block(msgspec.Struct, frozen=True):
    """A list of steps that belongs to a step."""

    drafts: tuple["Draft", ...]


class Draft(msgspec.Struct, frozen=True):
    """A step as read: its kind, the values of its keys, and the blocks that it holds, by label in order.

    `label` names the block in ids: `then`, `on_error`, a case's value, `retry`.
    """

    kind: str
    place: Place
    values: dict[str, Any]
    blocks: tuple[tuple[str, Block], ...] = ()
    when: Source | None = None
    written: str = ""
