"""Names in templates and conditions: known, filled by then, and with the parts that are read."""

from collections.abc import Callable

import pytest

Codes = Callable[..., list[str]]
Problems = Callable[..., list[object]]

KNOWN = [
    pytest.param('- say: "{{ channel }} {{ locale }} {{ now }} {{ customer.name }} {{ message }}"', id="given"),
    pytest.param('- say: "{{ conversation.text }} {{ error.code }}"', id="given, with parts"),
    pytest.param('- set: {x: 1}\n- say: "{{ x }}"', id="set"),
    pytest.param('- do: shop.anything\n  save: x\n- say: "{{ x }}"', id="saved"),
    pytest.param('- ask: x\n  say: X?\n- say: "{{ x }}"', id="asked"),
    pytest.param(
        "- ask: x\n  say: X?\n  check: [{if: x == 'no', say: \"Not {{ x }}.\"}]", id="looked at by its rule"
    ),
    pytest.param('- agent: Help.\n  until: x is not none\n  save: x\n- say: "{{ x }}"', id="filled by an agent"),
    pytest.param('- say: "{% for n in [1, 2] %}{{ n }}{% endfor %}"', id="of the template itself"),
    pytest.param("- if: channel == 'web'\n  then: [{set: {x: 1}}]\n- say: \"{{ x }}\"", id="set on one way"),
    pytest.param("- id: a\n  if: x is none\n  then: [{ask: x, say: X?}, {goto: a}]", id="provided for: is none"),
    pytest.param("- say: \"{{ x | default('-') }}\"\n- set: {x: 1}", id="provided for: default"),
    pytest.param(
        '- id: a\n  if: x is none\n  then: [{confirm: A?}, {set: {x: 1}}, {goto: a}]\n- say: "{{ x }}"', id="a loop"
    ),
]


@pytest.mark.parametrize("steps", KNOWN)
def test_a_known_name_is_no_problem(codes: Codes, steps: str) -> None:
    assert codes(steps, models=True) == []


UNKNOWN = [
    pytest.param('- say: "{{ x }}"', id="in a text"),
    pytest.param('- say: "{{ x }} {{ x.y }} {{ x | upper }}"', id="reported once a text"),
    pytest.param("- say: Hi.\n  if: x", id="in a step's if"),
    pytest.param("- if: x\n  then: [{say: Hi.}]", id="in a condition"),
    pytest.param("- match: x\n  cases: {default: [{say: Hi.}]}", id="in a match"),
    pytest.param('- set: {y: {a: [1, "{{ x }}"]}}\n- say: "{{ y }}"', id="deep in data"),
    pytest.param('- do: shop.anything\n  with: {a: "{{ x }}"}', id="in an argument"),
    pytest.param('- say: Hi.\n  image: "{{ x }}"', id="in an image"),
    pytest.param('- say: Hi.\n  file: "{{ x }}"', id="in a file"),
    pytest.param('- say: Hi.\n  buttons: "{{ x }}"', id="in computed buttons"),
    pytest.param('- say: Hi.\n  buttons: [{label: "{{ x }}", value: y}]', id="in a label"),
    pytest.param('- say: Hi.\n  buttons: [{label: Y, value: "{{ x }}"}]', id="in a button's value"),
    pytest.param('- say: Hi.\n  cards: [{title: T, text: "{{ x }}"}]', id="in a card"),
    pytest.param('- say: Hi.\n  cards: [{title: T, url: "{{ x }}"}]', id="in a card's address"),
    pytest.param('- say: Hi.\n  cards: [{title: T, buttons: ["{{ x }}"]}]', id="on a card's button"),
    pytest.param('- say: Hi.\n  cards: "{{ x }}"', id="in computed cards"),
    pytest.param('- ask: y\n  say: Y?\n  options: "{{ x }}"', id="in computed options"),
    pytest.param('- ask: y\n  say: Y?\n  options: {a: "{{ x }}", b: B}', id="in an option"),
    pytest.param('- ask: y\n  say: Y?\n  retry: ["{{ x }}"]', id="in a retry"),
    pytest.param('- confirm: Y?\n  silence: {after: 1m, say: "{{ x }}"}', id="in a reminder"),
    pytest.param('- confirm: "{{ x }}?"', id="in a confirm"),
    pytest.param('- rate: "{{ x }}?"', id="in a rate"),
    pytest.param('- answer: "{{ x }}"', id="in a question"),
    pytest.param('- agent: "{{ x }}"', id="in instructions"),
    pytest.param("- agent: Help.\n  until: x", id="in until"),
    pytest.param('- generate: "{{ x }}"', id="in what is to be written"),
    pytest.param('- handoff: support\n  reason: "{{ x }}"', id="in a reason"),
    pytest.param('- handoff: support\n  show: {a: "{{ x }}"}', id="in what a person sees"),
    pytest.param("- wait: {until: x}", id="in a wait"),
    pytest.param('- end: "{{ x }}"', id="in a value"),
    pytest.param('- run: other\n  with: {a: "{{ x }}"}', id="in what is handed over"),
]
OTHER = "other:\n  slots: {a: {type: text}}\n  steps: [{say: '{{ a }}'}]\n"


