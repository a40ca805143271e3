"""What was said and done, in words and plain data: for people, and for programs outside."""

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from botkit.model.events import Event, Message, Noted, Opened, Outside, Owned, Press, Result, Said, Timer
from botkit.model.replies import MODEL, Call, DropTimers, Effect, HandOff, Leave, Rated, Reply, SetTimer
from botkit.model.turn import Record
from botkit.model.values import File, Money
from botkit.runtime.histories import line_said

_NEW_LINE = "\n    "
_JOINERS = "\t\u200c\u200d"  # of columns, and of what one emoji or word is made of


def cause_of(record: Record) -> tuple[str, str]:
    """Say who or what began a turn, and with what words."""
    return _told(record.event)


def event_line(event: Event) -> str:
    """Give an event as a line of text."""
    return ": ".join(_told(event))


def _told(event: Event) -> tuple[str, str]:
    match event:
        case Message() | Press():
            return "customer", line_said(event)
        case Opened():
            return "opened", "the customer opened the chat"
        case Timer(purpose=purpose):
            return "timer", purpose
        case Outside(name=name):
            return "event", name
        case Result(effect=effect, failure=failure):
            return "result", f"of {effect}: {f'{failure.code}: {failure.message}' if failure else 'done'}"
        case Owned(how=how, agent=agent, to=to, team=team):
            whom = f" to {to or team}" if to or team else ""
            return "owner", f"{how} {agent}".strip() + whom
        case Said(agent=agent, text=text):
            return f"agent {agent}", text
        case Noted(agent=agent, text=text):
            return f"note of {agent}", text


def wording_of(effect: Effect) -> str:
    """Say what a turn asked the runtime to do."""
    match effect:
        case Call(action=action, args=args) if action == MODEL:  # what it was asked stands with its answer
            return f"asks the language model ({args.get('purpose', '?')})"
        case Call(action=action, args=args, effect=kind):
            return f"calls {action} ({kind}) with {json.dumps(readable(args), ensure_ascii=False)}"
        case SetTimer(purpose=purpose, due=due):
            return f"sets the timer '{purpose}' for {moment(due)}"
        case DropTimers():
            return "drops the timers of the closed question"
        case HandOff(team=team, reason=reason):
            return f"hands off to {team}{f': {reason}' if reason else ''}"
        case Leave():
            return "leaves the queue"
        case Rated(score=score, scale=scale):
            return f"notes the rating {score} of {scale}"


def transcript_of(record: Record) -> list[tuple[str, str]]:
    """Give what a turn adds to the transcript, as (who, text) lines."""
    who, text = cause_of(record)
    said = [] if who in ("opened", "result", "timer") else [(who, text)]
    handed = [("handoff", wording_of(effect)) for effect in record.effects if isinstance(effect, HandOff)]
    return [*said, *(("bot", line_of(reply)) for reply in record.replies), *handed]


def line_of(reply: Reply) -> str:
    """Give a reply as a line of text, its buttons in brackets."""
    parts = [reply.text, reply.image, reply.file]
    parts += [part for card in reply.cards for part in (card.title, card.text)]
    parts += [f"[{button.label}]" for button in reply.buttons]
    return " ".join(part for part in parts if part)


def readable(value: Any) -> Any:
    """Give plain JSON for a slot value: dates as ISO text, amounts as `54.04 EUR`, durations as seconds."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Money() | Decimal():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case File():
            return {name: item for name, item in msgspec.structs.asdict(value).items() if item not in ("", 0, None)}
        case Mapping():
            return {str(key): readable(item) for key, item in value.items()}
        case list() | tuple():
            return [readable(item) for item in value]
        case _:
            return str(value)


def legible(text: str) -> str:
    r"""Give a text that moves nothing on a terminal: what controls one is spelled out (`\x1b`, `\u202e`).

    Further lines are indented, so that a text cannot look like a line of somebody else.
    """
    if text.isprintable():
        return text
    return "".join([_NEW_LINE if letter == "\n" else _spelled(letter) for letter in text])


def _spelled(letter: str) -> str:
    harmless = letter.isprintable() or letter in _JOINERS or unicodedata.category(letter) == "Zs"
    return letter if harmless else letter.encode("unicode_escape").decode("ascii")


def moment(at: float) -> str:
    """Give seconds since the epoch as an ISO time in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
