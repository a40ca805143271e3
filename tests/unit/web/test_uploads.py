"""Files over HTTP: who may upload what, and who may read it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from botkit import File, FileError, Message, Reply, StoreError
from botkit.ports.files import FileLimits
from botkit.stores.files import KeptFiles
from botkit.stores.memory import MemoryShelf
from botkit.testing import FakeClock, FakeIntake, sample
from botkit_web import WebConnector
from botkit_web.access import Allowances, Signer
from botkit_web.uploads import disposition
from tests.unit.web.test_socket import SECRET, Page, running

SIGNER = Signer(SECRET)
HERE = {"x-chat": "here", "x-chat-token": SIGNER.sign("here")}
SAFE = ("x-content-type-options", "content-security-policy")


def client(connector: WebConnector, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=connector.routes()), client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://bot.example")


async def upload(
    http: httpx.AsyncClient, name: str = "lamp.png", content: Any = None, **headers: str
) -> httpx.Response:
    body = sample("lamp.png") if content is None else content
    return await http.post("/web/files", params={"name": name}, content=body, headers=HERE | headers)


@pytest.fixture
async def web(botkit_intake: FakeIntake) -> AsyncIterator[WebConnector]:
    async with running(botkit_intake, secret=SECRET) as connector:
        yield connector


async def test_a_file_is_taken_and_given_to_who_has_its_address(web: WebConnector, botkit_intake: FakeIntake) -> None:
    async with client(web) as http:
        answer = await upload(http, "../灯 lamp.png")
        assert answer.status_code == 201
        file = answer.json()
        assert {**file, "url": ""} == {
            "ref": file["ref"],
            "name": "灯 lamp.png",
            "mime": "image/png",
            "size": 69,
            "url": "",
        }
        assert await botkit_intake.files.find("web:here", file["ref"]) is not None
        given = await http.get("/" + file["url"])
        assert (given.status_code, given.content) == (200, sample("lamp.png"))
        assert given.headers["content-type"] == "image/png"
        assert given.headers["content-disposition"] == (
            "inline; filename=\"_ lamp.png\"; filename*=UTF-8''%E7%81%AF%20lamp.png"
        )
        assert given.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert given.headers["x-content-type-options"] == "nosniff"
        assert given.headers["cache-control"].startswith("private")
        assert "token" not in file["url"]
        assert SIGNER.sign("here") not in file["url"]
        known = await http.get("/" + file["url"], headers={"if-none-match": given.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
        looked = await http.head("/" + file["url"])
        assert (looked.status_code, looked.content, looked.headers["content-length"]) == (200, b"", "69")


@pytest.mark.parametrize(
    ("name", "kind"), [("a.pdf", "application/pdf"), ("a.txt", "text/plain; charset=utf-8"), ("a.mp4", "video/mp4")]
)
async def test_what_is_no_picture_is_to_be_saved(web: WebConnector, name: str, kind: str) -> None:
    async with client(web) as http:
        file = (await upload(http, name, sample(name))).json()
        given = await http.get("/" + file["url"])
        assert given.headers["content-disposition"].startswith("attachment; ")
        assert given.headers["content-type"] == kind


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "empty"),
        (b"<svg onload=alert(1)>", 415, "wrong_type"),
        (b"<!doctype html><script>x</script>", 415, "wrong_type"),
        (b"MZ" + bytes(100), 415, "wrong_type"),
    ],
)
async def test_what_is_refused(web: WebConnector, content: bytes, status: int, code: str) -> None:
    async with client(web) as http:
        answer = await upload(http, "photo.png", content)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert all(answer.headers[name] for name in SAFE)


def _limited(intake: FakeIntake, **limits: Any) -> None:
    intake.files = KeptFiles(MemoryShelf(), FileLimits(**limits), FakeClock())


async def test_what_is_too_large_by_its_own_word_is_not_read(web: WebConnector, botkit_intake: FakeIntake) -> None:
    _limited(botkit_intake, size=1000)

    read: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"x"

    async with client(web) as http:
        answer = await upload(http, content=body(), **{"content-length": "1001"})
        assert (answer.status_code, answer.json()["code"], read) == (413, "too_large", [])


@pytest.mark.parametrize("announced", ["", "10", "-1", "x", "9" * 30])
async def test_what_is_too_large_and_says_otherwise_is_refused(
    web: WebConnector, botkit_intake: FakeIntake, announced: str
) -> None:
    _limited(botkit_intake, size=1000)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield sample("lamp.png", 300)

    async with client(web) as http:
        answer = await upload(http, content=body(), **({"content-length": announced} if announced else {}))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert await botkit_intake.files.files("web:here") == []


async def test_a_chat_has_its_bound(web: WebConnector, botkit_intake: FakeIntake) -> None:
    _limited(botkit_intake, size=1000, conversation=1500)
    async with client(web) as http:
        assert (await upload(http, content=sample("a.png", 1000))).status_code == 201
        answer = await upload(http, content=sample("a.png", 999))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_many")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-chat": "there"},
        {"x-chat": "", "x-chat-token": ""},
        {"x-chat-token": "x"},
        {"x-chat-token": SIGNER.sign("there")},
        {"x-chat-token": SIGNER.sign_file("here", "")},
    ],
)
async def test_only_who_has_the_chat_uploads_to_it(web: WebConnector, headers: dict[str, str]) -> None:
    async with client(web) as http:
        answer = await upload(http, **headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "chat")


async def test_only_who_has_the_key_reads(web: WebConnector, botkit_intake: FakeIntake) -> None:
    async with client(web) as http:
        file = (await upload(http)).json()
        ref, query = file["ref"], {name: values[0] for name, values in parse_qs(urlsplit(file["url"]).query).items()}
        bad: list[tuple[str, dict[str, str]]] = [
            (ref, {}),
            (ref, {"chat": "here"}),
            (ref, query | {"key": ""}),
            (ref, query | {"key": SIGNER.sign("here")}),
            (ref, query | {"chat": "there"}),
            (ref, {"chat": "there", "key": SIGNER.sign_file("there", ref)}),  # signed, but that chat holds it not
            ("0" * 64, query),
            ("..%2f..%2fetc", query),
            ("é" * 10, query),
        ]
        for one, with_ in bad:
            answer = await http.get(f"/web/files/{one}", params=with_)
            assert answer.status_code == 404, (one, with_)
            assert all(
                answer.headers[name]
                for name in SAFE
                if answer.headers.get("content-type") != "text/plain; charset=utf-8"
            )
        assert (await http.get("/" + file["url"])).status_code == 200
        await botkit_intake.files.forget("web:here")
        assert (await http.get("/" + file["url"])).status_code == 404


async def test_other_sites(botkit_intake: FakeIntake) -> None:
    shop = "https://shop.example"
    async with running(botkit_intake, secret=SECRET, origins=(shop,)) as connector, client(connector) as http:
        asked = await http.options("/web/files", headers={"origin": shop})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-headers"] == "x-chat, x-chat-token, content-type"
        taken = await upload(http, origin=shop)
        assert taken.status_code == 201
        assert taken.headers["access-control-allow-origin"] == shop
        refused = await upload(http, origin="https://evil.example")
        assert (refused.status_code, refused.json()["code"]) == (403, "origin")
        assert "access-control-allow-origin" not in refused.headers


async def test_too_many_uploads_are_put_off(web: WebConnector) -> None:
    async with client(web) as http:
        codes = [(await upload(http)).status_code for _ in range(22)]
        assert codes == [201] * 20 + [429] * 2
        assert (await upload(http)).headers["retry-after"] == "2"
        other = {"x-chat": "there", "x-chat-token": SIGNER.sign("there")}
        assert (await upload(http, **other)).status_code == 201


async def test_too_many_uploads_of_an_address_are_put_off(web: WebConnector) -> None:
    async with client(web, "203.0.113.7") as http, client(web, "198.51.100.1") as elsewhere:
        for n in range(5):
            chat = {"x-chat": f"chat{n}", "x-chat-token": SIGNER.sign(f"chat{n}")}
            assert [(await upload(http, **chat)).status_code for _ in range(20)] == [201] * 20
        fresh = {"x-chat": "fresh", "x-chat-token": SIGNER.sign("fresh")}
        refused = await upload(http, **fresh)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_fast")
        assert (await upload(elsewhere, **fresh)).status_code == 201


async def test_bytes_of_an_address_are_bounded(web: WebConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web._uploads, "_bytes", Allowances(1.0, 100, lambda: 0.0))
    async with client(web, "203.0.113.7") as http, client(web, "198.51.100.1") as elsewhere, client(web) as proxy:
        assert [(await upload(http)).status_code for _ in range(3)] == [201, 201, 429]
        assert (await upload(elsewhere)).status_code == 201
        assert {(await upload(proxy)).status_code for _ in range(5)} == {201}


async def test_uploads_under_way_count_as_pages_of_their_address(botkit_intake: FakeIntake) -> None:
    gate = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield sample("a.png")
        await gate.wait()

    async with running(botkit_intake, secret=SECRET, sockets_per_address=1) as connector:
        async with client(connector, "203.0.113.7") as http:
            slow = asyncio.create_task(upload(http, content=body()))
            while not connector._visits.gate.open:  # noqa: ASYNC110 - the gate tells nobody
                await asyncio.sleep(0)
            refused = await upload(http)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
            gate.set()
            assert (await slow).status_code == 201
        assert connector._visits.gate.open == 0


async def test_uploads_at_once_are_bounded(web: WebConnector) -> None:
    gate, begun, bodies = asyncio.Event(), asyncio.Semaphore(0), []

    async def body() -> AsyncIterator[bytes]:
        yield sample("a.png")
        bodies.append(1)
        if len(bodies) == 4:
            begun.release()
        await gate.wait()

    async with client(web) as http:
        slow = [asyncio.create_task(upload(http, content=body())) for _ in range(4)]
        await asyncio.wait_for(begun.acquire(), 5)
        assert (await upload(http)).status_code == 429
        gate.set()
        assert [(await one).status_code for one in slow] == [201] * 4
        assert not web._uploads._under_way


async def test_a_slow_upload_ends(botkit_intake: FakeIntake) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield sample("a.png")
        await asyncio.Event().wait()

    async with running(botkit_intake, secret=SECRET, upload_seconds=0.01) as connector, client(connector) as http:
        answer = await upload(http, content=body())
        assert (answer.status_code, answer.json()["code"]) == (408, "late")
        assert await botkit_intake.files.files("web:here") == []


async def test_while_the_store_fails_the_page_is_to_try_again(
    web: WebConnector, botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client(web) as http:
        file = (await upload(http)).json()

        async def fail(*_: object) -> None:
            raise StoreError("the disk is full: a customer's words")

        monkeypatch.setattr(botkit_intake.files, "put", fail)
        monkeypatch.setattr(botkit_intake.files, "find", fail)
        for answer in (await upload(http), await http.get("/" + file["url"])):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
            assert "words" not in answer.text


@pytest.mark.parametrize(("error", "status"), [(StoreError("gone: a secret"), 503), (FileError("gone"), 404)])
async def test_while_content_cannot_be_read_the_page_hears_why(
    web: WebConnector, botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    async def fail(*_: object) -> AsyncIterator[bytes]:
        for failure in (error,):
            raise failure
        yield b""

    async with client(web) as http:
        file = (await upload(http)).json()
        monkeypatch.setattr(botkit_intake.files, "read", fail)
        answer = await http.get("/" + file["url"])
        assert answer.status_code == status
        assert "secret" not in answer.text


async def test_a_channel_that_is_stopped_takes_nothing(web: WebConnector) -> None:
    async with client(web) as http:
        file = (await upload(http)).json()
        await web.stop()
        assert (await upload(http)).status_code == 503
        assert (await http.get("/" + file["url"])).status_code == 503


def test_a_name_stays_in_its_header() -> None:
    file = File(name='a"b\\c\r\nx: y;é.pdf', mime="application/pdf")
    told = disposition(file)
    assert told.startswith("attachment; filename=")
    assert told.isascii()
    assert told.count('"') == 2


# Over the socket


async def _page(web: WebConnector) -> tuple[Page, dict[str, Any]]:
    page = Page(web)
    return page, await page.greet(chat="here", token=SIGNER.sign("here"))


async def test_a_message_names_its_files(web: WebConnector, botkit_intake: FakeIntake) -> None:
    async with client(web) as http:
        file = (await upload(http)).json()
    page, welcome = await _page(web)
    assert welcome["files"] == {"size": 10_000_000, "types": list(FileLimits().types)}
    other, _ = await _page(web)
    page.say(type="message", id="m1", text="", files=[file["ref"], file["ref"]])
    assert (await page.hear_kind("ack"))["id"] == "m1"
    said = await other.hear_kind("said")
    assert said == {"type": "said", "id": "m1", "text": "", "files": [file]}
    (incoming,) = [one for one in botkit_intake.incoming if isinstance(one.event, Message)]
    assert isinstance(incoming.event, Message)
    assert [one.ref for one in incoming.event.files] == [file["ref"]]
    assert incoming.event.files[0].kind == "image"
    page.say(type="message", id="m2", text="and this")
    await page.hear_kind("ack")
    assert "files" not in await other.hear_kind("said")


@pytest.mark.parametrize("refs", [["0" * 64], ["0" * 64, "1" * 64]])
async def test_a_file_that_was_not_uploaded_here_is_not_sent(
    web: WebConnector, botkit_intake: FakeIntake, refs: list[str]
) -> None:
    await botkit_intake.files.put("web:there", "a.png", _once(sample("a.png")))
    page, _ = await _page(web)
    page.say(type="message", id="m1", text="look", files=refs)
    answer = await page.hear_kind("error")
    assert (answer["code"], answer["id"]) == ("unknown_file", "m1")
    assert [one for one in botkit_intake.incoming if isinstance(one.event, Message)] == []


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_nor_is_one_of_another_chat(web: WebConnector, botkit_intake: FakeIntake) -> None:
    file = await botkit_intake.files.put("web:there", "a.png", _once(sample("a.png")))
    page, _ = await _page(web)
    page.say(type="message", id="m1", text="look", files=[file.ref])
    assert (await page.hear_kind("error"))["code"] == "unknown_file"


@pytest.mark.parametrize("files", [["x"], ["../" * 22], [1], "0" * 64, ["0" * 64] * 11, {}, [None]])
async def test_what_names_no_files_is_no_message(web: WebConnector, files: Any) -> None:
    page, _ = await _page(web)
    page.say(type="message", id="m1", text="look", files=files)
    assert (await page.hear_kind("error"))["code"] == "bad_message"


async def test_a_page_waits_while_files_cannot_be_looked_for(
    web: WebConnector, botkit_intake: FakeIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(botkit_intake.files, "find", fail)
    page, _ = await _page(web)
    page.say(type="message", id="m1", text="look", files=["0" * 64])
    answer = await page.hear_kind("error")
    assert (answer["code"], answer["retry_after"]) == ("unavailable", 3.0)


async def test_a_bot_that_takes_none_says_so(web: WebConnector, botkit_intake: FakeIntake) -> None:
    _limited(botkit_intake, types=())
    _, welcome = await _page(web)
    assert welcome["files"] is None
    async with client(web) as http:
        assert (await upload(http)).status_code == 415


async def test_a_reply_shows_files_that_the_chat_holds(web: WebConnector, botkit_intake: FakeIntake) -> None:
    """They are given under addresses with a key; a page that comes later is told the same, others get nothing."""
    page = Page(web)
    chat = (await page.greet())["chat"]

    async def content() -> AsyncIterator[bytes]:
        yield sample("lamp.png")

    ref = (await botkit_intake.files.put(f"web:{chat}", "lamp.png", content())).ref
    await web.send(chat, Reply("r1", "Here.", image=ref, file="https://shop.example/a.pdf"))
    told = await page.hear()
    assert told["file"] == "https://shop.example/a.pdf"
    async with client(web) as http:
        given = await http.get("/" + told["image"])
        assert (given.status_code, given.content) == (200, sample("lamp.png"))
        assert (await http.get(f"/web/files/{ref}/?chat={chat}&key=x")).status_code == 404
        assert (await http.get("/" + told["image"].replace(chat, "another"))).status_code == 404
    assert told["image"].partition("?")[0] == f"web/files/{ref}/"
    await page.leave()