@pytest.mark.parametrize("steps", UNKNOWN)
def test_an_unknown_name_is_an_error(codes: Codes, steps: str) -> None:
    after = OTHER if "other" in steps else ""
    assert codes(steps, after=after, models=True, articles=True) == ["unknown-name"]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param('- say: "{{ x }}"\n- set: {x: 1}', id="set later"),
        pytest.param('- ask: x\n  say: "X, not {{ x }}?"', id="in its own question"),
        pytest.param('- do: shop.anything\n  with: {a: "{{ x }}"}\n  save: x', id="in its own arguments"),
        pytest.param(
            "- if: channel == 'web'\n  then: [{set: {x: 1}}]\n  else: [{say: \"{{ x }}\"}]", id="other branch"
        ),
        pytest.param('- ask: x\n  say: X?\n  retry: [{steps: [{say: "{{ x }}"}]}]', id="in its own retry"),
        pytest.param('- do: shop.anything\n  save: x\n  on_error: [{say: "{{ x }}"}]', id="when it failed"),
    ],
)
def test_a_slot_that_nothing_can_have_set_is_an_error(codes: Codes, steps: str) -> None:
    assert codes(steps) == ["slot-read-before-set"]


CALLED = "called:\n  slots: {a: {type: text%s}}\n  %s\n  steps: [{say: '{{ a }}'}]\n"


@pytest.mark.parametrize(
    ("called", "handed", "expected"),
    [
        pytest.param(CALLED % ("", ""), "{a: 1}", [], id="handed over"),
        pytest.param(CALLED % (", initial: x", ""), "{}", [], id="with an initial value"),
        pytest.param(CALLED % ("", "start: {events: [paid]}"), "{}", [], id="brought by an event"),
        pytest.param(CALLED % ("", ""), "{}", ["slot-read-before-set"], id="by nobody"),
        pytest.param(CALLED % ("", ""), "{b: 1}", ["wrong-arguments"], id="misspelt"),
    ],
)
def test_a_declared_slot_is_filled_by_whoever_can(
    codes: Codes, called: str, handed: str, expected: list[str]
) -> None:
    assert codes(f"- run: called\n  with: {handed}", after=called) == expected


def test_shared_slots_and_answers_know_only_what_is_shared(codes: Codes) -> None:
    before = """
answers:
  hours: {questions: [when are you open], say: "{{ x }} {{ y }} {{ z }}"}
slots:
  x: {type: text, check: [{if: x == y, say: "{{ y }}"}, {if: z, say: No.}]}
"""
    steps = '- ask: x\n  say: X?\n- set: {y: 1}\n- say: "{{ y }}"'
    assert codes(steps, before=before) == ["unknown-name"] * 5


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ("only_if: channel == 'web'", []),
        ("only_if: shared == 1", []),
        ("only_if: shard == 1", ["unknown-name"]),
        ("only_if: x == 1", ["slot-read-before-set"]),
        ("title: About {{ shared }}", []),
        ("title: About {{ x }}", ["slot-read-before-set"]),
        ('slots: {a: {type: text, initial: "{{ b }}"}}', ["unused-slot", "unknown-name"]),
    ],
)
def test_what_stands_before_the_steps(codes: Codes, flow: str, expected: list[str]) -> None:
    steps = "- ask: x\n  say: X?\n- set: {shared: 1}"
    assert codes(steps, before="slots: {shared: {type: integer}}", flow=flow) == expected


