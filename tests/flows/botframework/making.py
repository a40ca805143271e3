"""Making dialogs and scripts: one function for each thing that samples have often."""

from typing import Any

from tests.flows.botframework.dialogs import Spec
from tests.flows.botframework.scripts import Case

OPENS = "(opens)"


def make(kind: str, **values: Any) -> Spec:
    """Make an action, a trigger or a recognizer."""
    return {"$kind": f"Microsoft.{kind}", **values}


def dialog(*triggers: Spec, **values: Any) -> Spec:
    """Make a dialog."""
    return make("AdaptiveDialog", triggers=list(triggers), **values)


def begin(*actions: Spec) -> Spec:
    """Make the trigger for a dialog's begin."""
    return make("OnBeginDialog", actions=list(actions))


def unknown(*actions: Spec) -> Spec:
    """Make the trigger for what no intent takes."""
    return make("OnUnknownIntent", actions=list(actions))


def intent(name: str, *actions: Spec, **values: Any) -> Spec:
    """Make the trigger for an intent."""
    return make("OnIntent", intent=name, actions=list(actions), **values)


def patterns(**intents: str) -> Spec:
    """Make a recognizer."""
    return make("RegexRecognizer", intents=[{"intent": name, "pattern": value} for name, value in intents.items()])


def say(text: Any, **values: Any) -> Spec:
    """Make an action that says something."""
    return make("SendActivity", activity=text, **values)


def put(name: str, value: Any) -> Spec:
    """Make an action that sets a property."""
    return make("SetProperty", property=name, value=value)


def when(condition: str, then: list[Spec], otherwise: list[Spec] | None = None) -> Spec:
    """Make a branch."""
    return make("IfCondition", condition=condition, actions=then, elseActions=otherwise or [])


def text_input(name: str, prompt: str, **values: Any) -> Spec:
    """Make a question for a text."""
    return make("TextInput", property=name, prompt=prompt, **values)


def number_input(name: str, prompt: str, **values: Any) -> Spec:
    """Make a question for a number."""
    return make("NumberInput", property=name, prompt=prompt, **values)


def each(items: str, *actions: Spec, **values: Any) -> Spec:
    """Make a loop over items."""
    return make("Foreach", itemsProperty=items, actions=list(actions), **values)


def change(how: str, items: str, **values: Any) -> Spec:
    """Make a change of a list."""
    return make("EditArray", changeType=how, itemsProperty=items, **values)


def sample(name: str, root: Spec, *lines: str, others: dict[str, Spec] | None = None) -> Case:
    """Make a case. `> text` is said by the customer, and any other line by the bot."""
    return Case(name, root, [_line(line) for line in lines], others or {})


def _line(line: str) -> Spec:
    if line == OPENS:
        return make("Test.UserConversationUpdate")
    if line.startswith("> "):
        return make("Test.UserSays", text=line[2:])
    return make("Test.AssertReply", text=line)
