"""Bots made at random from the step registry, as data that is valid YAML; every one of them loads."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from botkit.flows import repair_names

Step = dict[str, Any]
Steps = list[Step]

SHARED: dict[str, Any] = {
    "code": {"type": "text", "pattern": r"[A-Z]-\d{5}"},
    "count": {"type": "integer"},
    "colour": {"type": "choice", "options": {"red": {"en": "Red", "zh": "红色"}, "blue": "Blue", "1": "One"}},
    "day": {"type": "date", "carry": "silent"},
    "amount": {"type": "money"},
    "sure": {"type": "boolean"},
    "note": {"type": "text"},
    "photo": {"type": "image"},
    "data": {"type": "any", "initial": "first"},
}
CONDITIONS = (
    "count is none", "count > 3", "sure", "colour == 'red'", "locale == 'zh'", "customer.name is none",
    "data and data.missing", "count + 1 > 2", "100 / count > 3", "day > '2026-01-0' ~ count", "message.text", "error is none",
)  # fmt: skip
TEXTS = (
    "Well, {{ note }}.", {"en": "Of {{ amount | money }}", "zh": "金额 {{ amount | money }}"}, "Plain.",
    "{{ 10 / count }} each", "On {{ day }}: {{ colour }}", "{{ conversation.text }}", "{{ data }} {{ code }}",
)  # fmt: skip
TITLES = ("this matter", {"en": "the order", "zh": "订单"}, "{{ 1 / count }}")
INTENTS = ("alpha", "beta", "gamma")
HANDING_OFF = frozenset({"on_handoff", "on_no_agent"})


class Maker:
    """Makes one bot. `kinds` are the step kinds that it has made."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.flow = ""
        self.names: dict[str, int] = {}
        self.called: list[str] = []
        self.calm = False  # no step that a repair flow should not have
        self.plain = False  # no step that leaves the block

    def bot(self) -> str:
        """Make the flows of a bot as text."""
        flows: dict[str, Any] = {}
        helpers = ["helper", "other"]
        for name in helpers:
            self.called = [] if name == "helper" else ["helper"]
            flows[name] = self.flow_of(name)
        self.called = helpers
        for intent in INTENTS:
            flows[intent] = self.flow_of(intent)
            flows[intent]["start"] = {"intents": [intent], "commands": [intent], "events": [f"{intent}.came"]}
            if self.random.random() < 0.2:
                flows[intent]["only_if"] = self.random.choice(CONDITIONS[:6])
        names = self.random.sample(repair_names(), self.random.randint(0, 4))
        for name in sorted({*names, "on_end"}) if self.chance(0.5) else names:
            flows[name] = self.repair_of(name)
        users = {"start": {"commands": ["helper"]}}
        flows["helper"] |= users
        flows["other"]["start"] = {"commands": ["other"]}
        bot = {
            "intents": {name: {"examples": [f"{name} please", f"请{name}"]} for name in INTENTS},
            "answers": {"hours": {"questions": ["when are you open"], "say": "Always.", "buttons": ["alpha please"]}},
            "slots": SHARED,
            "flows": flows,
        }
        text = json.dumps(bot, ensure_ascii=False, indent=1)
        return text.replace('"end": "conversation"', '"end": conversation')  # in quotes it is a value

    def flow_of(self, name: str) -> dict[str, Any]:
        """Make one flow."""
        self.flow, self.names, self.calm = name, {}, False
        flow: dict[str, Any] = {"steps": self.block(depth=0, most=5)}
        if name in INTENTS and self.chance(0.25):
            flow["steps"].append({"end": "conversation"})
        if self.random.random() < 0.5:
            flow["title"] = self.random.choice(TITLES)
        if self.random.random() < 0.3:
            flow["slots"] = {"own": {"type": "integer", "initial": self.random.choice([1, "{{ 1 / count }}"])}}
            flow["steps"].insert(0, {"say": "Own is {{ own }}."})
        return flow

    def repair_of(self, name: str) -> dict[str, Any]:
        """Make a repair flow in place of the one that botkit has."""
        self.flow, self.names, self.calm = name, {}, True
        if name == "on_confirm":
            yes = {"confirm": "Really?", "yes": [{"end": True}], "no": [{"end": False}]}
            return {"steps": [{"say": "Wait."}, yes]}
        steps = self.block(depth=1, most=2)
        self.calm = False
        return {"steps": steps}

    def block(self, depth: int, most: int = 3) -> Steps:
        """Make some steps; only the last leaves the block."""
        steps: Steps = []
        for _ in range(self.random.randint(1, most)):
            kind = self.random.choice(self._kinds(depth))
            made = GENERATORS[kind](self, depth)
            steps.extend(made)
            if kind in LEAVING:
                break
        return steps

    def _kinds(self, depth: int) -> list[str]:
        kinds = [kind for kind in GENERATORS if kind not in LEAVING and (depth < 2 or kind not in BRANCHING)]
        if self.calm:
            return [kind for kind in kinds if kind in CALM]
        kinds += ["goto", "goto", "run"] if depth == 0 else ["end"] if not self.plain and not self.calm else []
        return kinds + [kind for kind in LEAVING if depth and not self.plain]

    def name(self, word: str) -> str:
        """Give a name that this flow does not have yet."""
        self.names[word] = self.names.get(word, 0) + 1
        return f"{word}_{self.flow}_{self.names[word]}"

    def text(self) -> Any:
        return self.random.choice(TEXTS)

    def condition(self) -> str:
        return self.random.choice(CONDITIONS)

    def chance(self, of: float) -> bool:
        return self.random.random() < of


