"""The plugin `content`: what a language model writes, draws, says and hears, as actions of a bot.

Every text is checked by code: its language, its length, numbers, codes, links, names and keywords. What does not pass
is asked for once more, with what was wrong, and then fails with a code of its own (docs/content.md).
"""

import asyncio
import json
from typing import Annotated

from pydantic import Field

from botkit import ActionError, Context, File, FileError, Plugin
from botkit_content import checking, facts
from botkit_content.asking import ask_for, ask_for_text, ask_in_parts, given, shrink
from botkit_content.conversing import converse
from botkit_content.languages import Language, base, name, shown
from botkit_content.parts import cut
from botkit_content.results import (
    Answer,
    Audience,
    Draft,
    Heard,
    Keep,
    Keywords,
    Kind,
    Length,
    Piece,
    Rewriting,
    Size,
    Style,
    Summary,
    Text,
    To,
    Tone,
    Translation,
)
from botkit_content.settings import ContentSettings
from botkit_content.shelf import Shelf
from botkit_content.translating import translation_of
from botkit_content.wording import (
    ANSWER,
    ANSWER_SCHEMA,
    DESCRIBE,
    DRAFT_SCHEMA,
    rewriting,
    summary,
    writing,
)

plugin = Plugin("content", settings=ContentSettings)

TITLE = 60  # characters of a title that search engines show
MOST_ASKED = 4_000  # characters of a prompt for a picture, or of what is said aloud
LATE = 300.0  # seconds for a long text
_NOTES = 120  # words of the notes on one part of a long text
_WORDS = {"article": 400, "advertisement": 60, "email": 150, "post": 80}


@plugin.start
async def start(settings: ContentSettings) -> Shelf:
    """Open the shelf of done parts."""
    return await asyncio.to_thread(Shelf, settings.parts)


@plugin.stop
async def stop(state: Shelf) -> None:
    """Close it."""
    await asyncio.to_thread(state.close)


@plugin.action(effect="read", timeout=LATE, retries=0)
async def summarise(
    ctx: Context,
    text: Text,
    sentences: Annotated[int, Field(ge=1, le=20, description="How many sentences at most.")] = 3,
    language: Annotated[Language | None, Field(description="Its language; the text's own if none is given.")] = None,
    audience: Annotated[
        Audience, Field(description="Who reads it: anybody, or a colleague who takes over.")
    ] = "reader",
) -> Summary:
    """Summarise a text or a conversation: no number and no name in it that the text has not."""
    text = given(text)
    to = language or shown(text) or base(ctx.locale)
    sound = [checking.adds_no_links(text), checking.adds_no_facts(text)]
    notes = summary(name(to), 0, audience)
    quotes = audience == "colleague"  # who reads the conversation as well
    room = checking.room_for(_NOTES)
    short, parts = await shrink(ctx, notes, "text", text, lambda _part: sound, tokens=room, quotes=quotes)
    words = 40 * sentences
    checks = [checking.in_language(to), checking.at_most(words), *sound]
    if not language or to == shown(text):
        checks.append(checking.adds_no_names(text))
    asked = summary(name(to), sentences, audience)
    room = checking.room_for(words)
    made = await ask_for_text(ctx, asked, {"text": short}, checks, tokens=room, quotes=quotes)
    return Summary(text=made, language=to, parts=parts)


@plugin.action(effect="read", timeout=LATE, retries=0)
async def translate(
    ctx: Context,
    text: Text,
    language: To,
    keep: Keep = [],  # noqa: B006 - pydantic copies it
    style: Annotated[Style, Field(description="How the reader is addressed, where the language has both.")] = "any",
) -> Translation:
    """Translate a text: numbers, codes, links and names stay, the original is kept beside it."""
    return await translation_of(ctx, text, language, keep, style)


@plugin.action(effect="read", inline=True)
def split(ctx: Context, text: Text) -> list[Piece]:
    """Cut a text into parts that a model can take, for a flow that works on them one by one and tells how far."""
    return [Piece(text=part.text, gap=part.gap) for part in cut(given(text), ctx.settings.part_tokens)]


