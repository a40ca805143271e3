"""Stand-ins: actions that are not called in a conversation test, since the test says what they give."""

from collections.abc import Mapping, Sequence
from typing import Any

from botkit.app.trials_reading import StandIn
from botkit.errors import ResultError
from botkit.model.events import Event, Failure, Message, Result
from botkit.model.replies import Call, Reply
from botkit.model.turn import Turn
from botkit.model.values import plain, to_json
from botkit.registry.contexts import Caller
from botkit.registry.hooks import Action
from botkit.registry.plugins import Plugin
from botkit.registry.registry import Registry
from botkit.registry.results import read_result
from botkit.registry.verdicts import Direction, Verdict


class StandInRegistry:
    """A registry of which some actions are not called: what the test says comes instead."""

    def __init__(self, registry: Registry, stand_ins: Mapping[str, Sequence[StandIn]]) -> None:
        self._registry = registry
        self._stand_ins = {name: list(results) for name, results in stand_ins.items()}
        self._actions: dict[str, Action] = {
            action.spec.name: action for plugin in registry.plugins for action in plugin.actions.values()
        }

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """The plugins."""
        return self._registry.plugins

    def lasts(self, call: Call) -> float:
        """Give the seconds that the action may take at most."""
        return self._registry.lasts(call)

    async def perform(self, call: Call, caller: Caller) -> Result:
        """Call an action for which nothing stands in."""
        return self.perform_inline(call, caller) or await self._registry.perform(call, caller)

    def perform_inline(self, call: Call, caller: Caller) -> Result | None:
        """Give the next result of a stand-in, or call the action here if it is inline."""
        results = self._stand_ins.get(call.action)
        if not results:
            return self._registry.perform_inline(call, caller)
        given = results.pop(0) if len(results) > 1 else results[0]
        if given.code:
            return Result(call.id, failure=Failure(given.code, given.message))
        return Result(call.id, self._value(call.action, given.value), customer=to_json(given.customer))

    def _value(self, name: str, value: Any) -> Any:
        """Give a value as the action would, dates and amounts as such; one that does not fit stays as written."""
        action = self._actions.get(name)
        if action is not None:
            try:
                return read_result(action.signature, value)
            except ResultError:
                pass
        return to_json(plain(value))

    def check_arguments(self, name: str, args: Mapping[str, Any]) -> str:
        """Say why arguments do not fit an action's signature."""
        return self._registry.check_arguments(name, args)

    async def guard(self, direction: Direction, text: str, caller: Caller) -> Verdict:
        """Ask the guards."""
        return await self._registry.guard(direction, text, caller)

    async def hear(self, message: Message, caller: Caller) -> tuple[Message, dict[str, Any]]:
        """Let the plugins hear a message."""
        return await self._registry.hear(message, caller)

    async def speak(self, reply: Reply, caller: Caller) -> Reply:
        """Let the plugins speak a reply."""
        return await self._registry.speak(reply, caller)

    async def brief(self, lines: Sequence[tuple[str, str]], caller: Caller) -> list[tuple[str, str]]:  # noqa: ARG002
        """Brief nobody: it goes on beside the turns, and no person reads the talk of a test."""
        return []

    async def before_turn(self, event: Event, caller: Caller) -> dict[str, Any]:
        """Tell the plugins of an event."""
        return await self._registry.before_turn(event, caller)

    async def after_turn(self, turn: Turn, caller: Caller) -> None:
        """Tell the plugins of a turn."""
        await self._registry.after_turn(turn, caller)
