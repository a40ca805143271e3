"""The flow language as data: every kind of step (`stepkinds`) and every other mapping, with its keys.

The parser, the JSON Schema for editors and the reference in the docs are all made from these tables, so they
cannot say different things. A key's `shape` names how its value is read (`grammar.PARSERS`) and how the schema
describes it (`schemas.SHAPES`).
"""

from botkit.flows.keys import BUTTONS_KEY, IMAGE_KEY, SLOT_KEYS, SPEECH_KEYS, Key, Kind
from botkit.flows.stepkinds import COMMON, STEP_KINDS

SLOT = Kind(
    "slot",
    "A slot: something that the bot has to know.",
    (*SLOT_KEYS, Key("initial", "data", "The value that it has at first.", "1")),
    "{type: text, pattern: '[A-Z]-\\d{5}'}",
)

START = Kind(
    "start",
    "What starts a flow.",
    (
        Key("intents", "names", "Intents that start it.", "[return_item]"),
        Key("commands", "commands", "Commands that start it, without the slash.", "[return]"),
        Key("events", "events", "Events from outside that start it.", "[order.shipped]"),
    ),
    "{intents: [return_item], commands: [return]}",
)

FLOW = Kind(
    "flow",
    "A conversation about one concern.",
    (
        Key("title", "text", "What the bot calls it to a customer.", "your return"),
        Key("description", "text", "What it is for, for people and for the LLM.", "Start a return."),
        Key("start", "start", "What starts it, beside other flows.", "{intents: [return_item]}"),
        Key("only_if", "condition", "It cannot be started unless this is true.", "channel != 'slack'"),
        Key("slots", "slots", "Slots of its own; a caller's `with` may fill them.", "{reason: {type: text}}"),
        Key("steps", "flow_steps", "What it does, in order.", "[{say: Hello!}]", required=True),
    ),
    "{description: Greets., steps: [{say: Hello!}]}",
)

INTENT = Kind(
    "intent",
    "Something that a customer may want.",
    (
        Key(
            "examples",
            "examples",
            "How customers say it; `[A-10293](order_number)` marks a slot's value.",
            "[return my order]",
            required=True,
        ),
        Key(
            "description",
            "words",
            "What it means, for people and for the LLM.",
            "The customer wants to return something.",
        ),
    ),
    "{examples: [return my order]}",
)

ANSWER = Kind(
    "answer",
    "A frequent question and its reply; no flow is needed.",
    (
        Key("questions", "examples", "How customers ask.", "[when are you open]", required=True),
        Key("say", "speech", "The reply.", "From 9 to 18.", required=True),
        *SPEECH_KEYS,
    ),
    "{questions: [when are you open], say: From 9 to 18.}",
)

FILE = Kind(
    "flow file",
    "A file of flows.",
    (
        Key("intents", "intents", "What customers may want, by examples.", "{greet: {examples: [hello]}}"),
        Key(
            "answers",
            "answers",
            "Frequent questions and their replies.",
            "{hours: {questions: [when are you open], say: From 9 to 18.}}",
        ),
        Key("slots", "slots", "Slots that all flows share.", "{order_number: {type: text}}"),
        Key("flows", "flows", "The flows.", "{greet: {start: {intents: [greet]}, steps: [{say: Hello!}]}}"),
    ),
    "{flows: {greet: {steps: [{say: Hello!}]}}}",
)

BUTTON = Kind(
    "button",
    "A button: it answers with `value`, starts the flow `run`, or opens `url`.",
    (
        Key("label", "text", "What stands on it.", "Returns", required=True),
        Key("value", "template", "The text that it stands for; without one, its label.", "return"),
        Key("run", "flow", "The flow that it starts.", "return_item"),
        Key("url", "template", "The page that it opens.", "https://example.com"),
    ),
    "{label: Returns, run: return_item}",
)

CARD = Kind(
    "card",
    "One of several things to look at.",
    (
        Key("title", "text", "Its title.", "A lamp", required=True),
        Key("text", "text", "A line or two below it.", "20 EUR"),
        IMAGE_KEY,
        Key("url", "template", "The page that it opens.", "https://example.com/lamp"),
        BUTTONS_KEY,
    ),
    "{title: A lamp, text: 20 EUR}",
)

OPTION = Kind(
    "option",
    "One option of a question.",
    (
        Key("value", "scalar", "The value that the slot gets.", "small", required=True),
        Key("label", "text", "What the customer sees; without one, the value.", "Small"),
    ),
    "{value: small, label: Small}",
)

RULE = Kind(
    "rule",
    "A rule that refuses a value.",
    (
        Key("if", "condition", "The value is refused when this is true.", "amount > 9", required=True),
        Key("say", "text", "What the customer is told.", "At most nine."),
    ),
    "{if: amount > 9, say: At most nine.}",
)

RETRY = Kind(
    "retry",
    "What an unusable reply gets.",
    (Key("steps", "steps", "Steps; then the question comes again.", "[{handoff: orders}]", required=True),),
    "{steps: [{handoff: orders}]}",
)

SILENCE = Kind(
    "silence",
    "What happens when no reply comes.",
    (
        Key("after", "duration", "How long until `say`.", "10m"),
        Key("say", "text", "A reminder.", "Are you still there?"),
        Key("end", "duration", "How long until the flow ends.", "24h"),
        Key("hours", "words", "`business`, or a team: of both, only opening hours count.", "business"),
    ),
    "{after: 10m, say: Are you still there?, end: 24h}",
)

WAIT = Kind(
    "wait",
    "What is waited for.",
    (
        Key("for", "duration", "So long.", "2h"),
        Key(
            "hours",
            "words",
            "`business`, or a team: of the time of `for`, only opening hours count.",
            "business",
        ),
        Key("until", "condition", "Until the time that this expression gives.", "order.delivery"),
        Key("event", "event", "For this event from outside.", "paid"),
        Key("timeout", "duration", "How long the event is waited for.", "2d"),
        Key("otherwise", "steps", "Steps for when the event did not come.", "[{say: We have no payment yet.}]"),
        Key("save", "slot", "The slot that keeps the event's data.", "payment"),
    ),
    "{event: paid, timeout: 2d}",
)

MAPPINGS: dict[str, Kind] = {
    kind.name: kind
    for kind in (FILE, FLOW, START, INTENT, ANSWER, SLOT, BUTTON, CARD, OPTION, RULE, RETRY, SILENCE, WAIT)
}
"""The mappings that are no steps, by what the schema calls them."""

TYPES = (
    "text", "number", "integer", "money", "date", "time", "datetime", "duration", "boolean", "email", "phone",
    "choice", "file", "image", "location", "contact", "any",
)  # fmt: skip

SPOKEN = frozenset({"text", "any"})
"""Types that every text fits: an offered value does not fill them before they are asked for."""

WHEN_ASKED = SPOKEN | {"boolean", "integer", "number"}

RESERVED = ("channel", "locale", "now", "customer", "conversation", "message", "error")
"""Names that templates always know; no slot can have them."""


def reference() -> list[tuple[str, str, str, str]]:
    """List (mapping, key, doc, example) for the docs: the kinds of steps first, then the other mappings."""
    steps = [
        (f"step {kind.name}", key.name, key.doc, key.example) for kind in STEP_KINDS.values() for key in kind.keys
    ]
    common = [("every step", key.name, key.doc, key.example) for key in COMMON]
    others = [(name, key.name, key.doc, key.example) for name, kind in MAPPINGS.items() for key in kind.keys]
    return steps + common + others
