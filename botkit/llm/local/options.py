"""How a local model is run."""

from typing import Literal

import msgspec


class LocalOptions(msgspec.Struct, frozen=True):
    """How a local model is run.

    `max_tokens` is the limit of an answer where a request has none, `temperature` how much chance has a say then;
    None and 0: none. `queue` is how many completions may wait while one is generated. `window` is how many tokens the
    model reads and writes at once; 0: as many as it can. `threads` 0: all cores but one. `device` and `dtype` are
    PyTorch's; `auto` is a GPU if there is one, and the folder's own.
    """

    max_tokens: int = 512
    temperature: float | None = None
    queue: int = 8
    window: int = 0
    threads: int = 0
    device: str = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
