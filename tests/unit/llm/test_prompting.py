"""What the router tells a model of flows and their slots."""

from botkit.flows import load
from botkit.llm.prompting import Prompts, route_request
from botkit.model.catalogue import Catalogue
from botkit.model.events import Message
from botkit.model.flowset import Settings
from botkit.model.session import Session
from botkit.understanding.values import PARSERS
from tests.unit.dialogue.talking import known_locales

FLOWS = """
flows:
  book:
    title: a table
    start: {commands: [book]}
    steps:
      - {ask: room, say: Where?, options: {in: Inside, out: {en: Terrace, zh: 露台}}}
      - {ask: day, say: Which day?, type: date}
      - {ask: code, say: Your code?, description: the code of your voucher}
      - {ask: pin, say: Your PIN?, pattern: '[0-9]{4}', secret: true}
      - say: Thanks.
"""


def test_the_router_hears_what_a_slot_takes_but_of_no_secret_one() -> None:
    settings = Settings(locales=("en", "zh"))
    flows, problems = load({"a.yaml": FLOWS}, settings, Catalogue(types=PARSERS), known_locales())
    assert flows is not None, problems
    session = Session("web:1", routed=Message("a table"))
    asked = route_request(flows, session, {"flows": ["book"], "message": "a table"}, Prompts())
    system = asked.messages[0].text
    assert "room (Inside / Terrace)" in system
    assert "day (date)" in system
    assert "code (the code of your voucher)" in system
    assert "pin" not in system
