"""Tests of local models, which need PyTorch: `make test-local` sets up an environment of their own."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") is not None else ["test_*.py", "tiny.py"]
