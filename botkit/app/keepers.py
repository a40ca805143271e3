"""The plugins that keep something of customers themselves, started for a command that no bot serves."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from botkit.app.config import FILE
from botkit.app.histories import config_of
from botkit.errors import BotkitError
from botkit.ports.stores import Store
from botkit.registry.plugins import Plugin
from botkit.registry.registry import Registry
from botkit.runtime.notifying import notify
from botkit.safety import open_client

Tell = Callable[[str], None]

NOT_ASKED: Final = "plugins were not asked: no bot's directory is known here; name it with --dir"


@asynccontextmanager
async def started_keepers(
    directory: Path, has_part: Callable[[Plugin], object], tell: Tell
) -> AsyncIterator[Sequence[Registry]]:
    """Start the plugins of a bot that have a part in something, each in a registry of its own.

    `tell` hears of those that cannot be loaded or started, of which the latter are given all the same. Where the
    directory is no bot's there are none, and that is told.
    """
    if not (directory / FILE).is_file():
        tell(NOT_ASKED)
        yield ()
        return
    config = config_of(directory)
    registry, errors = Registry.survey(config.plugins, directory, config.plugin_settings)
    for error in errors:
        tell(f"a plugin was not asked: {error.message}")
    keepers = [registry.only({plugin.name}) for plugin in registry.plugins if has_part(plugin)]
    try:
        for one in keepers:
            one.connect(partial(open_client, config.safety.allow_hosts))
            try:
                await one.start()
            except BotkitError as error:
                tell(error.message)
        yield keepers
    finally:
        for one in keepers:
            await one.stop()


async def notify_keepers(store: Store, keepers: Sequence[Registry], now: float, tell: Tell) -> Sequence[str]:
    """Let plugins let go of what they keep of what was erased; give those that have. `tell` hears of the others."""
    failed: dict[str, str] = {}
    for one in keepers:
        failed |= await notify(store, one, one.ready, now)
    for plugin, error in failed.items():
        tell(f"the plugin {plugin!r} failed ({error}): what it keeps may still be there")
    left = [name for one in keepers for name in one.erasers if name in failed or name not in one.ready]
    if left:
        tell(f"asked again by a bot that runs, and by the next erasure: {', '.join(left)}")
    return [name for one in keepers for name in one.erasers if name not in left]
