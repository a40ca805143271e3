"""Erasing: everything of a conversation or of a customer goes; whoever is at work with it finds nothing any more."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from botkit.errors import StoreError, UsageError
from botkit.ports.files import Files
from botkit.ports.stored import Holdings
from botkit.ports.stores import Store

_ROUNDS: Final = 100  # conversations of a customer that begin while they are erased end some time
_TRIES: Final = 3
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "conversations": ("conversation", "conversations"),
    "turns": ("turn", "turns"),
    "files": ("file", "files"),
    "inbox": ("waiting message", "waiting messages"),
    "outbox": ("reply in the outbox", "replies in the outbox"),
    "calls": ("call in the journal", "calls in the journal"),
    "timers": ("timer", "timers"),
    "failures": ("failure", "failures"),
    "customers": ("customer's id", "customers' ids"),
    "seen": ("message id", "message ids"),
    "figures": ("figure", "figures"),
    "audits": ("entry of the audit", "entries of the audit"),
    "rates": ("rate", "rates"),
    "budgets": ("budget", "budgets"),
}  # table → what its rows are, one and several


class Target(msgspec.Struct, frozen=True):
    """Whose conversations are meant: one, one and all others of its customer, or those of a customer on channels."""

    conversation: str = ""
    everywhere: bool = False
    customer: str = ""
    channel: str = ""


def check_target(target: Target) -> None:
    """Raise UsageError for what names nobody, or two."""
    if bool(target.conversation) == bool(target.customer):
        raise UsageError("name a conversation, or a customer with --customer", hint="one of them")
    if target.channel and not target.customer:
        raise UsageError("--channel goes with --customer", hint="a conversation's name begins with its channel")
    if target.everywhere and not target.conversation:
        raise UsageError("--everywhere goes with a conversation", hint="--customer means all channels already")


class Found(msgspec.Struct, frozen=True):
    """The conversations that are meant, at least one, the last touched first.

    `again` is whom to look for again, where more may begin meanwhile; `first` what is kept of the first one, if that
    was looked at.
    """

    conversations: Sequence[str]
    again: Target = Target()
    first: Holdings | None = None


async def find_conversations(store: Store, target: Target) -> Found:
    """Find the conversations that are meant. Raises UsageError if there are none."""
    check_target(target)
    if target.customer:
        found = await store.conversations_of(target.customer, target.channel)
        if not found:
            on = f" on {target.channel}" if target.channel else ""
            raise UsageError(
                f"no conversation{on} knows the customer {target.customer!r}",
                hint="a plugin says who somebody is: ctx.identify(id=...); others are known by their conversation",
            )
        return Found(found, target)
    holdings = await store.holdings(target.conversation)
    if holdings is None:
        raise UsageError(
            f"there is no conversation {target.conversation!r}", hint="`botkit conversations list` names them"
        )
    if not (target.everywhere and holdings.customer):
        return Found([target.conversation], first=holdings)
    everywhere = Target(customer=holdings.customer)
    others = await store.conversations_of(holdings.customer)
    return Found(list(dict.fromkeys([target.conversation, *others])), everywhere, holdings)


async def erase(
    store: Store, files: Files, found: Found, now: float, tell: Collection[str] = ()
) -> Mapping[str, int]:
    """Remove everything of those who were found, and give how many rows of which tables.

    Those of a customer that begin meanwhile go too. `tell` are the plugins that are to be told of each conversation.
    """
    again, conversations = found.again, found.conversations
    counts: Counter[str] = Counter()
    for _ in range(_ROUNDS):
        counts += await erase_conversations(store, files, conversations, now, tell)
        conversations = await store.conversations_of(again.customer, again.channel) if again.customer else ()
        if not conversations:
            break
    await scrub(store)
    return dict(counts)


async def erase_conversations(
    store: Store, files: Files, conversations: Sequence[str], now: float, tell: Collection[str] = ()
) -> Counter[str]:
    """Remove conversations, each in a transaction of its own, their files first."""
    counts: Counter[str] = Counter()
    for conversation in conversations:
        counts["files"] += await files.forget(conversation)
        counts.update(await store.erase(conversation, now=now, tell=tell))
        counts["files"] += await files.forget(conversation)  # what came in between
    return counts


async def scrub(store: Store) -> None:
    """See that nothing of what was removed is left in the store's files. Raises StoreError while others read."""
    for _ in range(_TRIES):
        if await store.scrub():
            return
    raise StoreError(
        "it was erased, but the store's log still holds the old bytes: another process reads it without an end",
        hint="end that process (a backup, a shell of sqlite3); the bot empties the log when it ends, too",
    )


def told(counts: Mapping[str, int]) -> str:
    """Give counts of rows in words."""
    words = [f"{counts[table]} {names[counts[table] > 1]}" for table, names in WORDS.items() if counts.get(table)]
    return ", ".join(words)
