"""What a worker's process is changed with before it loads its bot (`around` of a Setup); the store stays as it is."""

from typing import Any

from msgspec.structs import replace

from botkit.model.replies import Call
from botkit.ports.stores import Store
from botkit_shop import actions
from botkit_shop.ledger import Caller
from tests.flows.retail.recorded import WRITES


def careful(store: Any) -> Any:
    """The shop's writes are not idempotent: whatever was begun and has no result is not called again."""
    for name in WRITES:
        action = actions.plugin.actions[name]
        actions.plugin.actions[name] = replace(action, spec=replace(action.spec, idempotent=False))
    return store


def forgetful(store: Any) -> Any:
    """A planted fault: the shop's writes drop the idempotency key that they are given."""

    def without_key(user_id: str | None = None, _key: str | None = None, at: Any = None) -> Caller:
        return Caller(user_id, None, at)

    vars(actions)["Caller"] = without_key
    return store


class Unjournalled:
    """A planted fault: a store that knows nothing of calls that have begun."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def open_calls(self) -> list[tuple[str, Call, bool]]:
        """Give open calls as if none had begun."""
        return [(conversation, call, False) for conversation, call, _ in await self._store.open_calls()]

    async def start_call(self, call: Call, now: float, lease: float) -> bool:
        """Begin a call, again and again."""
        await self._store.start_call(call, now, lease)
        return True


def reckless(store: Any) -> Any:
    """A planted fault: writes that are not idempotent are not journalled, and made again."""
    return Unjournalled(forgetful(careful(store)))
