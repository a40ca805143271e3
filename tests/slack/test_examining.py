"""`botkit doctor` on a bot with Slack."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from botkit.cli.doctor import examine_bot
from botkit_slack.examining import examine
from tests.slack.api import Slack
from tests.slack.platform import settings_of
from tests.slack.workspace import RefusalError

DOCS: Final = Path(__file__).parents[2] / "docs"


async def found(slack: Slack, mode: str = "socket", **more: Any) -> list[tuple[bool | None, str]]:
    return [(one.fine, one.what) for one in await examine(settings_of(slack, mode, **more))]


async def test_a_bot_that_is_fine_has_its_name_and_its_way(slack: Slack) -> None:
    name, way = await found(slack)
    assert name[0]
    assert name[1].startswith("the bot is @")
    assert way == (True, "Slack opens connections to it")
    assert (await found(slack, "http"))[1:] == [(None, "Slack posts to /slack/events")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bot_token": "xoxb-wrong"}, "Slack does not take the bot_token (invalid_auth)"),
        ({"bot_token": "xapp-1"}, "channels.slack.bot_token begins with xapp-: it is another one"),
        ({"app_token": "xapp-wrong"}, "Slack does not take the app_token (invalid_auth)"),
        ({"app_token": ""}, "channels.slack has no app_token"),
    ],
)
async def test_a_wrong_secret_is_said_to_be(slack: Slack, given: dict[str, str], said: str) -> None:
    assert (False, said) in await found(slack, **given)


async def test_scopes_that_lack_are_said_with_what_they_are_for(slack: Slack) -> None:
    slack.scopes -= {"chat:write", "users:read"}
    findings = await examine(settings_of(slack))
    assert [(one.fine, one.what) for one in findings[1:3]] == [
        (False, "the app lacks the scope chat:write: it cannot answer"),
        (None, "the app lacks the scope users:read: names and languages of customers are not known"),
    ]
    assert "install the app again" in findings[1].mend


def samples(page: str) -> list[Any]:
    """Give what the YAML of a page says."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [yaml.safe_load(one) for one in re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


async def test_an_app_of_the_manifest_lacks_nothing(slack: Slack) -> None:
    (manifest,) = [one for one in samples("slack.md") if "oauth_config" in one]
    slack.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    slack.add_channel("C9001", "care")
    assert [what for fine, what in await found(slack, desk="C9001") if fine is not True] == []


@pytest.mark.parametrize("page", ["slack.md", "telegram.md"])
def test_who_takes_over_a_sample_keeps_the_page(page: str) -> None:
    made = [one["channels"] for one in samples(page) if "channels" in one]
    assert len(made) > 2
    assert all("web" in channels for channels in made)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_platform_that_is_away_is_said_to_be(slack: Slack, method: str) -> None:
    slack.trouble[method] = [RefusalError("fatal_error", status=502)]
    ((fine, what),) = await found(slack)
    assert (fine, what.startswith("Slack cannot be reached")) == (False, True)


async def test_socket_mode_that_is_off_is_said_to_be(slack: Slack) -> None:
    slack.trouble["apps.connections.open"] = [RefusalError("forbidden_for_app")]
    findings = await examine(settings_of(slack))
    assert (findings[-1].fine, findings[-1].mend) == (False, "in the app's settings, Socket Mode: on")


def test_the_doctor_asks(tmp_path: Path) -> None:
    settings = '{bot_token: "xoxb-AAsecretsecret", app_token: xapp-AAsecret, api_base: "http://127.0.0.1:9"}'
    (tmp_path / "bot.yaml").write_text(f"name: Tea\nchannels: {{slack: {settings}}}\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text("flows: {on_start: {steps: [{say: Hello!}]}}\n", encoding="utf-8")
    (finding,) = [one for one in examine_bot(tmp_path) if "channel slack" in one.what]
    assert finding.fine is False
    assert finding.what.startswith("channel slack: Slack cannot be reached")
    assert "AAsecret" not in str(finding)
