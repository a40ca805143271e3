"""The smallest models of ONNX: a table of vectors for words, written as ONNX's protocol buffers."""

import struct
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

WORDS = {"[PAD]": 0, "[UNK]": 1, "where": 2, "parcel": 3, "query:": 4, "back": 5}
VECTORS = [(9.0, 9.0), (0.5, 0.5), (1.0, 0.0), (0.0, 1.0), (4.0, 4.0), (-1.0, 0.0)]
_FLOAT, _INT64 = 1, 7


def field(number: int, value: int | str | bytes) -> bytes:
    """Give a field of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    """Give a number."""
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])


def put(name: str, kind: int, *dimensions: str | int) -> bytes:
    """Give the description of an input or output."""
    sizes = b"".join(field(1, field(1, one) if isinstance(one, int) else field(2, one)) for one in dimensions)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, sizes)))


def node(kind: str, takes: list[str], gives: str, *attributes: bytes) -> bytes:
    """Give a node of the graph."""
    parts = [
        *[field(1, one) for one in takes],
        field(2, gives),
        field(4, kind),
        *[field(5, one) for one in attributes],
    ]
    return b"".join(parts)


def table() -> bytes:
    """Give the vectors."""
    floats = [number for row in VECTORS for number in row]
    sizes = field(1, len(VECTORS)) + field(1, 2)
    return sizes + field(2, _FLOAT) + field(8, "table") + field(9, struct.pack(f"<{len(floats)}f", *floats))


def write_model(
    folder: Path, *, whole: bool = False, inputs: tuple[str, ...] = ("input_ids", "attention_mask")
) -> Path:
    """Write a model that looks vectors up; `whole` makes it give one for the text: that of the first word."""
    nodes = [node("Gather", ["table", "input_ids"], "last_hidden_state")]
    outputs = [put("last_hidden_state", _FLOAT, "n", "words", 2)]
    graph_inputs = [put(name, _INT64, "n", "words") for name in inputs]
    constants = [table()]
    if whole:
        constants.append(field(2, _INT64) + field(8, "first") + field(9, struct.pack("<q", 0)))
        nodes.append(node("Gather", ["last_hidden_state", "first"], "sentence_embedding", _axis(1)))
        outputs.append(put("sentence_embedding", _FLOAT, "n", 2))
    graph = b"".join(
        [*[field(1, one) for one in nodes], field(2, "g"), *[field(5, one) for one in constants],
         *[field(11, one) for one in graph_inputs], *[field(12, one) for one in outputs]]
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13)))
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _axis(value: int) -> bytes:
    return field(1, "axis") + field(3, value) + field(20, 2)
