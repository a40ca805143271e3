"""What the bot says: replies as data, before a channel makes them its own."""

from typing import Any, Literal

import msgspec

from botkit.model.events import Purpose


class Button(msgspec.Struct, frozen=True, array_like=True):
    """One button: pressing it answers the open question with `value`, starts the flow `run`, or opens `url`."""

    label: str
    value: str = ""
    run: str = ""
    url: str = ""


class Card(msgspec.Struct, frozen=True, array_like=True):
    """One of several things to look at or choose from."""

    title: str
    text: str = ""
    image: str = ""
    url: str = ""
    buttons: tuple[Button, ...] = ()


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """One thing that the bot says, or the person `agent`.

    `question` is what its buttons answer; `epoch` the owner's at that time. `scale` is how high a rating goes that it
    asks for; its buttons are the scores from 1. `owner` says who has the conversation from here on: "" the bot,
    "queue" while a person is on the way, "human". `asks` says that it asks for a day, a time of day or both, which a
    customer may pick where the channel has a picker. `image` and `file` are addresses, or the `ref` of a file that
    the conversation holds. `original` is what was to be said, where a plugin said it in other words.
    """

    id: str
    text: str = ""
    buttons: tuple[Button, ...] = ()
    image: str = ""
    file: str = ""
    cards: tuple[Card, ...] = ()
    locale: str = ""
    question: str = ""
    epoch: int = 0
    agent: str = ""
    scale: int = 0
    owner: Literal["", "queue", "human"] = ""
    asks: Literal["", "date", "time", "datetime"] = ""
    original: str = ""


SEARCH = "answer"
"""The action of a Call that searches the articles; a plugin's has its plugin's name before it."""


MODEL = "llm"
"""The action of a Call that asks the language model; `args["purpose"]` says what for."""


class Call(msgspec.Struct, frozen=True, array_like=True, tag="call"):
    """Call an action. `args` are in `values.to_json` form; `id` is its idempotency key too."""

    id: str
    action: str
    args: dict[str, Any] = {}
    effect: Literal["read", "write"] = "read"
    timeout: float = 0.0  # seconds; 0: as the action says
    flow: str = ""
    step: str = ""
    until_message: bool = False  # a newer message of the customer ends it


class SetTimer(msgspec.Struct, frozen=True, array_like=True, tag="set_timer"):
    """Send the event Timer(question, purpose) at `due` (seconds since the epoch)."""

    id: str
    due: float
    question: str
    purpose: Purpose


class DropTimers(msgspec.Struct, frozen=True, array_like=True, tag="drop_timers"):
    """The question is closed: its timers need not come."""

    question: str


class HandOff(msgspec.Struct, frozen=True, array_like=True, tag="hand_off"):
    """Give the conversation to a team, with what a person needs to see."""

    id: str
    team: str
    reason: str = ""
    packet: dict[str, Any] = {}


class Leave(msgspec.Struct, frozen=True, array_like=True, tag="leave"):
    """The customer left the queue: nobody needs to take the conversation."""

    id: str


class Rated(msgspec.Struct, frozen=True, array_like=True, tag="rated"):
    """A customer said how satisfied they are: `score` of `scale`."""

    id: str
    score: int
    scale: int
    flow: str = ""


Effect = Call | SetTimer | DropTimers | HandOff | Leave | Rated
