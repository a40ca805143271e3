"""Translating: a text in another language, in parts where it is long, with all that has to stay."""

from collections.abc import Sequence

from botkit import Context
from botkit_content import checking, facts
from botkit_content.asking import ask_in_parts, given
from botkit_content.languages import Language, name, shown
from botkit_content.results import Style, Translation
from botkit_content.wording import translation


async def translation_of(
    ctx: Context,
    text: str,
    language: Language,
    keep: Sequence[str] = (),
    style: Style = "any",
    *,
    quotes: bool = False,
) -> Translation:
    """Give a text in a language, and the original beside it; with `quotes` whatever its links lead to.

    Raises ActionError and ModelError.
    """
    text = given(text)
    source = shown(text)
    if source == language:
        return Translation(text=text, original=text, language=language, source=source)
    known = [*ctx.settings.names, *keep, *_names_of(ctx)]

    def checks(part: str) -> list[checking.Check]:
        names = facts.names(part, known)
        return [
            checking.in_language(language),
            checking.keeps_facts(part),
            checking.adds_no_facts(part),
            checking.adds_no_links(part),
            checking.keeps_names(names),
            checking.at_most(checking.count_words(part) * 4 + 20),
        ]

    asked = translation(name(language), style)
    names = ", ".join(facts.names(text, known))
    made, parts = await ask_in_parts(ctx, asked, "text", text, checks, quotes=quotes, keep=names)
    return Translation(text=made, original=text, language=language, source=source, parts=parts)


def _names_of(ctx: Context) -> list[str]:
    """Give what the session knows of its customer's names."""
    return [str(ctx.customer[key]) for key in ("name", "first_name", "last_name") if ctx.customer.get(key)]
