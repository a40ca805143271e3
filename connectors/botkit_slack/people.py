"""People: what Slack says of who writes, asked for once and kept for a while."""

import asyncio
import logging
import time
from collections import OrderedDict
from typing import Any, Final

import msgspec

from botkit_slack.api import Api, ApiError

_log = logging.getLogger(__name__)

KEPT: Final = 10_000  # people who are known
FRESH: Final = 3600.0  # seconds for which what is known of somebody is not asked for again
_WITHIN: Final = 0.25  # seconds that the first message of somebody waits: another process may have the next one
_AGAIN: Final = 60.0  # seconds until it is asked for again where there was no answer


class Person(msgspec.Struct, frozen=True):
    """Facts of somebody; names are what they chose, and may be anything."""

    facts: dict[str, Any]
    locale: str = ""


class People:
    """Looks people up, each once an hour."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: OrderedDict[str, tuple[float, Person]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def look(self, user: str) -> Person:
        """Give what is known of somebody; no more than their id where Slack does not say in time.

        What it says later is there the next time.
        """
        known = self._known.get(user)
        if known is None or known[0] <= time.monotonic():
            asking = self._asking.get(user)
            if asking is None:
                asking = self._asking[user] = asyncio.create_task(self._ask(user), name=f"ask about {user}")
                asking.add_done_callback(lambda _: self._asking.pop(user, None))
            if known is None:
                await asyncio.wait({asking}, timeout=_WITHIN)
        known = self._known.get(user)
        return Person({"id": user}) if known is None else known[1]

    async def close(self) -> None:
        """Ask nothing more."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, user: str) -> None:
        known = self._known.get(user)
        fresh, person = FRESH, Person({"id": user}) if known is None else known[1]
        try:
            found = await self._api.call("users.info", {"user": user, "include_locale": "true"})
            person = _person(user, found.get("user"))
        except ApiError as error:
            _log.info("somebody is not known: %s", error.code or error.status, extra={"action": "slack.people"})
            fresh = _AGAIN
        self._known[user] = time.monotonic() + fresh, person
        self._known.move_to_end(user)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)


def _person(user: str, found: Any) -> Person:
    told = found if isinstance(found, dict) else {}
    profile = told.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    locale = str(told.get("locale") or "")[:35]
    shown = profile.get("display_name") or profile.get("real_name") or told.get("real_name") or ""
    facts = {
        "id": user,
        "name": str(shown).strip()[:256],
        "username": str(told.get("name") or "")[:80],
        "locale": locale,
        "timezone": str(told.get("tz") or "")[:64],
        "team": str(told.get("team_id") or "")[:32],
    }
    return Person({key: value for key, value in facts.items() if value}, locale)
