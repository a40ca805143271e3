"""A bot's directory: what is read, and what is a problem."""

import gc
import shutil
from pathlib import Path

import msgspec
import pytest
from pydantic import AnyUrl, BaseModel

from botkit.app import directories
from botkit.app.directories import MOST_BYTES, Locales, check_directory, rebuild, variables_of
from botkit.app.versions import Change, compare
from botkit.errors import Problem
from botkit.model.locales import Locale
from botkit.ports.connectors import Connector
from botkit.registry.connectors import BotInfo, ConnectorSpec


def _codes(directory: Path) -> list[str]:
    return [problem.code for problem in check_directory(directory).problems]


def _said(directory: Path, code: str) -> Problem:
    (found,) = (problem for problem in check_directory(directory).problems if problem.code == code)
    return found


def test_a_sound_bot(desk: Path) -> None:
    checked = check_directory(desk)
    assert checked.problems == checked.errors == ()
    assert checked.flows is not None
    assert "return_item" in checked.flows.flows
    assert list(checked.sources) == ["flows.yaml"]


def test_a_wrong_setting_of_a_plugin_is_found_at_the_plugin(desk: Path) -> None:
    (desk / "bot.yaml").write_text("plugins:\n  - ./plugins/desk.py\n  - shop: {databse: x}\n")
    problem = _said(desk, "config-error")
    assert (problem.place.line, problem.hint) == (3, "did you mean 'database'?")


LOYALTY = """
from pydantic import BaseModel

from botkit import Context, Plugin


class Settings(BaseModel):
    points: int = 1


plugin = Plugin("loyalty", settings=Settings)


@plugin.action(effect="read")
def points(ctx: Context) -> int:
    return ctx.settings.points
"""


def test_a_wrong_setting_of_a_plugin_by_path_is_found_at_the_plugin(desk: Path) -> None:
    (desk / "plugins" / "loyalty.py").write_text(LOYALTY)
    (desk / "bot.yaml").write_text("plugins:\n  - ./plugins/desk.py\n  - ./plugins/loyalty.py:\n      points: many\n")
    problem = _said(desk, "config-error")
    assert (problem.place.line, problem.place.column) == (4, 7)
    assert problem.message.startswith("plugin './plugins/loyalty.py': points: Input should be a valid integer")
    (desk / "bot.yaml").write_text("plugins:\n  - ./plugins/desk.py\n  - ./plugins/loyalty.py: {points: 7}\n")
    assert _codes(desk) == []


def test_settings_that_no_model_reads_are_found_at_a_plugin_by_path(desk: Path) -> None:
    (desk / "bot.yaml").write_text("name: x\nplugins:\n  - ./plugins/desk.py: {colour: red}\n")
    problem = _said(desk, "config-error")
    assert (problem.place.line, "it takes no settings" in problem.message) == (3, True)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{colour: red}", [(9, "channels.web.colour: there is no such setting")]),
        (
            '{secret: [a], origins: ["*", [b]]}',
            [
                (9, "channels.web.secret: Input should be a valid string"),
                (37, "channels.web.origins[1]: Input should be a valid string"),
            ],
        ),
    ],
)
def test_wrong_settings_of_a_channel_are_found_where_they_stand(
    desk: Path, settings: str, said: list[tuple[int, str]]
) -> None:
    (desk / "bot.yaml").write_text(f"plugins: [./plugins/desk.py]\nchannels:\n  web: {settings}\n")
    checked = check_directory(desk)
    found = [problem for problem in checked.problems if problem.code == "config-error"]
    assert [(problem.place.line, problem.place.column, problem.message) for problem in found] == [
        (3, column, message) for column, message in said
    ]
    assert checked.flows is None


