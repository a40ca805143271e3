"""Replies as calls of the Web API: pure."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec

from botkit import ButtonSigner, Card, Reply, Run, cut_runs, plain_runs, read_runs
from botkit_slack.buttons import Block, actions, is_address, link_button, picker
from botkit_slack.capabilities import MESSAGE
from botkit_slack.chats import Chat
from botkit_slack.texts import fallback, units, write_rich, write_section

BLOCKS: Final = 50  # of a message
ALL_TEXT: Final = 12_000  # characters over all blocks, about: a message of more is refused (msg_blocks_too_long)
QUIET: Final = {"unfurl_links": False, "unfurl_media": False}  # a link shows no page below the message
CURSOR: Final = " ▍"  # stands at the end of an answer that is still being made
ALT: Final = 2_000  # characters that stand for a picture
NAME: Final = 80  # characters of a name under which a message stands


class Call(msgspec.Struct, frozen=True):
    """A method and its parameters.

    Where its blocks are refused, `plainer` says the same without pictures; where the message that it changes is not
    there any more, `anew` sends one.
    """

    method: str
    params: dict[str, Any]
    plainer: "Call | None" = None
    anew: "Call | None" = None


def calls_of(reply: Reply, chat: Chat, signer: ButtonSigner, *, named: bool = False) -> list[Call]:
    """Give the calls that show a reply, in order; none if nothing of it can be seen.

    With `named` Slack shows the name of a person who speaks; else it stands in the text.
    """
    runs = [*_signed(reply.agent, named), *_spoken(reply)]
    blocks = list(_below(reply, chat, signer, pictures=True))
    without = list(_below(reply, chat, signer, pictures=False))
    parts = cut_runs(runs, MESSAGE, units)
    texts = [[block] for part in parts if (block := write_rich(part)) is not None]
    whole = [[*before, *after] for before, after in _joined(texts, blocks)]
    other = [[*before, *after] for before, after in _joined(texts, without)]
    shown = [plain_runs(part) for part in parts]
    calls = []
    for number, made in enumerate(whole):
        told = shown[number] if number < len(shown) else _told(reply)
        where = {
            **chat.params,
            **(name_of(reply.agent) if named else {}),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        params = {**where, "text": fallback(told), "blocks": made}
        simple = {**params, "blocks": other[number]} if number < len(other) and other[number] != made else None
        plainer = Call("chat.postMessage", simple) if simple is not None else None
        calls.append(Call("chat.postMessage", params, plainer))
    return calls


def replacing(chat: Chat, message: str, calls: list[Call]) -> list[Call]:
    """Put a reply in the place of its preview."""
    where = {"channel": chat.channel, "ts": message}
    if not calls:
        return [Call("chat.delete", where)]
    return [_update(where, calls[0]), *calls[1:]]


def _update(where: dict[str, Any], call: Call) -> Call:
    said = {key: call.params[key] for key in ("text", "blocks")}
    plainer = _update(where, call.plainer) if call.plainer is not None else None
    return Call("chat.update", {**where, **said}, plainer, call)


def preview_of(text: str, agent: str, *, named: bool) -> dict[str, Any]:
    """Give what shows an answer that is still being made, as much of it as a message holds; {} where none is."""
    runs = [*_signed(agent, named), *read_runs(text)]
    parts = cut_runs(runs, MESSAGE - len(CURSOR), units)
    block = write_rich([*parts[0], Run(CURSOR)]) if text.strip() and parts else None
    return {"text": fallback(plain_runs(parts[0])), "blocks": [block]} if block is not None else {}


def name_of(agent: str) -> dict[str, Any]:
    """Give the name under which a message stands."""
    return {"username": agent.encode("utf-8", "replace").decode()[:NAME]} if agent else {}


def _joined(texts: list[list[Block]], below: list[Block]) -> Iterator[tuple[list[Block], list[Block]]]:
    """Part blocks into messages: each text has one of its own, and what stands below is with the last."""
    for text in texts[:-1]:
        yield text, []
    head: list[Block] = list(texts[-1]) if texts else []
    after: list[Block] = []
    count, weight = len(head), sum(map(_weight, head))
    for block in below:
        if count + 1 > BLOCKS or weight + _weight(block) > ALL_TEXT:
            yield head, after
            head, after, count, weight = [], [], 0, 0
        after.append(block)
        count, weight = count + 1, weight + _weight(block)
    if head or after:
        yield head, after


def _weight(block: Block) -> int:
    """Give about how much a block counts of what a message holds."""
    return 60 + len(str(block))


def _signed(agent: str, named: bool) -> list[Run]:
    return [] if named or not agent else [*_plain(agent, ("b",)), Run("\n")]


def _plain(text: str, marks: tuple[str, ...] = ()) -> list[Run]:
    """Give a text that has no Markdown."""
    return [Run(text.encode("utf-8", "replace").decode(), marks)] if text else []


def _spoken(reply: Reply) -> list[Run]:
    blocks = [read_runs(reply.text)] if reply.text.strip() else []
    buttons = (*reply.buttons, *(button for card in reply.cards for button in card.buttons))
    blocks += [_plain(f"{one.label}: {one.url}") for one in buttons if one.url and not is_address(one.url)]
    blocks += [_plain(url) for url in (reply.image, reply.file) if url and not is_address(url)]
    return [run for number, block in enumerate(blocks) for run in ([Run("\n\n")] if number else []) + block]


def _told(reply: Reply) -> str:
    """Give what notifications say of a message that has no text."""
    titles = [card.title for card in reply.cards if card.title]
    return ", ".join(titles) or file_name(reply.file or reply.image) or "…"


def _below(reply: Reply, chat: Chat, signer: ButtonSigner, *, pictures: bool) -> Iterator[Block]:
    """Give what stands below the text: a picture, a file, cards, buttons."""
    if is_address(reply.image):
        about = plain_runs(read_runs(reply.text)).strip() or file_name(reply.image)
        yield _picture(reply.image, about) if pictures else _link(reply.image)
    if is_address(reply.file):
        button = link_button(file_name(reply.file), reply.file, "file")
        yield {"type": "actions", "elements": [button]}
    number = len(reply.buttons)
    for card in reply.cards:
        yield from _card(card, pictures)
        numbered = list(enumerate(card.buttons, start=number))
        yield from actions(signer, chat.name, reply, numbered)
        number += len(card.buttons)
    yield from actions(signer, chat.name, reply, list(enumerate(reply.buttons)))
    if reply.asks and not reply.buttons:
        yield picker(signer, chat.name, reply)


def _card(card: Card, pictures: bool) -> Iterator[Block]:
    image = card.image if is_address(card.image) else ""
    about = card.title or file_name(image)
    section = write_section(card.title, card.text) if image and pictures and not card.url else None
    if section is not None:
        accessory = {"type": "image", "image_url": image, "alt_text": about[:ALT]}
        yield {"type": "section", "text": section, "accessory": accessory}
        return
    lines = [_plain(card.title, ("b",)), read_runs(card.text) if card.text else [], _address(card.url)]
    lines += [] if image and pictures else [_address(card.image)]
    there = [line for line in lines if line]
    runs = [run for number, line in enumerate(there) for run in ([Run("\n")] if number else []) + line]
    for part in cut_runs(runs, MESSAGE, units):
        block = write_rich(part)
        if block is not None:
            yield block
    if image and pictures:
        yield _picture(image, about)


def _address(url: str) -> list[Run]:
    return [Run(url, (f"a:{url}",))] if is_address(url) else _plain(url)


def _picture(url: str, about: str) -> Block:
    return {"type": "image", "image_url": url, "alt_text": about[:ALT] or "…"}


def _link(url: str) -> Block:
    link = {"type": "link", "url": url}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}


def file_name(url: str) -> str:
    """Give the last part of an address."""
    return unquote(PurePosixPath(urlsplit(url).path).name)[:200] or urlsplit(url).netloc if is_address(url) else ""
