"""What `botkit doctor` finds of teams' groups: whether the bot is there, reads along, and may open topics."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from botkit import Finding
from botkit_telegram.drivers import ApiError, Driver
from botkit_telegram.rooms import DEFAULT

_ADMIN: Final = ("administrator", "creator")


async def examine_groups(driver: Driver, desk: Mapping[str, int], me: Mapping[str, Any]) -> Sequence[Finding]:
    """Ask about every group once."""
    findings: list[Finding] = []
    for group in dict.fromkeys(desk.values()):
        teams = _teams_of(desk, group)
        try:
            chat = await driver.call("getChat", {"chat_id": group})
            member = await driver.call("getChatMember", {"chat_id": group, "user_id": me["id"]})
        except ApiError as error:
            mend = "add the bot to the group; where it became another one its id is another, too"
            findings.append(Finding(False, f"the group {group} ({teams}) is out of reach: {error.message}", mend))
            continue
        findings += _described(f"the group {chat.get('title', group)!r} ({teams})", chat, member, me)
    return findings


def _teams_of(desk: Mapping[str, int], group: int) -> str:
    teams = [team for team, one in desk.items() if one == group and team != DEFAULT]
    others = ["every other team" if teams else "every team"] if desk.get(DEFAULT) == group else []
    return ", ".join([*teams, *others])


def _described(
    name: str, chat: Mapping[str, Any], member: Mapping[str, Any], me: Mapping[str, Any]
) -> Iterator[Finding]:
    admin = member.get("status") in _ADMIN
    if not admin and not me.get("can_read_all_group_messages"):
        mend = "make it an administrator of the group, or tell @BotFather: /setprivacy, Disable"
        yield Finding(False, f"{name}: the bot does not read along", mend)
    elif chat.get("is_forum") and not (admin and member.get("can_manage_topics")):
        yield Finding(None, f"{name}: it may open no topics", "give it the right to manage topics")
    else:
        yield Finding(True, f"{name}: {'a topic' if chat.get('is_forum') else 'a message'} for each hand-off")
