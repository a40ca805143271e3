"""A wire: the way from one node to its database, over loopback, which a play cuts or lets fall silent."""

import asyncio
import struct
from contextlib import suppress
from socket import SO_LINGER, SOL_SOCKET
from types import TracebackType
from typing import Self

RESET = struct.pack("ii", 1, 0)  # linger for no time: what is closed is reset
PIECE = 65_536  # bytes passed on at once


class Wire:
    """Passes on everything between whoever connects to `port` and a server on this machine.

    While it is cut, connections are reset, those that were open and those that are tried. While it is silent, nothing
    passes and nobody hears why, as where a network drops its packets; afterwards all of it passes.
    """

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._is_cut = False
        self._passing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._passing.set()
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        for task in self._serving:
            task.cancel()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection, until `mend`."""
        self._is_cut = True
        for end in tuple(self._ends):
            _reset(end)

    def silence(self) -> None:
        """Pass nothing on, until `mend`."""
        self._passing.clear()

    def mend(self) -> None:
        """Pass everything on again."""
        self._is_cut = False
        self._passing.set()

    def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        back: asyncio.StreamWriter | None = None
        try:
            await self._passing.wait()
            if self._is_cut:
                return
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
            self._ends.add(back)
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        except OSError:  # the server is down: whoever asks meets the same
            pass
        finally:
            for end in (writer, back):
                if end is not None:
                    self._ends.discard(end)
                    _reset(end)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one direction until it ends; then the other ends as well."""
        with suppress(OSError):
            while data := await reader.read(PIECE):
                await self._passing.wait()
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.write_eof()


def _reset(end: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        end.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, RESET)
    end.transport.abort()