def say(make: Maker, depth: int) -> Steps:
    step: dict[str, Any] = {"say": make.text()}
    if make.chance(0.3):
        run = make.random.choice(INTENTS)
        step["buttons"] = [{"label": f"Run {run}", "run": run}, {"label": "Beta", "value": "beta please"}, "Cancel"]
    if make.chance(0.1):
        step["cards"] = [{"title": "Card", "text": "{{ note }}", "buttons": ["More"]}]
    if make.chance(0.2):
        step["variants"] = ["Another.", "A third {{ count }}."]
    if make.chance(0.2):
        step["if"] = make.condition()
    return [step]


def ask(make: Maker, depth: int) -> Steps:
    step: dict[str, Any] = {"say": make.text()}
    if make.chance(0.6):
        step["ask"] = make.random.choice(list(SHARED))
        step["again"] = make.chance(0.3)
    else:
        step["ask"] = make.name("slot")
        step |= make.random.choice(OWN)
    if make.chance(0.5):
        step["fill"] = make.random.choice(["anytime", "when_asked"])
    if make.chance(0.4):
        last = {"steps": [{"say": "So."}]} if depth == 0 else "Please."
        step["retry"] = ["Not so.", last]
    if make.chance(0.4):
        step["silence"] = {"after": "10m", "say": "Still there?", "end": "2h"}
    return [step]


OWN: tuple[dict[str, Any], ...] = (
    {"type": "text"},
    {"type": "number", "check": [{"if": "count is none", "say": "No count."}]},
    {"options": ["small", "large", "huge"], "many": True},
    {"options": "{{ [count, colour, 'small'] }}"},
    {"options": "{{ [1, 2] if sure else {'a': 'First', 'b': 'Second'} }}", "many": True},
    {"type": "email", "check": [{"if": "message.text | length > 20"}]},
    {"type": "file"},
    {"type": "duration"},
)


def confirm(make: Maker, depth: int) -> Steps:
    step: dict[str, Any] = {"confirm": make.text()}
    if make.chance(0.5):
        step["no"] = [{"say": "Then not."}, {"end": None}]
    if make.chance(0.3):
        step["yes"] = [{"say": "Good."}]
    if make.chance(0.3):
        step["retry"] = ["Yes or no?"]
    if make.chance(0.3):
        step["silence"] = {"end": "1h"}
    return [step]


def set_(make: Maker, depth: int) -> Steps:
    values = ("{{ count }}", 7, "{{ [count, note] }}", None, "{{ now }}", "{{ 1 / count }}", {"a": "{{ amount }}"})
    return [{"set": {make.random.choice(["data", "note", "count"]): make.random.choice(values)}}]


def do(make: Maker, depth: int) -> Steps:
    write = make.chance(0.6)
    reads = make.random.sample(["code", "count", "colour", "note"], make.random.randint(0, 2))
    step: dict[str, Any] = {
        "do": "shop.write" if write else "shop.read",
        "with": {name: f"{{{{ {name} }}}}" for name in reads},
    }
    if make.chance(0.6):
        step["save"] = make.random.choice(["data", make.name("found")])
    if make.chance(0.5):
        step["on_error"] = [{"say": "It failed: {{ error.code }}."}]
    if not write:
        return [step | ({"cancel_on": "message"} if make.chance(0.4) else {})]
    if make.chance(0.4):
        step["confirmed"] = "by flow"
        asked: Steps = [{"confirm": "Do it?"}, {"ask": "code", "say": "Which?", "again": True}]
        return [*asked, step] if make.chance(0.5) else [step]
    between: Steps = [{"wait": "1h"}] if make.chance(0.2) else []
    return [{"confirm": "Do it with {{ code }}?", "no": [{"end": None}]}, *between, step]


def if_(make: Maker, depth: int) -> Steps:
    step: dict[str, Any] = {"if": make.condition(), "then": make.block(depth + 1)}
    if make.chance(0.5):
        make.plain, before = True, make.plain
        step["else"] = make.block(depth + 1)
        make.plain = before
    return [step]


def match(make: Maker, depth: int) -> Steps:
    make.plain, before = True, make.plain
    cases: dict[Any, Steps] = {"red": make.block(depth + 1), "true": make.block(depth + 1)}
    if make.chance(0.5):
        cases["default"] = make.block(depth + 1)
    make.plain = before
    return [{"match": make.random.choice(["colour", "count", "sure"]), "cases": cases}]


def run(make: Maker, depth: int) -> Steps:
    if not make.called:
        return say(make, depth)
    step: dict[str, Any] = {"run": make.random.choice(make.called)}
    if make.chance(0.5):
        step["save"] = make.name("given")
    return [step]


def goto(make: Maker, depth: int) -> Steps:
    name = make.name("step")
    steps: Steps = [{"ask": "code", "say": "Which?", "again": True, "id": name}]
    if make.chance(0.5):
        reads = {"note": "{{ note }}"} if make.chance(0.5) else {"code": "{{ code }}"}
        steps.append({"do": "shop.write", "with": reads, "confirmed": "by flow"})
    return [*steps, {"if": make.random.choice(["message.text", make.condition()]), "then": [{"goto": name}]}]


def answer(make: Maker, depth: int) -> Steps:
    return [{"answer": "{{ message.text }}", "on_error": [{"say": "No articles."}]} if make.chance(0.7) else
            {"answer": None}]  # fmt: skip


def agent(make: Maker, depth: int) -> Steps:
    step: dict[str, Any] = {"agent": "Help.", "limits": {"turns": 3}}
    if make.chance(0.7):
        step["otherwise"] = [{"say": "No model."}]
    return [step]


def generate(make: Maker, depth: int) -> Steps:
    step: dict[str, Any] = {"generate": "Sum up {{ conversation.text }}.", "save": "data"}
    if make.chance(0.7):
        step["on_error"] = [{"say": "No text."}]
    return [step]


def handoff(make: Maker, depth: int) -> Steps:
    return [{"handoff": "care", "reason": make.text(), "show": {"n": "{{ count }}"}}]


def wait(make: Maker, depth: int) -> Steps:
    ways: tuple[Any, ...] = (
        "2h",
        {"event": "paid", "timeout": "1h", "otherwise": [{"say": "Not paid."}], "save": "data"},
        {"event": "paid"},
        {"until": "day"},
    )
    return [{"wait": make.random.choice(ways)}]


def rate(make: Maker, depth: int) -> Steps:
    step: dict[str, Any] = {"rate": "How was it?", "scale": make.random.choice([3, 5])}
    if make.chance(0.5):
        step["save"] = make.name("score")
    if make.chance(0.5):
        step["low"] = [{"say": "Sorry."}]
    return [step]


def end(make: Maker, depth: int) -> Steps:
    return [make.random.choice([{"end": None}, {"end": "conversation"}, {"end": "{{ count }}"}])]


GENERATORS: dict[str, Callable[[Maker, int], Steps]] = {
    "say": say, "ask": ask, "confirm": confirm, "set": set_, "do": do, "if": if_, "match": match, "run": run,
    "goto": goto, "answer": answer, "agent": agent, "generate": generate, "handoff": handoff, "wait": wait,
    "rate": rate, "end": end,
}  # fmt: skip
"""A generator for every kind of step; each gives steps of that kind and what must stand around them."""

LEAVING = ("handoff", "end")
BRANCHING = ("if", "match", "goto", "do")
CALM = frozenset({"say", "ask", "set", "if", "rate", "wait"})
