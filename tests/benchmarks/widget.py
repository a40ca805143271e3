"""How soon a visitor can write, and is answered, beside deep-chat: `python -m tests.benchmarks.widget`.

One page of another origin puts one script tag into itself, ours or deep-chat's (from npm, as `make browser` installs it),
by turns, each in a new browser context, so that nothing is cached. Measured in the page, in milliseconds from the tag: until
there is a box to write in, and until the first reply stands there, to a text that is sent as soon as the box is there. Ours
talks to the benchmarks' bot, which stores what it does; deep-chat to an address that answers the same at once and stores
nothing, over HTTP as it does by default. The sizes are those of the scripts, compressed by gzip -9.
"""

import contextlib
import gzip
import http.server
import json
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.goals import describe_machine
from tests.benchmarks.sockets import Served, serve
from tests.browser.chromium import launch

ROUNDS = 15
DEEP_CHAT = Path(__file__).parents[1] / "browser" / "node_modules" / "deep-chat" / "dist" / "deepChat.bundle.js"
ORIGINS = 'channels: {web: {origins: ["*"]}}\n'
ANSWER = "We are here from 9 to 18 o'clock."
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Owner</title></head><body><h1>Shop</h1>
<script>
const seek = (root, wanted) => {
  for (const node of root.querySelectorAll("*")) {
    if (wanted(node)) return node;
    const found = node.shadowRoot && seek(node.shadowRoot, wanted);
    if (found) return found;
  }
  return null;
};
const isBox = (node) => (node.tagName === "TEXTAREA" || node.isContentEditable) && node.getClientRects().length > 0;
const isAnswer = (node) => !node.children.length && node.textContent.includes("from 9 to 18");
const when = (wanted) => new Promise((resolve) => {
  const look = () => (wanted() ? resolve(performance.now()) : requestAnimationFrame(look));
  look();
});
const start = async (source, data, element, say) => {
  const began = performance.now();
  const script = document.createElement("script");
  Object.assign(script, {src: source, async: true, type: data ? "" : "module"});
  Object.assign(script.dataset, data || {});
  document.body.append(script);
  if (element) document.body.append(element);
  const usable = await when(() => seek(document, isBox));
  say();
  const answered = await when(() => seek(document, isAnswer));
  return [usable - began, answered - began];
};
const startOurs = (host) => start(host + "/widget.js", {open: "true"}, null, () => botkit.send("when are you open"));
const startTheirs = () => {
  const element = document.createElement("deep-chat");
  element.connect = {url: "/answer"};
  return start("/deep-chat.js", null, element, () => element.submitUserMessage({text: "when are you open"}));
};
</script></body></html>"""


class Found(NamedTuple):
    """Milliseconds until the box and until the first reply, of each round; bytes of the script."""

    usable: list[float]
    answered: list[float]
    size: int

    def __str__(self) -> str:
        usable, answered = statistics.median(self.usable), statistics.median(self.answered)
        return f"box {usable:6.1f} ms   first reply {answered:6.1f} ms   {self.size:,} bytes"


class _Owner(http.server.BaseHTTPRequestHandler):
    """The owner's page, deep-chat's script, and what answers it."""

    def do_GET(self) -> None:
        script = self.path == "/deep-chat.js"
        self._give(DEEP_CHAT.read_bytes() if script else PAGE.encode(), "text/javascript" if script else "text/html")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._give(json.dumps({"text": ANSWER}).encode(), "application/json")

    def _give(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        for name, value in (("content-type", f"{kind}; charset=utf-8"), ("content-length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def owners_site() -> Iterator[str]:
    """Serve the owner's page."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Owner) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def _load(browser: Browser, site: str, call: str) -> tuple[float, float]:
    with contextlib.closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(site)
        usable, answered = page.evaluate(call)
        return float(usable), float(answered)


def compare(served: Served, rounds: int = ROUNDS) -> tuple[Found, Found]:
    """Measure ours and deep-chat, by turns."""
    host = served.url.replace("ws://", "http://").removesuffix("/web/socket")
    calls = (f"startOurs({host!r})", "startTheirs()")
    with owners_site() as site, sync_playwright() as playwright:
        browser = launch(playwright)
        for call in calls:
            _load(browser, site, call)
        times = [[_load(browser, site, call) for call in calls] for _ in range(rounds)]
        browser.close()
    scripts = ((files("botkit_web") / "static" / "widget.js").read_bytes(), DEEP_CHAT.read_bytes())
    ours, theirs = (
        Found([one[n][0] for one in times], [one[n][1] for one in times], len(gzip.compress(scripts[n], 9)))
        for n in range(2)
    )
    return ours, theirs


def main() -> None:
    """Measure and print."""
    if not DEEP_CHAT.is_file():
        sys.exit("deep-chat is not installed: make browser")
    print(describe_machine())
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), ORIGINS) as served,
    ):
        ours, theirs = compare(served)
    print(f"botkit     {ours}\ndeep-chat  {theirs}")


if __name__ == "__main__":
    main()
