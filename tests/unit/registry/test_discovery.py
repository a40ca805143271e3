"""Finding plugins and connectors: real entry points of distributions made for the test, and files."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from botkit import BotInfo, BotkitError, Capabilities, ConfigError, ConnectorSpec, RegistryError
from botkit.registry.connectors import missing_secrets
from botkit.registry.discovery import build_connector, find_connector, find_plugin, names
from botkit.registry.registry import Registry

PLUGIN = "from botkit import Plugin\nplugin = Plugin({name!r})\n"
CONNECTOR = """
from pydantic import BaseModel
from botkit import ConnectorSpec
class Settings(BaseModel):
    token: str
def build(settings, bot):
    {build}
connector = ConnectorSpec("chat", build, settings=Settings, secrets=("token",))
"""


class Site:
    """A directory of installed packages."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def install(self, dist: str, group: str, points: dict[str, str], extras: str = "", **modules: str) -> None:
        info = self.path / f"{dist.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        provides = f"Provides-Extra: {extras}\n" if extras else ""
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: 1.0\n{provides}")
        lines = "".join(f"{name} = {value}\n" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[{group}]\n{lines}")
        for name, source in modules.items():
            (self.path / f"{name}.py").write_text(source)

    def plugin(self, name: str, source: str, *, dist: str = "", extras: str = "") -> None:
        module = f"site_{(dist or name).replace('-', '_')}"
        self.install(dist or f"pkg-{name}", "botkit.plugins", {name: f"{module}:plugin"}, extras, **{module: source})

    def connector(self, source: str, *, extras: str = "", name: str = "chat") -> None:
        self.install("pkg-chat", "botkit.connectors", {name: "site_chat:connector"}, extras, site_chat=source)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    path = tmp_path / "site"
    path.mkdir()
    monkeypatch.syspath_prepend(str(path))
    yield Site(path)
    for name in [name for name in sys.modules if name.startswith("site_")]:
        del sys.modules[name]


def refused(name: str, directory: Path) -> str:
    _, (error,) = Registry.survey([name], directory)
    assert isinstance(error, RegistryError)
    return str(error)


def test_a_plugin_is_found_by_its_entry_point(site: Site, tmp_path: Path) -> None:
    site.plugin("lotto", PLUGIN.format(name="lotto"))
    found = find_plugin("lotto", tmp_path)
    assert (found.plugin.name, found.origin) == ("lotto", "pkg-lotto 1.0")
    assert "lotto" in names("botkit.plugins")
    registry, errors = Registry.survey(["lotto", "lotto"], tmp_path)
    assert ([one.name for one in registry.plugins], errors) == (["lotto"], ())


def test_two_packages_with_one_name_are_both_told(site: Site, tmp_path: Path) -> None:
    site.plugin("lotto", PLUGIN.format(name="lotto"), dist="lotto-one")
    site.plugin("lotto", PLUGIN.format(name="lotto"), dist="lotto-two")
    assert refused("lotto", tmp_path) == (
        "plugin 'lotto' is registered by lotto-one 1.0 and lotto-two 1.0 (uninstall all but one)"
    )


def test_an_unknown_name_gets_the_word_that_was_meant(site: Site, tmp_path: Path) -> None:
    site.plugin("lotto", PLUGIN.format(name="lotto"))
    assert refused("loto", tmp_path) == "there is no plugin 'loto' (did you mean 'lotto'?)"
    assert "pip install the package that brings this plugin" in refused("zzzzzz", tmp_path)
    with pytest.raises(RegistryError, match="there is no connector 'zzzzzz'"):
        find_connector("zzzzzz")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("plugin = 3", "is not a botkit.Plugin"),
        (PLUGIN.format(name="other"), "calls itself 'other'"),
        ("raise RuntimeError('boom')", "cannot be imported: RuntimeError: boom"),
        ("import sys\nsys.exit(3)", "cannot be imported: SystemExit: 3"),
        ("def broken(:", "SyntaxError"),
        ("from botkit import Plugin\nplugin = Plugin('Bad Name')", "is no name for a plugin"),
        ("import no_such_sdk\n", "needs no_such_sdk, which cannot be imported"),
        ("from botkit import NoSuchName\n", "cannot import name 'NoSuchName'"),
        ("x = 1\n", "AttributeError"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_told(site: Site, tmp_path: Path, source: str, message: str) -> None:
    site.plugin("lotto", source)
    assert message in refused("lotto", tmp_path)


def test_a_missing_sdk_names_the_extra_that_brings_it(site: Site, tmp_path: Path) -> None:
    site.plugin("lotto", "import no_such_sdk.deep", extras="lotto")
    assert refused("lotto", tmp_path) == (
        "plugin 'lotto' needs no_such_sdk, which cannot be imported (pip install 'pkg-lotto[lotto]')"
    )
    site.plugin("keno", "import no_such_sdk.deep")
    assert "pip install the package that brings 'no_such_sdk'" in refused("keno", tmp_path)


def test_a_file_is_a_plugin_and_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "plugins" / "loyalty.py"
    file.parent.mkdir()
    file.write_text(PLUGIN.format(name="aaa"))
    assert find_plugin("./plugins/loyalty.py", tmp_path).plugin.name == "aaa"
    file.write_text(PLUGIN.format(name="bbb"))
    assert find_plugin("./plugins/loyalty.py", tmp_path).plugin.name == "bbb"
    assert list(tmp_path.rglob("*.pyc")) == []


def test_a_package_beside_the_bot_is_a_plugin_and_is_read_anew(tmp_path: Path) -> None:
    package = tmp_path / "loyalty"
    package.mkdir()
    (package / "__init__.py").write_text("from .inner import plugin\n")
    for name in ("aaa", "bbb"):
        (package / "inner.py").write_text(PLUGIN.format(name=name) + "#" * len(name) * ord(name[0]))
        assert find_plugin("./loyalty", tmp_path).plugin.name == name


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "has no `plugin`"),
        ("plugin = 'text'", "has no `plugin`"),
        ("1/0", "ZeroDivisionError"),
        ("\n\ndef broken(:", "loyalty.py:3:"),
        ("import no_such_sdk", "needs no_such_sdk"),
        ("raise SystemExit", "SystemExit"),
        (
            "from botkit import Plugin, Context\nplugin = Plugin('x')\n@plugin.action(effect='read')\ndef f(): ...",
            ":3:1",
        ),
        ("\0", "cannot be imported"),
        ("\ufeffplugin = 1", "has no `plugin`"),
        (
            "from botkit import Plugin\nplugin = Plugin('own')\n@plugin.action\ndef look(ctx): pass",
            "(write @plugin.action(...), with what it takes in brackets)",
        ),
    ],
)
def test_a_file_that_cannot_be_loaded_is_told_with_its_place(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "loyalty.py").write_text(source, encoding="utf-8")
    said = refused("./loyalty.py", tmp_path)
    assert message in said
    assert "loyalty.py" in said


