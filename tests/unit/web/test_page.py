"""The page and its headers."""

import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from botkit import BotInfo
from botkit_web.page import content_policy, page_routes


def client(bot: BotInfo | None = None) -> httpx.AsyncClient:
    app = Starlette(routes=page_routes(bot or BotInfo(name="Acme <Support> & Co", locales=("zh", "en"))))
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
        ("/web/chat.js", "text/javascript; charset=utf-8"),
        ("/web/chat.css", "text/css; charset=utf-8"),
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


async def test_nothing_else_is_served() -> None:
    async with client() as http:
        for path in ("/web/", "/web/connector.py", "/web/../connector.py", "/web/chat.html", "/web/%2e%2e/page.py"):
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


def test_the_page_needs_no_exception_from_its_policy() -> None:
    page = Path(str(files("botkit_web") / "static" / "chat.html")).read_text("utf-8")
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
    assert any(attributes.get("role") == "log" for _, attributes in tags.tags)


def test_the_script_builds_nodes_and_no_html() -> None:
    script = Path(str(files("botkit_web") / "static" / "chat.js")).read_text("utf-8")
    for risky in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        ".style",
    ):
        assert risky not in script


def test_the_script_and_the_page_agree_on_ids() -> None:
    static = Path(str(files("botkit_web") / "static"))
    script, page = ((static / name).read_text("utf-8") for name in ("chat.js", "chat.html"))
    used = set(re.findall(r'\bat\("([a-z-]+)"\)', script))
    assert used
    assert used <= set(re.findall(r'id="([a-z-]+)"', page))


def test_every_language_of_the_page_has_every_word() -> None:
    script = Path(str(files("botkit_web") / "static" / "chat.js")).read_text("utf-8")
    table = script[script.index("const WORDS") : script.index("const locale")]
    languages = re.split(r"\n    (\w+): \{", table)[1:]
    words = {
        name: set(re.findall(r'(?:^|[\s{,])(\w+): "', body))
        for name, body in zip(languages[::2], languages[1::2], strict=True)
    }
    assert set(words) == {"en", "zh", "de", "ar"}
    assert all(found == words["en"] for found in words.values())
    used = set(re.findall(r"\bwords\.(\w+)", script)) | {"connecting", "open", "offline", "waiting"}
    assert used == words["en"]
