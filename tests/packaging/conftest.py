"""Wheels built from this tree, and clean environments to install them into, without a download."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from email.parser import Parser
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]

collect_ignore = ["echo_connector", "showcase_plugin"]  # projects of their own: they run where they are installed

Build = Callable[[Path], Path]


class Environment:
    """A virtual environment of its own that sees this one's third-party packages, but not its botkit.

    With `only` it sees no others than these.
    """

    def __init__(self, path: Path, only: list[Distribution] | None = None) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(path)], check=True)
        self.python = path / "bin" / "python"
        self.site = Path(sysconfig.get_path("purelib", vars={"base": str(path)}))
        if only is None:
            (self.site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
        for dist in only or ():
            for name in {file.parts[0] for file in dist.files or ()} - {"..", "__pycache__"}:
                (self.site / name).symlink_to(str(dist.locate_file(name)))

    def install(self, *wheels: Path) -> None:
        """Install wheels as they are."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "-q"]
        subprocess.run(
            [*pip, "--no-deps", "--no-index", "--disable-pip-version-check", *map(str, wheels)], check=True
        )

    def run(self, *args: str | Path, cwd: Path, code: int = 0) -> str:
        """Run this environment's Python and give what it printed; another code than this is the test's failure."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "PYTEST"))}
        done = subprocess.run(
            [str(self.python), *map(str, args)], cwd=cwd, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
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


def requirements(wheel: Path) -> list[Distribution]:
    """Give the installed distributions that a wheel needs without any extra, and what these need in turn."""
    found: dict[str, Distribution] = {}
    lacking = _required(_metadata(wheel), {""})
    while lacking:
        one = lacking.pop()
        name = canonicalize_name(one.name)
        if name not in found or one.extras:
            found[name] = distribution(name)
            lacking += _required(found[name].metadata.get_all("Requires-Dist") or [], {"", *one.extras})
    return list(found.values())


def _metadata(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []


def _required(lines: list[str], extras: set[str]) -> list[Requirement]:
    wanted = map(Requirement, lines)
    return [
        one for one in wanted if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
    ]


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


@pytest.fixture
def core(tmp_path: Path, botkit_wheel: Path) -> Environment:
    """What `pip install botkit` gives, without an extra: the wheel and what it requires, and nothing else."""
    core = Environment(tmp_path / "core", only=requirements(botkit_wheel))
    core.install(botkit_wheel)
    return core