def _with_line(monkeypatch: pytest.MonkeyPatch, desk: Path, settings: str) -> None:
    """Give a bot a channel `line` that needs a token and may have a host."""

    class Settings(BaseModel):
        token: str
        host: AnyUrl | None = None

    def build(_settings: object, _bot: BotInfo) -> Connector:
        raise AssertionError("a check builds no channel")

    spec = ConnectorSpec("line", build, settings=Settings, secrets=("token",))
    monkeypatch.setattr(directories, "find_connector", lambda _name: spec)
    (desk / "bot.yaml").write_text(f"plugins: [./plugins/desk.py]\nchannels:\n  line: {settings}\n")


def test_a_channel_that_lacks_its_secret_is_skipped_by_the_check_too(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_line(monkeypatch, desk, '{token: "${NOBODY_SET_THIS}", host: "${NOR_THIS}"}')
    assert _codes(desk) == []


def test_a_channel_that_has_its_secret_tells_of_the_other_variables(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_line(monkeypatch, desk, '{token: x, host: "http://${NOBODY_SET_THIS}"}')
    problem = _said(desk, "missing-variable")
    assert problem.message == "the channel 'line' needs the variable NOBODY_SET_THIS"
    assert (problem.place.line, problem.severity) == (3, "warning")
    assert _said(desk, "config-error").message.startswith("channels.line.host: ")


def test_a_store_whose_variable_nobody_set_is_one_problem(desk: Path) -> None:
    bot = desk / "bot.yaml"
    bot.write_text(bot.read_text() + "store: ${NOBODY_SET_THIS}\n")
    assert _codes(desk) == ["missing-variable"]


def test_a_bot_yaml_that_cannot_be_read_is_one_problem(desk: Path) -> None:
    bot = desk / "bot.yaml"
    bot.write_text(bot.read_text() + "api:\n\ttoken: x\n")
    assert _codes(desk) == ["yaml"]


def test_a_flow_that_uses_a_plugin_that_broke_is_no_problem_of_its_own(desk: Path) -> None:
    flows = (
        "flows: {other: {start: {intents: [other]}, steps: [do: bad.thing]}}\nintents: {other: {examples: [other]}}"
    )
    (desk / "other.yaml").write_text(flows)
    assert _codes(desk) == ["unknown-plugin"]
    (desk / "bot.yaml").write_text("plugins: [./plugins/desk.py, ./plugins/bad.py]\n")
    assert _codes(desk) == ["registry-error"]


def test_what_is_no_flow_is_not_read(desk: Path) -> None:
    for name in ("tests/x.yaml", "plugins/x.yaml", "knowledge/x.yaml", ".git/x.yaml", ".x.yaml", "notes.txt"):
        (desk / name).parent.mkdir(exist_ok=True)
        (desk / name).write_text("nonsense: [")
    assert _codes(desk) == []


def test_flows_may_stand_in_directories(desk: Path) -> None:
    (desk / "more" / "deep").mkdir(parents=True)
    (desk / "more" / "deep" / "a.yml").write_text("answers: {a: {questions: [what is it], say: It is.}}")
    checked = check_directory(desk)
    assert checked.flows is not None
    assert "a" in checked.flows.answers


def test_no_directory_and_no_bot_yaml(tmp_path: Path) -> None:
    assert str(_said(tmp_path / "none", "no-bot")).endswith("there is no such directory; botkit new NAME makes one")
    assert str(_said(tmp_path, "no-bot")).startswith(f"{tmp_path}/bot.yaml:1:1: no-bot: a bot's directory has")


def test_files_that_cannot_be_read(desk: Path) -> None:
    (desk / "a.yaml").write_bytes(b"flows: {}\n# \xff")
    (desk / "b.yaml").write_text("#" * (MOST_BYTES + 1))
    (desk / "c.yaml").mkdir()
    (desk / "d.yaml").symlink_to(desk / "nowhere")
    problems = {Path(problem.place.file).name: str(problem) for problem in check_directory(desk).errors}
    assert "not-utf8: the file is not UTF-8 (byte 13)" in problems["a.yaml"]
    assert "too-large: the file has 1,048,577 bytes" in problems["b.yaml"]
    assert "unreadable: the file cannot be read: " in problems["c.yaml"]
    assert "unreadable: the file cannot be read: No such file" in problems["d.yaml"]


def test_a_byte_order_mark_is_passed_over(desk: Path) -> None:
    (desk / "bot.yaml").write_text("name: x\nplugins: [./plugins/desk.py]\n", encoding="utf-8-sig")
    assert _codes(desk) == []


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("plugins: [./plugins/desk.py, ./nope.py]", "registry-error", "there is no plugin file './nope.py'"),
        ("plugins: [./plugins/desk.py, nobody]", "registry-error", "'nobody'"),
        ("plugins: [./plugins/desk.py]\nchannels: {carrier_pigeon: {}}", "registry-error", "'carrier_pigeon'"),
        ("plugins: [./plugins/desk.py]\nlocales: [en, tlh]", "unknown-locale", "there is no locale 'tlh'"),
    ],
)
def test_names_that_nobody_has(desk: Path, line: str, code: str, said: str) -> None:
    (desk / "bot.yaml").write_text(f"name: x\n{line}\n")
    problem = _said(desk, code)
    assert said in problem.message
    assert (problem.place.file, problem.place.line) == (str(desk / "bot.yaml"), 1 + len(line.splitlines()))


