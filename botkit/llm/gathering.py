"""Gathering: the parts of an answer, until it is a completion or shows that it cannot be one."""

from collections.abc import Callable, Mapping

from botkit.errors import ModelError
from botkit.llm import faults
from botkit.llm.counting import guess_input, guess_output
from botkit.model.completions import Completion, Finish, ToolCall, Usage
from botkit.ports.models import ModelRequest, OnText


class _Call:
    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []


class Gathering:
    """What came so far of one answer. `begun` is called when its first token is there.

    `finish` stays empty until the server said why it stopped, `ended` until it said that this is all.
    """

    def __init__(self, on_text: OnText | None, begun: Callable[[], None]) -> None:
        self._on_text = on_text
        self._begun = begun
        self._texts: list[str] = []
        self._calls: list[_Call] = []
        self._at: dict[int, int] = {}
        self.finish: Finish | str = ""
        self.refusal = False
        self.usage: Usage | None = None
        self.model = ""

    def touch(self) -> None:
        """Note that the model is at work: its thoughts count as well."""
        self._begun()

    def add_text(self, text: str) -> None:
        """Add a part of the text."""
        if not isinstance(text, str):
            raise faults.malformed()
        if text:
            self._begun()
            self._texts.append(text)
            if self._on_text is not None:
                self._on_text(text)

    def refuse(self) -> None:
        """Note that the model, or a filter, will not answer."""
        self._begun()
        self.refusal = True

    def add_call(self, index: int, id_: str, name: str, arguments: str) -> None:
        """Add a part of a call. Some servers give all calls one index, and each another id."""
        self._begun()
        at = self._at.get(index)
        if at is None or (id_ and self._calls[at].id and self._calls[at].id != id_):
            at = self._at[index] = len(self._calls)
            self._calls.append(_Call())
        call = self._calls[at]
        call.id = call.id or id_
        call.name = call.name or name
        call.arguments.append(arguments)

    def completion(self, request: ModelRequest, names: Mapping[str, str]) -> Completion:
        """Give the completion. `names` are the tools' own by those that the server knows. Raises ModelError."""
        if self.refusal or self.finish == "filter":
            raise faults.refused()
        if not self.finish:
            raise faults.cut_off()
        text = "".join(self._texts)
        calls = tuple(self._made(n, call, names) for n, call in enumerate(self._calls, 1))
        length = self.finish == "length"
        if length and (calls or request.schema is not None or not text.strip()):
            raise ModelError("the language model's answer reached its limit of tokens", reason="truncated")
        if not calls and not text.strip():
            raise faults.empty("the language model gave an empty answer")
        finish: Finish = "length" if length else "tools" if calls else "stop"
        made = Completion(text, calls, finish, model=self.model)
        usage = self.usage or Usage(guess_input(request), guess_output(made), guessed=True)
        return Completion(text, calls, finish, usage, self.model)

    def _made(self, number: int, call: _Call, names: Mapping[str, str]) -> ToolCall:
        if not call.name:
            raise faults.malformed()
        ids = [one.id for one in self._calls]
        alone = call.id and ids.count(call.id) == 1
        arguments = "".join(call.arguments)
        return ToolCall(call.id if alone else f"call_{number}", names.get(call.name, call.name), arguments or "{}")
