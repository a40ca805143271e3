"""The flow language as data: every kind of step and every mapping, with its keys.

The parser, the JSON Schema for editors and the reference in the docs are all made from these tables, so they
cannot say different things. A key's `shape` names how its value is read (`grammar.PARSERS`) and how the schema
describes it (`schemas.SHAPES`).
"""

from typing import NamedTuple

STEP_ID = r"^[^\W\d][\w.-]*$"
NAME = r"^[^\W\d]\w*$"


class Key(NamedTuple):
    """One key of a mapping: its name, the shape of its value, what it is for, and an example and the default
    in YAML."""

    name: str
    shape: str
    doc: str
    example: str
    required: bool = False
    default: str = ""


class Kind(NamedTuple):
    """A mapping with known keys: a kind of step (its first key names it), a flow, a slot, a button, ..."""

    name: str
    doc: str
    keys: tuple[Key, ...]
    example: str

    def key(self, name: str) -> Key | None:
        """Give the key of that name."""
        return next((key for key in self.keys if key.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys, in the table's order."""
        return tuple(key.name for key in self.keys)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the keys that must be there."""
        return tuple(key.name for key in self.keys if key.required)


_VARIANTS = Key(
    "variants", "variants", "Further ways to say it; one is chosen, the same for the same turn.", "[Hi!, Hello!]"
)
_BUTTONS = Key("buttons", "buttons", "Buttons below the text.", "[{label: Returns, run: return_item}]")
_IMAGE = Key("image", "template", "The address of an image.", "https://example.com/map.png")
_FILE = Key("file", "template", "The address of a file.", "https://example.com/terms.pdf")
_CARDS = Key("cards", "cards", "Things to look at or choose from.", "[{title: A lamp, text: 20 EUR}]")
_SPEECH = (_VARIANTS, _BUTTONS, _IMAGE, _FILE, _CARDS)
_BESIDE = (_VARIANTS, _IMAGE, _FILE, _CARDS)
_SAVE = Key("save", "slot", "The slot that keeps the result.", "order")
_ON_ERROR = Key(
    "on_error",
    "steps",
    "Steps for when it fails; without them the flow on_error runs and this one ends.",
    "[{handoff: orders}]",
)
_RETRY = Key(
    "retry",
    "retry",
    "What each unusable reply gets, in order; the last one repeats, three times at most.",
    "[It looks like A-10293.]",
)
_SILENCE = Key(
    "silence", "silence", "What happens when no reply comes.", "{after: 10m, say: Are you still there?, end: 24h}"
)

SLOT_KEYS = (
    Key("type", "type", "What may be in it: text, number, date, ... or a plugin's type.", "date"),
    Key("pattern", "pattern", "A regular expression that the value matches.", "'[A-Z]-\\d{5}'"),
    Key("options", "options", "The values to choose from, with their labels.", "{small: Small, large: Large}"),
    Key("many", "boolean", "Several options may be chosen; the value is a list.", "true", default="false"),
    Key(
        "check",
        "checks",
        "Rules: a value for which `if` is true is refused with `say`.",
        "[{if: amount > 9, say: At most nine.}]",
    ),
    Key(
        "past",
        "boolean",
        "A date without a year is the latest one that is not to come.",
        "true",
        default="false",
    ),
    Key("title", "text", "What the bot calls it to a customer, who may call it so too.", "order number"),
    Key("description", "words", "What it means, for people and for the LLM.", "The number of an order"),
    Key("secret", "boolean", "Nobody is shown the value, nor what is written for it.", "true", default="false"),
    Key(
        "carry",
        "carry",
        "Whether a shared slot that an earlier flow filled is offered or taken silently.",
        "silent",
        default="offer",
    ),
)

SLOT = Kind(
    "slot",
    "A slot: something that the bot has to know.",
    (*SLOT_KEYS, Key("initial", "data", "The value that it has at first.", "1")),
    "{type: text, pattern: '[A-Z]-\\d{5}'}",
)

COMMON = (
    Key("id", "step_id", "The name of the step, for `goto`.", "find"),
    Key("if", "condition", "The step is passed over unless this is true.", "order is none"),
)

STEP_KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "say",
            "Says something.",
            (Key("say", "speech", "The text, or one per locale.", "Hello!", required=True), *_SPEECH),
            "{say: Hello!}",
        ),
        Kind(
            "ask",
            "Asks for a slot and waits for the reply.",
            (
                Key("ask", "slot", "The slot to fill.", "order_number", required=True),
                Key("say", "speech", "The question.", "Which order is it about?"),
                *_SPEECH,
                *SLOT_KEYS,
                _RETRY,
                _SILENCE,
                Key(
                    "why",
                    "text",
                    "What a customer is told who asks back why, or what is meant; then the question comes again.",
                    "By it we find your order.",
                ),
                Key("fill", "fill", "Whether a value in an earlier message may fill it.", "when_asked"),
                Key("again", "boolean", "Ask even if the slot is already filled.", "true", default="false"),
            ),
            "{ask: reason, say: Why?, options: [broken, too small]}",
        ),
        Kind(
            "confirm",
            "Asks for a yes or no. Without `no`, a no ends the flow.",
            (
                Key("confirm", "speech", "The question.", "Send it back?", required=True),
                *_BESIDE,
                Key("yes", "steps", "Steps after a yes.", "[{say: Good.}]"),
                Key("no", "steps", "Steps after a no.", "[{say: Nothing was changed.}, end]"),
                _RETRY,
                _SILENCE,
            ),
            "{confirm: Send it back?, no: [end]}",
        ),
        Kind(
            "set",
            "Sets slots.",
            (Key("set", "values", "The slots and their values.", "{count: 1}", required=True),),
            "{set: {count: 1}}",
        ),
        Kind(
            "do",
            "Calls an action of a plugin.",
            (
                Key("do", "action", "The action.", "shop.find_order", required=True),
                Key("with", "values", "Its arguments.", '{number: "{{ order_number }}"}'),
                _SAVE,
                Key("timeout", "duration", "How long it may take.", "5s"),
                _ON_ERROR,
                Key("confirmed", "by_flow", "`by flow`: a write that needs no confirm in this flow.", "by flow"),
                Key(
                    "cancel_on",
                    "cancel_on",
                    "`message`: what the customer writes meanwhile ends it; it is done again after that. Reads only.",
                    "message",
                ),
            ),
            "{do: shop.find_order, with: {number: A-10293}, save: order}",
        ),
        Kind(
            "if",
            "Goes one way or the other.",
            (
                Key("if", "condition", "The condition.", "order is none", required=True),
                Key("then", "steps", "Steps if it is true.", "[{say: There is none.}]", required=True),
                Key("else", "steps", "Steps if it is not.", "[{say: Here it is.}]"),
            ),
            "{if: order is none, then: [{say: There is none.}], else: [{say: Here it is.}]}",
        ),
        Kind(
            "match",
            "Goes the way of the case that equals a value.",
            (
                Key("match", "condition", "The expression whose value is compared.", "reason", required=True),
                Key(
                    "cases",
                    "cases",
                    "Steps per value; `default` takes the rest.",
                    "{broken: [{say: Sorry!}]}",
                    required=True,
                ),
            ),
            "{match: reason, cases: {broken: [{say: Sorry!}], default: [{say: Fine.}]}}",
        ),
        Kind(
            "run",
            "Runs another flow and comes back.",
            (
                Key("run", "flow", "The flow.", "identify", required=True),
                Key("with", "values", "Values for its slots.", '{reason: "{{ reason }}"}'),
                _SAVE,
            ),
            "{run: identify, save: known}",
        ),
        Kind(
            "goto",
            "Goes to a step of this flow that has an `id`.",
            (Key("goto", "step_id", "The step's id.", "find", required=True),),
            "{goto: find}",
        ),
        Kind(
            "answer",
            "Answers from the knowledge articles, with their sources.",
            (
                Key(
                    "answer",
                    "question",
                    "The question; empty: what the customer wrote.",
                    '"{{ message }}"',
                    required=True,
                ),
                _SAVE,
                _ON_ERROR,
            ),
            '{answer: "{{ message }}"}',
        ),
        Kind(
            "agent",
            "Lets the LLM talk within bounds.",
            (
                Key("agent", "text", "What it is to do.", "Help the customer choose.", required=True),
                Key("tools", "actions", "The actions that it may call.", "[shop.search]"),
                Key("until", "condition", "It is done when this is true.", "choice is not none"),
                _SAVE,
                Key(
                    "limits",
                    "agent_limits",
                    "How many turns, seconds, calls and tokens it may use.",
                    "{turns: 6, seconds: 20, calls: 30}",
                ),
                Key("otherwise", "steps", "Steps for when the limits end it.", "[{handoff: sales}]"),
                _ON_ERROR,
            ),
            "{agent: Help the customer choose., tools: [shop.search], until: choice is not none, save: choice}",
        ),
        Kind(
            "generate",
            "Has the LLM write one text, into a slot or as a reply.",
            (
                Key(
                    "generate", "text", "What it is to write.", "'Summarise {{ conversation.text }}.'", required=True
                ),
                _SAVE,
                Key("limits", "generate_limits", "How many tokens and seconds it may use.", "{tokens: 120}"),
                _ON_ERROR,
            ),
            "{generate: 'Summarise {{ conversation.text }}.', save: summary}",
        ),
        Kind(
            "handoff",
            "Gives the conversation to a person. It ends every open flow.",
            (
                Key("handoff", "team", "The team.", "orders", required=True),
                Key("reason", "text", "Why, for that person.", "no order number"),
                Key("show", "values", "What that person needs to see.", '{order: "{{ order.id }}"}'),
            ),
            "{handoff: orders, reason: no order number}",
        ),
        Kind(
            "wait",
            "Waits until a time has passed or an event came.",
            (Key("wait", "wait", "How long, or for what.", "2h", required=True),),
            "{wait: 2h}",
        ),
        Kind(
            "rate",
            "Asks how satisfied the customer is.",
            (
                Key("rate", "speech", "The question.", "How did we do?", required=True),
                *_BESIDE,
                Key("scale", "scale", "The best score; the worst is 1.", "5", default="5"),
                _SAVE,
                Key("low", "steps", "Steps after a low score.", "[{handoff: care}]"),
                Key("low_at", "scale", "The highest score that is low.", "2", default="2"),
            ),
            "{rate: How did we do?, low: [{handoff: care}]}",
        ),
        Kind(
            "end",
            "Ends the flow, with a value for its caller; `end: conversation` the conversation.",
            (Key("end", "end", "The value, `conversation`, or nothing.", "conversation", required=True),),
            "{end: conversation}",
        ),
    )
}

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
        *_SPEECH,
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
        _IMAGE,
        Key("url", "template", "The page that it opens.", "https://example.com/lamp"),
        _BUTTONS,
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

LIMITS = {"agent": ("turns", "seconds", "calls", "tokens"), "generate": ("tokens", "seconds")}

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
