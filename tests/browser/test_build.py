"""The widget that is served is what its source says, and as small as its page promises."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

BROWSER = Path(__file__).parent
STATIC = BROWSER.parents[1] / "connectors" / "botkit_web" / "static"

MOST = 15_000  # bytes of widget.js, gzipped

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BROWSER / "node_modules" / ".ready").exists(),
        reason="what builds the widget is missing; `make browser` installs it",
    ),
]


def test_the_built_widget_is_current(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["node", BROWSER / "build.mjs", tmp_path], check=True, env=os.environ | {"PATH": path}, timeout=60)
    for name in ("widget.js", "widget.mjs"):
        assert (tmp_path / name).read_bytes() == (STATIC / name).read_bytes(), (
            "run `make widget`, and commit what it makes"
        )


def test_the_widget_is_small() -> None:
    assert len(gzip.compress((STATIC / "widget.js").read_bytes(), 9)) <= MOST
