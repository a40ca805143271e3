"""Secrets in clear are warned of, never shown, and in no store, log or error."""

import logging
from pathlib import Path

import pytest

from botkit.app import directories
from botkit.app.bots import Bot
from botkit.app.clear_secrets import find_clear_secrets
from botkit.app.directories import check_directory
from botkit.errors import BotkitError

KEYED = "channels:\n  telegram: {token: abc-123-def}\n"


@pytest.mark.parametrize(
    ("config", "places"),
    [
        (KEYED, ["bot.yaml:2:21"]),
        ("channels: {slack: {bot_token: x1, app-token: y1, signing_secret: z1}}", ["bot.yaml:1:31", "bot.yaml:1:46", "bot.yaml:1:66"]),
        ("api: {token: hunter2}", ["bot.yaml:1:14"]),
        ("api: {events_secret: [one, '${TWO}', three]}", ["bot.yaml:1:23", "bot.yaml:1:38"]),
        ("llm: {api_key: k, apikey: k}", ["bot.yaml:1:16", "bot.yaml:1:27"]),
        ("plugins: [shop: {password: p, db: {passwd: q}}]", ["bot.yaml:1:28", "bot.yaml:1:44"]),
        ("api: {token: '${TOKEN:-hunter2}'}", ["bot.yaml:1:14"]),
        ("api: {token: 'Bearer ${TOKEN}'}", ["bot.yaml:1:14"]),
        ("api: {token: '${TOKEN}'}", []),
        ("api: {token: '${TOKEN:-}', events_secret: ['${A}${B}']}", []),
        ("channels: {web: {secret: }}", []),
        ("plugins: [shop: {tokens_per_day: 5, password_length: 8, secretary: Ann, has_token: true}]", []),
        ("handoff: {teams: {secret_service: {}}}", []),
        ("store: postgresql://bot:s3cret@db/bot", ["bot.yaml:1:18"]),
        ("store: 'postgresql://bot:${DB}@db/bot'", []),
        ("store: postgresql://db/bot", []),
        ("plugins: [x: {a: xoxb-12345678901-abcdef}]", ["bot.yaml:1:18"]),
        ("x: 123456789:ABCdefGHIjklMNOpqrsTUVwxyz012345678", ["bot.yaml:1:4"]),
        ("x: sk-proj-abcdefghijklmnopqrstuvwx", ["bot.yaml:1:4"]),
        ("x: AKIAIOSFODNN7EXAMPLE", ["bot.yaml:1:4"]),
        ("x: ghp_abcdefghijklmnopqrstuvwxyz0123456789", ["bot.yaml:1:4"]),
        ("x: |\n  -----BEGIN RSA PRIVATE KEY-----\n  abc\n", ["bot.yaml:2:3"]),
        ("x: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", ["bot.yaml:1:4"]),
        ("x: task-1234567890-abcdefghijklmnop", []),
        ("name: 12:30, it is", []),
        ("", []),
        ("- a\n: b: [", []),
        ("token: [[a]]", []),
        ("llm: {max_tokens: 500, tokens: 3, max_token: 10, max-output-token: 8, min_tokens: 0.5}", []),
        ("llm: {tokens: '500', token: 500, password: 1234, pass_tokens: [abc, 7]}", ["bot.yaml:1:15", "bot.yaml:1:29", "bot.yaml:1:44", "bot.yaml:1:64"]),
        ("plugins: [shop: {credentials: {user: bot, password: hunter2}}]", ["bot.yaml:1:53"]),
        ("credentials: [{password: hunter2}, {secrets: {deep: {token: x}}}]", ["bot.yaml:1:26", "bot.yaml:1:61"]),
        ("credentials: {password: '${PASSWORD}'}", []),
    ],
)  # fmt: skip
def test_what_is_in_clear_is_warned_of(config: str, places: list[str]) -> None:
    found = list(find_clear_secrets(config, "bot.yaml", {}))

    assert [str(one.place) for one in found] == places
    assert {(one.code, one.severity) for one in found} <= {("clear-secret", "warning")}
    shown = " ".join(map(str, found))
    assert not any(secret in shown for secret in ("hunter2", "abc-123", "s3cret", "AKIA", "BEGIN", "xoxb"))


def test_flow_files_are_looked_at_too() -> None:
    flows = {
        "flows/a.yaml": "flows:\n  a: [{do: x.y, with: {key: xoxb-12345678901-abcdef}}]\n",
        "b.yaml": "x" * 100_000,
    }

    assert [str(one.place) for one in find_clear_secrets("", "bot.yaml", flows)] == ["flows/a.yaml:2:29"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "bot.yaml").write_text(
        "name: Test\nstore: sqlite:///bot.db\napi: {token: planted-token}\nchannels: {web: {secret: planted-secret-123}}\n"
    )
    (tmp_path / "flows.yaml").write_text("answers: {hello: {questions: [hello], say: Hi.}}\n")
    return tmp_path


def test_a_bot_in_clear_is_sound_with_warnings(directory: Path) -> None:
    checked = check_directory(directory)

    assert [one.code for one in checked.problems] == ["clear-secret", "clear-secret"]
    assert checked.flows is not None


def test_a_check_that_is_switched_off_is_noticed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "find_clear_secrets", lambda *_: [])

    assert check_directory(directory).problems == ()


async def test_they_are_in_no_store_and_no_log(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with await Bot.load(directory) as bot:
        await bot.say("hello")

    stored = b"".join([path.read_bytes() for path in sorted(directory.glob("bot.db*"))])  # noqa: ASYNC240
    assert stored
    assert b"planted" not in stored
    assert "planted" not in caplog.text


@pytest.mark.parametrize(
    "config",
    [
        "channels: {web: {secret: planted}}", "channels: {web: {secret: [planted]}}", "api: {token: {planted: 1}}",
        "store: postgresql://user:planted@nowhere.invalid:1/x", "carrier: nats://user:planted@", "plugins: [shop: {secret: planted}]",
        "api: {token: planted, tokenn: planted}",
    ],
)  # fmt: skip
async def test_errors_show_none(config: str, directory: Path) -> None:
    (directory / "bot.yaml").write_text(f"name: Test\n{config}\n")

    told = [f"{one} {one.message} {one.hint}" for one in check_directory(directory).problems]
    try:
        async with await Bot.load(directory, patience=0.1):
            pass
    except BotkitError as error:
        told.append(f"{error} {error.hint} {error!r}")

    assert told
    assert "planted" not in " ".join(told).replace(str(directory), "")
