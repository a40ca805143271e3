"""Packages as third parties ship them: built, installed into a clean environment, and used there."""

import shutil
import zipfile
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, Literal

import pytest

from botkit.cli.scaffold import scaffold

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

PACKAGES = ("botkit", "botkit_slack", "botkit_telegram", "botkit_web", "botkit_content", "botkit_shop")

pytestmark = pytest.mark.packaging


def test_the_wheel_has_what_it_should(botkit_wheel: Path) -> None:
    with zipfile.ZipFile(botkit_wheel) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    for package in PACKAGES:
        assert f"{package}/__init__.py" in names
        assert f"{package}/py.typed" in names
    shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / "botkit").rglob("*") if path.is_file()}
    wanted = {name for name in shipped if "__pycache__" not in name}
    assert wanted <= set(names)
    assert {"botkit/locales/en.yaml", "botkit/locales/zh.yaml"} <= set(names)
    assert "botkit/cli/templates/bot/bot.yaml.tmpl" in names
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".db", ".env"))] == []


MOST_MEGABYTES = 145  # numpy has 73 of them
MOST_DISTRIBUTIONS = 30


def test_the_core_is_small(core: Any) -> None:
    weights = {path.name: _weight(path) for path in core.site.iterdir()}
    heaviest = sorted(((weight, name) for name, weight in weights.items()), reverse=True)[:10]
    assert sum(weights.values()) <= MOST_MEGABYTES * 1_000_000, heaviest
    assert sum(name.endswith(".dist-info") for name in weights) <= MOST_DISTRIBUTIONS
    assert weights["pydantic_core"] > 1024 * 1024  # it did look into what is installed
    said = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"At most {MOST_DISTRIBUTIONS} packages and {MOST_MEGABYTES} MB installed" in said


def _weight(path: Path) -> int:
    """Give the bytes on disk, with the caches that Python writes beside its modules (pip writes them at once)."""
    files = path.resolve().rglob("*") if path.is_dir() else [path]
    return sum(_blocks(file) for file in files if "__pycache__" not in file.parts)


def _blocks(file: Path) -> int:
    cache = Path(cache_from_source(str(file))) if file.suffix == ".py" else None
    return sum(one.stat().st_blocks * 512 for one in (file, cache) if one is not None and one.is_file())


_TALK = """
import asyncio
from importlib.util import find_spec
from botkit import Bot

async def main():
    assert find_spec("sqlalchemy") is None
    for _ in range(2):
        async with await Bot.load("talker") as bot:
            print((await bot.say("hello")).text)

asyncio.run(main())
"""


def test_the_core_makes_a_bot_that_keeps_what_was_said(core: Any, tmp_path: Path) -> None:
    core.run("-m", "botkit", "new", "talker", cwd=tmp_path)
    core.run("-m", "botkit", "check", "talker", "--strict", cwd=tmp_path)
    core.run("-m", "botkit", "test", "talker", cwd=tmp_path)
    first, *_ = core.run("-W", "error", "-c", _TALK, cwd=tmp_path).splitlines()
    assert first
    assert "library:1" in core.run("-m", "botkit", "conversations", "list", cwd=tmp_path / "talker")


def test_the_core_says_what_the_shop_needs(core: Any, tmp_path: Path) -> None:
    bot = tmp_path / "bot"
    bot.mkdir()
    (bot / "bot.yaml").write_text("name: A shop\nplugins: [shop]\n", encoding="utf-8")
    assert core.run("-m", "botkit", "check", ".", cwd=bot, code=1).splitlines()[0] == (
        "bot.yaml:2:11: registry-error: plugin 'shop' needs sqlalchemy, which cannot be imported;"
        " pip install 'botkit[shop]'"
    )


def test_a_plugin_of_every_hook_works_from_a_wheel(
    environment: Any, build: Callable[[Path], Path], tmp_path: Path
) -> None:
    environment.install(build(HERE / "showcase_plugin"))
    script = tmp_path / "use_showcase.py"
    shutil.copy(HERE / "use_showcase.py", script)
    assert environment.run("-W", "error", script, cwd=tmp_path) == "every hook works\n"


def test_a_connector_from_outside_keeps_the_contract(
    environment: Any, build: Callable[[Path], Path], tmp_path: Path
) -> None:
    environment.install(build(HERE / "echo_connector"))
    shutil.rmtree(tmp_path / "source" / "echo_connector" / "src")
    said = environment.run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path / "source" / "echo_connector")
    assert "23 passed" in said


@pytest.mark.parametrize(("kind", "passed"), [("plugin", "7 passed"), ("connector", "29 passed")])
def test_a_new_project_passes_its_own_tests_at_once(
    environment: Any, build: Callable[[Path], Path], tmp_path: Path, kind: Literal["plugin", "connector"], passed: str
) -> None:
    project = tmp_path / "fresh"
    scaffold(kind, "my-thing", project)
    environment.install(build(project))
    assert passed in environment.run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project)
    find = "from botkit.registry.discovery import names; print(names('botkit.plugins') + names('botkit.connectors'))"
    assert "my_thing" in environment.run("-c", find, cwd=tmp_path)


def test_the_pytest_plugin_weighs_next_to_nothing(environment: Any, tmp_path: Path) -> None:
    heavy = ("pydantic", "msgspec", "sqlalchemy", "jinja2", "botkit.registry", "botkit.errors")
    check = f"import sys, botkit.testing.pytest_plugin; print([one for one in {heavy} if one in sys.modules])"
    assert environment.run("-c", check, cwd=tmp_path) == "[]\n"
    (tmp_path / "test_other.py").write_text("def test_it(): assert 1\n")
    assert "1 passed" in environment.run(
        "-W", "error", "-m", "pytest", "-q", "-p", "no:asyncio", "test_other.py", cwd=tmp_path
    )