def test_repair_flows_know_what_they_are_given(problems: Problems) -> None:
    text = """
    flows:
      on_correct:
        steps: [{say: "{{ slot }} {{ old }} {{ new }} {{ done }}"}]
      on_no_match:
        only_if: tries < 3
        steps: [{say: "{{ tries }} {{ texts }}"}]
    """
    assert [str(problem) for problem in problems(text)] == [
        "bot.yaml:7:19: unknown-name: flow 'on_no_match': unknown name 'texts'"
    ]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (
            "",
            (
                "it is a slot of flow 'other'; define it under the bot's slots: to share it, "
                "or hand it over by with: and slots:"
            ),
        ),
        (
            "answers: {hi: {questions: [hi there], say: '{{ secret }}'}}",
            "it is a slot of flow 'other'; define it under the bot's slots: to share it",
        ),
    ],
)
def test_a_slot_of_another_flow_is_named_in_the_hint(problems: Problems, before: str, expected: str) -> None:
    text = f"""
{before}
flows:
  main:
    start: {{commands: [go]}}
    steps: [{{say: "{"Hi." if before else "{{ secret }}"}"}}]
  other:
    start: {{commands: [other]}}
    steps: [{{set: {{secret: 1}}}}]
"""
    (problem,) = problems(text)
    assert str(problem).endswith(f"unknown name 'secret'; {expected}")


@pytest.mark.parametrize("name", ["true", "none", "loop", "self", "not"])
def test_a_word_of_templates_cannot_be_a_slot(codes: Codes, name: str) -> None:
    assert codes(f"- set: {{'{name}': 1}}") == ["reserved-name"]
    assert codes(f"- set: {{'{name}': 1}}", before=f"slots: {{'{name}': {{type: text}}}}") == ["reserved-name"]


PARTS = [
    pytest.param("{{ order.total }} {{ order.id }}", [], id="there"),
    pytest.param("{{ order }} {{ order | length }}", [], id="as a whole"),
    pytest.param("{{ order[channel] }}", [], id="computed"),
    pytest.param("{{ order.totl }}", ["unknown-attribute"], id="not there"),
    pytest.param("{{ order.totl }} {{ order.ide }}", ["unknown-attribute"] * 2, id="two"),
    pytest.param("{{ order['totl'] }}", ["unknown-attribute"], id="as a key"),
    pytest.param("{{ order.total.amount }}", ["unknown-attribute"], id="of a number"),
]
FIND = "- do: shop.find\n  with: {number: A-1}\n  save: order\n"


@pytest.mark.parametrize(("text", "expected"), PARTS)
def test_parts_of_a_result(codes: Codes, text: str, expected: list[str]) -> None:
    assert codes(f'{FIND}- say: "{text}"') == expected


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("- set: {order: {totl: 1}}", id="also set"),
        pytest.param("- do: shop.anything\n  save: order", id="also of an action that says nothing of it"),
    ],
)
def test_parts_of_what_is_not_only_a_known_result(codes: Codes, more: str) -> None:
    assert codes(f'{FIND}{more}\n- say: "{{{{ order.totl }}}}"') == []


def test_parts_of_a_shared_or_declared_slot_are_not_known(codes: Codes) -> None:
    steps = f'{FIND}- say: "{{{{ order.totl }}}}"'
    assert codes(steps, before="slots: {order: {type: any}}") == []
    assert codes(steps, flow="slots: {order: {type: any}}") == []
