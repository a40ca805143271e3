"""What is found of teams' channels, by the doctor and at the start."""

import pytest

from botkit.testing import FakeIntake
from botkit_slack.examining import examine
from tests.slack.api import Slack
from tests.slack.platform import connector_of, settings_of
from tests.slack.workspace import HangUpError, RefusalError, slow

ROOM = "C9001"


async def test_the_doctor_looks_at_the_channels(slack: Slack) -> None:
    slack.add_channel(ROOM, "care")
    slack.add_channel("C9002", member=False)
    slack.add_channel("C9003")
    slack.channels["C9003"]["is_archived"] = True
    desk = {"care": ROOM, "default": ROOM, "orders": "C9002", "old": "C9003", "none": "C9004"}
    found = [(one.fine, one.what) for one in await examine(settings_of(slack, desk=desk))][2:]
    assert found == [
        (True, f"the channel {ROOM} (care, every other team): a thread for each hand-off"),
        (False, "the channel C9002 (orders): the app is not in it"),
        (False, "the channel C9003 (old) is archived"),
        (False, "the channel C9004 (none) is not there for the app: channel_not_found"),
    ]
    slack.scopes -= {"channels:read", "files:write"}
    found = [(one.fine, one.what) for one in await examine(settings_of(slack, desk=ROOM))][2:]
    assert [fine for fine, _ in found] == [None, None]
    assert "files:write" in found[0][1]
    assert "channels:read" in found[1][1]


async def test_the_start_tells_where_no_hand_off_would_be_shown(
    slack: Slack, botkit_intake: FakeIntake, caplog: pytest.LogCaptureFixture
) -> None:
    async def told() -> list[str]:
        caplog.clear()
        desk = {"default": ROOM, "orders": "C9002", "never": "C9004"}
        connector = connector_of(slack, desk=desk)
        await connector.start(botkit_intake)
        await connector.stop()
        return [one.getMessage() for one in caplog.records]

    slack.add_channel(ROOM, "care")
    slack.add_channel("C9002", member=False)
    mend = "invite it there: /invite and its name"
    assert await told() == [
        f"no hand-off is shown: the channel C9002 (orders): the app is not in it: {mend}",
        f"no hand-off is shown: the channel C9004 (never) is not there for the app: channel_not_found: {mend}",
    ]
    slack.trouble["conversations.info"] = [RefusalError("fatal_error"), HangUpError(), slow()]
    assert await told() == [], "Slack does not tell"
    slack.scopes.discard("channels:read")
    assert await told() == []
