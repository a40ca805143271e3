"""`botkit chat`: talking to a bot, here or through pipes."""

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from botkit.cli.arguments import HERE, BotDirectory
from botkit.cli.outcomes import guarded
from botkit.errors import UsageError

if TYPE_CHECKING:
    from botkit.app.bots import Exchange
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
    On a terminal, /help lists what it understands besides.

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
        number = 0
        async for line in read_lines():
            if line.strip():
                number += 1
                write(number, line, await talk.say(line))


def _write_json(number: int, said: str | None, exchange: "Exchange") -> None:
    sys.stdout.write(json.dumps(turn_of(number, said, exchange), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _write_text(number: int, said: str | None, exchange: "Exchange") -> None:  # noqa: ARG001 - the shape of a writer
    from botkit.app.transcripts import line_of

    for reply in exchange.replies:
        print(line_of(reply))
    sys.stdout.flush()


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
    }


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
