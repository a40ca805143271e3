"""A plugin at work: its settings, its state, its threads, and the walls around its functions."""

import asyncio
import inspect
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from botkit.model.identity import visitor_of
from botkit.ports.files import Files
from botkit.ports.models import Asking, ModelGateway, TextGuard
from botkit.registry.contexts import Caller, Context, make_context
from botkit.registry.files import ConversationFiles
from botkit.registry.models import NO_MODEL, ConversationModel
from botkit.registry.outbound import Outbound
from botkit.registry.plugins import Plugin
from botkit.registry.threads import Loop, Threads

CLOSED_WITHIN = 2.0  # seconds that a plugin's client has to be closed

_log = logging.getLogger(__name__)


class LateError(Exception):
    """A function did not end in time; it may still be running."""


class EscapedError(Exception):
    """A function tried to end more than itself: SystemExit, KeyboardInterrupt, a cancellation of its own."""


class Host:
    """Runs the functions of one plugin. Whatever they do, what comes out is a value or an Exception, in time.

    Async functions run on a loop of the plugin's own, in its own thread, and others in threads: one that blocks
    holds up its own plugin and nobody else.
    """

    def __init__(self, plugin: Plugin, settings: Any = None) -> None:
        self.plugin = plugin
        self.settings = settings
        self.state: Any = None
        self.started = False
        self.files: Files | None = None
        self.models: ModelGateway | None = None
        self.guard: TextGuard | None = None
        self.moderates = False
        self.home: asyncio.AbstractEventLoop | None = None  # the loop to which the files and the models belong
        self.threads = Threads(plugin.name)
        self.loop = Loop(plugin.name)
        self.outbound = Outbound()
        self._late: set[asyncio.Future[Any]] = set()

    @property
    def lost(self) -> int:
        """How many calls were given up and are still running."""
        return self.threads.lost + self.loop.lost

    def context(
        self, caller: Caller, now: float, key: str = "", what: str = "", flow: str = "", step: str = ""
    ) -> Context:
        """Make the context of one attempt, which is made for a step of a flow, or for none."""
        files = ConversationFiles(self.files, caller.conversation, self.home)
        model = NO_MODEL
        if self.models is not None:
            visitor = visitor_of(caller.customer, caller.conversation)
            asking = Asking(caller.conversation, visitor, "plugin", flow, step)
            judge = partial(self.guard, said=caller.said) if self.guard is not None else None
            model = ConversationModel(self.models, asking, self.home, self.files, judge, moderates=self.moderates)
        given = (self.settings, self.state, key, what, files, self.outbound, model)
        return make_context(self.plugin.name, caller, now, *given)

    async def close(self) -> None:
        """End the plugin's own loop, and what is open on it."""
        try:
            if self.outbound.used:
                await asyncio.wait_for(self.loop.begin(self.outbound.close()), CLOSED_WITHIN)
        except Exception as error:  # noqa: BLE001 - the plugin ends all the same, and those after it
            ids = {"plugin": self.plugin.name}
            _log.warning("the HTTP client of plugin %s was not closed", self.plugin.name, exc_info=error, extra=ids)
        finally:
            await self.loop.close()

    async def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        timeout: float,  # noqa: ASYNC109 - the function is given up, not only cancelled
        named: Mapping[str, Any] | None = None,
        convert: Callable[[Any], Any] = lambda value: value,
    ) -> Any:
        """Call a function and give what `convert` makes of its value. Raises LateError, EscapedError, or its own.

        A late function is cancelled and left behind, a thread only left behind.
        """
        if inspect.iscoroutinefunction(function):
            task = self.loop.begin(_contained(function, args, named or {}, convert))
        else:
            task = asyncio.ensure_future(self._walled(function, args, named or {}, convert))
        try:
            await asyncio.wait({task}, timeout=timeout)
        except asyncio.CancelledError:
            self._leave(task)
            raise
        if not task.done():
            self._leave(task)
            raise LateError(f"no end within {timeout:g} s")
        if task.cancelled():
            raise EscapedError("it cancelled itself")
        return task.result()

    async def tell(
        self,
        hook: Callable[..., Any],
        *args: Any,
        what: str,
        timeout: float,  # noqa: ASYNC109 - as in `run`
    ) -> tuple[Any, bool]:
        """Call a hook that no turn may fail by: its value and True, or None and False, with a line in the log."""
        try:
            return await self.run(hook, *args, timeout=timeout), True
        except Exception as error:  # noqa: BLE001 - whatever a plugin does, the turn goes on
            ids = {"action": what, "plugin": self.plugin.name}
            _log.warning("plugin %s failed in %s", self.plugin.name, what, exc_info=error, extra=ids)
            return None, False

    async def _walled(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        named: Mapping[str, Any],
        convert: Callable[[Any], Any],
    ) -> Any:
        try:
            value = await self.threads.run(lambda: _work(function, args, named, convert))
        except (Exception, asyncio.CancelledError):
            raise
        except BaseException as error:
            raise EscapedError(f"it raised {type(error).__name__}") from error
        if not inspect.isawaitable(value):
            return value
        return await self.loop.begin(_contained(lambda: value, (), {}, convert))

    def _leave(self, task: "asyncio.Future[Any]") -> None:
        self._late.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: "asyncio.Future[Any]") -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()  # asked for, so that asyncio does not report it as forgotten


async def _contained(
    function: Callable[..., Any], args: tuple[Any, ...], named: Mapping[str, Any], convert: Callable[[Any], Any]
) -> Any:
    """Await a function inside its plugin's loop; what would end the loop becomes an error."""
    try:
        return convert(await function(*args, **named))
    except (Exception, asyncio.CancelledError, GeneratorExit):
        raise
    except BaseException as error:
        raise EscapedError(f"it raised {type(error).__name__}") from error


def _work(
    function: Callable[..., Any], args: tuple[Any, ...], named: Mapping[str, Any], convert: Callable[[Any], Any]
) -> Any:
    value = function(*args, **named)
    return value if inspect.isawaitable(value) else convert(value)
