"""`mcp:` of bot.yaml: what it takes, what is wrong with it, and the lists of tools that are kept."""

from pathlib import Path
from typing import Any

import pytest

from botkit.app.config import Config, read_config
from botkit.app.mcp import ask_unlisted, keep_offers, kept_offers, path_of
from botkit.registry.offers import Listed, Offer
from botkit.registry.servers import ServerSettings, ToolSettings


def read(text: str, **variables: str) -> Config:
    config, problems = read_config(text, "bot.yaml", variables)
    assert [problem for problem in problems if problem.severity == "error"] == []
    return config


def test_all_that_it_takes() -> None:
    config = read(
        """
mcp:
  crm: {command: [python, crm.py], env: {TOKEN: "${T}"}, trust: true, timeout: 30s, stderr: true,
        tools: {find: {effect: read, timeout: 3s}, a.b: {effect: write, idempotent: true}, c: }}
  web: {url: "https://x.example/mcp", headers: {Authorization: "Bearer ${T}"}}
""",
        T="s",
    )
    tools = {"find": ToolSettings("read", 3.0), "a.b": ToolSettings("write", 0.0, True), "c": ToolSettings()}
    assert config.servers == {
        "crm": ServerSettings(
            "crm", ("python", "crm.py"), {"TOKEN": "s"}, trust=True, timeout=30.0, stderr=True, tools=tools
        ),
        "web": ServerSettings("web", url="https://x.example/mcp", headers={"Authorization": "Bearer s"}),
    }
    assert config.server_lacks == {"crm": (), "web": ()}
    assert read("mcp: {crm: {command: x, env: {TOKEN: '${T}'}}}").server_lacks == {"crm": ("T",)}
    assert read("mcp:\n").servers == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mcp: [x]", "1:6: wrong-type"),
        ("mcp: {Crm: {command: x}}", "1:7: unknown-value: 'Crm' is no name for an MCP server"),
        ("mcp: {crm: {}}", "1:7: missing-key: the MCP server 'crm' needs either a command or a url"),
        ("mcp: {crm: {command: x, url: 'http://x'}}", "1:7: missing-key"),
        ("mcp: {crm: {url: 'ftp://x'}}", "1:18: unknown-value: 'url' takes the address of a server"),
        ("mcp: {crm: {url: 'http://a:b@x/'}}", "1:18: unknown-value"),
        ("mcp: {crm: {comand: x}}", "1:13: unknown-key"),
        ("mcp: {crm: {command: x, trust: yes}}", "1:32: wrong-type"),
        ("mcp: {crm: {command: x, timeout: 2h}}", "1:34: bad-duration"),
        ("mcp: {crm: {command: x, tools: {a: {effect: both}}}}", "1:45: unknown-value"),
        ("mcp: {crm: {command: x, tools: {a: {effects: read}}}}", "1:37: unknown-key"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, problem: str) -> None:
    _, problems = read_config(text, "bot.yaml", {})
    assert any(problem in str(one) for one in problems), [str(one) for one in problems]


def test_a_list_is_kept_until_it_changes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    offers = (Offer("find", "Find."), Offer("note"))
    assert kept_offers(tmp_path, "crm") is None
    assert keep_offers(tmp_path, "crm", Listed(offers, ("'x': it is too large",)))
    assert "it is too large" in caplog.text
    assert kept_offers(tmp_path, "crm") == offers
    assert not keep_offers(tmp_path, "crm", Listed(offers))
    assert keep_offers(tmp_path, "crm", Listed(offers[:1]))
    assert [path.name for path in path_of(tmp_path, "crm").parent.iterdir()] == ["mcp-crm.json"]
    path_of(tmp_path, "crm").write_text("broken")
    assert kept_offers(tmp_path, "crm") is None


def test_a_list_that_cannot_be_kept_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / ".botkit").write_text("a file")
    assert keep_offers(tmp_path, "crm", Listed((Offer("find"),)))
    assert "could not be kept" in caplog.text


async def test_only_servers_without_a_list_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def ask(_: Any, __: Path, names: list[str]) -> dict[str, Listed]:
        asked.extend(names)
        return dict.fromkeys(names, Listed())

    monkeypatch.setattr("botkit.app.mcp.ask_servers", ask)
    servers = {name: ServerSettings(name, command=("x",)) for name in ("known", "new", "lacking")}
    lacks = {"known": (), "new": (), "lacking": ("TOKEN",)}
    keep_offers(tmp_path, "known", Listed((Offer("find"),)))
    assert await ask_unlisted(servers, lacks, tmp_path)
    assert asked == ["new"]
