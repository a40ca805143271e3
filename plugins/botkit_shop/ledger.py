"""The shop's ledger: every write once, in order.

A write and its line in the table `calls` are one transaction. A repeated key gives the recorded result and
writes nothing, so that a call whose answer got lost can be made again.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from botkit_shop import schema
from botkit_shop.loading import digest
from botkit_shop.records import Document
from botkit_shop.refusals import refuse


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and by which call: the identified customer, the idempotency key, and the time.

    Without a key each call is a new one; without a time it is now.
    """

    user_id: str | None = None
    key: str | None = None
    at: datetime | None = None

    def require(self) -> str:
        """Give the customer's user id; refuse while nobody is identified."""
        if not self.user_id:
            raise refuse("not_identified")
        return self.user_id


def once(
    engine: Engine,
    caller: Caller,
    action: str,
    arguments: Document,
    work: Callable[[Connection], Document],
) -> Document:
    """Do the work and record it, or give the result recorded under the caller's key.

    Raises ActionError `key_reused` if the key stands for another customer, action or arguments. Whatever
    `work` raises leaves neither a change nor a record.
    """
    user_id = caller.require()
    signature = digest([user_id, action, arguments])
    key = caller.key or uuid.uuid4().hex
    with schema.writing(engine) as connection:
        recorded = _recorded(connection, key)
        if recorded is None:
            result = work(connection)
            _record(connection, key, action, user_id, arguments, signature, result, caller.at)
            return result
    if recorded["args_digest"] != signature:
        raise refuse("key_reused")
    known: Document = recorded["result"]
    return known


def ledger(engine: Engine) -> list[Document]:
    """Give all writes in the order in which they were done.

    Each is `{"number", "key", "action", "user_id", "arguments", "at"}`, `number` counting from 1.
    """
    table = schema.calls
    query = select(
        table.c.number,
        table.c.idempotency_key.label("key"),
        table.c.action,
        table.c.user_id,
        table.c.arguments,
        table.c.at,
    ).order_by(table.c.number)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _recorded(connection: Connection, key: str) -> Any:
    query = select(schema.calls).where(schema.calls.c.idempotency_key == key)
    return connection.execute(query).mappings().first()


def _record(
    connection: Connection,
    key: str,
    action: str,
    user_id: str,
    arguments: Document,
    signature: str,
    result: Document,
    at: datetime | None,
) -> None:
    last = connection.execute(select(func.max(schema.calls.c.number))).scalar() or 0
    row = {
        "idempotency_key": key,
        "number": last + 1,
        "action": action,
        "user_id": user_id,
        "arguments": arguments,
        "args_digest": signature,
        "result": result,
        "at": (at or datetime.now(UTC)).isoformat(),
    }
    connection.execute(insert(schema.calls), row)
