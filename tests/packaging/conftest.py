"""Wheels built from this tree, and clean environments to install them into, without a download."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

collect_ignore = ["echo_connector", "showcase_plugin"]  # projects of their own: they run where they are installed

Build = Callable[[Path], Path]


class Environment:
    """A virtual environment of its own that sees this one's third-party packages, but not its botkit."""

    def __init__(self, path: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(path)], check=True)
        self.python = path / "bin" / "python"
        site = Path(sysconfig.get_path("purelib", vars={"base": str(path)}))
        (site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def install(self, *wheels: Path) -> None:
        """Install wheels as they are."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "-q"]
        subprocess.run(
            [*pip, "--no-deps", "--no-index", "--disable-pip-version-check", *map(str, wheels)], check=True
        )

    def run(self, *args: str | Path, cwd: Path) -> str:
        """Run this environment's Python and give what it printed; a failure is the test's."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "PYTEST"))}
        done = subprocess.run(
            [str(self.python), *map(str, args)], cwd=cwd, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout


def build_wheel(source: Path, target: Path) -> Path:
    """Build a project's wheel with hatchling."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def botkit_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("botkit-wheel"))


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build the wheel of a copy of a project."""

    def build(project: Path) -> Path:
        copy = tmp_path / "source" / project.name
        shutil.copytree(project, copy, ignore=shutil.ignore_patterns("__pycache__"))
        return build_wheel(copy, tmp_path / "wheels" / project.name)

    return build


@pytest.fixture
def environment(tmp_path: Path, botkit_wheel: Path) -> Environment:
    """A clean environment with botkit's wheel in it."""
    environment = Environment(tmp_path / "venv")
    environment.install(botkit_wheel)
    return environment
