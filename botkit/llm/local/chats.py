"""Chats: what was said so far, as the tokens that a local model goes on with, or learns from.

A model with a chat template is asked by it. Any other gets a plain form, in which an answer ends with the
tokenizer's end of text:

    System: Be brief.
    User: Where is my order?
    Assistant: It is on its way.<|endoftext|>
    User: Thank you!
    Assistant:
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from botkit.errors import ModelError
from botkit.model.completions import ChatMessage

PLAIN_STOPS: Final = ("\nUser:", "\nSystem:", "\nAssistant:")
_ROLES: Final[Mapping[str, str]] = {"system": "System", "user": "User", "assistant": "Assistant", "tool": "User"}
_FORGED: Final = re.compile(r"(?<=\n)(?=(?:System|User|Assistant):)")
_NEW_LINES: Final = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_BEGUN: Final = "Hello."  # for templates in which a person speaks first

Piece = tuple[str, bool]
"""A piece of text, and whether it is an answer: what a model learns to give."""


class Chats:
    """Writes chats for the model that a tokenizer belongs to.

    No text of a message can pass for a turn of somebody else: special tokens in it are taken apart, and so are lines
    that begin like a turn of the plain form.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.plain = not getattr(tokenizer, "chat_template", None)
        self.end: str = tokenizer.eos_token or ""
        added = getattr(tokenizer, "added_tokens_decoder", {}).values()
        special = {*tokenizer.all_special_tokens, *(str(one) for one in added if one.special)}
        sources = "|".join(re.escape(one) for one in sorted(special, key=len, reverse=True) if one)
        self._special = re.compile(sources or r"(?!)")
        self._begin = self._first_token()

    @property
    def stops(self) -> tuple[str, ...]:
        """The texts at which an answer ends, beside the end of text."""
        return PLAIN_STOPS if self.plain else ()

    def tokens(self, text: str) -> list[int]:
        """Give the tokens of a text that `write` made."""
        found: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return found

    def fit(self, messages: Sequence[ChatMessage], most: int) -> list[int]:
        """Give the tokens of a question in at most `most`: the oldest turns are left out, system messages never.

        What is kept begins with a message of the customer. Raises ModelError if the last turn alone is too long.
        """
        said = [at for at, one in enumerate(messages) if one.role != "system"]
        starts = [0, *(at for at in said[1:] if messages[at].role in ("user", "tool"))]
        known: dict[int, list[int]] = {}

        def tokens_from(start: int) -> list[int]:
            if start not in known:
                kept = [one for at, one in enumerate(messages) if at >= start or one.role == "system"]
                known[start] = self.tokens(self.write(kept, asks=True))
            return known[start]

        first = bisect_left(starts, True, key=lambda start: len(tokens_from(start)) <= most)
        if first == len(starts):
            raise ModelError("the last message is longer than the local model can read", reason="rejected")
        return tokens_from(starts[first])

    def write(self, messages: Sequence[ChatMessage], *, asks: bool) -> str:
        """Give a chat as one text; one that `asks` ends where the answer begins. Raises ModelError."""
        turns = [{"role": _role(one), "content": self._harmless(one.text)} for one in messages]
        if self.plain:
            lines = (self._line(turn) for turn in turns)
            return f"{self._begin}{''.join(lines)}{'Assistant:' if asks else ''}"
        failed: Exception | None = None
        for way in (turns, _alternating(turns)):
            try:
                return str(self._tokenizer.apply_chat_template(way, tokenize=False, add_generation_prompt=asks))
            except Exception as error:  # noqa: BLE001 - templates raise what they like: for a system message, an order
                failed = error
        message = f"the chat template of the local model refuses the chat: {type(failed).__name__}"
        raise ModelError(message, reason="unsupported") from failed

    def pieces(self, messages: Sequence[ChatMessage]) -> list[list[Piece]]:
        """Give a chat as pieces to learn from, in which each answer is one of its own.

        They are cut as they are when the model is asked. Where the template writes an answer in another way once it
        is past, each answer with all before it is a list of its own.
        """
        whole: list[Piece] = []
        apart: list[list[Piece]] = []
        written, grows = "", True
        for at, message in enumerate(messages):
            if message.role != "assistant":
                continue
            before, after = self.write(messages[:at], asks=True), self.write(messages[: at + 1], asks=False)
            if after.startswith(before):
                answer, rest = self._ended(after[len(before) :])
            else:
                answer, rest, grows = f"{self._harmless(message.text)}{self.end}", "", False
            grows = grows and before.startswith(written)
            apart.append([(before, False), (answer, True)])
            whole += [(before[len(written) :], False), (answer, True), (rest, False)]
            written = after
        return [[piece for piece in whole if piece[0]]] if grows and whole else apart

    def _line(self, turn: Mapping[str, str]) -> str:
        text = _FORGED.sub(" ", turn["content"])
        end = self.end if turn["role"] == "assistant" else ""
        return f"{_ROLES[turn['role']]}: {text}{end}\n"

    def _ended(self, answer: str) -> tuple[str, str]:
        """Cut an answer behind its end of text; the template may write more."""
        at = answer.find(self.end) + len(self.end) if self.end and self.end in answer else len(answer)
        return answer[:at], answer[at:]

    def _harmless(self, text: str) -> str:
        plain = _NEW_LINES.sub("\n", text)
        return self._special.sub(lambda match: f"{match[0][0]} {match[0][1:]}", plain)

    def _first_token(self) -> str:
        """Give the beginning of text where the tokenizer puts one before whatever it reads."""
        first = self._tokenizer("")["input_ids"][:1]
        return str(self._tokenizer.bos_token) if first and first[0] == self._tokenizer.bos_token_id else ""


def _role(message: ChatMessage) -> str:
    return "user" if message.role == "tool" else message.role


def _alternating(turns: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Give turns as the strictest templates want them: no system message, and both sides in turn, a person first."""
    orders = "\n\n".join(turn["content"] for turn in turns if turn["role"] == "system")
    said: Iterator[tuple[str, str]] = (
        (role, "\n".join(turn["content"] for turn in group))
        for role, group in groupby(
            (turn for turn in turns if turn["role"] != "system"), key=lambda turn: turn["role"]
        )
    )
    found = [{"role": role, "content": text} for role, text in said]
    if not found or found[0]["role"] != "user":
        found.insert(0, {"role": "user", "content": _BEGUN})
    if orders:
        found[0]["content"] = f"{orders}\n\n{found[0]['content']}"
    return found
