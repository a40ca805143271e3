"""What passes over the socket: JSON objects, one a text frame, told apart by `type`.

The page says `hello` first, then `message` and `press`, each with an id of its own that stays the same when it is
sent again. The server answers `hello` with `welcome`, then sends again what the page has not seen; `ack` says that
a message is stored; `reply` is something that the bot says, `said` what the customer said on another page of the
same chat (or before a reload), `typing` that an answer is being made, by the bot or the person `agent` (it may
stay away all the same). `stream` shows an answer that grows: the `id` of the reply that will stand in its place, its
`state` (start, delta, end; abort: it goes away) and the whole `text` so far; a page that comes back is told again of
each that is under way, after what it missed. `welcome` has the chat, its token and when that `expires` (seconds since
the epoch), the bot's name and its `locale`, how many entries follow (`missed`), how many bytes a message may have
(`most`), and what is taken of files (`files`: the `size` of one, and `types`; null if none are). A `reply` whose
text has formatting or links has a `body` too, and so has a `stream`: what `botkit.read_markup` gives. `scale` in a
reply says that it asks for a rating, from 1 to this; its buttons are the scores. `owner` says who has the
conversation then: "" the bot, "queue" while a person is on the way, "human".
What the customer said may have `files` (`uploads` tells how they come). `error` tells by its `code` what was wrong:

    bad_json, bad_message, binary    the frame is none of these; send no such frame again
    hello_first, hello_again         out of order
    empty, too_long                  this message is not taken
    too_fast                         not taken; send it again after `retry_after` seconds
    unavailable                      not stored; send it again after `retry_after` seconds
    unknown_file                     not taken: one of its files was not uploaded to this chat, or an hour ago
    too_many, too_many_here          too many pages are open, or of this address; the socket is closed
    other_bot                        the page means another bot; the socket is closed
    hello_late                       the socket is closed because nobody said hello
    identity                         the socket is closed: nobody has signed who the visitor is, or it has run out
"""

from typing import Annotated, Any

import msgspec

from botkit import Button, Card, Reply, read_markup

ClientId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Ref = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
MOST_FILES = 10
Name = Annotated[str, msgspec.Meta(max_length=200)]
Label = Annotated[str, msgspec.Meta(max_length=2_000)]


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """A page opened: with the chat and token that it was given before, and the last entry that it shows.

    `identity` is what the site has signed of the visitor, or `user` is the visitor's id and `user_hash` the site's
    HMAC of it; `fresh` asks such a visitor's page for a new chat. `bot` is the name of the bot that the page means.
    """

    chat: Name = ""
    token: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    locale: Annotated[str, msgspec.Meta(max_length=35, pattern=r"^[A-Za-z0-9-]*$")] = ""
    last: Name = ""
    identity: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    fresh: bool = False
    bot: Name = ""
    user: Annotated[str, msgspec.Meta(max_length=500)] = ""
    user_hash: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Said(msgspec.Struct, frozen=True, tag="message"):
    """The customer wrote; `files` are the refs of files that were uploaded before."""

    id: ClientId
    text: str
    files: Annotated[tuple[Ref, ...], msgspec.Meta(max_length=MOST_FILES)] = ()


class Pressed(msgspec.Struct, frozen=True, tag="press"):
    """The customer pressed a button: its `value` or the flow `run`, as they came with the reply."""

    id: ClientId
    value: Label = ""
    run: Name = ""
    label: Label = ""
    question: Name = ""


Frame = Hello | Said | Pressed


class FrameError(Exception):
    """A frame that cannot be used."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


_decoder = msgspec.json.Decoder(Hello | Said | Pressed)
_encoder = msgspec.json.Encoder()


def read_frame(text: str) -> Frame:
    """Read a frame of the page; "" stands for a binary one. Raises FrameError."""
    if not text:
        raise FrameError("binary", "Frames are JSON texts.")
    try:
        frame: Frame = _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise FrameError("bad_message", str(error)[:200]) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise FrameError("bad_json", "this is no JSON object") from error
    return frame


def write_frame(kind: str, **fields: Any) -> str:
    """Write a frame of the server."""
    return _encoder.encode({"type": kind, **fields}).decode()


def write_problem(code: str, message: str, key: str = "", retry_after: float = 0.0) -> str:
    """Write what was wrong: with the frame `key` where it is known, and how long to wait where that helps."""
    fields: dict[str, str | float] = {"code": code, "message": message}
    if key:
        fields["id"] = key
    if retry_after:
        fields["retry_after"] = retry_after
    return write_frame("error", **fields)


def frames_of(reply: Reply, most: int) -> dict[str, str]:
    """Give the frames of a reply (id → frame), its text cut at `most` characters."""
    return {part.id: write_reply(part) for part in cut_reply(reply, most)}


def cut_reply(reply: Reply, most: int) -> list[Reply]:
    """Cut a reply whose text is longer than `most` characters, between words where it can be.

    The last part has the reply's own id and everything that stands beside the text.
    """
    parts: list[Reply] = []
    text = reply.text
    while len(text) > most:
        line, word = text.rfind("\n", 0, most + 1), text.rfind(" ", 0, most + 1)
        end = next((place for place in (line, word) if place >= most // 2 > 0), most)
        part = Reply(f"{reply.id}.{len(parts) + 1}", text[:end], locale=reply.locale)
        parts.append(msgspec.structs.replace(part, agent=reply.agent, owner=reply.owner))
        text = text[end:].lstrip(" \n")
    return [*parts, msgspec.structs.replace(reply, text=text)] if parts else [reply]


def write_reply(reply: Reply) -> str:
    """Write what the bot or the person `agent` says; every field but `body` stands in it, empty or not."""
    return write_frame(
        "reply",
        id=reply.id,
        **_written(reply.text),
        buttons=_buttons(reply.buttons),
        image=reply.image,
        file=reply.file,
        cards=[_card(card) for card in reply.cards],
        question=reply.question,
        locale=reply.locale,
        agent=reply.agent,
        scale=reply.scale,
        owner=reply.owner,
    )


def _written(text: str) -> dict[str, Any]:
    """Give a text, and its blocks (`botkit.read_markup`) where it has formatting or links."""
    blocks = read_markup(text)
    return {"text": text} if blocks is None else {"text": text, "body": blocks}


def write_stream(id: str, state: str, text: str, agent: str) -> str:  # noqa: A002 - the frame's name for it
    """Write an answer as far as it is made: its whole text."""
    return write_frame("stream", id=id, state=state, agent=agent, **_written(text))


def write_typing(agent: str = "") -> str:
    """Write that the bot writes, or a person."""
    return write_frame("typing", agent=agent)


def _buttons(buttons: tuple[Button, ...]) -> list[dict[str, str]]:
    return [{"label": one.label, "value": one.value, "run": one.run, "url": one.url} for one in buttons]


def _card(card: Card) -> dict[str, Any]:
    return {
        "title": card.title,
        "text": card.text,
        "image": card.image,
        "url": card.url,
        "buttons": _buttons(card.buttons),
    }
