"""Replies as calls of the Bot API: pure, so that both drivers send the same."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from botkit import Button, ButtonSigner, Card, File, Reply, Run, is_ref, plain_runs, read_runs
from botkit_telegram.buttons import is_address, keyboard
from botkit_telegram.chats import Chat
from botkit_telegram.drivers import Content
from botkit_telegram.texts import CAPTION, MESSAGE, cut, units, write_html

ALBUM: Final = 10  # pictures at most: https://core.telegram.org/bots/api#sendmediagroup
CURSOR: Final = " ▍"  # stands at the end of an answer that is still being made


class Call(msgspec.Struct, frozen=True):
    """A method and its parameters. Where it is refused as a bad request, `otherwise` says the same more plainly."""

    method: str
    params: dict[str, Any]
    otherwise: tuple["Call", ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """A file that the conversation holds, with its content."""

    file: File
    data: bytes

    @property
    def shown(self) -> tuple[str, str, Content]:
        """The method that shows it, its parameter, and what is sent."""
        method, key = _METHODS.get(self.file.mime) or _METHODS.get(self.file.kind, ("sendDocument", "document"))
        return method, key, Content(self.file.name or "file", self.data)


_METHODS: Final = {
    "audio/ogg": ("sendVoice", "voice"),
    "audio": ("sendAudio", "audio"),
    "video/mp4": ("sendVideo", "video"),
    "image/png": ("sendPhoto", "photo"),
    "image/jpeg": ("sendPhoto", "photo"),
    "image/webp": ("sendPhoto", "photo"),
}


def calls_of(
    reply: Reply,
    name: str,
    chat: Chat,
    signer: ButtonSigner,
    answers: int = 0,
    kept: Mapping[str, Kept] | None = None,
) -> list[Call]:
    """Give the calls that show a reply, in order; none if nothing of it can be seen.

    `answers` is the message that it replies to, 0 for none; `kept` are the files of the conversation that it shows.
    """
    pictures = [card for card in reply.cards if is_address(card.image) and _fits(_written(card, pictured=True))]
    album = pictures if 2 <= len(pictures) <= ALBUM else []
    buttons, dead = _live((*reply.buttons, *(button for card in reply.cards for button in card.buttons)))
    runs = _spoken(reply, [card for card in reply.cards if card not in album], dead)
    markup = keyboard(signer, name, reply, buttons)
    calls = [_album(album, chat)] if album else []
    calls += _media(reply, runs, chat, markup, kept or {}) or _texts(runs, chat, markup)
    if answers and calls:
        quoted = {"message_id": answers, "allow_sending_without_reply": True}
        calls[0] = _quoting(calls[0], quoted)
    return calls


def preview_of(text: str, agent: str) -> str:
    """Give an answer that is still being made as HTML, as much of it as a message holds; "" while there is none."""
    runs = [*_signed(agent), *read_runs(text)]
    parts = cut(runs, MESSAGE - units(CURSOR))
    return write_html([*parts[0], Run(CURSOR)]) if text.strip() and parts else ""


def _signed(agent: str) -> list[Run]:
    return [*read_plain(agent, ("b",)), Run("\n")] if agent else []


def read_plain(text: str, marks: tuple[str, ...] = ()) -> list[Run]:
    """Give a text that has no Markdown."""
    return [Run(text.encode("utf-8", "replace").decode(), marks)] if text else []


def _live(buttons: Sequence[Button]) -> tuple[list[Button], list[Button]]:
    """Part the buttons from those whose address Telegram would refuse; they stand in the text."""
    dead = [button for button in buttons if button.url and not is_address(button.url)]
    return [button for button in buttons if button not in dead], dead


def _spoken(reply: Reply, cards: Sequence[Card], dead: Sequence[Button]) -> list[Run]:
    blocks: list[list[Run]] = [read_runs(reply.text)] if reply.text.strip() else []
    blocks += [_written(card) for card in cards]
    blocks += [read_plain(f"{button.label}: {button.url}") for button in dead]
    urls = [url for url in (reply.image, reply.file) if url and not is_address(url) and not is_ref(url)]
    blocks += [read_plain(url) for url in urls]
    return [*_signed(reply.agent), *_joined(blocks)] if blocks or reply.agent else []


def _joined(blocks: Sequence[list[Run]]) -> list[Run]:
    return [run for number, block in enumerate(blocks) for run in ([Run("\n\n")] if number else []) + block]


def _written(card: Card, *, pictured: bool = False) -> list[Run]:
    """Write a card; the address of its picture stands in it where the picture itself is not shown."""
    parts = [read_plain(card.title, ("b",)), read_runs(card.text) if card.text else [], read_plain(card.url)]
    parts.append([] if pictured or card.url else read_plain(card.image))
    lines = [part for part in parts if part]
    return [run for number, line in enumerate(lines) for run in ([Run("\n")] if number else []) + line]


def _album(cards: Sequence[Card], chat: Chat) -> Call:
    media = [
        {"type": "photo", "media": card.image, **_marked("caption", _written(card, pictured=True))} for card in cards
    ]
    otherwise = tuple(_texts(_joined([_written(card) for card in cards]), chat, None))
    return Call("sendMediaGroup", {**chat.params, "media": media}, otherwise)


def _media(
    reply: Reply, runs: list[Run], chat: Chat, markup: dict[str, Any] | None, kept: Mapping[str, Kept]
) -> list[Call]:
    """Give the calls for a picture and a file; the text stands below the last, if it is short enough."""
    shown = [("sendPhoto", "photo", reply.image), ("sendDocument", "document", reply.file)]
    media: list[tuple[str, str, Any]] = [one for one in shown if is_address(one[2])]
    media += [kept[url].shown for _, _, url in shown if url in kept]
    if not media:
        return []
    fits = _fits(runs)
    calls = []
    for number, (method, key, url) in enumerate(media):
        last = fits and number == len(media) - 1
        below, beside = (runs, markup) if last else ([], None)
        link = read_plain(url) if isinstance(url, str) else []
        told = [*below, Run("\n"), *link] if link and plain_runs(below).strip() else link or below
        params = {**chat.params, key: url, **_marked("caption", below), **_with(beside)}
        calls.append(Call(method, params, tuple(_texts(told, chat, beside))))
    return calls if fits else calls + _texts(runs, chat, markup)


def _fits(runs: Sequence[Run]) -> bool:
    return units(plain_runs(runs)) <= CAPTION


def _texts(runs: Sequence[Run], chat: Chat, markup: dict[str, Any] | None) -> list[Call]:
    """Give the messages of a text; the buttons stand under the last."""
    parts = cut(runs)
    if not parts and markup is not None:
        parts = [[Run("…")]]
    last = len(parts) - 1
    return [
        Call("sendMessage", {**chat.params, **_marked("text", part), **(_with(markup) if number == last else {})})
        for number, part in enumerate(parts)
    ]


def _marked(key: str, runs: Sequence[Run]) -> dict[str, Any]:
    return {key: write_html(runs), "parse_mode": "HTML"} if plain_runs(runs).strip() else {}


def _with(markup: dict[str, Any] | None) -> dict[str, Any]:
    return {"reply_markup": markup} if markup is not None else {}


def _quoting(call: Call, quoted: dict[str, Any]) -> Call:
    otherwise = tuple(Call(one.method, {**one.params, "reply_parameters": quoted}) for one in call.otherwise[:1])
    return Call(call.method, {**call.params, "reply_parameters": quoted}, otherwise + call.otherwise[1:])
