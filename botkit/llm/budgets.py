"""Budgets: what models may use, reserved before a call and settled after it.

A process that dies meanwhile leaves what it reserved spent: rather too much is counted than nothing.
"""

import math
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from botkit.errors import ModelError, StoreError
from botkit.llm.settings import Budget, Scope
from botkit.ports.models import Asking
from botkit.ports.sharing import Shared

_TOKENS: Final = "tokens"
_MONEY: Final = "money"


class Share(msgspec.Struct, frozen=True):
    """What is reserved of one budget."""

    key: str
    kind: str
    amount: float
    period: float


class Budgets:
    """The budgets of a bot, shared by its processes. `secret` keeps others from telling who a visitor is."""

    def __init__(self, shared: Shared, budgets: Mapping[Scope, Budget], secret: str = "") -> None:
        self._shared = shared
        self._budgets = budgets
        self._secret = blake2b(secret.encode()).digest()

    async def reserve(self, asking: Asking, tokens: float, money: float) -> tuple[Share, ...]:
        """Take so much of every budget, or nothing at all. Raises ModelError(`over_budget`)."""
        taken: list[Share] = []
        for share, most, scope in self._wanted(asking, tokens, money):
            try:
                spent = await self._shared.spend(share.key, share.amount, most, share.period)
            except StoreError as error:
                why = error.reason or type(error).__name__
                message = f"the budgets of the language model cannot be read: {why}"
                raise ModelError(message, reason="unavailable", temporary=True) from None
            if not spent.granted:
                await self.settle(taken, 0.0, 0.0)
                message = f"the language model's budget in {share.kind} for this {scope} is used up"
                raise ModelError(message, reason="over_budget")
            taken.append(share)
        return tuple(taken)

    async def settle(self, taken: "tuple[Share, ...] | list[Share]", tokens: float, money: float) -> None:
        """Count what was really used in place of what was reserved. What the store does not take stays reserved."""
        for share in taken:
            used = tokens if share.kind == _TOKENS else money
            if used == share.amount:
                continue
            try:
                await self._shared.spend(share.key, used - share.amount, math.inf, share.period)
            except StoreError:
                return

    def _wanted(self, asking: Asking, tokens: float, money: float) -> Iterator[tuple[Share, float, Scope]]:
        for scope, budget in self._budgets.items():
            for kind, amount, most in ((_TOKENS, tokens, budget.tokens), (_MONEY, money, budget.money)):
                key = self._key(scope, kind, asking) if most else ""
                if key:
                    yield Share(key, kind, amount, budget.period), most, scope

    def _key(self, scope: Scope, kind: str, asking: Asking) -> str:
        """Name what is counted: of a conversation so that it goes with it, of a visitor so that nobody is named."""
        match scope:
            case "conversation":
                prefix = "" if kind == _TOKENS else "cost "
                return f"{prefix}{asking.conversation}" if asking.conversation else ""
            case "visitor":
                who = blake2b(asking.visitor.encode(), digest_size=16, key=self._secret).hexdigest()
                return f"llm visitor {who} {kind}" if asking.visitor else ""
            case _:
                return f"llm {scope} {kind}"
