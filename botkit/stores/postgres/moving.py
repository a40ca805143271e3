"""What goes back into an inbox or an outbox: failures that are tried again, timers that are due."""

from collections.abc import Sequence

from botkit.model.events import Timer
from botkit.stores import work
from botkit.stores.postgres import statements as sql
from botkit.stores.postgres.connections import Link
from botkit.stores.postgres.texts import read
from botkit.stores.postgres.writing import Writing
from botkit.stores.states import EVENT


async def retry(link: Link, writing: Writing, which: str, now: float) -> bool:
    """Let a reply be sent again, or an event have its turn; False where nothing can be tried."""
    if await link.fetch(sql.SEND_AGAIN, which, now):
        return True
    found = await link.fetch(sql.FAILURE, which)
    if not found or found[0][1] != EVENT or not await link.fetch(sql.DROP[1], which):
        return False
    conversation, data, customer = read(found[0][0]), found[0][5], found[0][6]
    again = work.again(conversation, read(which), now, data, customer)
    await writing.accept(link, [again], again=False)
    return True


async def drop(link: Link, which: str) -> bool:
    """Remove a failure."""
    return any([await link.fetch(statement, which) for statement in sql.DROP])


async def fire(link: Link, writing: Writing, now: float, most: int) -> Sequence[str]:
    """Turn due timers into waiting events; give their conversations."""
    keys = [row[0] for row in await link.fetch(sql.LOCK_DUE, now, most)]
    fired = [
        (read(conversation), Timer(read(question), purpose, read(timer)))
        for conversation, question, purpose, timer in await link.fetch(sql.FIRE, keys, now)
    ]
    arrivals = [work.own_arrival(of, f"timer:{timer.id}", timer, now) for of, timer in fired]
    await writing.accept(link, arrivals, again=False)
    return list(dict.fromkeys(of for of, _ in fired))