@plugin.action(effect="read", timeout=120.0, retries=0)
async def write(
    ctx: Context,
    kind: Annotated[Kind, Field(description="What is to be written.")],
    about: Annotated[str, Field(description="What it is about: every fact that it may name.")],
    language: Annotated[Language | None, Field(description="Its language; the customer's if none is given.")] = None,
    keywords: Keywords = [],  # noqa: B006
    tone: Annotated[Tone, Field(description="How it sounds.")] = "friendly",
    words: Annotated[int, Field(ge=0, le=2000, description="About how many words; 0: as is usual for its kind.")] = 0,
) -> Draft:
    """Write an article, an advertisement, an e-mail or a post, with a title and the keywords in it."""
    about = given(about)
    to = language or base(ctx.locale)
    wanted = [one.strip() for one in keywords if one.strip()]
    long = words or _WORDS[kind]
    of_both = [
        checking.is_bare,
        checking.has_all(wanted),
        checking.adds_no_amounts(about),
        checking.adds_no_links(about),
    ]
    of_text = [checking.in_language(to), checking.at_most(int(long * 1.25)), checking.at_least(int(long * 0.5))]

    def find(draft: Draft) -> list[checking.Fault]:
        faults = checking.find_faults(f"{draft.title}\n{draft.text}", of_both)
        faults += checking.find_faults(draft.text, of_text)
        if not draft.title or len(draft.title) > TITLE:
            told = f"The title has {len(draft.title)} characters; it needs some, and {TITLE} at most."
            faults.append(checking.Fault("bad_title", "The title is missing or too long.", told))
        return faults

    return await ask_for(
        ctx,
        writing(kind, name(to), tone, long, TITLE),
        {"about": about, **({"keywords": ", ".join(wanted)} if wanted else {})},
        lambda text: _draft_in(text, to, wanted),
        find,
        schema=DRAFT_SCHEMA,
        tokens=checking.room_for(long * 2),
    )


def _draft_in(text: str, language: str, keywords: list[str]) -> Draft:
    found = json.loads(text)
    title, body = found["title"], found["text"]
    if not isinstance(title, str) or not isinstance(body, str):
        raise TypeError
    return Draft(title=title.strip(), text=body.strip(), language=language, keywords=keywords)


@plugin.action(effect="read", timeout=LATE, retries=0)
async def rewrite(
    ctx: Context,
    text: Text,
    tone: Annotated[Tone, Field(description="How it is to sound.")] = "neutral",
    length: Annotated[Length, Field(description="How long it is to be, beside what it is now.")] = "same",
    keep: Keep = [],  # noqa: B006
) -> Rewriting:
    """Write a text in another tone or length, in its own language; its numbers and names stay."""
    text = given(text)
    language = shown(text)
    known = [*ctx.settings.names, *keep]

    def checks(part: str) -> list[checking.Check]:
        size = checking.count_words(part)
        names = facts.names(part, known) if length != "shorter" else [one for one in known if one in part]
        found = [checking.in_language(language)] if language else []
        if length != "shorter":
            found += [checking.keeps_facts(part), checking.at_least(int(size * (1.2 if length == "longer" else 0.6)))]
        found += [checking.adds_no_facts(part), checking.adds_no_links(part), checking.keeps_names(names)]
        most = {"shorter": 0.7, "same": 1.6, "longer": 3.0}[length]
        return [*found, checking.at_most(int(size * most))]

    made, parts = await ask_in_parts(ctx, rewriting(tone, length), "text", text, checks)
    return Rewriting(text=made, original=text, parts=parts)


@plugin.action(effect="read", timeout=60.0, retries=0)
async def answer(
    ctx: Context,
    question: Annotated[str, Field(description="The question.")],
    material: Annotated[str, Field(description="What the answer may be taken from, and nothing else.")],
    language: Annotated[
        Language | None, Field(description="Its language; the question's own if none is given.")
    ] = None,
) -> Answer:
    """Answer a question out of a given material alone; where that has no answer, `answerable` is false."""
    question, material = given(question), given(material)
    if len(material) > 20_000:
        raise ActionError("The material has 20,000 characters at most.", error="text_too_long")
    to = language or shown(question) or base(ctx.locale)
    whole = f"{material}\n{question}"
    checks = [
        checking.is_bare,
        checking.in_language(to),
        checking.adds_no_facts(whole),
        checking.adds_no_links(whole),
        checking.at_most(200),
    ]

    def find(made: Answer) -> list[checking.Fault]:
        if not made.answerable:
            return []
        faults = checking.find_faults(made.text, checks)
        if not made.quotes or not all(facts.holds(material, quote) for quote in made.quotes):
            told = "The quotes do not stand in the material word by word, or there is none."
            faults.append(checking.Fault("unsupported_answer", "The material does not say so.", told))
        return faults

    data = {"question": question, "material": material}
    return await ask_for(
        ctx, f"{ANSWER} Answer in {name(to)}.", data, _answer_in, find, schema=ANSWER_SCHEMA, tokens=800
    )


