"""Ways: how one server wants to be asked, which it says by what it does not take. Pure policy.

OpenAI's own models take no `max_tokens` any more where others take nothing else; DeepSeek has no structured output,
older servers no usage in streams.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

Structured = Literal["format", "tool", "prompt"]
"""How a model is made to write JSON: by `response_format`, by a tool that it must call, by words."""

REFUSALS: Final = frozenset({400, 404, 415, 422, 501})
_OPTIONS: Final = (
    *("stream_options", "parallel_tool_calls", "tool_choice", "temperature", "stop", "store"),
    *("max_completion_tokens", "max_tokens"),
)
_FORMAT: Final = ("response_format", "json_schema", "text.format", "structured output")


class Ways(msgspec.Struct, frozen=True):
    """What is known of a server: options that it does not take, and how it gives JSON."""

    without: frozenset[str] = frozenset()
    structured: Structured = "format"

    def takes(self, option: str) -> bool:
        """Tell whether it takes an option, as far as is known."""
        return option not in self.without

    def next_structured(self) -> "Ways":
        """Give these ways with the next weaker way to JSON."""
        weaker: Structured = "tool" if self.structured == "format" else "prompt"
        return msgspec.structs.replace(self, structured=weaker)


def learn(ways: Ways, body: Mapping[str, Any], param: str, said: str, *, schema: bool) -> Ways | None:
    """Give other ways after a server did not take a request; None where what it says has no mend.

    `param` is the option that it names, if it does, `said` all that it says, both in small letters.
    """
    if schema and ways.structured == "format" and any(word in f"{param} {said}" for word in _FORMAT):
        return ways.next_structured()
    for where in (param, said):
        for option in _OPTIONS:
            if option in body and option in where:
                return msgspec.structs.replace(ways, without=ways.without | {option})
    if schema and ways.structured == "tool" and "tool" in f"{param} {said}":
        return ways.next_structured()
    return None
