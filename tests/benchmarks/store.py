"""The store beside the floor: what a turn costs with inbox, outbox, records and session, against raw sqlite3.

    python tests/benchmarks/store.py [--conversations 500] [--interleaved 200]

Both play the six turns of an order-status conversation whose dialogue costs nothing, so that the figures are the
storage's alone. The floor writes the state and one row a turn, in one transaction, with sqlite3 and json. Read the
ratios, from one run; the figures themselves are the machine's.
"""

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from botkit.model.events import Entity, Evidence, Match, Message
from botkit.model.replies import Reply
from botkit.model.session import Frame, Question, Session
from botkit.model.turn import Candidate, Turn, Visit
from botkit.ports.connectors import Incoming
from botkit.ports.stored import Commit
from botkit.stores import Durability, SQLiteStore

TALK = (
    ("hello", "Hello! I am the shop's assistant. How can I help you?", ""),
    ("where is my order", "Which order is it about?", "ask:order_number"),
    ("A-10293", "It was sent on Monday with DHL. Shall I send you the link?", "confirm"),
    ("yes please", "Here it is: https://example.org/track/A-10293", ""),
    ("what are your opening hours", "We are here from 9 to 18 o'clock.", ""),
    ("thanks, bye", "You are welcome. Good bye!", ""),
)
NOW = 1_780_000_000.0


def main() -> None:
    """Run both and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=500)
    parser.add_argument("--interleaved", type=int, default=200)
    options = parser.parse_args()
    print(f"{'turns per CPU second':34} {'NORMAL':>10} {'FULL':>10}")
    rows: dict[str, list[float]] = {}
    for durability in ("normal", "full"):
        count = options.conversations if durability == "normal" else options.conversations // 4
        rows.setdefault("floor, one at a time", []).append(_floor(durability, count))
        for width in (1, options.interleaved):
            speed, size = _store(durability, count, width)
            rows.setdefault(f"store, {width} at a time", []).append(speed)
            rows.setdefault("bytes per conversation", []).append(size)
    for name, values in rows.items():
        print(f"{name:34} " + " ".join(f"{value:>10,.0f}" for value in values))
    lone = rows["store, 1 at a time"][0] / rows["floor, one at a time"][0]
    print(f"a lone conversation at NORMAL reaches {lone:.0%} of the floor")


def _floor(durability: str, conversations: int) -> float:
    with tempfile.TemporaryDirectory() as directory:
        db = sqlite3.connect(Path(directory) / "floor.db", isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {durability}")
        db.execute("CREATE TABLE state (id TEXT PRIMARY KEY, data TEXT)")
        db.execute("CREATE TABLE turns (id TEXT, seq INTEGER, text TEXT, reply TEXT, PRIMARY KEY (id, seq))")

        def play() -> None:
            for number in range(conversations):
                conversation = f"web:{number}"
                for seq, (text, reply, step) in enumerate(TALK, 1):
                    db.execute("BEGIN IMMEDIATE")
                    found = db.execute("SELECT data FROM state WHERE id = ?", (conversation,)).fetchone()
                    state = json.loads(found[0]) if found else {"slots": {}, "last": ""}
                    state |= {"step": step, "last": reply, "seq": seq}
                    db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (conversation, json.dumps(state)))
                    db.execute("INSERT INTO turns VALUES (?, ?, ?, ?)", (conversation, seq, text, reply))
                    db.execute("COMMIT")

        speed = _speed(play, conversations)
        db.close()
        return speed


def _store(durability: Durability, conversations: int, width: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "store.db"

        async def play() -> float:
            store = SQLiteStore(str(path), durability)
            await store.open()
            start = time.process_time()
            for first in range(0, conversations, width):
                ids = range(first, min(first + width, conversations))
                await asyncio.gather(*[_talk(store, number) for number in ids])
            spent = time.process_time() - start
            await store.close()
            return spent

        spent = asyncio.run(play())
        return conversations * len(TALK) / spent, path.stat().st_size / conversations


async def _talk(store: SQLiteStore, number: int) -> None:
    for seq, line in enumerate(TALK, 1):
        incoming = Incoming("web", f"{number:08x}", f"{number:08x}-{seq:04x}-4f2b", Message(line[0]))
        loaded = await store.load(incoming.conversation)
        turn = _turn(loaded.session, incoming.conversation, seq, line)
        commit = Commit(incoming.conversation, loaded.fence, turn.session, (turn,), 0, turn.replies)
        await store.take(incoming, commit, NOW + seq)
        for reply in turn.replies:
            await store.sent(reply.id, f"{number}.{seq}", NOW + seq)


def _turn(session: Session | None, conversation: str, seq: int, line: tuple[str, str, str]) -> Turn:
    text, said, step = line
    reply = Reply(f"{conversation}/{seq}.1", said, locale="en", question=f"{conversation}/{seq}.q" if step else "")
    evidence = Evidence(
        intents=(Match("order_status", 0.93, "where is my order"), Match("cancel_order", 0.44, "cancel my order")),
        answers=(Match("opening_hours", 0.31, "when are you open"),),
        entities=(Entity("order_number", "A-10293", 0, 7),) if seq == 3 else (),
        locale="en",
    )
    return Turn(
        conversation=conversation,
        seq=seq,
        event=Message(text, f"{conversation}-{seq}", evidence=evidence),
        session=Session(
            conversation,
            "web",
            version="3f9c2a7b1d4e",
            seq=seq,
            locale="en",
            stack=(Frame("order_status", 1, step, slots={"order_number": "A-10293"}),) if step else (),
            slots={"order_number": "A-10293"} if seq > 2 else {},
            customer={"name": "Ada"},
            question=Question(reply.question, 1, step, "ask") if step else None,
            last=(said,),
            lines=(*(session.lines[-8:] if session else ()), ("customer", text), ("bot", said)),
            message=text,
            touched=NOW + seq,
        ),
        route="intent",
        candidates=(
            Candidate("intent", "order_status", 0.93, "near 'where is my order'", taken=True),
            Candidate("intent", "cancel_order", 0.44, "near 'cancel my order'"),
            Candidate("answer", "opening_hours", 0.31, "near 'when are you open'"),
        ),
        replies=(reply,),
        visits=(Visit("order_status", step),) if step else (),
        now=NOW + seq,
    )


def _speed(play: Callable[[], None], conversations: int) -> float:
    start = time.process_time()
    play()
    return conversations * len(TALK) / (time.process_time() - start)


if __name__ == "__main__":
    main()
