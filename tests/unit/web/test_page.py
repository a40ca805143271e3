"""The page and its headers."""

import gzip
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from botkit import BotInfo
from botkit_web.page import content_policy, page_routes

STATIC = Path(str(files("botkit_web") / "static"))
SOURCE = STATIC.parent / "widget"
REFUSED = {"empty", "too_large", "wrong_type"}  # codes of `botkit_web.uploads`


def client(bot: BotInfo | None = None, origins: tuple[str, ...] = ()) -> httpx.AsyncClient:
    app = Starlette(routes=page_routes(bot or BotInfo(name="Acme <Support> & Co", locales=("zh", "en")), origins))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot.example:8000")


async def test_the_page_has_the_bots_name_as_text() -> None:
    answer = await client().get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Acme &lt;Support&gt; &amp; Co</title>" in answer.text
    assert '<html lang="zh">' in answer.text


async def test_a_bot_without_locales_has_an_english_page() -> None:
    answer = await client(BotInfo(locales=())).get("/")
    assert '<html lang="en">' in answer.text


async def test_the_page_is_kept_to_itself() -> None:
    headers = (await client().get("/")).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self' ws://bot.example:8000 wss://bot.example:8000;" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("host", ["", "evil; script-src *", "a b", "x'y", "bot.example:99999999", "[::1"])
def test_a_strange_host_does_not_get_into_the_policy(host: str) -> None:
    assert "connect-src 'self'; base-uri" in content_policy(host)


def test_an_address_may_be_a_host() -> None:
    assert "ws://[::1]:8000" in content_policy("[::1]:8000")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/widget.js", "text/javascript; charset=utf-8"),
        ("/widget.mjs", "text/javascript; charset=utf-8"),
        ("/web/shop.js", "text/javascript; charset=utf-8"),
        ("/web/shop.css", "text/css; charset=utf-8"),
        ("/web/words/de.json", "application/json"),
        ("/web/icon.svg", "image/svg+xml"),
    ],
)
async def test_parts_are_served_and_not_sent_twice(path: str, kind: str) -> None:
    async with client() as http:
        answer = await http.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind
        assert answer.headers["x-content-type-options"] == "nosniff"
        again = await http.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""


async def test_what_sites_load_is_packed_and_kept_for_a_while() -> None:
    async with client() as http:
        packed = await http.get("/widget.js")
        plain = await http.get("/widget.js", headers={"accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content
        assert packed.headers["vary"] == "accept-encoding, origin"
        assert packed.headers["cache-control"].startswith("public, max-age=")
        assert packed.headers["cross-origin-resource-policy"] == "cross-origin"
        assert (await http.get("/")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/widget.mjs", "/widget.js", "/web/words/ar.json", "/web/words/xx.json"])
async def test_pages_of_other_sites_get_the_widget_if_they_may(path: str) -> None:
    async with client(origins=("https://shop.example",)) as http:
        answer = await http.get(path, headers={"origin": "https://shop.example"})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        for stranger in (
            "https://evil.example",
            "null",
            "http://shop.example",
            "https://[",
            "HTTPS://SHOP.EXAMPLE.EVIL",
        ):
            answer = await http.get(path, headers={"origin": stranger})
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
        own = await http.get(path, headers={"origin": "http://bot.example:8000"})
        assert own.status_code == 200


async def test_a_language_that_nobody_has_translated_is_no_fault() -> None:
    async with client() as http:
        for name in ("xx.json", "..%2f..%2fbot.yaml", "%00", "de", "DE.JSON", "\u202e.json", "a" * 3000):
            answer = await http.get(f"/web/words/{name}")
            assert (answer.status_code, answer.text) in {(200, "{}"), (404, "Not Found")}


async def test_nothing_else_is_served() -> None:
    async with client() as http:
        for path in (
            "/web/",
            "/web/connector.py",
            "/web/../connector.py",
            "/web/shop.html",
            "/web/page.html",
            "/web/widget.js",
            "/static/widget.js",
            "/web/%2e%2e/page.py",
        ):
            assert (await http.get(path)).status_code == 404
        assert (await http.post("/")).status_code == 405


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style") and data.strip():
            self.scripts.append(data)


@pytest.mark.parametrize("file", ["shop.html", "page.html"])
def test_the_page_needs_no_exception_from_its_policy(file: str) -> None:
    page = (STATIC / file).read_text("utf-8")
    tags = _Tags()
    tags.feed(page)
    assert tags.scripts == []
    for tag, attributes in tags.tags:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            assert not re.match(r"[a-z]+:|//", attributes.get(name) or "")
    ids = [attributes["id"] for _, attributes in tags.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


RISKY = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "srcdoc",
    "http://",
    "https://",
)


@pytest.mark.parametrize("name", ["widget.js", "widget.mjs", "shop.js"])
def test_scripts_build_nodes_and_no_html(name: str) -> None:
    script = (STATIC / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    for risky in RISKY:
        assert risky not in script
    assert not re.search(r"""setAttribute\(["']style|style:["'`]""", script)


@pytest.mark.parametrize("name", ["widget.js", "widget.mjs"])
def test_the_widget_is_small(name: str) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes(), 9, mtime=0)) <= 15 * 1024


def _tables() -> dict[str, dict[str, str]]:
    paths = [*(SOURCE / "words").glob("*.json"), *(STATIC / "words").glob("*.json")]
    return {path.stem: json.loads(path.read_text("utf-8")) for path in paths}


def test_every_language_has_every_word() -> None:
    tables = _tables()
    assert set(tables) == {"en", "zh", "de", "ar"}
    assert tables["ar"]["dir"] == "rtl"
    for table in tables.values():
        assert table.keys() - {"dir"} == tables["en"].keys()
        assert all(text and "\n" not in text for text in table.values())
        for key, text in table.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", tables["en"].get(key, text)))


def test_every_word_is_said_and_every_word_that_is_said_is_there() -> None:
    source = "".join(path.read_text("utf-8") for path in SOURCE.glob("*.js"))
    words = _tables()["en"].keys()
    assert set(re.findall(r"\bwords\.(?!js\b)(\w+)", source)) <= words
    said = {word for word in words if re.search(rf"""words\.{word}\b|["']{word}["']|\b{word}: does\.""", source)}
    assert words - said - REFUSED == set()  # why a file is refused is said by the word of its code
