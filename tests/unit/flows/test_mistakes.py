"""Every kind of mistake that the parser finds: its place, its code, its words."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Said = Callable[[str], list[str]]
Wrapped = Callable[[str], str]
NAMES = "a name has letters, digits and '_', and begins with no digit"
WIDER = "a name has letters, digits, '_', '-' and '.', and begins with a letter"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[1]", "1:1: wrong-type: a flow file is a mapping with intents, answers, slots, flows, not a list"),
        (
            "hello",
            "1:1: wrong-type: a flow file is a mapping with intents, answers, slots, flows, not the text 'hello'",
        ),
        ("flow: {}", "1:1: unknown-key: a flow file has no key 'flow'; did you mean 'flows'?"),
        ("flows: [a]", "1:8: wrong-type: 'flows' takes a mapping of names, not a list"),
        ("flows:\n  a b: [say: hi]", f"2:3: bad-name: 'a b' cannot be the name of a flow; {NAMES}"),
        ("flows:\n  1: [say: hi]", f"2:3: bad-name: '1' cannot be the name of a flow; {NAMES}"),
        ("flows:\n  f:", "2:5: wrong-type: the flow 'f' takes a mapping, not nothing"),
        ("flows:\n  f: {title: x}", "2:6: missing-key: the flow 'f' needs the key 'steps'"),
        ("flows:\n  f: {step: []}", "2:7: unknown-key: the flow 'f' has no key 'step'; did you mean 'steps'?"),
        ("flows:\n  f: {steps: [], start: x}", "2:25: wrong-type: 'start' takes a mapping, not the text 'x'"),
        (
            "flows:\n  f: {steps: [], start: {intent: x}}",
            "2:26: unknown-key: 'start' has no key 'intent'; did you mean 'intents'?",
        ),
        (
            "flows:\n  f: {steps: [], start: {intents: [a b]}}",
            f"2:36: bad-name: 'a b' cannot be the name of an intent; {NAMES}",
        ),
        (
            "flows:\n  f: {steps: [], start: {commands: [a b]}}",
            f"2:37: bad-name: 'commands' takes the name of a command, not 'a b'; {WIDER}",
        ),
        (
            "flows:\n  f: {steps: [], start: {events: [a b]}}",
            f"2:35: bad-name: 'events' takes the name of an event, not 'a b'; {WIDER}",
        ),
        ("flows:\n  f: {steps: [], slots: x}", "2:25: wrong-type: 'slots' takes a mapping, not the text 'x'"),
        ("flows:\n  f: {steps: [], slots: {1: }}", f"2:26: bad-name: '1' cannot be the name of a slot; {NAMES}"),
        (
            "slots: {s: {type: date}}\nflows:\n  f: {slots: {s: }, steps: []}",
            "3:15: slot-redefined: the flow 'f' defines the shared slot 's' again; its definition is at f.yaml:1:9",
        ),
        ("slots:\n  s: date", "2:6: wrong-type: the slot 's' takes a mapping, not the text 'date'"),
        ("slots:\n  s: {type: [date]}", "2:13: wrong-type: 'type' takes a text, not a list"),
        ("slots:\n  s: {type: choise}", "2:13: unknown-type: there is no slot type 'choise'; did you mean 'choice'?"),
        ("slots:\n  s: {type: color}", "2:13: unknown-type: there is no slot type 'color'; did you mean 'colour'?"),
        ("slots:\n  s: {type: choice}", "2:3: missing-key: the slot 's' is a choice and needs the key 'options'"),
        ("slots:\n  s: {many: true}", "2:3: missing-key: the slot 's' has 'many' and needs the key 'options'"),
        (
            "slots:\n  s: {options: []}",
            "2:16: no-options: 'options' has nothing to choose from; write at least one option",
        ),
        (
            "slots:\n  s: {options: x}",
            "2:16: wrong-type: 'options' takes a mapping or a list, not the text 'x'; or one template: \"{{ ... }}\"",
        ),
        ("slots:\n  s: {options: {a: [x]}}", "2:20: wrong-type: the label of 'a' takes a text, not a list"),
        ("slots:\n  s: {options: [~]}", "2:17: wrong-type: an option takes a text, not nothing"),
        ("slots:\n  s: {options: [{label: x}]}", "2:17: missing-key: an option needs the key 'value'"),
        ("slots:\n  s: {options: [{value: [1]}]}", "2:25: wrong-type: 'value' takes a text or a number, not a list"),
        ("slots:\n  s: {check: [{say: x}]}", "2:15: missing-key: a rule of 'check' needs the key 'if'"),
        (
            "slots:\n  s: {options: [a, b], optional: true}",
            (
                "2:3: conflicting-keys: the slot 's' has 'optional', which goes with 'many' only; leave 'optional' out, or add "
                "an option for none"
            ),
        ),
        ("slots:\n  s: {title: []}", "2:14: wrong-type: 'title' takes a text, not a list"),
        ("slots:\n  s: {title: [a, [b]]}", "2:18: wrong-type: an entry of 'title' takes a text, not a list"),
        ("slots:\n  s: {title: {en: []}}", "2:19: wrong-type: 'title' in 'en' takes a text, not a list"),
        (
            "slots:\n  s: {title: {xx: [a, b]}}",
            "2:15: unknown-locale: 'title' has a text for 'xx', which is no locale here; known: en, zh",
        ),
        (
            "slots:\n  s: {title: [a, '{{ b }}']}",
            (
                "2:18: wrong-type: an entry of 'title' behind the first takes a plain text, not the text '{{ b }}'; the first "
                "entry is what the bot says, the others are what customers say"
            ),
        ),
        ("slots:\n  s: {carry: quiet}", "2:14: unknown-value: 'carry' cannot be 'quiet'; known: offer, silent"),
        ("slots:\n  s: {pattern: [a]}", "2:16: wrong-type: 'pattern' takes a text, not a list"),
        (
            "slots:\n  s: {pattern: (a+)+}",
            "2:16: bad-pattern: 'pattern' cannot be used: a repeat stands within a repeat, which can take forever; repeat single letters: [A-Z]{1,3}-\\d{5}",
        ),
        ("intents:\n  i:", "2:5: wrong-type: the intent 'i' takes a mapping, not nothing"),
        ("intents:\n  i: {}", "2:6: missing-key: the intent 'i' needs the key 'examples'"),
        ("intents:\n  i: {examples: []}", "2:17: empty-text: 'examples' is empty; write how customers say it"),
        ("intents:\n  i: {examples: [' ']}", "2:18: empty-text: an entry of 'examples' is empty"),
        (
            "intents:\n  i: {examples: [{a: b}]}",
            "2:18: wrong-type: an entry of 'examples' takes a text, not a mapping",
        ),
        (
            "intents:\n  i: {examples: ['[x](y z)']}",
            "2:18: bad-name: 'y z' in an example cannot be the name of a slot",
        ),
        (
            "answers:\n  a: {question: x, say: y}",
            "2:7: unknown-key: the answer 'a' has no key 'question'; did you mean 'questions'?",
        ),
        ("answers:\n  a: {questions: [x]}", "2:6: missing-key: the answer 'a' needs the key 'say'"),
        ("answers:\n  a: {questions: [x], say: }", "2:3: empty-text: the answer 'a' says nothing; write a text"),
        (
            "intents: {i: {examples: [x]}}\nanswers: {i: {questions: [y], say: z}}\nflows: {}\nslots: {}\nflows: {}",
            "5:1: duplicate-key: the key 'flows' stands here a second time; the first is in line 3, column 1",
        ),
    ],
)
def test_a_mistake_in_a_file(said: Said, text: str, problem: str) -> None:
    assert said(text) == [problem]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("- foo", "5:9: wrong-type: a step takes a mapping like 'say: Hello!', or the word end, not the text 'foo'"),
        ("- [a]", "5:9: wrong-type: a step takes a mapping like 'say: Hello!', or the word end, not a list"),
        ("- sya: x", "5:9: unknown-kind: there is no kind of step called 'sya'; did you mean 'say'?"),
        ("- {foo: x, conferm: y}", "5:10: unknown-kind: there is no kind of step called 'foo'; did you mean 'confirm'?"),
        ("- say: x\n  do: y", "5:9: several-kinds: a step does one thing, but here stand 'say' and 'do'; make them two steps: each begins with '- '"),
        ("- {if: x, then: end, say: y}", "5:9: several-kinds: a step does one thing, but here stand 'if' and 'say'; make them two steps: each begins with '- '"),
        ("- say: x\n  buttns: []", "6:9: unknown-key: the step 'say' has no key 'buttns'; did you mean 'buttons'?"),
        ("- {if: 'true', sya: b}", "5:22: unknown-key: a step has no key 'sya'; did you mean 'say'?"),
        ("- if: 'true'", "5:9: missing-key: the step 'if' needs the key 'then'"),
        ("- {if: 'true', else: end}", "5:9: missing-key: the step 'if' needs the key 'then'"),
        ("- say:", "5:9: empty-text: 'say' is empty; write a text, or remove the step"),
        ("- say: ''", "5:14: empty-text: 'say' is empty; write a text, or leave the key out"),
        ("- say: {}", "5:14: empty-text: 'say' is empty; write a text, or one per locale"),
        ("- say: [a, b]", "5:14: wrong-type: 'say' takes a text, not a list; alternatives stand under 'variants'"),
        ("- say: {en: [a]}", "5:19: wrong-type: 'say' in 'en' takes a text, not a list"),
        ("- say: {ne: hi}", "5:15: unknown-locale: 'say' has a text for 'ne', which is no locale here; did you mean 'en'?"),
        ("- say: hi\n  variants: x", "6:19: wrong-type: 'variants' takes a list, not the text 'x'"),
        ("- say: hi\n  variants: [{}]", "6:20: empty-text: 'variants' is empty; write a text, or one per locale"),
        ("- say: hi\n  image: []", "6:16: wrong-type: 'image' takes a text, not a list"),
        ("- say: hi\n  buttons: x", "6:18: wrong-type: 'buttons' takes a list, not the text 'x'; or one template: \"{{ ... }}\""),
        ("- say: hi\n  buttons: ['']", "6:19: empty-text: 'buttons' is empty; write a text, or leave the key out"),
        ("- say: hi\n  buttons: [{run: f}]", "6:19: missing-key: a button needs the key 'label'"),
        ("- say: hi\n  buttons: [{label: x, run: f, value: b}]", "6:19: conflicting-keys: a button has 'value' and 'run'; a button has one of 'value', 'run' and 'url'"),
        ("- say: hi\n  cards: [{text: x}]", "6:17: missing-key: a card needs the key 'title'"),
        ("- say: hi\n  cards: [{title: x, buttons: '{{ 1 }}'}]", "6:37: wrong-type: 'buttons' of a card takes a list, not the text '{{ 1 }}'; a template can give the cards themselves"),
        ("- say: '{{ 1 | jion }}'", "5:14: unknown-filter: there is no filter 'jion'; did you mean 'join'?"),
        ("- say: |\n    hello\n    {{ 1 | jion }}", "7:11: unknown-filter: there is no filter 'jion'; did you mean 'join'?"),
        ("- set: {x: [{y: '{{ 1 | jion }}'}]}", "5:23: unknown-filter: there is no filter 'jion'; did you mean 'join'?"),
        ("- set: {1: 2}", f"5:15: bad-name: '1' cannot be a name in 'set'; {NAMES}"),
        ("- {say: a, if: '{{ 1 }}'}", "5:22: braces-in-condition: 'if' has braces around its expression; leave the braces out: an expression stands here, no text"),
        ("- {say: a, if: ' '}", "5:22: empty-condition: 'if' is empty; write an expression"),
        ("- {say: a, if: [x]}", "5:22: wrong-type: 'if' takes a text, not a list"),
        ("- {say: a, if: 1 | jion}", "5:22: unknown-filter: there is no filter 'jion'; did you mean 'join'?"),
        ("- {say: a, id: a b}", f"5:22: bad-name: 'id' takes the id of a step, not 'a b'; {WIDER}"),
        ("- {say: hi, id: a}\n- {say: ho, id: a}", "6:9: duplicate-id: the id 'a' stands in this flow a second time; the first is in line 5"),
        ("- {confirm: ok?, id: confirm}\n- goto: confrim", "6:9: unknown-step: flow 'f' has no step 'confrim'; did you mean 'confirm'?"),
        ("- confirm: ok?\n- goto: confirm", "6:9: unknown-step: flow 'f' has no step whose written id is 'confirm'; write 'id: confirm' at f.yaml:5:9"),
        ("- ask:", f"5:13: bad-name: '' cannot be the name of a slot; {NAMES}"),
        ("- ask: [x]", f"5:14: bad-name: 'a list' cannot be the name of a slot; {NAMES}"),
        ("- {ask: x, say: h, type: choice}", "5:9: missing-key: the slot 'x' is a choice and needs the key 'options'"),
        ("- {ask: x, say: h, again: yes}", "5:33: wrong-type: 'again' takes true or false, not the text 'yes'; only true and false are booleans"),
        ("- {ask: x, say: h, fill: always}", "5:32: unknown-value: 'fill' cannot be 'always'; known: anytime, when_asked"),
        ("- {ask: x, say: h, retry: [[a]]}", "5:34: wrong-type: an entry of 'retry' takes a text, not a list"),
        ("- {ask: x, say: h, retry: {steps: []}}", "5:41: empty-steps: 'steps' has no steps; write steps, or leave the key out"),
        ("- {ask: x, say: h, silence: 5m}", "5:35: wrong-type: 'silence' takes a mapping, not the text '5m'"),
        ("- {ask: x, say: h, silence: {}}", "5:35: missing-key: 'silence' says nothing; write 'after' and 'say', or 'end'"),
        ("- {ask: x, say: h, silence: {hours: business}}", "5:35: missing-key: 'silence' says nothing; write 'after' and 'say', or 'end'"),
        ("- {ask: x, say: h, silence: {end: 2h, hours: [a]}}", "5:52: wrong-type: 'hours' takes a text, not a list"),
        ("- {ask: x, say: h, silence: {say: b}}", "5:35: missing-key: 'silence' has 'say' but no 'after'; a reminder needs both"),
        ("- {ask: x, say: h, silence: {after: 5m}}", "5:35: missing-key: 'silence' has 'after' but no 'say'; a reminder needs both"),
        ("- {ask: x, say: h, silence: {after: 5m, say: b, end: 1m}}", "5:35: silence-order: 'silence' ends the flow before its reminder; 'end' is later than 'after'"),
        ("- {ask: x, say: h, type: text}\n- {ask: x, type: date}", "6:18: slot-redefined: the slot 'x' is text in another ask of this flow, and date here; the other is at f.yaml:5:9"),
        ("- confirm:", "5:9: empty-text: 'confirm' is empty; write the question"),
        ("- {confirm: ok?, no: []}", "5:28: empty-steps: 'no' has no steps; write steps, or leave the key out"),
        ("- {confirm: ok?, no: hello}", "5:28: wrong-type: 'no' takes steps, not the text 'hello'"),
        ("- {match: 1, cases: {}}", "5:27: empty-steps: 'cases' has no cases; write one, or 'default'"),
        ("- {match: 1, cases: [a]}", "5:27: wrong-type: 'cases' takes a mapping, not a list"),
        ("- {match: 1, cases: {a: hi}}", "5:31: wrong-type: the case 'a' takes steps, not the text 'hi'"),
        ("- {rate: ok?, scale: 11}", "5:28: out-of-range: 'scale' takes 1 to 10, not 11"),
        ("- {rate: ok?, scale: 3, low_at: 3}", "5:9: out-of-range: 'low_at' takes less than 'scale'"),
        ("- {do: a b}", f"5:14: bad-name: 'do' takes the name of an action, not 'a b'; {WIDER}"),
        ("- {do: shop.find, timeout: 5}", "5:34: wrong-type: 'timeout' takes a duration, not the number 5; write 5s for seconds"),
        ("- {do: shop.find, confirmed: yes}", "5:36: unknown-value: 'confirmed' cannot be 'yes'; known: by flow"),
        ("- {do: shop.find, with: [a]}", "5:31: wrong-type: 'with' takes a mapping, not a list"),
        ("- {run: 1}", f"5:15: bad-name: '1' cannot be the name of a flow; {NAMES}"),
        ("- {handoff: a b}", f"5:19: bad-name: 'handoff' takes the name of a team, not 'a b'; {WIDER}"),
        ("- wait: soon", "5:15: wrong-type: 'wait' takes a duration, not the text 'soon'; a duration is like 90s, 10m, 1h30m, 24h, 7d"),
        ("- wait: [1h]", "5:15: wrong-type: 'wait' takes a mapping, not a list"),
        ("- wait: {timeout: 1h}", "5:15: missing-key: 'wait' takes one of 'for', 'until' and 'event'"),
        ("- wait: {for: 2h, event: x}", "5:15: conflicting-keys: 'wait' takes one of 'for', 'until' and 'event'"),
        ("- wait: {for: 2h, timeout: 2d}", "5:15: conflicting-keys: 'timeout' of 'wait' goes with 'event' only"),
        ("- wait: {event: x, otherwise: end}", "5:15: missing-key: 'otherwise' of 'wait' needs the key 'timeout'"),
        ("- wait: {event: a b}", f"5:23: bad-name: 'event' takes the name of an event, not 'a b'; {WIDER}"),
        ("- answer: [a]", "5:17: wrong-type: 'answer' takes a text, not a list"),
        ("- {agent: a, limits: {turn: 1}}", "5:29: unknown-key: 'limits' has no key 'turn'; did you mean 'turns'?"),
        ("- {generate: a, limits: {tokens: 0}}", "5:40: out-of-range: 'tokens' takes 1 to 1,000,000, not 0"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_step(said: Said, wrapped: Wrapped, steps: str, problem: str) -> None:
    assert said(wrapped(steps)) == [problem]


def test_a_step_that_does_nothing_gets_the_kinds_as_hint(said: Said, wrapped: Wrapped) -> None:
    (problem,) = said(wrapped("- id: x"))
    assert problem.startswith("5:9: unknown-kind: this step does nothing; kinds of steps: say, ask, confirm, set")
    (problem,) = said(wrapped("- zzzzzzz: x"))
    assert problem.startswith("5:9: unknown-kind: there is no kind of step called 'zzzzzzz'; kinds of steps: say")


def test_a_slot_is_defined_in_one_place(said: Said, wrapped: Wrapped) -> None:
    shared = "slots: {s: {type: date}}\n" + wrapped("- {ask: s, say: h, type: text}")
    assert said(shared) == [
        "6:26: slot-redefined: 'type' defines the shared slot 's' again; its definition is at f.yaml:1:9"
    ]
    own = "flows:\n  f:\n    slots: {s: {type: date}}\n    steps: [{ask: s, say: h, many: true, options: [a]}]"
    assert said(own) == [
        "4:30: slot-redefined: 'many' defines the slot of this flow 's' again; its definition is at f.yaml:3:13"
    ]


def test_all_problems_of_all_files_come_at_once_and_in_order(load_files: Callable[..., Any]) -> None:
    sources = {
        "b.yaml": "flows:\n  f:\n    - sya: x\n    - {do: a b}\n  g:\n    - {ask: 1}",
        "a.yaml": "flows:\n  f: [{say: hi}]\n  h: [{goto: nowhere}]\nintents: [x",
        "c.yaml": "flows:\n  h: [{gotto: x}]",
    }
    flowset, problems = load_files(sources)
    assert flowset is None
    assert [(str(problem.place), problem.code) for problem in problems] == [
        ("a.yaml:4:12", "yaml"),
        ("b.yaml:3:7", "unknown-kind"),
        ("b.yaml:4:12", "bad-name"),
        ("b.yaml:6:13", "bad-name"),
        ("c.yaml:2:8", "unknown-kind"),
    ]


def test_names_used_twice_name_both_places(load_files: Callable[..., Any]) -> None:
    sources = {"a.yaml": "slots: {x: }\nflows: {f: [end]}", "b/c.yaml": "slots: {x: }\nflows: {f: [end]}"}
    _, problems = load_files(sources)
    assert [str(problem) for problem in problems] == [
        "b/c.yaml:1:9: duplicate-name: the slot 'x' is defined a second time; the first is at a.yaml:1:9",
        "b/c.yaml:2:9: duplicate-name: the flow 'f' is defined a second time; the first is at a.yaml:2:9",
    ]


def test_a_broken_flow_brings_no_errors_elsewhere_and_hides_none(said: Said) -> None:
    text = "flows:\n  f:\n    start: {commands: [f]}\n    steps:\n      - run: g\n      - goto: nowhere\n  g:\n    - sya: hello\n    - goto: nowhere"
    assert said(text) == [
        "6:9: unknown-step: flow 'f' has no step 'nowhere'",
        "8:7: unknown-kind: there is no kind of step called 'sya'; did you mean 'say'?",
    ]


SAMPLE = """\
intents:
  greet: {examples: [hello, "order [A-1](order)"]}
