"""What numbers in the tables mean, and which revision of the schema they stand in."""

from typing import Final

HEAD: Final = "0001"

PENDING, SENT, DEAD = 0, 1, 2  # outbox.state
PLANNED, STARTED, DONE = 0, 1, 2  # calls.state
