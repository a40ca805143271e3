"""Step ids: stable under every change of wording."""

import re
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from botkit.model.definitions import Flow

FlowOf = Callable[[str], Flow]

STEPS = """\
- say: WORDS
- say: WORDS
- {ask: s, say: WORDS, retry: [WORDS, {steps: [{say: WORDS}]}, {steps: [{say: WORDS}, {goto: find}]}]}
- id: find
  do: shop.find
  on_error: [{say: WORDS}, {handoff: orders, reason: WORDS}]
- if: s == 'x'
  then:
    - say: WORDS
    - {if: s, then: {say: WORDS}, else: [{ask: s, again: true}]}
  else: {confirm: WORDS, yes: {say: WORDS}, no: {say: WORDS}}
- {if: s, then: {say: WORDS}}
- {match: s, cases: {a/b: {say: WORDS}, a#b: {say: WORDS}, default: end}}
- {set: {a: 1, b: 2}}
- {run: on_end}
- {wait: 2h}
- {wait: {event: paid, timeout: 1h, otherwise: {say: WORDS}}}
- {rate: WORDS, low: [{handoff: care}]}
- {say: WORDS, id: say3}
"""

IDS = [
    "say",
    "say#2",
    "ask:s",
    "ask:s/retry/say",
    "ask:s/retry/say#2",
    "ask:s/retry/goto:find",
    "find",
    "find/on_error/say",
    "find/on_error/handoff:orders",
    "if",
    "if/then/say",
    "if/then/if",
    "if/then/if/then/say",
    "if/then/if/else/ask:s",
    "if/else/confirm",
    "if/else/confirm/yes/say",
    "if/else/confirm/no/say",
    "if#2",
    "if#2/then/say",
    "match",
    "match/a-b/say",
    "match/a-b/say#2",
    "match/default/end",
    "set:a+b",
    "run:on_end",
    "wait",
    "wait:paid",
    "wait:paid/otherwise/say",
    "rate",
    "rate/low/handoff:care",
    "say3",
]


def test_ids_are_kind_and_object_after_their_branch(flow_of: FlowOf) -> None:
    flow = flow_of(STEPS)
    assert list(flow.steps) == IDS
    assert [step.id for step in flow.steps.values()] == IDS
    assert flow.first == "say"
    assert [step.id for step in flow.steps.values() if step.named] == ["find", "say3"]


def test_a_written_id_is_never_given_to_another_step(flow_of: FlowOf) -> None:
    flow = flow_of("- say: A\n- say: B\n- {say: C, id: say}")
    assert list(flow.steps) == ["say#2", "say#3", "say"]


@given(st.lists(st.text("abc 退,.!?", min_size=1).filter(str.strip), min_size=30, max_size=30))
def test_changing_texts_changes_no_id(flow_of: FlowOf, texts: list[str]) -> None:
    words = iter(texts)
    changed = re.sub("WORDS", lambda _: f'"{next(words)}"', STEPS)
    assert list(flow_of(changed).steps) == IDS
