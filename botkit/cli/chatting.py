"""`botkit chat`: talking to a bot, here or through pipes."""

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.outcomes import guarded
from botkit.errors import UsageError

if TYPE_CHECKING:
    from botkit.app.exchanges import Exchange
    from botkit.app.talks import Opening
    from botkit.model.replies import Button, Card, Reply


@guarded
def chat(
    directory: BotDirectory = HERE,
    conversation: Annotated[
        str, typer.Option(metavar="ID", help="Continue (or begin) this stored conversation.")
    ] = "",
    locale: Annotated[str, typer.Option(help="The customer's language.")] = "",
    now: Annotated[str, typer.Option(metavar="ISO", help="Stop the clock there: 2026-05-01T10:00:00.")] = "",
    store: Annotated[str, typer.Option(metavar="URL", help="Another store, such as sqlite:///talks.db.")] = "",
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One message a line in, one JSON object a turn out.")
    ] = False,
) -> None:
    """Talk to a bot.

    Without --conversation every run is a new one, kept in memory. /attach PATH sends a file, with the text behind it.
    /why tells how the last message was taken, /slots what is known, with --json as {"input": "/why", "why": [...]}
    and {"input": "/slots", "slots": {...}}. On a terminal, /help lists what it understands besides.

    \b
    botkit chat flows/support
    botkit chat flows/support --conversation 42
    printf 'hi\\nwhere is my order\\n' | botkit chat flows/support --json
    """
    from botkit.app.talks import Opening

    if conversation and not all(part.strip() for part in conversation.split(":", 1)):
        raise UsageError(f"{conversation!r} names no conversation", hint="42, or web:42 for one of another channel")
    opening = Opening(directory, conversation, locale, now, store)
    if not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        from botkit.cli.terminal import converse

        converse(opening)
        return
    asyncio.run(_pipe(opening, as_json=as_json))


async def _pipe(opening: "Opening", *, as_json: bool) -> None:
    from botkit.app.talks import open_talk
    from botkit.cli.lines import read_lines

    write = _write_json if as_json else _write_text
    async with open_talk(opening) as talk:
        greeting = await talk.open()
        if greeting.replies:
            write(0, None, greeting)
        number, last = 0, None
        async for line in read_lines():
            said = line.strip()
            show = _SHOWING.get(said) if said[1:] not in talk.bot.flows.commands else None
            if show is not None:
                show(said, last, as_json=as_json)
            elif said:
                number, last = number + 1, await talk.say(line)
                write(number, line, last)


def _write_json(number: int, said: str | None, exchange: "Exchange") -> None:
    sys.stdout.write(json.dumps(turn_of(number, said, exchange), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _write_text(number: int, said: str | None, exchange: "Exchange") -> None:  # noqa: ARG001 - the shape of a writer
    from botkit.app.transcripts import line_of

    for reply in exchange.replies:
        print(line_of(reply))
    sys.stdout.flush()


def _write_why(said: str, exchange: "Exchange | None", *, as_json: bool) -> None:
    """Explain the last message; it is no turn, and the number goes on."""
    ways = _why(exchange)
    if as_json:
        sys.stdout.write(json.dumps({"input": said, "why": ways}, ensure_ascii=False) + "\n")
    for one in () if as_json else ways:
        print("*" if one["taken"] else " ", one["route"], one["name"], f"{one['score']:.2f}", one["why"])
    sys.stdout.flush()


def _write_slots(said: str, exchange: "Exchange | None", *, as_json: bool) -> None:
    """Tell what is known; it is no turn, and the number goes on."""
    from botkit.app.transcripts import readable

    slots = readable(exchange.slots) if exchange is not None else {}
    if as_json:
        sys.stdout.write(json.dumps({"input": said, "slots": slots}, ensure_ascii=False) + "\n")
    for name, value in () if as_json else slots.items():
        print(f"{name}: {value}")
    sys.stdout.flush()


_SHOWING: Final = {"/why": _write_why, "/slots": _write_slots}


def turn_of(number: int, said: str | None, exchange: "Exchange") -> dict[str, Any]:
    """Give a turn as `chat --json` writes it."""
    from botkit.app.transcripts import readable

    return {
        "turn": number,
        "input": said,
        "replies": [_reply(reply) for reply in exchange.replies],
        "flow": exchange.flow,
        "step": exchange.step,
        "slots": readable(exchange.slots),
        "route": exchange.route or None,
        "owner": exchange.owner,
        **({"calls": calls} if (calls := _calls(exchange)) else {}),
    }


def _calls(exchange: "Exchange") -> list[dict[str, Any]]:
    """Give the actions that were called, with their arguments; secret values are not shown."""
    from botkit.app.transcripts import readable
    from botkit.model.replies import Call
    from botkit.model.secrecy import hide_in
    from botkit.model.values import from_json

    secrets = tuple(text for turn in exchange.turns for text in turn.secrets)
    calls = [effect for turn in exchange.turns for effect in turn.effects if isinstance(effect, Call)]
    return [{"action": call.action, "with": hide_in(readable(from_json(call.args)), secrets)} for call in calls]


def _why(exchange: "Exchange | None") -> list[dict[str, Any]]:
    """Give every way in which the last message could have been taken."""
    from msgspec.structs import asdict

    return [asdict(candidate) for candidate in (exchange.candidates if exchange is not None else ())]


def _reply(reply: "Reply") -> dict[str, Any]:
    data: dict[str, Any] = {"text": reply.text, "buttons": [_button(button) for button in reply.buttons]}
    if reply.image:
        data["image"] = reply.image
    if reply.file:
        data["file"] = reply.file
    if reply.cards:
        data["cards"] = [_card(card) for card in reply.cards]
    return data


def _button(button: "Button") -> dict[str, str]:
    data = {"label": button.label, "value": button.value or button.label}
    return {**data, "url": button.url} if button.url else data


def _card(card: "Card") -> dict[str, Any]:
    parts = {"text": card.text, "image": card.image, "url": card.url}
    buttons = [_button(button) for button in card.buttons]
    return {"title": card.title, **{name: part for name, part in parts.items() if part}, "buttons": buttons}
