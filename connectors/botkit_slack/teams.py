"""What is found of teams' channels by `botkit doctor`, and at the start: whether the app is in them."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from botkit import Finding
from botkit_slack.api import CALL_SECONDS, Api, ApiError
from botkit_slack.rooms import DEFAULT

_log = logging.getLogger(__name__)

_SOON: Final = 2.0  # seconds for which the start waits for what Slack tells of the channels
_INVITE: Final = "invite it there: /invite and its name"
_FILES: Final = "files:write"
_ADD: Final = "add it, and install the app again"


async def examine_teams(api: Api, desk: Mapping[str, str]) -> Sequence[Finding]:
    """Ask about every channel once; `api` was asked something before, so that its scopes are known."""
    findings = list(_scopes(api)) if desk else []
    return [*findings, *await asyncio.gather(*(_examine(api, *one) for one in _named(desk)))]


async def warn_of_teams(api: Api, desk: Mapping[str, str]) -> None:
    """Log which channels hand-offs would not come to, as far as Slack tells."""
    looks = (_examine(api, channel, name, within=_SOON) for channel, name in _named(desk))
    for found in await asyncio.gather(*looks, return_exceptions=True):
        if isinstance(found, Finding) and found.fine is False:
            _log.warning("no hand-off is shown: %s: %s", found.what, found.mend, extra={"action": "slack.room"})


def _named(desk: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give the channels, each with what it is called."""
    for channel in dict.fromkeys(desk.values()):
        teams = [team for team, one in desk.items() if one == channel and team != DEFAULT]
        others = ["every other team" if teams else "every team"] if desk.get(DEFAULT) == channel else []
        yield channel, f"the channel {channel} ({', '.join([*teams, *others])})"


def _scopes(api: Api) -> Iterator[Finding]:
    if api.scopes is not None and _FILES not in api.scopes:
        yield Finding(None, f"the app lacks the scope {_FILES}: teams are not shown the files of customers", _ADD)


async def _examine(api: Api, channel: str, name: str, *, within: float = CALL_SECONDS) -> Finding:
    try:
        found = (await api.call("conversations.info", {"channel": channel}, within=within)).get("channel")
    except ApiError as error:
        if error.code == "missing_scope":
            return Finding(None, f"{name} cannot be looked at without the scope {error.needed}", _ADD)
        if not error.refused:
            raise
        return Finding(False, f"{name} is not there for the app: {error.code}", _INVITE)
    told = found if isinstance(found, dict) else {}
    if told.get("is_archived"):
        return Finding(False, f"{name} is archived", "write another one under channels: slack: desk:")
    if not told.get("is_member"):
        return Finding(False, f"{name}: the app is not in it", _INVITE)
    return Finding(True, f"{name}: a thread for each hand-off")
