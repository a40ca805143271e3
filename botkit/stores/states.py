"""What numbers in the tables mean, and which revision of the schema they stand in."""

from typing import Final

HEAD: Final = "0013"

PENDING, SENT, DEAD = 0, 1, 2  # outbox.state
PLANNED, STARTED, DONE = 0, 1, 2  # calls.state
EVENT, CALL = 0, 1  # failures.kind; replies that failed are listed with them as
REPLY = -1
