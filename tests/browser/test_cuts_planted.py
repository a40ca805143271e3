"""The judge of `test_cuts` is not blind: a server with one fault loses or repeats, and is found out."""

from pathlib import Path

import pytest

from tests.browser.chromium import MARKS
from tests.browser.test_cuts import play, serving

pytestmark = MARKS

PLANTED = {
    "nothing is sent again": "chats.Chat.after = lambda self, last: []",
    "what is sent again is new": "visits.Incoming = lambda id, **rest: Incoming(id=f'{id}{next(numbers)}', **rest)",
    "it is acknowledged before it is stored": (
        "store = visits.Visits._store\n"
        "async def forget(self, visit, key, event):\n"
        "    if next(numbers) % 3 == 0: visit.line.put(protocol.write_frame('ack', id=key))\n"
        "    else: await store(self, visit, key, event)\n"
        "visits.Visits._store = forget"
    ),
}
BROKEN = """
from itertools import count
from botkit import Incoming
from botkit.cli import main
from botkit_web import chats, protocol, visits
numbers = count(1)
{fault}
main()
"""


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_faults_are_seen(tmp_path: Path, fault: str) -> None:
    program = BROKEN.format(fault=PLANTED[fault])
    with serving(tmp_path, "-c", program) as server, pytest.raises(AssertionError, match=r"assert \["):
        play(server, "websocket", cuts=8, seed=1, patience=3.0)