def test_a_plugin_that_breaks_spoils_nothing_else(desk: Path) -> None:
    (desk / "plugins" / "bad.py").write_text("1 / 0\n")
    bot = desk / "bot.yaml"
    bot.write_text(bot.read_text().replace("desk.py]", "desk.py, ./plugins/bad.py]"))
    (problem,) = check_directory(desk).problems
    assert "ZeroDivisionError" in problem.message
    assert problem.place.line == 1


def test_a_locale_of_the_bots_own(desk: Path) -> None:
    (desk / "bot.yaml").write_text("locales: [tlh]\nplugins: [./plugins/desk.py]\n")
    (desk / "locales").mkdir()
    own = desk / "locales" / "tlh.yaml"
    own.write_text("code: tlh\nname: 3\n")
    assert any(problem.place.file == str(own) for problem in check_directory(desk).problems)


@pytest.mark.parametrize("running", [True, False])
def test_the_garbage_collector_is_left_as_it_was(desk: Path, running: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if running else gc.disable)()
        check_directory(desk)
        assert gc.isenabled() is running
        with pytest.raises(TypeError):
            check_directory(None)  # type: ignore[arg-type]
        assert gc.isenabled() is running
    finally:
        (gc.enable if before else gc.disable)()


def test_a_region_takes_its_language(desk: Path) -> None:
    (desk / "bot.yaml").write_text("locales: [en, zh-TW]\nplugins: [./plugins/desk.py]\n")
    assert "unknown-locale" not in _codes(desk)


def test_locales_that_come_along() -> None:
    assert {"en", "zh", "de", "ar"} <= set(Locales())
    assert all(locale.code == code for code, locale in Locales().items())


def test_a_bot_s_own_locale_replaces_the_shipped_one() -> None:
    locales = Locales({"en": Locales()["de"], "fr": Locales()["zh"]})
    assert (locales["en"].code, locales["fr"].code, locales["zh"].code) == ("de", "zh", "zh")
    assert sorted(locales) == sorted({*Locales(), "fr"})
    assert len(locales) == len(Locales()) + 1
    assert "it" not in locales
    with pytest.raises(KeyError, match="it"):
        _ = locales["it"]


