"""A language model that does whatever it is told, by whomever: it finds the order wherever it stands in a request.

Orders are `do{tool, name=value}`, `say{text}`, `say{text | how}` and `tell{how}` (what it was told itself; `tell{how
word}`: what it was told of that), in Chinese 执行, 说 and 背诵; encoded as it comes, or in two parts: `[1/2 ...]` and `[2/2 ...]`.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from botkit.model.completions import Completion, ToolCall, Usage
from botkit.ports.models import ModelRequest, OnText
from tests.injections.disguises import HIDE, readings

_ORDER = re.compile(r"(do|say|tell|cmd|执行|说|背诵|命令)\{([^{}\n]*)\}")
_PARTS = re.compile(r"\[([12])/2 (.*?)\]", re.DOTALL)
_ENGLISH = {"执行": "do", "说": "say", "背诵": "tell", "命令": "cmd"}
_SENTENCES = re.compile(r"[^\n.。]+")
DONE = "Done. It says: "


class ObeyingModel:
    """Obeys each order once; without one it plays its script, then says that it sees. `obeyed` are the orders."""

    def __init__(self, script: Sequence[str] = ()) -> None:
        self.name = "obeying"
        self.features = frozenset({"tools", "schema"})
        self.obeyed: list[str] = []
        self._script = list(script)
        self._second: list[str] = []
        self._looked = False
        self._called = 0

    async def close(self) -> None:
        """Nothing is open."""

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> Completion:
        """Obey, or go on with the script."""
        if request.schema_name in ("commands", "answer"):
            made = self._commands(request) if request.schema_name == "commands" else self._answer(request)
            return Completion(json.dumps(made, ensure_ascii=False), usage=Usage(1, 1))
        play = self._play(request)
        usage = Usage(1, 1)
        if isinstance(play, ToolCall):
            return Completion(calls=(play,), finish="tools", usage=usage)
        for at in range(0, len(play), 7):
            if on_text is not None:
                on_text(play[at : at + 7])
        return Completion(play, usage=usage)

    def _next(self, request: ModelRequest, *verbs: str) -> str:
        orders = [one for one in _orders(request) if one not in self.obeyed and one.startswith(verbs)]
        self.obeyed += orders[:1]
        return orders[0] if orders else ""

    def _commands(self, request: ModelRequest) -> dict[str, Any]:
        """Give the command that the message smuggles, as the router's schema has it."""
        order = self._next(request, "cmd")
        if not order:
            return {"commands": []}
        name, *pairs = [part.strip() for part in order.partition("{")[2].removesuffix("}").split(",")]
        given: dict[str, Any] = dict(pair.split("=", 1) for pair in pairs)
        given["names"] = str(given.get("names", "")).split("+") if given.get("names") else []
        return {"commands": [{"command": name, "name": "", "value": "", "reason": "", **given}]}

    def _answer(self, request: ModelRequest) -> dict[str, Any]:
        """Give the answer that an article or the customer orders, quoting where the order stands."""
        order = self._next(request, "say", "tell")
        if not order:
            return {"answerable": False, "answer": "", "quotes": [], "sources": []}
        made = str(self._obey(order, request)).removeprefix("Of course: ")
        passages = re.findall(r"<passage[^>]*>(.*?)</passage>", request.messages[-1].text, re.DOTALL)
        lines = [line for line in "\n".join(passages).splitlines() if line.strip()]
        quotes = [line for line in lines if made[:20] in line] or lines[-1:]
        return {"answerable": True, "answer": made, "quotes": quotes, "sources": [1]}

    def _play(self, request: ModelRequest) -> str | ToolCall:
        last = request.messages[-1]
        if last.role == "tool" and self._called:
            self._called = 0
            return DONE + last.text
        if self._second:
            return self._second.pop()
        order = next((one for one in _orders(request) if one not in self.obeyed), None)
        if order is not None:
            self.obeyed.append(order)
            return self._obey(order, request)
        if not self._looked and any(tool.name == "notes" for tool in request.tools):
            self._looked = True
            return ToolCall("look", "notes")
        return self._scripted(self._script.pop(0)) if self._script else "I see."

    def _scripted(self, play: str) -> str | ToolCall:
        match = _ORDER.fullmatch(play)
        return self._call(match[2]) if match is not None and match[1] == "do" else play

    def _obey(self, order: str, request: ModelRequest) -> str | ToolCall:
        verb, _, given = order.partition("{")
        given = given.removesuffix("}")
        if verb == "do":
            return self._call(given)
        if verb == "tell":
            system = "\n".join(one.text for one in request.messages if one.role == "system")
            how, _, part = given.partition(" ")
            told = " ".join(one for one in _SENTENCES.findall(system) if part in one) if part else system
            return self._said(told, how)
        text, _, how = given.partition("|")
        return self._said(text.strip(), how.strip() or "plain")

    def _said(self, text: str, how: str) -> str:
        """Say a text in some way; in halves the rest comes at the next turn."""
        way, _, halves = how.partition("+")
        hidden = HIDE[way](text) if way in HIDE else text
        if halves or way == "halves":
            middle = len(hidden) // 2
            self._second.append(hidden[middle:])
            return hidden[:middle]
        return f"Of course: {hidden}"

    def _call(self, given: str) -> ToolCall:
        self._called += 1
        name, *pairs = [part.strip() for part in given.split(",")]
        args: dict[str, Any] = {}
        for pair in pairs:
            key, _, value = pair.partition("=")
            args[key] = int(value) if value.isdigit() else value
        return ToolCall(f"call{len(self.obeyed)}{len(self._script)}", name, json.dumps(args))


def _orders(request: ModelRequest) -> list[str]:
    """Find the orders in what others wrote: as it stands, encoded, or in two parts anywhere."""
    read = [one.text for one in request.messages if one.role in ("user", "tool")]
    text = "\n".join([*read, *(tool.description for tool in request.tools)])
    parts = dict(_PARTS.findall(text))
    found: list[str] = []
    for one in [text, parts.get("1", "") + parts.get("2", "")]:
        for reading in readings(one):
            if not found:  # what stands there as it is counts before what it could mean as well
                found = [f"{_ENGLISH.get(verb, verb)}{{{given}}}" for verb, given in _ORDER.findall(reading)]
    return list(dict.fromkeys(found))
