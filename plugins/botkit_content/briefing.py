"""Briefing: what was said before people took a conversation over, in their language, line by line."""

import json
from collections.abc import Sequence
from typing import Any, Final

from botkit import Context
from botkit_content import checking, facts
from botkit_content.asking import ask_for
from botkit_content.languages import Language, name, shown
from botkit_content.wording import LINES_SCHEMA, lines_translation

MOST_SAID: Final = 8_000  # characters of what was said last that are translated

Lines = Sequence[tuple[str, str]]


async def told_before(ctx: Context, lines: Lines, desk: Language) -> str:
    """Give what was said, with those lines translated that show another language than the desk's; "" for none.

    A translation that loses or adds a fact is left out for the original. Raises ActionError and ModelError.
    """
    kept = _last(lines)
    foreign = [at for at, (_, text) in enumerate(kept) if shown(text) not in ("", desk)]
    if not foreign:
        return ""
    originals = [kept[at][1] for at in foreign]
    made = await _translations(ctx, originals, desk)
    sound = {at: text for at, one, text in zip(foreign, originals, made, strict=True) if _is_sound(one, text, desk)}
    if not sound:
        return ""
    spoken = sorted({shown(kept[at][1]) for at in sound})
    told = [f"{who}: {sound.get(at, text)}" for at, (who, text) in enumerate(kept)]
    return "\n".join([f"{', '.join(spoken)} → {desk}", *told])


def _last(lines: Lines) -> list[tuple[str, str]]:
    """Give as many of the last lines as there is room for."""
    kept: list[tuple[str, str]] = []
    room = MOST_SAID
    for who, text in reversed(lines):
        room -= len(text)
        if room < 0:
            break
        kept.append((who, text))
    return kept[::-1]


async def _translations(ctx: Context, originals: Sequence[str], desk: Language) -> list[str]:
    def read(text: str) -> list[str]:
        found: Any = json.loads(text)["lines"]
        if len(found) != len(originals) or not all(isinstance(one, str) for one in found):
            raise ValueError
        return [one.strip() for one in found]

    data = {"lines": json.dumps(originals, ensure_ascii=False)}
    room = checking.tokens_for(data["lines"])
    asked = lines_translation(name(desk), len(originals))
    return await ask_for(ctx, asked, data, read, lambda _: [], schema=LINES_SCHEMA, tokens=room, quotes=True)


def _is_sound(original: str, text: str, desk: Language) -> bool:
    """Tell whether a translation is in its language, and has what its original has and nothing else."""
    checks = [
        checking.is_bare,
        checking.in_language(desk),
        checking.keeps_facts(original),
        checking.adds_no_facts(original),
        checking.adds_no_links(original),
        checking.keeps_names(facts.names(original)),
        checking.at_most(checking.count_words(original) * 4 + 20),
    ]
    return bool(text) and not checking.find_faults(text, checks)
