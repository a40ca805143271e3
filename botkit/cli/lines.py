"""Lines of standard input, as they come, without a thread for each."""

import asyncio
import io
import os
import stat
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

LONGEST = 1 << 26  # bytes of a line; what is longer is passed over
_CHUNK = 1 << 16


async def read_lines() -> AsyncIterator[str]:
    """Give the lines of standard input without their ends; bytes that are no UTF-8 are replaced."""
    reader = asyncio.StreamReader(limit=LONGEST)
    transport = await _feed(reader)
    try:
        while True:
            try:
                line = await reader.readline()
            except ValueError:  # longer than LONGEST: the reader has dropped it
                continue
            if not line:
                return
            yield line.decode("utf-8", "replace").rstrip("\r\n")
    finally:
        if transport is not None:
            transport.close()


async def _feed(reader: asyncio.StreamReader) -> asyncio.ReadTransport | None:
    try:
        number = sys.stdin.fileno()
    except (AttributeError, io.UnsupportedOperation):  # a stand-in for standard input
        reader.feed_data(sys.stdin.read().encode("utf-8", "replace"))
        reader.feed_eof()
        return None
    loop = asyncio.get_running_loop()
    if stat.S_ISFIFO(os.fstat(number).st_mode):
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        return transport
    # A file cannot be polled, and a terminal must stay blocking for who shares it: read in chunks beside the loop.
    threading.Thread(target=_pump, args=(number, loop, reader), daemon=True).start()
    return None


def _pump(number: int, loop: asyncio.AbstractEventLoop, reader: asyncio.StreamReader) -> None:
    with suppress(RuntimeError, OSError):  # the loop is closed: nobody reads any more
        while chunk := os.read(number, _CHUNK):
            loop.call_soon_threadsafe(reader.feed_data, chunk)
        loop.call_soon_threadsafe(reader.feed_eof)