def _answer_in(text: str) -> Answer:
    found = json.loads(text)
    said, quotes = str(found["answer"]).strip(), [str(one).strip() for one in found["quotes"] if str(one).strip()]
    if not found["answerable"] or not said:
        return Answer(answerable=False)
    return Answer(answerable=True, text=said, quotes=quotes)


@plugin.action(effect="read", timeout=60.0, retries=0)
async def describe(
    ctx: Context,
    photo: Annotated[File, Field(description="A picture that the customer sent.")],
    question: Annotated[str, Field(description="What is to be found out from it; nothing: what it shows.")] = "",
    language: Annotated[Language | None, Field(description="Its language; the customer's if none is given.")] = None,
) -> str:
    """Say what a customer's picture shows, by a model that can see (`llm: {vision: true}`)."""
    to = language or base(ctx.locale)
    data = {"question": given(question)} if question else {}
    checks = [checking.in_language(to), checking.at_most(150)]
    return await ask_for_text(ctx, f"{DESCRIBE} Answer in {name(to)}.", data, checks, images=[photo], tokens=500)


@plugin.action(effect="read", timeout=120.0, retries=0)
async def transcribe(
    ctx: Context,
    sound: Annotated[File, Field(description="A voice message or a recording that the customer sent.")],
    language: Annotated[Language | None, Field(description="The language that is spoken, if it is known.")] = None,
) -> Heard:
    """Give what is said in a voice message (Audio API)."""
    if sound.kind not in ("audio", "video"):
        raise ActionError("That is no sound.", error="wrong_type")
    try:
        content = b"".join([chunk async for chunk in ctx.files.open(sound)])
    except FileError as error:
        raise ActionError("The file is not there.", error=error.reason) from None
    text = await ctx.model.transcribe(content, name=sound.name or "voice.ogg", language=language or "")
    if not text.strip():
        raise ActionError("Nothing is said in it.", error="no_text")
    return Heard(text=text.strip(), language=language or shown(text))


@plugin.action(effect="read", timeout=180.0, retries=0)
async def image(
    ctx: Context,
    prompt: Annotated[str, Field(description="What the picture is to show.")],
    size: Annotated[Size, Field(description="Width and height in pixels.")] = "1024x1024",
) -> File:
    """Make a picture (Images API); the conversation keeps it."""
    wanted = given(prompt)
    if len(wanted) > MOST_ASKED:
        raise ActionError(f"It is described in {MOST_ASKED:,} characters at most.", error="text_too_long")
    made = await ctx.model.draw(wanted, size=size)
    return await _kept(ctx, f"picture.{made.mime.partition('/')[2]}", made.content, "image")


@plugin.action(effect="read", timeout=180.0, retries=0)
async def speech(
    ctx: Context,
    text: Annotated[str, Field(description="What is to be said.")],
    voice: Annotated[str, Field(description="The name of a voice; as bot.yaml says if none is given.")] = "",
) -> File:
    """Say a text aloud (Audio API): a voice message in Opus; the conversation keeps it."""
    said = given(text)
    if len(said) > MOST_ASKED:
        raise ActionError(f"A text of {MOST_ASKED:,} characters at most can be said.", error="text_too_long")
    sound = await ctx.model.speak(said, voice=voice or ctx.settings.voice, format="opus")
    return await _kept(ctx, "voice.ogg", sound, "audio")


async def _kept(ctx: Context, named: str, content: bytes, kind: str) -> File:
    try:
        file = await ctx.files.put(named, content)
    except FileError as error:
        raise ActionError("What was made cannot be kept.", error=error.reason) from None
    if file.kind != kind:
        raise ActionError("What was made is of another type.", error="malformed")
    return file


converse(plugin)