@pytest.mark.parametrize("name", ["./nothing.py", "./", "../", "/", "./nothing", "x.py", "./text.txt"])
def test_a_file_that_is_none_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.txt").write_text("x")
    directory = tmp_path / "bot"
    directory.mkdir()
    assert "there is no plugin file" in refused(name, directory)


def test_one_broken_plugin_spoils_no_other(site: Site, tmp_path: Path) -> None:
    site.plugin("lotto", PLUGIN.format(name="lotto"))
    (tmp_path / "broken.py").write_text("1/0")
    (tmp_path / "twin.py").write_text(PLUGIN.format(name="lotto"))
    plugins = ["./broken.py", "lotto", "./twin.py", "nowhere"]
    registry, errors = Registry.survey(plugins, tmp_path, {"lotto": {}})
    assert [one.name for one in registry.plugins] == ["lotto"]
    assert [type(error) for error in errors] == [RegistryError] * 3
    broken, twin, unknown = map(str, errors)
    assert "ZeroDivisionError" in broken
    assert "plugin 'lotto' comes from pkg-lotto 1.0 and from ./twin.py" in twin
    assert "there is no plugin 'nowhere'" in unknown


def test_bad_settings_are_a_config_error(site: Site, tmp_path: Path) -> None:
    site.plugin("lotto", PLUGIN.format(name="lotto"))
    registry, (error,) = Registry.survey(["lotto"], tmp_path, {"lotto": {"x": 1}})
    assert isinstance(error, ConfigError)
    assert "plugin 'lotto': it takes no settings" in str(error)
    assert registry.plugins == ()


