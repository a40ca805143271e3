"""What a plugin's function may know of the turn that it serves."""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from botkit.model.identity import is_verified
from botkit.model.session import Owner
from botkit.model.values import plain
from botkit.registry.files import ConversationFiles
from botkit.registry.models import NO_MODEL, ConversationModel
from botkit.registry.outbound import Outbound

if TYPE_CHECKING:
    import httpx


class Caller(msgspec.Struct, frozen=True):
    """For whom a plugin is asked something: the conversation and what the session knows of its customer."""

    conversation: str = ""
    channel: str = ""
    customer: Mapping[str, Any] = {}
    locale: str = "en"
    timezone: str = "UTC"
    owner: Owner = "bot"
    said: tuple[str, ...] = ()  # what the bot said last, the latest at the end


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The first argument of every action, guard, knowledge source and turn hook.

    `customer` is read-only; `owner` is who has the conversation; `now` is aware, in the bot's time zone; `settings`
    is the plugin's own model from bot.yaml and `state` what its `start` gave. `idempotency_key` is the same in every
    attempt of one call: hand it to services that take one. `files` opens what the customer sent, `model` asks the
    bot's language model. `log` adds the ids; never give it what a customer wrote.
    """

    conversation: str
    channel: str
    customer: Mapping[str, Any]
    locale: str
    now: datetime
    idempotency_key: str = ""
    settings: Any = None
    state: Any = None
    log: "logging.LoggerAdapter[logging.Logger]"
    facts: dict[str, Any] = {}
    files: ConversationFiles = msgspec.field(default_factory=ConversationFiles)
    outbound: Outbound = msgspec.field(default_factory=Outbound)
    model: ConversationModel = NO_MODEL
    owner: Owner = "bot"

    @property
    def http(self) -> "httpx.AsyncClient":
        """The client for everything that an async action asks of others over HTTP; nobody closes it.

        It reaches public addresses and what bot.yaml allows (`safety: {allow_hosts: [...]}`), also after a redirect,
        and else raises botkit.errors.OutboundError. Raises ConfigError where httpx is not installed.
        """
        return self.outbound.client

    @property
    def verified(self) -> bool:
        """Whether it is sure who the customer is: an action made it sure a short while ago, or the owner's site."""
        return is_verified(self.customer, self.now.timestamp())

    def identify(self, **facts: Any) -> None:
        """Tell the session facts about its customer, such as `email` or `tier`.

        They are stored if this call succeeds and are `customer` from the next step on; a fact that is None is
        taken back. `id` is who it is: with another one, all facts before are dropped. `verified=True` says that this
        was made sure (a code that only they have, not just a name that they wrote); it holds for `session: verified`
        of bot.yaml, and for the `id` that is known then or said with it; any other value takes it back. Raises
        TypeError for what is no plain data.
        """
        self.facts.update({name: plain(value) for name, value in facts.items()})


def make_context(
    plugin: str,
    caller: Caller,
    now: float,
    settings: Any = None,
    state: Any = None,
    key: str = "",
    what: str = "",
    files: ConversationFiles | None = None,
    outbound: Outbound | None = None,
    model: ConversationModel = NO_MODEL,
) -> Context:
    """Make the context of one attempt; `now` is in seconds since the epoch."""
    ids = {"plugin": plugin, "conversation": caller.conversation, "action": what, "call": key}
    return Context(
        conversation=caller.conversation,
        channel=caller.channel,
        customer=MappingProxyType(dict(caller.customer)),
        locale=caller.locale,
        now=datetime.fromtimestamp(now, ZoneInfo(caller.timezone)),
        idempotency_key=key,
        settings=settings,
        state=state,
        files=files or ConversationFiles(),
        outbound=outbound or Outbound(),
        model=model,
        owner=caller.owner,
        log=logging.LoggerAdapter(_logger_of(plugin), ids),
    )


@lru_cache(maxsize=256)
def _logger_of(plugin: str) -> logging.Logger:
    """Give a plugin's logger; logging itself takes a lock for each look."""
    return logging.getLogger(f"botkit.plugins.{plugin}")
