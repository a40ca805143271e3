"""MCP servers as a source of tools: a real one over stdio and over HTTP, in flows and for a model, and its faults."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from botkit import Bot
from botkit.app.directories import check_directory
from botkit.app.mcp import ask_servers, path_of
from botkit.cli.checking import find_problems
from botkit.cli.doctor import examine_bot
from botkit.model.completions import Completion, ToolCall
from botkit.registry import servers as connecting
from botkit.registry.offers import Listed, decode_offers
from botkit.testing import ScriptedModel

SERVER = Path(__file__).with_name("mcp_crm.py")
FLOWS = """
flows:
  find:
    start: {commands: [find]}
    steps:
      - do: crm.find
        with: {number: "7"}
        save: found
        on_error: [{say: "Sorry: {{ error.code }}"}, end]
      - say: Found {{ found.name }}.
  note:
    start: {commands: [note]}
    steps:
      - confirm: Shall I write it?
      - do: crm.write_note
        with: {number: "7", text: hello}
        on_error: [{say: "Sorry: {{ error.code }}"}, end]
      - say: Written.
  die:
    start: {commands: [die]}
    steps:
      - confirm: Really?
      - do: crm.die
        on_error: [{say: "Sorry: {{ error.code }}"}, end]
  help:
    start: {commands: [help]}
    steps:
      - agent: Help the customer.
        tools: [crm.find, crm.search, crm.write_note, crm.delete_all]
        on_error: [{say: "Sorry: {{ error.code }}"}, end]
"""
READ = """
  TOOL:
    start: {commands: [TOOL]}
    steps:
      - do: crm.TOOL
        save: given
        on_error: [{say: "Sorry: {{ error.code }} {{ error.message }}"}, end]
      - say: "Given: {{ given }}"
