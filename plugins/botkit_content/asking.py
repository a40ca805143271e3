"""Asking the model for a text that passes its checks: once, once more with what was wrong, then it has failed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from botkit import ActionError, Context
from botkit_content import checking
from botkit_content.checking import Check, Fault
from botkit_content.parts import count_tokens, cut, join
from botkit_content.shelf import digest_of

T = TypeVar("T")

LONGEST: Final = 200_000  # characters of a text that is worked on
_AGAIN: Final = (
    "The data `attempt` is what you gave before, and `faults` says what is wrong with it. Give it again, whole, "
    "without these faults."
)

_UNREADABLE: Final = Fault("malformed", "It cannot be read.", "It is not the JSON that was asked for.")
_MOST_SHOWN: Final = 20_000  # characters of what it gave before

Read = Callable[[str], T]
"""Reads what a model gave; raises ValueError for what it cannot read."""


async def ask_for(
    ctx: Context,
    instructions: str,
    data: Mapping[str, str],
    read: Read[T],
    find: Callable[[T], list[Fault]],
    *,
    quotes: bool = False,
    **how: Any,
) -> T:
    """Give what a model wrote, read and without a fault. Raises ActionError with the code of the first fault.

    With `quotes` links of the data may stand in it, and always if the setting `links` says so.
    """
    quotes = quotes or ctx.settings.links == "given"
    words, shown = instructions, dict(data)
    for again in (True, False):
        text = await ctx.model.write(words, shown, quotes=quotes, **how)
        try:
            made = read(text)
            faults = find(made)
        except (ValueError, TypeError, LookupError):
            faults = [_UNREADABLE]
        if not faults:
            return made
        if again:
            ctx.log.info("content: asked again: %s", faults[0].code)
            told = "\n".join(fault.told for fault in faults)
            words, shown = f"{instructions}\n\n{_AGAIN}", {**data, "attempt": text[:_MOST_SHOWN], "faults": told}
    raise ActionError(faults[0].message, error=faults[0].code)


async def ask_for_text(
    ctx: Context, instructions: str, data: Mapping[str, str], checks: Sequence[Check], **how: Any
) -> str:
    """Give a plain text that passes the checks."""
    return await ask_for(
        ctx, instructions, data, str, lambda text: checking.find_faults(text, [checking.is_bare, *checks]), **how
    )


async def ask_in_parts(
    ctx: Context,
    instructions: str,
    name: str,
    text: str,
    checks: Callable[[str], Sequence[Check]],
    *,
    quotes: bool = False,
    **options: Any,
) -> tuple[str, int]:
    """Work on a text in parts that a model can take, and give it put together, with how many parts there were.

    A part that is done is kept: what was cut off goes on after it. `options` are what beside the text the result
    depends on, as data for the model too. With `quotes` the links of the text may stand in it.
    """
    parts = cut(text, ctx.settings.part_tokens)
    done: list[str] = []
    for part in parts:
        made_of = (ctx.conversation, instructions, options, part.text, quotes)
        data = {name: part.text, **options}
        done.append(await _once(ctx, instructions, data, checks(part.text), made_of, quotes=quotes))
    return join(parts, done), len(parts)


async def shrink(
    ctx: Context,
    instructions: str,
    name: str,
    text: str,
    checks: Callable[[str], Sequence[Check]],
    *,
    tokens: int,
    quotes: bool = False,
) -> tuple[str, int]:
    """Make of a long text one that a model can take at once, part by part, as often as needed."""
    parts = cut(text, ctx.settings.part_tokens)
    first = len(parts)
    while len(parts) > 1:
        done: list[str] = []
        for part in parts:
            made_of = (ctx.conversation, instructions, part.text, quotes)
            data, sound = {name: part.text}, checks(part.text)
            one = await _once(ctx, instructions, data, sound, made_of, tokens=tokens, quotes=quotes)
            done.append(one if count_tokens(one) < count_tokens(part.text) else part.text)
        shorter = "\n\n".join(done)
        if count_tokens(shorter) >= count_tokens(text):
            raise ActionError("It cannot be made short enough.", error="too_long")
        text, parts = shorter, cut(shorter, ctx.settings.part_tokens)
    return text, first


async def _once(
    ctx: Context,
    instructions: str,
    data: Mapping[str, str],
    checks: Sequence[Check],
    made_of: Sequence[Any],
    *,
    tokens: int = 0,
    quotes: bool = False,
) -> str:
    """Do a part, unless it was done before."""
    digest, now = digest_of(*made_of, ctx.settings.links), ctx.now.timestamp()
    kept = ctx.state.find(digest, now)
    if kept is not None:
        return str(kept)
    most = tokens or checking.tokens_for(next(iter(data.values())))
    known = {key: value for key, value in data.items() if value}
    text = await ask_for_text(ctx, instructions, known, checks, tokens=most, quotes=quotes)
    ctx.state.keep(digest, text, now)
    return text


def given(text: str) -> str:
    """Give a text that can be worked on. Raises ActionError."""
    if not any(letter.isalnum() for letter in text):
        raise ActionError("There is no text.", error="no_text")
    if len(text) > LONGEST:
        raise ActionError(f"A text has {LONGEST:,} characters at most.", error="text_too_long")
    return text.strip()