SETTLED = """
from pydantic import BaseModel

from botkit import Plugin


class Settings(BaseModel):
    points: int = 1


plugin = Plugin("loyalty", settings=Settings)
"""


def test_settings_of_a_plugin_by_path_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(SETTLED)
    registry, errors = Registry.survey(["./own.py"], tmp_path, {"./own.py": {"points": 7}})
    assert errors == ()
    assert registry.settings == {"loyalty": {"points": 7}}
    settings = registry.host("loyalty").settings
    assert settings is not None
    assert settings.model_dump() == {"points": 7}


@pytest.mark.parametrize("points", ["many", None, [1]])
def test_bad_settings_of_a_plugin_by_path_are_a_config_error(tmp_path: Path, points: object) -> None:
    (tmp_path / "own.py").write_text(SETTLED)
    registry, (error,) = Registry.survey(["./own.py"], tmp_path, {"./own.py": {"points": points}})
    assert isinstance(error, ConfigError)
    assert "plugin './own.py': points: " in str(error)
    assert registry.plugins == ()
    assert registry.settings == {}


def built(raw: object) -> str:
    with pytest.raises(BotkitError) as caught:
        build_connector(find_connector("chat"), raw, BotInfo())
    return str(caught.value)


def test_a_connector_is_found_and_built(site: Site) -> None:
    site.connector(CONNECTOR.format(build="return (settings.token, bot.name)"))
    spec = find_connector("chat")
    made: Any = build_connector(spec, {"token": "t"}, BotInfo("Acme", ("en", "zh")))
    assert made == ("t", "Acme")
    assert missing_secrets(spec, {}) == missing_secrets(spec, {"token": ""}) == ("token",)
    assert missing_secrets(spec, {"token": "t"}) == ()
    assert spec.capabilities == Capabilities()


@pytest.mark.parametrize(
    ("build", "extras", "message"),
    [
        ("import no_such_sdk", "chat", "(pip install 'pkg-chat[chat]')"),
        ("import no_such_sdk", "", "pip install the package that brings 'no_such_sdk'"),
        ("1/0", "", "connector 'chat' cannot be built: ZeroDivisionError"),
        ("raise SystemExit", "", "cannot be built: SystemExit"),
        ("from botkit import ConfigError; raise ConfigError('no token')", "", "no token"),
    ],
)
def test_a_connector_that_cannot_be_built_is_told(site: Site, build: str, extras: str, message: str) -> None:
    site.connector(CONNECTOR.format(build=build), extras=extras)
    assert message in built({"token": "t"})


def test_a_channel_has_its_settings_checked(site: Site) -> None:
    site.connector(CONNECTOR.format(build="return settings"))
    assert built({}) == "channels.chat.token: Field required"
    assert "did you mean 'token'?" in built({"tokn": "x"})
    assert "not a list" in built([])


@pytest.mark.parametrize(
    ("source", "message"),
    [("connector = 3", "is not a botkit.ConnectorSpec"), ("1/0", "ZeroDivisionError"), ("import nope", "needs nope")],
)
def test_a_connector_that_cannot_be_loaded_is_told(site: Site, source: str, message: str) -> None:
    site.connector(source)
    with pytest.raises(RegistryError, match=message):
        find_connector("chat")


def test_a_connector_has_the_name_of_its_entry_point(site: Site) -> None:
    site.connector(CONNECTOR.format(build="pass"), name="other")
    with pytest.raises(RegistryError, match="calls itself 'chat'"):
        find_connector("other")


def test_a_spec_that_was_not_installed_says_what_it_lacks() -> None:
    def build(settings: Any, bot: BotInfo) -> Any:
        raise ImportError("cannot import name 'x'")

    with pytest.raises(RegistryError, match="needs a module"):
        build_connector(ConnectorSpec("loose", build), None, BotInfo())