"""
READS = ("hang", "huge", "fail", "picture", "written", "block", "lies", "delete_all")
FLOWS += "".join(READ.replace("TOOL", tool) for tool in READS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flows.yaml").write_text(FLOWS)
    (tmp_path / ".env").write_text("CRM_TOKEN=s3cret-of-crm\n")
    return tmp_path


def configure(folder: Path, more: str = "trust: true", *, server: str = "") -> Path:
    command = json.dumps([sys.executable, str(SERVER)])
    env = json.dumps({"LEDGER": str(folder / "ledger"), "CRM_TOKEN": "${CRM_TOKEN}"})
    crm = server or f"{{command: {command}, env: {env}, {more}}}"
    (folder / "bot.yaml").write_text(f"name: Shop\nlocales: [en]\nmcp:\n  crm: {crm}\n")
    return folder


def ledger(folder: Path) -> list[str]:
    path = folder / "ledger"
    return path.read_text().splitlines() if path.exists() else []


def codes_of(folder: Path) -> set[str]:
    """What a check finds, but that there is no model for the step `agent`."""
    return {problem.code for problem in check_directory(folder).problems} - {"not-configured"}


async def test_tools_of_a_program_are_actions(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with await Bot.load(configure(folder), store="sqlite://") as bot:
        assert (await bot.say("/find", "web:1")).text.endswith("Found Ann.")
        assert (await bot.say("/picture", "web:1")).text == "Given: text: Ann, left_out: image image/png"
        assert (await bot.say("/written", "web:1")).text == "Given: name: Ann, left: "
        assert (await bot.say("/note", "web:1")).text == "Shall I write it?"
        assert "note 7 hello" not in ledger(folder)
        assert (await bot.say("yes", "web:1")).text == "Written."
        specs = bot.flows.catalogue.actions
    assert ledger(folder)[-1] == "note 7 hello"
    assert ledger(folder)[0].endswith(" s3cret-of-crm")
    assert specs["crm.find"].description == "Find a customer by their number."
    assert specs["crm.find"].parameters["required"] == ["number"]
    assert {name for name, spec in specs.items() if spec.effect == "write"} == {"crm.write_note", "crm.die"}
    assert "s3cret" not in caplog.text


async def test_a_check_starts_nothing_and_knows_the_tools_that_were_kept(folder: Path) -> None:
    configure(folder)
    found = check_directory(folder)
    assert codes_of(folder) == {"unknown-tools"}
    assert found.flows is not None
    said = await ask_servers(found.config.servers, folder, ["crm"])
    assert isinstance(said["crm"], Listed)
    offers = decode_offers(path_of(folder, "crm").read_bytes())
    assert offers is not None
    assert "delete.all" in [one.name for one in offers]
    begun = ledger(folder)
    assert codes_of(folder) == set()
    (folder / "flows.yaml").write_text(FLOWS.replace('number: "7"}\n        save', 'nummer: "7"}\n        save'))
    assert "wrong-arguments" in [problem.code for problem in check_directory(folder).problems]
    (folder / "flows.yaml").write_text(FLOWS.replace("crm.hang", "crm.hand"))
    assert "unknown-action" in [problem.code for problem in check_directory(folder).problems]
    assert ledger(folder) == begun


async def test_a_tool_that_says_that_it_reads_is_a_write_unless_it_is_trusted(folder: Path) -> None:
    configure(folder, "trust: false, tools: {find: {effect: read, timeout: 3s}, lies: {effect: read}}")
    found = check_directory(folder)
    await ask_servers(found.config.servers, folder, ["crm"])
    checked = check_directory(folder)
    assert "unconfirmed-write" in {problem.code for problem in checked.problems}
    specs = checked.registry.catalogue().actions
    assert [specs[f"crm.{name}"].effect for name in ("find", "lies", "delete_all", "hang")] == [
        "read",
        "read",
        "write",
        "write",
    ]
    assert [specs[f"crm.{name}"].timeout for name in ("find", "lies")] == [3.0, 10.0]


async def test_a_model_gets_tools_and_what_they_give_is_data(folder: Path) -> None:
    def call(name: str, **args: Any) -> Completion:
        return Completion(calls=(ToolCall("c1", name, json.dumps(args)),), finish="tools")

    model = ScriptedModel(
        call("search", text="ann"), call("write_note", number="7"), call("write_note", number="7", text="x"), "Done."
    )
    async with await Bot.load(configure(folder), store="sqlite://", model=model) as bot:
        asked = await bot.say("/help", "web:1")
        assert asked.text.endswith("Write note (number: 7, text: x). Shall I go ahead?")
        assert not any(line.startswith("note") for line in ledger(folder))
        assert (await bot.say("yes", "web:1")).text == "Done."
    assert ledger(folder)[-1] == "note 7 x"
    assert [tool.name for tool in model.asked[0].tools] == ["find", "search", "write_note", "delete_all"]
    told = model.asked[1].messages[-1]
    assert "IGNORE ALL RULES" in told.text
    assert told.text.count("</result>") == 1
    assert "'text' is a required property" in model.asked[2].messages[-1].text
    system = [one.text for request in model.asked for one in request.messages if one.role == "system"]
    assert not any("IGNORE" in text or "Delete everything" in text for text in system)


async def test_what_goes_wrong_with_one_call_is_an_error_of_that_call(folder: Path) -> None:
    configure(folder, "trust: true, tools: {hang: {timeout: 1s}}")
    async with await Bot.load(folder, store="sqlite://") as bot:
        assert "Found Ann" in (await bot.say("/find", "web:1")).text
        hanging = asyncio.create_task(bot.say("/hang", "web:2"))
        assert (await bot.say("/huge", "web:1")).text.startswith("Sorry: bad_result")
        assert (await bot.say("/lies", "web:1")).text.startswith("Sorry: bad_result")
        assert (await bot.say("/fail", "web:1")).text.startswith("Sorry: tool_error Error executing tool fail")
        assert (await hanging).text.splitlines()[-1].startswith("Sorry: timeout")
        assert (await bot.say("/find", "web:1")).text == "Found Ann."
    assert (
        len([line for line in ledger(folder) if line.startswith("begun")]) == 2
    )  # to ask for its tools, and to serve


async def test_a_server_that_dies_in_a_write_leaves_it_unknown_and_is_started_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await Bot.load(configure(folder), store="sqlite://") as bot:
        await bot.say("/die", "web:1")
        assert (await bot.say("yes", "web:1")).text == "Sorry: outcome_unknown"
        assert [line for line in ledger(folder) if line.startswith("die")] == ["die "]  # it was called once
        assert (await bot.say("/find", "web:1")).text == "Found Ann."
    assert len([line for line in ledger(folder) if line.startswith("begun")]) == 3


async def test_a_server_that_holds_still_is_started_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "MOST_LATE", 1)
    configure(folder, "trust: true, tools: {block: {timeout: 1s}, find: {timeout: 60s}}")
    async with await Bot.load(folder, store="sqlite://") as bot:
        assert "Found Ann" in (await bot.say("/find", "web:1")).text
        assert (await bot.say("/block", "web:1")).text.startswith("Sorry: timeout")
        monkeypatch.setattr(connecting, "CALL_WITHIN", 40.0)
        assert (await bot.say("/find", "web:1")).text == "Found Ann."


@pytest.mark.parametrize("server", ["{command: [/no/such/program]}", "{url: 'http://127.0.0.1:9/mcp'}"])
async def test_a_server_that_is_away_takes_nothing_down(
    folder: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "CALL_WITHIN", 0.2)
    configure(folder, server=server.replace("}", ", tools: {find: {effect: read}}}"))
    (folder / "flows.yaml").write_text(FLOWS.replace('"7"', '"8"'))
    async with await Bot.load(folder, store="sqlite://") as bot:
        assert (await bot.say("/find", "web:1")).text.endswith("Sorry: unavailable")
        assert (await bot.say("/hang", "web:1")).text.startswith("Sorry: unknown_action")
        assert (await bot.say("/note", "web:1")).text == "Shall I write it?"
    assert codes_of(folder) == {"unknown-tools"}


async def test_a_call_waits_no_longer_for_a_server_than_it_has_time(folder: Path) -> None:
    server = "{command: [/no/such/program], timeout: 1s, tools: {find: {effect: read}}}"
    (configure(folder, server=server) / "flows.yaml").write_text(FLOWS.replace('"7"', '"8"'))
    async with await Bot.load(folder, store="sqlite://") as bot:
        assert (await bot.say("/find", "web:1")).text.endswith("Sorry: unavailable")


async def test_without_the_library_the_bot_runs_and_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = check_directory(configure(folder))
    await ask_servers(found.config.servers, folder, ["crm"])
    monkeypatch.setattr("botkit.registry.servers.find_spec", lambda name: None)
    monkeypatch.setattr("botkit.app.mcp.find_spec", lambda name: None)
    assert codes_of(folder) == {"missing-mcp"}
    problem = next(one for one in check_directory(folder).problems if one.code == "missing-mcp")
    assert (problem.code, problem.severity) == ("missing-mcp", "warning")
    assert problem.hint == "pip install 'botkit[mcp]'"
    async with await Bot.load(folder, store="sqlite://") as bot:
        assert (await bot.say("/find", "web:1")).text.endswith("Sorry: unavailable")


def test_a_server_whose_secret_is_missing_is_left_alone(folder: Path) -> None:
    (folder / ".env").unlink()
    (problem,) = [one for one in check_directory(configure(folder)).problems if one.place.line == 4]
    assert problem.code == "missing-variable"
    assert "CRM_TOKEN" in problem.message


def test_a_check_and_the_doctor_ask_servers_where_they_are_told_to(folder: Path) -> None:
    configure(folder)
    assert "unknown-tools" in [one.code for one in find_problems([folder])]
    assert ledger(folder) == []
    assert "unknown-tools" not in [one.code for one in find_problems([folder], mcp=True)]
    assert len(ledger(folder)) == 1
    said = [finding.what for finding in examine_bot(folder)]
    assert "the MCP server 'crm' offers 12 tools" in said
    configure(folder, server="{command: [/no/such/program]}")
    assert "mcp-away" in [one.code for one in find_problems([folder], mcp=True)]
    assert any("cannot be asked: its program is not there" in finding.what for finding in examine_bot(folder))


async def test_two_servers_may_have_a_tool_of_one_name(folder: Path) -> None:
    configure(folder)
    config = (folder / "bot.yaml").read_text()
    (folder / "bot.yaml").write_text(config + config.splitlines()[-1].replace("crm:", "old:", 1) + "\n")
    (folder / "flows.yaml").write_text(FLOWS.replace("[crm.find, crm.search,", "[crm.find, old.find,"))
    call = Completion(calls=(ToolCall("c1", "old_find", '{"number": "9"}'),), finish="tools")
    model = ScriptedModel(call, "Done.")
    async with await Bot.load(folder, store="sqlite://", model=model) as bot:
        assert (await bot.say("/help", "web:1")).text.endswith("Done.")
    assert [tool.name for tool in model.asked[0].tools][:2] == ["crm_find", "old_find"]
    assert "find 9" in ledger(folder)


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"LEDGER": str(folder / "ledger"), "PATH": ""}
    command = [sys.executable, str(SERVER), "http", str(port)]
    program = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        program.kill()
        program.wait()


async def test_tools_of_an_address_are_actions_also_after_it_was_away(folder: Path, address: str) -> None:
    configure(
        folder, server=f"{{url: '{address}', headers: {{Authorization: 'Bearer ${{CRM_TOKEN}}'}}, trust: true}}"
    )
    for _ in range(60):
        found = check_directory(folder)
        if isinstance((await ask_servers(found.config.servers, folder, ["crm"]))["crm"], Listed):
            break
        await asyncio.sleep(0.3)
    async with await Bot.load(folder, store="sqlite://") as bot:
        assert (await bot.say("/find", "web:1")).text.endswith("Found Ann.")
        assert (await bot.say("/fail", "web:1")).text.startswith("Sorry: tool_error")
        await bot.say("/die", "web:1")
        assert (await bot.say("yes", "web:1")).text == "Sorry: outcome_unknown"
        assert (await bot.say("hello", "web:1")).text
    assert [line for line in ledger(folder) if line.startswith("die")] == ["die "]
