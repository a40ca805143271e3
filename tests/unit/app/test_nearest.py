"""The nearest flows: of hundreds, the model is shown those that a message is near to."""

from botkit.app.nearest import NearestFlows
from botkit.flows import load
from botkit.llm.counting import guess_tokens
from botkit.llm.prompting import MOST_FLOWS, MOST_TOKENS, Prompts, route_request
from botkit.model.catalogue import Catalogue
from botkit.model.events import Message
from botkit.model.flowset import FlowSet, Settings
from botkit.model.session import Session
from tests.unit.dialogue.talking import known_locales


def many(count: int) -> FlowSet:
    """Make a bot with many flows, three of which are about something."""
    texts = [
        f"  flow_{n}: {{start: {{commands: [c{n}]}}, description: Does thing {n} {'x' * 200}, steps: []}}"
        for n in range(count)
    ]
    texts += [
        "  lamp: {start: {commands: [lamp]}, description: Repair a broken lamp., steps: []}",
        "  bill: {start: {intents: [bill]}, description: Pay., steps: []}",
        "  zh: {start: {commands: [zh]}, description: 更改送货地址, steps: []}",
    ]
    head = "intents: {bill: {examples: [pay the electricity invoice]}}\nflows:\n"
    flows, problems = load({"a.yaml": head + "\n".join(texts)}, Settings(), Catalogue(), known_locales())
    assert flows is not None, problems
    return flows


async def test_what_a_message_is_near_to_comes_first() -> None:
    nearest, flows = NearestFlows(), many(300)
    assert (await nearest(flows, "my lamp is broken"))[0] == "lamp"
    assert (await nearest(flows, "an invoice for electricity"))[0] == "bill"
    assert (await nearest(flows, "我要改一下送货地址"))[0] == "zh"
    assert await nearest(flows, "qqq") == []
    assert await nearest(flows, "") == []


async def test_the_prompt_is_bounded_and_has_the_nearest() -> None:
    flows = many(300)
    names = [name for name, flow in flows.flows.items() if not flow.builtin]
    message = Message("my lamp is broken")
    session = Session("web:1", routed=message)
    args = {"flows": names, "message": message.text}
    near = await NearestFlows()(flows, message.text)
    system = route_request(flows, session, args, Prompts(), near).messages[0].text
    assert "- lamp: Repair a broken lamp." in system
    assert system.count("\n- flow_") < MOST_FLOWS
    assert guess_tokens(system) < MOST_TOKENS + 1500
