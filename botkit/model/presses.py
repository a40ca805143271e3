"""Presses: what buttons send when they are pressed, signed and as short as a platform wants it.

    SIGNATURE + "v" + QUESTION + "/" + VALUE     answers a question: `v`; starts a flow: `r`
    SIGNATURE + "h" + REPLY + "/" + NUMBER       too long for that: the reply in the history, and which of its buttons

The signature is over the chat too, so that data of one chat is worth nothing in another one.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final, NamedTuple

from botkit.model.events import Press
from botkit.model.replies import Button, Reply

_SIGNATURE: Final = 11  # characters, of six bits each


class LocatedButton(NamedTuple):
    """A button that stands in a reply of the history."""

    reply: str
    number: int

    @property
    def turn(self) -> int:
        """The number of the turn that said the reply; 0 if its name does not tell."""
        number = self.reply.partition(".")[0]
        return int(number) if number.isdigit() and len(number) < 16 else 0


class ButtonSigner:
    """Signs what buttons send, by the bot's token, which every process that serves the bot knows.

    What they send has at most `longest` bytes.
    """

    def __init__(self, token: str, longest: int) -> None:
        self._key = hashlib.sha256(b"botkit buttons\0" + token.encode()).digest()
        self._longest = longest

    def write(self, chat: str, reply: Reply, button: Button, number: int) -> str:
        """Give what a button sends."""
        kind, value = ("r", button.run) if button.run else ("v", button.value)
        data = f"{kind}{reply.question}/{value}"
        if "/" in reply.question or len(data.encode("utf-8", "replace")) > self._longest - _SIGNATURE:
            data = f"h{_tail(chat, reply.id)}/{number}"
        return self._sign(chat, data) + data

    def read(self, chat: str, data: str) -> Press | LocatedButton | None:
        """Give what was pressed; None for what this bot has not written for that chat."""
        signature, data = data[:_SIGNATURE], data[_SIGNATURE:]
        if not data or not hmac.compare_digest(signature.encode(), self._sign(chat, data).encode()):
            return None
        kind, (where, _, value) = data[0], data[1:].partition("/")
        if kind == "h":
            place, _, number = data[1:].rpartition("/")
            return LocatedButton(place, int(number))
        return Press(run=value, question=where) if kind == "r" else Press(value=value, question=where)

    def _sign(self, chat: str, data: str) -> str:
        digest = hmac.digest(self._key, f"{chat}\0{data}".encode("utf-8", "replace"), "sha256")
        return base64.urlsafe_b64encode(digest)[:_SIGNATURE].decode()


def press_of(chat: str, reply: Reply, buttons: Sequence[Button], located: LocatedButton) -> Press | None:
    """Give what a button of a reply stands for, if it is the reply that is meant; `buttons` are those it showed."""
    if _tail(chat, reply.id) != located.reply or located.number >= len(buttons):
        return None
    button = buttons[located.number]
    return Press(value=button.value, run=button.run, label=button.label, question=reply.question)


def _tail(chat: str, name: str) -> str:
    """Give the part of a reply's name that tells it from others of its chat: `12.0` of `telegram:815/12.0`."""
    tail = name.rpartition("/")[2]
    if name.endswith(f":{chat}/{tail}") and len(tail) <= 24 and tail.isascii():
        return tail
    return "~" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