answers:
  hours: {questions: [when], say: {en: At 9., zh: 九点}}
slots:
  order: {type: text, pattern: 'A-\\d'}
flows:
  f:
    start: {intents: [greet], commands: [f]}
    steps:
      - ask: order
        say: Which?
        retry: [Again, {steps: [{handoff: a}]}]
        silence: {after: 10m, say: There?, end: 24h}
      - {id: find, do: shop.find, with: {n: "{{ order }}"}, save: o, timeout: 5s, on_error: [end]}
      - match: o
        cases: {a: {say: A}, default: [{goto: find}]}
      - wait: {event: paid, timeout: 2d, otherwise: [{say: "{{ o }}"}]}
      - rate: How?
"""


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_file_raises(load_files: Callable[..., Any], data: st.DataObject) -> None:
    text = SAMPLE
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 20))
        insert = data.draw(st.sampled_from(["", "\n", ": ", "- ", "[", "}", "'", "{{", "if", "~", "1", "say: ", " "]))
        text = text[:start] + insert + text[start + length :]
    lines = text.count("\n") + 3
    flowset, problems = load_files({"f.yaml": text})
    assert (flowset is None) == any(problem.severity == "error" for problem in problems)
    assert all(problem.place.file == "f.yaml" and 1 <= problem.place.line <= lines for problem in problems)


def test_the_sample_is_sound(said: Said) -> None:
    assert said(SAMPLE) == []
