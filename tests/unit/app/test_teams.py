"""Channels of teams beside the teams that hand-offs are to."""

from pathlib import Path

import pytest

from botkit.app.directories import check_directory

BOT = """\
name: Acme
{handoff}
channels:
  web: {{}}
{channels}
"""
SLACK = "  slack: {{bot_token: xoxb-1, app_token: xapp-1, desk: {}}}\n"
TELEGRAM = '  telegram: {{token: "1:{}", desk: {}}}\n'
FLOWS = """\
flows:
  orders: {start: {commands: [orders]}, steps: [{handoff: orders}]}
"""
TEAMS = "handoff: {teams: {orders: {}, support: {}}}"
NOBODY_SEES = "channels.slack: the team '{}' has no channel: botkit desk alone shows its hand-offs"


def said(directory: Path, channels: str, flows: str = FLOWS, handoff: str = "") -> list[tuple[str, str, str]]:
    (directory / "bot.yaml").write_text(BOT.format(handoff=handoff, channels=channels), encoding="utf-8")
    (directory / "flows.yaml").write_text(flows, encoding="utf-8")
    return [
        (one.severity, one.message, one.hint)
        for one in check_directory(directory).problems
        if one.code != "clear-secret"
    ]


@pytest.mark.parametrize("handoff", ["", TEAMS])
@pytest.mark.parametrize(
    "channels",
    [
        "",
        SLACK.format("C111"),
        SLACK.format("{orders: C111, default: C222}"),
        SLACK.format("{orders: C111, support: C222}"),
        SLACK.format("{orders: C111}") + TELEGRAM.format("A" * 35, -100),
        SLACK.format('""'),
    ],
)
def test_every_team_has_a_channel_or_none_has(tmp_path: Path, channels: str, handoff: str) -> None:
    assert said(tmp_path, channels, handoff=handoff) == []


def test_a_team_that_nothing_is_handed_to(tmp_path: Path) -> None:
    (typo,) = said(tmp_path, SLACK.format("{ordesr: C111, default: C222}"))
    message = "channels.slack: nothing is handed to the team 'ordesr'"
    assert typo == ("warning", message, "did you mean 'orders'?")
    ((severity, message, hint),) = said(tmp_path, SLACK.format("{ordesr: C111, default: C222}"), handoff=TEAMS)
    assert (severity, message) == ("error", "channels.slack: there is no team 'ordesr'")
    assert "orders" in hint


@pytest.mark.parametrize("handoff", ["", TEAMS])
def test_a_team_whose_hand_offs_no_channel_shows(tmp_path: Path, handoff: str) -> None:
    (one,) = said(tmp_path, SLACK.format("{orders: C111}"), handoff=handoff)
    hint = "add 'support' or 'default' under desk:"
    assert one == ("warning", NOBODY_SEES.format("support"), hint), "who asks for a person comes there"
    found = said(
        tmp_path, SLACK.format("{care: C111}"), handoff="handoff: {teams: {care: {}, orders: {}}, default: care}"
    )
    assert [message for _, message, _ in found] == [NOBODY_SEES.format("orders")]


@pytest.mark.parametrize("desk", ["{}", "[C111]", "{orders: nowhere}", "815"])
def test_a_desk_that_is_wrong_is_one_problem(tmp_path: Path, desk: str) -> None:
    assert len([one for one in said(tmp_path, SLACK.format(desk)) if one[0] == "error"]) == (desk != "{}")
