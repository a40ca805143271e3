"""The kinds of steps, with their keys."""

from botkit.flows.keys import (
    BESIDE_KEYS,
    ON_ERROR_KEY,
    RETRY_KEY,
    SAVE_KEY,
    SILENCE_KEY,
    SLOT_KEYS,
    SPEECH_KEYS,
    Key,
    Kind,
)

COMMON = (
    Key("id", "step_id", "The name of the step, for `goto`.", "find"),
    Key("if", "condition", "The step is passed over unless this is true.", "order is none"),
)

LIMITS = {"agent": ("turns", "seconds", "calls", "tokens"), "generate": ("tokens", "seconds")}

STEP_KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "say",
            "Says something.",
            (Key("say", "speech", "The text, or one per locale.", "Hello!", required=True), *SPEECH_KEYS),
            "{say: Hello!}",
        ),
        Kind(
            "ask",
            "Asks for a slot and waits for the reply.",
            (
                Key("ask", "slot", "The slot to fill.", "order_number", required=True),
                Key("say", "speech", "The question.", "Which order is it about?"),
                *SPEECH_KEYS,
                *SLOT_KEYS,
                RETRY_KEY,
                SILENCE_KEY,
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
                *BESIDE_KEYS,
                Key("yes", "steps", "Steps after a yes.", "[{say: Good.}]"),
                Key("no", "steps", "Steps after a no.", "[{say: Nothing was changed.}, end]"),
                RETRY_KEY,
                SILENCE_KEY,
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
                SAVE_KEY,
                Key("timeout", "duration", "How long it may take.", "5s"),
                ON_ERROR_KEY,
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
                SAVE_KEY,
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
                SAVE_KEY,
                ON_ERROR_KEY,
            ),
            '{answer: "{{ message }}"}',
        ),
        Kind(
            "agent",
            "Lets the LLM talk within bounds.",
            (
                Key("agent", "text", "What it is to do.", "Help the customer choose.", required=True),
                Key(
                    "tools",
                    "tools",
                    "The actions that it may call; `with` has arguments that are not its to choose.",
                    '[shop.search, {action: shop.find_order, with: {number: "{{ order_number }}"}}]',
                ),
                Key(
                    "teams",
                    "teams",
                    "The teams to which it may give the conversation by itself.",
                    "[sales, support]",
                ),
                Key("until", "condition", "It is done when this is true.", "choice is not none"),
                SAVE_KEY,
                Key(
                    "limits",
                    "agent_limits",
                    "How many turns, seconds, calls and tokens it may use.",
                    "{turns: 6, seconds: 20, calls: 30}",
                ),
                Key("otherwise", "steps", "Steps for when the limits end it.", "[{handoff: sales}]"),
                ON_ERROR_KEY,
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
                SAVE_KEY,
                Key("limits", "generate_limits", "How many tokens and seconds it may use.", "{tokens: 120}"),
                ON_ERROR_KEY,
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
                *BESIDE_KEYS,
                Key("scale", "scale", "The best score; the worst is 1.", "5", default="5"),
                SAVE_KEY,
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
