"""An endpoint of embeddings: what it is asked, what it may answer, and how often it is asked again."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest

from botkit.errors import EmbedderError
from botkit.understanding.embedders import EmbedderSettings
from botkit.understanding.embedders.endpoint import AT_ONCE, TRIES, EndpointEmbedder, retry_after

KEY = "sk-very-secret"
SETTINGS = EmbedderSettings("endpoint", "https://models.example.com/v1/", "small", KEY, 3)


class Server:
    """Answers as it is told, one answer after the other, the last again and again; time passes only in `sleep`."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []
        self.time = 100.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if not self.answers:
            return rows(len(self.body["input"]))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.asked[-1].content)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def embedder(self, settings: EmbedderSettings = SETTINGS) -> EndpointEmbedder:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return EndpointEmbedder(settings, client, sleep=self.sleep, now=lambda: self.time, jitter=lambda: 1.0)


def rows(count: int, *, dimensions: int = 3, order: Callable[[list[Any]], Sequence[Any]] = list) -> httpx.Response:
    data = [{"index": place, "embedding": [float(place), 1.0, *[0.0] * (dimensions - 2)]} for place in range(count)]
    return httpx.Response(200, json={"object": "list", "data": order(data)})


def said(status: int, **headers: str) -> httpx.Response:
    error = {"message": f"Incorrect API key provided: {KEY}", "code": "rate_limit_exceeded"}
    return httpx.Response(status, headers=headers, json={"error": error})


async def test_what_is_asked() -> None:
    server = Server()
    found = await server.embedder().embed(["a", "我要退货"], patience=1.0)
    assert found.tolist() == [[0, 1, 0], [1, 1, 0]]
    assert str(server.asked[0].url) == "https://models.example.com/v1/embeddings"
    expected = {"input": ["a", "我要退货"], "model": "small", "dimensions": 3, "encoding_format": "float"}
    assert server.body == expected


async def test_the_key_is_sent_and_named_nowhere() -> None:
    embedder = EndpointEmbedder(SETTINGS)
    assert embedder._client.headers["authorization"] == f"Bearer {KEY}"
    await embedder.close()
    assert KEY not in embedder.name + repr(SETTINGS)
    keyless = EndpointEmbedder(EmbedderSettings("endpoint", "http://localhost:8080"))
    assert "authorization" not in keyless._client.headers
    await keyless.close()


async def test_what_a_model_wants_before_a_text() -> None:
    server = Server()
    settings = EmbedderSettings("endpoint", "http://localhost:1", query="query: ", passage="passage: ")
    embedder = server.embedder(settings)
    await embedder.embed(["a"], patience=1.0)
    assert server.body == {"input": ["query: a"], "encoding_format": "float"}
    await embedder.embed(["a"], "passage", patience=1.0)
    assert server.body["input"] == ["passage: a"]
    assert embedder.name != server.embedder(EmbedderSettings("endpoint", "http://localhost:1")).name


async def test_many_go_portion_by_portion() -> None:
    server = Server()
    assert (await server.embedder().embed(["a"] * (AT_ONCE + 1), patience=1.0)).shape == (AT_ONCE + 1, 3)
    assert len(server.asked) == 2
    assert (await server.embedder().embed([], patience=1.0)).shape == (0, 0)


async def test_rows_come_in_their_order() -> None:
    server = Server(rows(3, order=lambda data: data[::-1]))
    assert [row[0] for row in await server.embedder().embed(["a", "b", "c"], patience=1.0)] == [0, 1, 2]


@pytest.mark.parametrize("status", [408, 429, 500, 503, 529])
async def test_what_is_too_busy_is_asked_again(status: int) -> None:
    server = Server(said(status), said(status), rows(1))
    assert len(await server.embedder().embed(["a"], patience=60.0)) == 1
    assert server.slept == [0.25, 0.5]


async def test_it_is_asked_a_few_times_only() -> None:
    server = Server(said(500))
    with pytest.raises(EmbedderError, match=r"answered 500 \(rate_limit_exceeded\)"):
        await server.embedder().embed(["a"], patience=600.0)
    assert len(server.asked) == TRIES


async def test_it_is_left_alone_as_long_as_it_asks() -> None:
    server = Server(said(429, **{"Retry-After": "7"}), rows(1))
    await server.embedder().embed(["a"], patience=60.0)
    assert sum(server.slept) == pytest.approx(7.0)


async def test_others_wait_for_that_as_well_and_a_message_does_not() -> None:
    server = Server(said(429, **{"Retry-After": "20"}), rows(1))
    embedder = server.embedder()
    for _ in range(3):
        with pytest.raises(EmbedderError):
            await embedder.embed(["a"], patience=0.7)
    assert len(server.asked) == 1
    assert server.slept == []
    server.time += 21
    assert len(await embedder.embed(["a"], patience=0.7)) == 1


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
async def test_what_no_second_try_mends_is_not_tried_again(status: int) -> None:
    server = Server(said(status, Location="https://elsewhere.example.com"))
    with pytest.raises(EmbedderError, match=str(status)) as raised:
        await server.embedder().embed(["a"], patience=60.0)
    assert len(server.asked) == 1
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("error", [httpx.ConnectError(KEY), httpx.ReadTimeout(KEY), httpx.RemoteProtocolError(KEY)])
async def test_one_that_is_out_of_reach(error: Exception) -> None:
    server = Server(error, rows(1))
    assert len(await server.embedder().embed(["a"], patience=60.0)) == 1
    away = Server(error)
    with pytest.raises(EmbedderError) as raised:
        await away.embedder().embed(["a"], patience=0.1)
    assert KEY not in str(raised.value)
    assert len(away.asked) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"", b"null", b"[]", b"<html>", b"{}", b'{"data": null}', b'{"data": []}', b'{"data": [{"embedding": "AAAA"}]}',
        b'{"data": [{"embedding": []}]}', b'{"data": [{"embedding": [1, null]}]}', b'{"data": [{"index": 0}]}',
        b'{"data": [{"embedding": [1]}, {"embedding": [1]}]}', b'{"data": [{"embedding": [NaN]}]}', b"\xff\xfe",
    ],
)  # fmt: skip
async def test_what_is_no_answer(content: bytes) -> None:
    with pytest.raises(EmbedderError):
        await Server(httpx.Response(200, content=content)).embedder().embed(["a"], patience=1.0)


async def test_vectors_of_different_lengths_are_refused() -> None:
    server = Server(rows(AT_ONCE), rows(1, dimensions=4))
    with pytest.raises(EmbedderError, match="different lengths"):
        await server.embedder().embed(["a"] * (AT_ONCE + 1), patience=1.0)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"error": "x"}', b'{"error": {"code": "my text <b>"}}', b'{"error": null}']
)
async def test_what_an_error_says_is_not_repeated(content: bytes) -> None:
    with pytest.raises(EmbedderError) as raised:
        await Server(httpx.Response(400, content=content)).embedder().embed(["a"], patience=1.0)
    assert raised.value.message == "the endpoint answered 400"


NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0), ("12", 12.0), (" 3 ", 3.0), ("", None), ("soon", None), ("-1", None), ("1.5", None), ("٣", None),
        ("99999999999", None), ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0), ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 12:00:30", 30.0),
    ],
)  # fmt: skip
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds
