"""What the steps, slots and sections of flow files become."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from botkit.errors import NOWHERE, Place
from botkit.flows import load
from botkit.model.catalogue import Catalogue
from botkit.model.definitions import (
    Agent,
    Answer,
    AnswerStep,
    Ask,
    Body,
    ButtonDef,
    CardDef,
    Case,
    Confirm,
    Do,
    End,
    Flow,
    Generate,
    Goto,
    HandoffStep,
    If,
    MatchStep,
    Option,
    Rate,
    Retry,
    Rule,
    Run,
    Say,
    Set,
    Silence,
    SlotDef,
    Source,
    Speech,
    Start,
    Text,
    Value,
    Wait,
)
from botkit.model.flowset import FlowSet, Settings
from botkit.model.locales import Locale

FlowOf = Callable[[str], Flow]
BotOf = Callable[[str], FlowSet]


def bare(value: Any) -> Any:
    """Take the places out of a definition."""
    if isinstance(value, tuple):
        return tuple(bare(item) for item in value)
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items()}
    if isinstance(value, Place):
        return NOWHERE
    if hasattr(value, "__struct_fields__"):
        return type(value)(**{name: bare(getattr(value, name)) for name in value.__struct_fields__})
    return value


def text(source: str) -> Text:
    return Text({"": source})


def spoken(source: str) -> Speech:
    return Speech((text(source),))


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("say: Hello!", Say(spoken("Hello!"))),
        ("say: 42", Say(spoken("42"))),
        ("say: 007", Say(spoken("007"))),
        ("say: true", Say(spoken("true"))),
        ("say: {en: Hi, zh: 你好}", Say(Speech((Text({"en": "Hi", "zh": "你好"}),)))),
        ("{say: A, variants: [B, {en: C}]}", Say(Speech((text("A"), text("B"), Text({"en": "C"}))))),
        ("say: {variants: [A, B]}", Say(Speech((text("A"), text("B"))))),
        ("{say: , variants: [A]}", Say(Speech((text("A"),)))),
        ("{say: , image: a.png}", Say(Speech(image="a.png"))),
        ("{say: A, file: '{{ 1 }}.pdf'}", Say(Speech((text("A"),), file="{{ 1 }}.pdf"))),
        (
            "{say: A, buttons: [B, {en: C, zh: D}, {label: E, value: e}, {label: F, run: f}, {label: G, url: u}]}",
            Say(
                Speech(
                    (text("A"),),
                    (
                        ButtonDef(text("B")),
                        ButtonDef(Text({"en": "C", "zh": "D"})),
                        ButtonDef(text("E"), value="e"),
                        ButtonDef(text("F"), run="f"),
                        ButtonDef(text("G"), url="u"),
                    ),
                )
            ),
        ),
        ("{say: A, buttons: '{{ [1] }}'}", Say(Speech((text("A"),), buttons_from="{{ [1] }}"))),
        (
            "{say: A, cards: [{title: B, text: C, image: i, url: u, buttons: [D]}]}",
            Say(Speech((text("A"),), cards=(CardDef(text("B"), text("C"), "i", "u", (ButtonDef(text("D")),)),))),
        ),
        ("{say: A, cards: '{{ [1] }}'}", Say(Speech((text("A"),), cards_from="{{ [1] }}"))),
        ("{ask: s, say: A}", Ask(SlotDef("s"), spoken("A"))),
        (
            "{ask: s, say: A, type: date, description: d, secret: true, carry: silent, again: true, fill: when_asked}",
            Ask(
                SlotDef("s", "date", description="d", secret=True, carry="silent"),
                spoken("A"),
                fill="when_asked",
                again=True,
            ),
        ),
        ("{ask: s, say: A, type: colour}", Ask(SlotDef("s", "colour"), spoken("A"), fill="anytime")),
        ("{ask: s, say: A, pattern: 'A\\d'}", Ask(SlotDef("s", pattern="A\\d"), spoken("A"), fill="anytime")),
        (
            "{ask: s, say: A, options: {a: Alpha, 1: {en: One}, true: T, ~: N}, many: true}",
            Ask(
                SlotDef(
                    "s",
                    "choice",
                    options=(
                        Option("a", text("Alpha")),
                        Option(1, Text({"en": "One"})),
                        Option(True, text("T")),
                        Option("~", text("N")),
                    ),
                    many=True,
                ),
                spoken("A"),
                fill="anytime",
            ),
        ),
        (
            "{ask: s, say: A, options: [a, 2, {value: 3}, {value: c, label: C}]}",
            Ask(
                SlotDef(
                    "s",
                    "choice",
                    options=(
                        Option("a", text("a")),
                        Option(2, text("2")),
                        Option(3, text("3")),
                        Option("c", text("C")),
                    ),
                ),
                spoken("A"),
                fill="anytime",
            ),
        ),
        (
            "{ask: s, say: A, options: '{{ [1] }}'}",
            Ask(SlotDef("s", "choice", options_from="{{ [1] }}"), spoken("A"), fill="anytime"),
        ),
        (
            "{ask: s, say: A, type: integer, check: [{if: s > 9, say: no}, {if: s < 1}]}",
            Ask(
                SlotDef("s", "integer", checks=(Rule(Source("s > 9"), text("no")), Rule(Source("s < 1")))),
                spoken("A"),
            ),
        ),
        (
            "{ask: s, say: A, check: {if: s == 'x'}}",
            Ask(SlotDef("s", checks=(Rule(Source("s == 'x'")),)), spoken("A")),
        ),
        ("{ask: s, say: A, retry: B}", Ask(SlotDef("s"), spoken("A"), retry=(Retry(text("B")),))),
        (
            "{ask: s, say: A, retry: [B, {en: C}, {steps: {handoff: t}}], silence: {after: 10m, say: D, end: 1h30m}}",
            Ask(
                SlotDef("s"),
                spoken("A"),
                (Retry(text("B")), Retry(Text({"en": "C"})), Retry(steps="ask:s/retry/handoff:t")),
                Silence(600, text("D"), 5400),
            ),
        ),
        (
            "{ask: s, say: A, silence: {after: 10m, say: D, hours: business}}",
            Ask(SlotDef("s"), spoken("A"), silence=Silence(600, text("D"), hours="business")),
        ),
        ("{confirm: A}", Confirm(spoken("A"))),
        (
            "{confirm: A, yes: {say: B}, no: [end], retry: [C], silence: {end: 1h}}",
            Confirm(spoken("A"), "confirm/yes/say", "confirm/no/end", Silence(end=3600), (Retry(text("C")),)),
        ),
        (
            "set: {a: 1, b: '{{ [1] }}', c: [x, {y: '{{ 2 }}'}], d: {1: z}}",
            Set(
                {
                    "a": Value(1, True),
                    "b": Value("{{ [1] }}"),
                    "c": Value(["x", {"y": "{{ 2 }}"}]),
                    "d": Value({"1": "z"}, True),
                }
            ),
        ),
        (
            "{do: shop.find, with: {n: x}, save: o, timeout: 5s, on_error: [end]}",
            Do("shop.find", {"n": Value("x", True)}, "o", 5.0, "do:shop.find/on_error/end"),
        ),
        ("{do: shop.give, confirmed: by flow}", Do("shop.give", by_flow=True, write=True)),
        ("{if: 1 == 1, then: [{say: A}], else: end}", If(Source("1 == 1"), "if/then/say", "if/else/end")),
        ("{if: True, then: end}", If(Source("true"), "if/then/end")),
        (
            "{match: message, cases: {a: end, 1: [{say: B}], true: end, default: {say: C}}}",
            MatchStep(
                Source("message"),
                (Case("a", "match/a/end"), Case(1, "match/1/say"), Case(True, "match/true/end")),
                "match/default/say",
            ),
        ),
        ("{run: on_resume, with: {flow: a}, save: r}", Run("on_resume", {"flow": Value("a", True)}, "r")),
        ("answer:", AnswerStep()),
        (
            "{answer: '{{ message }}', save: s, on_error: end}",
            AnswerStep(Value("{{ message }}"), "s", "answer/on_error/end"),
        ),
        (
            "{agent: Help., tools: [shop.find], until: message, save: c, limits: {turns: 6, calls: 30}, otherwise: [{handoff: t}], on_error: end}",
            Agent(
                text("Help."),
                ("shop.find",),
                Source("message"),
                "c",
                {"turns": 6, "calls": 30},
                "agent/otherwise/handoff:t",
                "agent/on_error/end",
            ),
        ),
        (
            "{generate: Sum it up., save: s, limits: {tokens: 120}, on_error: end}",
            Generate(text("Sum it up."), "s", {"tokens": 120}, "generate/on_error/end"),
        ),
        ("{handoff: t, reason: r, show: {n: 1}}", HandoffStep("t", text("r"), {"n": Value(1, True)})),
        ("wait: 2h", Wait(seconds=7200)),
        ("wait: {for: 90s}", Wait(seconds=90)),
        ("wait: {until: now}", Wait(until=Source("now"))),
        (
            "wait: {event: paid, timeout: 2d, otherwise: [end], save: p}",
            Wait(event="paid", timeout=172800, otherwise="wait:paid/otherwise/end", save="p"),
        ),
        ("rate: A", Rate(spoken("A"))),
        (
            "{rate: A, scale: 10, save: r, low: [{handoff: t}], low_at: 4}",
            Rate(spoken("A"), 10, "r", "rate/low/handoff:t", 4),
        ),
        ("end", End()),
        ("end:", End()),
        ("end: conversation", End(conversation=True)),
        ("end: 'conversation'", End(value=Value("conversation", True))),
        ("end: true", End(value=Value(True, True))),
        ("end: false", End(value=Value(False, True))),
        ("end: '{{ message }}'", End(value=Value("{{ message }}"))),
    ],
)
def test_a_step_becomes_its_body(flow_of: FlowOf, step: str, body: Body) -> None:
    flow = flow_of(f"- {step}")
    assert bare(flow.steps[flow.first].body) == body


def test_every_step_knows_what_comes_after_it(flow_of: FlowOf) -> None:
    flow = flow_of(
        "- id: top\n  if: message\n  then:\n    - say: A\n    - {confirm: B, yes: {say: C}}\n"
        "- {ask: s, again: true, say: D, retry: [{steps: [{say: E}, {say: F}]}]}\n- {goto: top, if: message}"
    )
    assert {step.id: step.next for step in flow.steps.values()} == {
        "top": "ask:s",
        "top/then/say": "top/then/confirm",
        "top/then/confirm": "ask:s",
        "top/then/confirm/yes/say": "ask:s",
        "ask:s": "goto:top",
        "ask:s/retry/say": "ask:s/retry/say#2",
        "ask:s/retry/say#2": "ask:s",
        "goto:top": "",
    }
    last = flow.steps["goto:top"]
    assert (last.body, last.named, bare(last.when)) == (Goto("top"), False, Source("message"))
    assert flow.steps["top"].named
    assert flow.steps["top"].when is None
    assert flow.steps["top/then/say"].place == Place("f.yaml", 8, 13)


def test_what_a_call_reads_are_the_slots_in_its_arguments(flow_of: FlowOf) -> None:
    flow = flow_of(
        "- set: {order: {items: []}, n: 1, m: 2}\n"
        '- do: shop.find\n  with: {a: "{{ order.items }}", b: [{c: "{{ n }} {{ customer.id }}"}], d: "{n}", e: 1}'
    )
    body = flow.steps["do:shop.find"].body
    assert isinstance(body, Do)
    assert body.reads == ("n", "order")
    assert not body.write


def test_an_ask_without_words_repeats_the_first_question(flow_of: FlowOf) -> None:
    flow = flow_of("- {ask: s, again: true}\n- {ask: s, say: A, type: date}\n- {ask: s, say: B, again: true}")
    bodies = [step.body for step in flow.steps.values()]
    assert [bare(body) for body in bodies] == [
        Ask(SlotDef("s", "date"), spoken("A"), fill="anytime", again=True),
        Ask(SlotDef("s", "date"), spoken("A"), fill="anytime"),
        Ask(SlotDef("s", "date"), spoken("B"), fill="anytime", again=True),
    ]
    assert bare(flow.slots) == {"s": SlotDef("s", "date")}


def test_an_ask_without_any_question_is_warned_of(
    load_files: Callable[..., Any], wrapped: Callable[[str], str]
) -> None:
    bot, problems = load_files({"f.yaml": wrapped("- {ask: s, image: a.png}")})
    assert [str(problem) for problem in problems] == [
        "f.yaml:5:9: warning: missing-question: nothing in this flow says how to ask for 's'; add 'say:' with the question"
    ]
    assert bare(bot.flows["f"].steps["ask:s"].body) == Ask(SlotDef("s"), Speech(image="a.png"))


def test_asks_of_one_slot_may_offer_different_options(flow_of: FlowOf) -> None:
    flow = flow_of("- {ask: s, say: A, options: [a]}\n- {ask: s, say: B, options: [b], again: true}")
    bodies = [step.body for step in flow.steps.values()]
    assert [body.slot.options[0].value for body in bodies if isinstance(body, Ask)] == ["a", "b"]


def test_shared_slots_and_slots_of_a_flow(bot_of: BotOf) -> None:
    bot = bot_of(
        "slots:\n  order: {type: text, pattern: 'A\\d', initial: A1}\n  plain:\n"
        "flows:\n  f:\n    start: {commands: [f]}\n    slots: {own: {type: date}}\n"
        "    steps:\n      - {ask: order, say: A}\n      - {ask: own, say: B}\n      - {say: '{{ plain }}'}\n"
    )
    order, own = bot.slots["order"], bot.flows["f"].slots["own"]
    assert bare(order) == SlotDef("order", pattern="A\\d", shared=True, initial=Value("A1", True))
    assert order.place == Place("f.yaml", 2, 3)
    assert bare(bot.slots["plain"]) == SlotDef("plain", shared=True)
    assert list(bot.flows["f"].slots) == ["own"]
    first, second = bot.flows["f"].steps["ask:order"].body, bot.flows["f"].steps["ask:own"].body
    assert isinstance(first, Ask)
    assert isinstance(second, Ask)
    assert first.slot == order
    assert second.slot == own
    assert (first.fill, second.fill) == ("anytime", "anytime")


@pytest.mark.parametrize("kind", ["text", "any", "boolean", "integer", "number"])
def test_what_cannot_be_told_from_other_text_is_filled_when_asked(flow_of: FlowOf, kind: str) -> None:
    body = flow_of(f"- {{ask: s, say: A, type: {kind}}}").steps["ask:s"].body
    assert isinstance(body, Ask)
    assert body.fill == "when_asked"


@pytest.mark.parametrize("kind", ["money", "date", "email", "phone", "file", "location"])
def test_what_can_be_told_is_filled_anytime(flow_of: FlowOf, kind: str) -> None:
    body = flow_of(f"- {{ask: s, say: A, type: {kind}}}").steps["ask:s"].body
    assert isinstance(body, Ask)
    assert body.fill == "anytime"


def test_a_flow_with_all_its_keys_and_one_that_is_a_list(bot_of: BotOf) -> None:
    bot = bot_of(
        "intents: {i: {examples: [go]}}\n"
        "flows:\n  f:\n    title: {en: F}\n    description: About f.\n"
        "    start: {intents: [i, i], commands: [/Go, 12], events: order.paid}\n    only_if: message\n"
        "    steps: [run: g]\n  g: [say: A, end]\n  h: {start: {commands: [h]}, steps: }\n"
    )
    flow = bot.flows["f"]
    assert bare((flow.title, flow.description, flow.only_if)) == (
        Text({"en": "F"}),
        text("About f."),
        Source("message"),
    )
    assert flow.start == Start(("i",), ("go", "12"), ("order.paid",))
    assert (flow.place, flow.builtin) == (Place("f.yaml", 3, 3), False)
    assert list(bot.flows["g"].steps) == ["say", "end"]
    assert (bot.flows["h"].first, bot.flows["h"].steps) == ("", {})
    assert bot.starts == {"i": ("f",)}
    assert bot.commands == {"go": "f", "12": "f", "h": "h"}
    assert bot.events == {"order.paid": ("f",)}


def test_annotations_are_taken_out_of_examples(bot_of: BotOf) -> None:
    bot = bot_of(
        "slots: {order: {type: text}, colour: {type: text}}\n"
        "intents:\n  a: {description: D, examples: ['return [A-1](order) in [red](colour)', plain, plain]}\n"
        '  b: {examples: "我要退货\\n\\n  退 [A-1](order)\\n"}\n'
        "flows: {f: {start: {intents: [a, b]}, steps: [{ask: order, say: x}, {ask: colour, say: y}]}}"
    )
    one, two = bot.intents["a"], bot.intents["b"]
    assert one.examples == ("return A-1 in red", "plain")
    assert one.entities == (("order", "A-1"), ("colour", "red"))
    assert (one.description, one.place) == ("D", Place("f.yaml", 3, 3))
    assert two.examples == ("我要退货", "退 A-1")


def test_answers_of_plugins_are_merged_and_may_be_replaced(locales: dict[str, Locale]) -> None:
    given = (Answer("hours", ("when",), spoken("9 to 5")), Answer("place", ("where",), spoken("here")))
    source = "answers: {hours: {questions: [when, open?, when], say: {en: At 9.}, buttons: [Map]}}"
    bot, problems = load({"f.yaml": source}, Settings(), Catalogue(answers=given), locales)
    assert problems == ()
    assert bot
    assert bare(bot.answers["hours"]) == Answer(
        "hours", ("when", "open?"), Speech((Text({"en": "At 9."}),), (ButtonDef(text("Map")),))
    )
    assert bot.answers["place"] == given[1]


def test_files_without_anything_are_fine(load_files: Callable[..., Any]) -> None:
    bot, problems = load_files({"a.yaml": "", "b.yaml": "# nothing", "c.yaml": "flows:\nslots:\n"})
    assert problems == ()
    assert all(flow.builtin for flow in bot.flows.values())


def test_locales_are_the_bots_in_its_order_with_their_base_as_fallback(locales: dict[str, Locale]) -> None:
    bot, _ = load({}, Settings(locales=("zh-TW", "fr", "en")), Catalogue(), locales)
    assert bot
    assert list(bot.locales) == ["zh-TW", "en"]
    assert bot.locales["zh-TW"].code == "zh"


def test_a_version_is_the_digest_of_what_a_bot_is_made_of(locales: dict[str, Locale]) -> None:
    def version(source: str = "flows: {f: [end]}", **changes: Any) -> str:
        bot, _ = load({"f.yaml": source}, Settings(**changes), Catalogue(), locales)
        assert bot
        return bot.version

    assert version() == version()
    assert len(version()) == 32
    others = [version("flows: {f: [end] }"), version(name="x"), version(locales=("zh",))]
    assert len({version(), *others}) == 4


def test_what_is_not_configured_is_said_once(locales: dict[str, Locale]) -> None:
    source = "flows: {f: {start: {commands: [f]}, steps: [{agent: A}, {generate: B}, {answer: }]}}"
    bot, problems = load({"f.yaml": source}, Settings(), Catalogue(), locales)
    assert bot
    assert [(problem.code, problem.severity) for problem in problems] == [("not-configured", "warning")] * 3


def test_ten_thousand_steps_load(load_files: Callable[..., Any]) -> None:
    steps = "".join(f"      - say: text {number}\n" for number in range(10_000))
    began = time.process_time()
    bot, _ = load_files({"f.yaml": f"flows:\n  f:\n    start: {{commands: [f]}}\n    steps:\n{steps}"})
    assert len(bot.flows["f"].steps) == 10_000
    assert time.process_time() - began < 10, "it grows faster than the file"


@pytest.mark.parametrize("written", ["end", "'end'", '"end"'])
def test_the_word_end_may_stand_in_quotes(written: str) -> None:
    from_json = f"{{flows: {{main: {{start: {{commands: [go]}}, steps: [{{say: Hi.}}, {written}]}}}}}}"
    flowset, problems = load({"f.yaml": from_json}, Settings(locales=("en",)), Catalogue(), {})
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    assert flowset is None or [*flowset.flows["main"].steps] == ["say", "end"]