def test_only_the_locales_of_a_bot_are_read(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    shipped = directories._shipped

    def read(code: str) -> Locale:
        asked.append(code)
        return shipped(code)

    monkeypatch.setattr(directories, "_shipped", read)
    (desk / "bot.yaml").write_text("locales: [zh]\nplugins: [./plugins/desk.py]\n")
    check_directory(desk)
    assert set(asked) == {"zh"}


def test_variables(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FROM_ENV", "env")
    (tmp_path / ".env").write_text("HERE=here\nBOTH=here\nFROM_ENV=here\nBARE\n")
    (desk / ".env").write_text("BOTH=bot\n")
    found = variables_of(desk)
    assert (found["HERE"], found["BOTH"], found["FROM_ENV"]) == ("here", "bot", "env")
    assert "BARE" not in found


def test_a_version_does_not_depend_on_where_the_directory_is(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "more").mkdir()
    (desk / "more" / "extra.yaml").write_text("flows: {extra: {steps: [{say: Extra.}]}}\n", encoding="utf-8")
    elsewhere = Path(shutil.copytree(desk, tmp_path / "else where" / "机器人"))
    monkeypatch.chdir(desk)
    checked = [check_directory(path) for path in (desk, elsewhere, Path(), Path("more") / "..")]
    assert len({one.flows.version for one in checked if one.flows is not None}) == 1
    assert [list(one.sources) for one in checked] == [["flows.yaml", "more/extra.yaml"]] * 4


def test_an_older_version_is_built_again(desk: Path) -> None:
    checked = check_directory(desk)
    assert checked.flows is not None
    version = checked.flows.version
    again = rebuild(checked, version, checked.sources, msgspec.structs.replace(checked.flows.settings, idle=60.0))
    assert again is not None
    assert again.version == version  # also after a change in bot.yaml: sessions are pinned to the name
    assert again.settings.idle == 60.0
    assert rebuild(checked, "v1", {"x.yaml": "flows: ["}, checked.flows.settings) is None


@pytest.mark.parametrize("url", ["postgresql://x:y", "mysql://x/y", "sqlite://two.db"])
def test_a_store_that_there_is_not_is_a_problem(desk: Path, url: str) -> None:
    text = (desk / "bot.yaml").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("store:"))
    (desk / "bot.yaml").write_text(f"{kept}\nstore: {url}\n", encoding="utf-8")
    problem = _said(desk, "config-error")
    assert (problem.place.file, problem.place.column) == (str(desk / "bot.yaml"), 8)
    assert problem.hint


def _article(desk: Path, name: str, text: str) -> Path:
    path = desk / "knowledge" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_articles_belong_to_the_bot_and_to_its_version(desk: Path) -> None:
    before = check_directory(desk).flows
    _article(desk, "sub/returns.md", "# Returns\n\n30 days.")
    _article(desk, ".draft.md", "---\n")
    _article(desk, "notes.txt", "no article")
    first = check_directory(desk)
    assert first.problems == ()
    assert first.flows is not None
    assert before is not None
    assert [article.path for article in first.flows.articles] == ["knowledge/sub/returns.md"]
    assert first.flows.catalogue.articles
    assert not before.catalogue.articles
    assert set(first.sources) == {"flows.yaml", "knowledge/sub/returns.md"}
    _article(desk, "sub/returns.md", "# Returns\n\n60 days.")
    second = check_directory(desk).flows
    assert second is not None
    assert len({before.version, first.flows.version, second.version}) == 3
    again = rebuild(first, first.flows.version, first.sources, first.flows.settings)
    assert again is not None
    assert (again.version, again.articles) == (first.flows.version, first.flows.articles)
    assert compare(second, again) == (Change("article", "knowledge/sub/returns.md", "changed"),)


def test_a_mistake_in_an_article_keeps_the_bot_from_running(desk: Path) -> None:
    path = _article(desk, "returns.md", "---\ncolour: red\n---\n\n30 days.")
    problem = _said(desk, "unknown-key")
    assert (problem.place.file, problem.place.line, problem.severity) == (str(path), 2, "error")
    assert check_directory(desk).flows is None
    path.write_bytes(b"\xff\xfe\x00")
    assert _codes(desk) == ["not-utf8"]
    path.write_bytes(b"x" * (MOST_BYTES + 1))
    assert _codes(desk) == ["too-large"]
