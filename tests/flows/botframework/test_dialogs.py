"""Dialogs of our own play as flows, and the driver sees what differs."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.flows.botframework import samples, samples_of_triggers
from tests.flows.botframework.actions import ACTIONS
from tests.flows.botframework.dialogs import Spec, kind_of
from tests.flows.botframework.driver import MismatchError, play
from tests.flows.botframework.expressions import MissingError
from tests.flows.botframework.inputs import INPUTS
from tests.flows.botframework.making import (
    begin,
    change,
    dialog,
    intent,
    make,
    number_input,
    patterns,
    put,
    sample,
    say,
    unknown,
)
from tests.flows.botframework.misses import reason_of
from tests.flows.botframework.scripts import Case
from tests.flows.botframework.translate import KNOWN, translate_dialog

SAMPLES = [*samples.SAMPLES, *samples_of_triggers.SAMPLES]


@pytest.mark.parametrize("case", SAMPLES, ids=lambda case: case.name)
async def test_a_dialog_plays(case: Case, tmp_path: Path) -> None:
    await play(case.dialog, case.script, tmp_path, case.others)


def kinds_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield kind_of(value)
        for inner in value.values():
            yield from kinds_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from kinds_in(inner)


def test_the_samples_have_all_that_the_translator_knows() -> None:
    found = {kind for case in SAMPLES for spec in (case.dialog, case.others) for kind in kinds_in(spec)}
    assert {*ACTIONS, *INPUTS, *KNOWN} - found == set()


def line(text: str) -> Spec:
    return make("Test.AssertReply", text=text)


PLANTED = [
    pytest.param(lambda script: [*script[:1], line("Hello Eve"), *script[2:]], "'Hello Ada' was said", id="another text"),
    pytest.param(lambda script: [script[0], *script[2:]], "'Hello Ada' was said", id="one left out"),
    pytest.param(lambda script: [script[0], script[2], script[1], *script[3:]], "'Hello Ada' was said", id="another order"),
    pytest.param(lambda script: [*script, line("You chose b"), line("Anything else?")], "nothing was said", id="one too many"),
    pytest.param(lambda script: [*script[:2], *script[3:]], "and the script has no such reply", id="left over"),
    pytest.param(lambda script: [*script[:2], line("Which? (1) a, (2) b, or (3) c"), *script[3:]], "'Which?' was said", id="other options"),
    pytest.param(lambda script: [*script[:2], line("Which? (1) b or (2) a"), *script[3:]], "'Which?' was said", id="options in another order"),
    pytest.param(lambda script: [*script, make("Test.AssertNoActivity")], "'You chose b' was said", id="silence"),
]  # fmt: skip
CHOOSING = sample(
    "choosing",
    dialog(begin(say("Hello Ada"), make("ChoiceInput", property="$c", prompt="Which?", choices=["a", "b"]), say("You chose ${$c}"))),
    "> hi",
    "Hello Ada",
    "Which? (1) a or (2) b",
    "> b",
)  # fmt: skip


async def test_what_differs_in_no_way_plays(tmp_path: Path) -> None:
    end = make(
        "Test.AssertReplyActivity",
        assertions=["type == 'message'", "startsWith(text, 'You') && text == 'You chose b'"],
    )
    await play(CHOOSING.dialog, [*CHOOSING.script, end], tmp_path)


@pytest.mark.parametrize(("plant", "message"), PLANTED)
async def test_the_driver_catches_a_wrong_reply(plant: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(MismatchError, match=re.escape(message)):
        await play(CHOOSING.dialog, plant(CHOOSING.script), tmp_path)


ASSERTED: list[tuple[Spec, bool]] = [
    (make("Test.AssertReply", text="chose", exact=False), True),
    (make("Test.AssertReply", text="took", exact=False), False),
    (make("Test.AssertReplyOneOf", text=["You took b", "You chose b"]), True),
    (make("Test.AssertReplyOneOf", text=["You took b", "You took a"]), False),
    (make("Test.AssertReplyActivity", assertions=["contains(text, 'b') || false", "text != 'x'", "!endsWith(text, 'a')"]), True),
    (make("Test.AssertReplyActivity", assertions=["type == 'event'"]), False),
    (make("Test.AssertReplyActivity", assertions=["text.length == 11"]), True),
    (make("Test.AssertReplyActivity"), False),
]  # fmt: skip


@pytest.mark.parametrize(("end", "holds"), ASSERTED)
async def test_assertions_of_other_forms(end: Spec, holds: bool, tmp_path: Path) -> None:
    script = [*CHOOSING.script, end]
    if holds:
        await play(CHOOSING.dialog, script, tmp_path)
        return
    with pytest.raises(MismatchError, match="'You chose b' was said"):
        await play(CHOOSING.dialog, script, tmp_path)


async def test_time_passes_and_typing_is_no_turn(tmp_path: Path) -> None:
    script = [make("Test.UserTyping"), make("Test.UserDelay", timespan=5000), *CHOOSING.script]
    activity = make("Test.UserActivity", activity={"type": "conversationUpdate"})
    await play(CHOOSING.dialog, [activity, *script[3:]], tmp_path)


ROOT = dialog(unknown(say("x")))
MISSING: list[tuple[Spec, str]] = [
    (dialog(begin(make("HttpRequest"))), "the action HttpRequest"),
    (dialog(begin({"what": 1})), "the action {'what': 1}"),
    (dialog(begin(make("EditActions", changeType="endSequence"))), "the change endsequence of actions"),
    (dialog(make("OnError", actions=[])), "the trigger OnError"),
    (dialog(unknown(), recognizer=make("LuisRecognizer")), "the recognizer LuisRecognizer"),
    (dialog(unknown(), recognizer="main.lu"), "the recognizer main.lu"),
    (dialog(unknown(), recognizer=patterns(a="(")), "the regular expression ("),
    (dialog(), "a dialog that nothing starts"),
    (dialog(begin(put("=user.x", 1))), "a property whose name is computed"),
    (dialog(begin(put("user[$x]", 1), put("$x", 1))), "a property whose name is computed"),
    (dialog(begin(put("settings.x", 1))), "the memory scope settings"),
    (dialog(begin(say("${class.x}"))), "the memory scope class"),
    (dialog(begin(say("${turn.activity.channelId}"))), "what a message has beside its text"),
    (dialog(begin(say("${@number}"))), "entities that a recognizer found"),
    (dialog(begin(say("${#Help}"))), "what a recognizer found"),
    (dialog(begin(say("${turn.lastresult}"))), "the result of the last action"),
    (dialog(begin(put("user.a.b", 1), put("user.a", "=user.c"))), "a mapping that is written both as a whole and in part"),
    (dialog(begin(make("BeginDialog", dialog="Other"))), "the dialog Other, which is not in the file"),
    (dialog(begin(make("BeginDialog", dialog="=$x"))), "a dialog whose name is computed"),
    (dialog(begin(make("BeginDialog", dialog=ROOT, options="=$x"))), "options that are computed"),
    (dialog(begin(), intent("A", make("RepeatDialog"))), "repeating a dialog from a trigger of it"),
    (dialog(begin(make("GotoAction", actionId="x"))), "going to x, which is none of the trigger's actions"),
    (dialog(begin(make("BreakLoop"))), "leaving a loop from outside of it"),
    (dialog(begin(make("EmitEvent", eventName="=$x"))), "an event whose name is computed"),
    (dialog(begin(make("EmitEvent", eventName="activityReceived"))), "emitting the engine's own event activityReceived"),
    (dialog(begin(change("shuffle", "$x"))), "the change shuffle of a list"),
    (dialog(begin(make("ForeachPage", itemsProperty="$x", pageSize="=$n", actions=[]))), "a page's size that is computed"),
    (dialog(begin(number_input("$x", "?", maxTurnCount="=$n"))), "a number of turns that is computed"),
    (dialog(begin(say({"type": "event", "name": "x"}))), "a reply with name"),
    (dialog(begin(say({"type": "typing"}))), "a reply with no text"),
    (dialog(begin(say("[HeroCard\n]"))), "a reply with a structure of its own"),
    (dialog(begin(say("${Welcome()}"))), "the function Welcome()"),
    (dialog(begin(say("${lg.welcome()}"))), "a template of another file"),
    (dialog(begin(make("ChoiceInput", property="$x", prompt="?", choices=["a"], outputFormat="index"))), "the index of a choice"),
    (dialog(unknown(make("BeginDialog", activityProcessed=False, dialog=dialog(intent("A"), recognizer=patterns(A=r"\d+"))))), "a condition on the intent of the message"),
    (dialog(unknown(), make("OnCustomEvent", event="e", actions=[]), make("OnCustomEvent", event="e", actions=[])), "two triggers of one kind: dialog_when_e"),
]  # fmt: skip


MISSING += [
    (dialog(begin(make("ConfirmInput", property="$x", prompt="?", confirmChoices="=$y"))), "the words for yes and no that are computed"),
    (dialog(intent("A"), intent("A"), selector=make("RandomSelector")), "choosing among triggers by chance or by their past"),
    (dialog(intent("A"), intent("A", runOnce=True)), "choosing among triggers by chance or by their past"),
    (dialog(intent("A"), intent("A", priority="=$n")), "a priority that is computed"),
    (dialog(intent("A", entities=["n"]), recognizer=patterns(A=r"\d+ (?<n>x)")), "entities that a recognizer found"),
    (dialog(intent("A", entities=["m"]), recognizer=patterns(A="(?<n>x)")), "entities that a recognizer found"),
]  # fmt: skip


@pytest.mark.parametrize("what", sorted({what for _, what in MISSING}))
def test_what_is_missing_has_a_reason(what: str) -> None:
    assert reason_of("", MissingError(what))


@pytest.mark.parametrize(("root", "what"), MISSING, ids=[what for _, what in MISSING])
def test_what_the_language_has_no_place_for_is_named(root: Spec, what: str) -> None:
    with pytest.raises(MissingError) as caught:
        translate_dialog(root)
    assert str(caught.value).startswith(what)


@pytest.mark.parametrize(
    ("script", "what"),
    [
        ([make("Test.CustomEvent")], "a script's CustomEvent"),
        ([make("Test.UserActivity", activity={"type": "event"})], "a message that carries data"),
        ([make("Test.UserActivity", activity={"value": {"a": 1}})], "a message that carries data"),
        ([make("Test.UserSays", text="hi"), make("Test.AssertReply", assertions=["from.id == 'x'"])], "an assertion of the kind Attr"),
    ],
)  # fmt: skip
async def test_what_a_script_asks_too_much_is_named(script: list[Spec], what: str, tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=what):
        await play(ROOT, script, tmp_path)


async def test_an_older_script_has_types_for_kinds(tmp_path: Path) -> None:
    older = replace(CHOOSING, dialog=_older(CHOOSING.dialog), script=_older(CHOOSING.script))
    await play(older.dialog, older.script, tmp_path)


def _older(value: Any) -> Any:
    if isinstance(value, dict):
        return {("$type" if key == "$kind" else key): _older(inner) for key, inner in value.items()}
    return [_older(inner) for inner in value] if isinstance(value, list) else value


def test_flows_are_read_from_the_dialog_alone() -> None:
    before = translate_dialog(CHOOSING.dialog).text
    assert "Hello Ada" in before
    assert translate_dialog(CHOOSING.dialog).text == before
