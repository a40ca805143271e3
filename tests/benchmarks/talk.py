"""The six-turn order-status conversation that the benchmarks play, and the hand-written floor that plays it too."""

import json
import re
import sqlite3
from pathlib import Path

BOT = Path(__file__).parent / "bot"
TALK = ("where is my order", "my number is X", "A-10293", "yes", "B-20004", "no")
"""Start, an unusable reply, an order, one more, its number, the end."""
SAID = (
    "Which order is it about?",
    "It looks like A-10293.",
    "Is there another order to look up?",
    "Which one?",
    "Is there another order to look up?",
    "Thank you and goodbye.",
)
"""The last line of each answer."""

_STATES = {"A-10293": "on its way", "B-20004": "being packed", "C-31007": "delivered"}
_NUMBER = re.compile(r"\b[A-Z]-\d{5}\b")


class Floor:
    """The same conversation by hand: plain Python, raw sqlite3, one transaction a turn. What no framework beats."""

    def __init__(self, path: Path, durability: str = "normal") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(f"PRAGMA synchronous={durability.upper()}")
        self._db.execute("CREATE TABLE state (conversation TEXT PRIMARY KEY, data TEXT) WITHOUT ROWID")
        self._db.execute("CREATE TABLE log (conversation TEXT, said TEXT, reply TEXT)")

    def say(self, conversation: str, text: str) -> str:
        """Take one turn and store it."""
        row = self._db.execute("SELECT data FROM state WHERE conversation = ?", (conversation,)).fetchone()
        state = json.loads(row[0]) if row else {"at": "start"}
        reply = answer(state, text)
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("REPLACE INTO state VALUES (?, ?)", (conversation, json.dumps(state)))
        self._db.execute("INSERT INTO log VALUES (?, ?, ?)", (conversation, text, reply))
        self._db.execute("COMMIT")
        return reply

    def close(self) -> None:
        """Close the database."""
        self._db.close()


def answer(state: dict[str, str], text: str) -> str:
    """Give the reply to a text, and change the state."""
    match state["at"]:
        case "start":
            state["at"] = "number"
            return "Which order is it about?"
        case "number":
            found = _NUMBER.search(text)
            if found is None:
                return "It looks like A-10293."
            state["at"] = "more"
            known = _STATES.get(found[0])
            return f"Order {found[0]} is {known}." if known else f"There is no order {found[0]}."
        case _ if text == "yes":
            state["at"] = "number"
            return "Which one?"
        case _:
            state["at"] = "start"
            return "Thank you and goodbye."
