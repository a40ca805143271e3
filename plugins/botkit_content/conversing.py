"""Conversing: voice messages are heard and answered by voice, and two who share no language are translated live."""

import logging
from typing import Final, cast

from msgspec.structs import replace

from botkit import ActionError, Context, File, FileError, Message, ModelError, Plugin, Reply, without_markup
from botkit_content.briefing import Lines, told_before
from botkit_content.languages import Language, shown
from botkit_content.translating import translation_of

LONGEST_SOUND: Final = 10_000_000  # bytes of a voice message that is listened to
LONGEST_SAID: Final = 1_000  # characters of a reply that is said aloud
BY_VOICE: Final = "by_voice"
"""The fact about a customer that their last message was a voice message."""
WRITES: Final = "writes_in"
"""The fact about a customer in which language they wrote last."""

_FAILURES: Final = (ActionError, ModelError, FileError)


async def listen(ctx: Context, message: Message) -> str:
    """Give what the voice message of a customer says; nothing where there is none, or it cannot be heard."""
    sound = next((file for file in message.files if file.kind == "audio" and not file.refused), None)
    if sound is None or message.text.strip() or sound.size > LONGEST_SOUND:
        return ""
    content = b"".join([chunk async for chunk in ctx.files.open(sound)])
    return (await ctx.model.transcribe(content, name=sound.name or "voice.ogg")).strip()


async def say_aloud(ctx: Context, text: str) -> File | None:
    """Give a text as a voice message; none where it is too long for that, or has nothing that can be said."""
    said = without_markup(text).strip()
    if len(said) > LONGEST_SAID or not any(letter.isalnum() for letter in said):
        return None
    sound = await ctx.model.speak(said, voice=ctx.settings.voice, format="opus")
    file = await ctx.files.put("voice.ogg", sound)
    return file if file.kind == "audio" else None


def converse(plugin: Plugin) -> None:
    """Let a plugin hear and speak, as its settings say."""

    @plugin.hear(timeout=30.0)
    async def hear(ctx: Context, message: Message) -> Message | None:
        """Write down a voice message, and translate for a person what a customer says."""
        settings, heard = ctx.settings, message
        try:
            if settings.listen:
                text = await listen(ctx, message)
                if settings.speak == "answer" and bool(text) != bool(ctx.customer.get(BY_VOICE)):
                    ctx.identify(**{BY_VOICE: True if text else None})
                heard = replace(heard, text=text or message.text)
            if settings.desk_language is not None:
                heard = await _translate_in(ctx, heard, settings.desk_language)
        except _FAILURES as error:
            _tell(ctx, "heard", error)
        return heard

    @plugin.speak(timeout=30.0)
    async def speak(ctx: Context, reply: Reply) -> Reply | None:
        """Say a reply aloud, or what a person says in the customer's language."""
        settings, spoken = ctx.settings, reply
        try:
            if reply.agent and settings.desk_language is not None:
                spoken = await _translate_out(ctx, spoken)
            aloud = settings.speak == "always" or (settings.speak == "answer" and ctx.customer.get(BY_VOICE))
            if aloud and not spoken.file:
                sound = await say_aloud(ctx, spoken.text)
                spoken = replace(spoken, file=sound.ref) if sound is not None else spoken
        except _FAILURES as error:
            _tell(ctx, "said", error)
        return spoken

    @plugin.brief(timeout=60.0)
    async def brief(ctx: Context, lines: Lines) -> str | None:
        """Give people who take a conversation over what was said before in their language."""
        if ctx.settings.desk_language is None:
            return None
        try:
            return await told_before(ctx, lines, ctx.settings.desk_language) or None
        except _FAILURES as error:
            _tell(ctx, "translated", error)
            return None


async def _translate_in(ctx: Context, message: Message, desk: Language) -> Message:
    """Give a message with its translation for the people of the desk, if they are there."""
    found = shown(message.text)
    if found and found != ctx.customer.get(WRITES):
        ctx.identify(**{WRITES: found})
    if ctx.owner == "bot" or not found or found == desk:
        return message
    made = await translation_of(ctx, message.text, desk, quotes=True)
    return replace(message, translated=made.text)


async def _translate_out(ctx: Context, reply: Reply) -> Reply:
    """Give what a person says in the language that the customer writes, with what they said."""
    wanted = str(ctx.customer.get(WRITES) or "")
    if not wanted or shown(reply.text) == wanted or not any(letter.isalnum() for letter in reply.text):
        return reply
    made = await translation_of(ctx, reply.text, cast("Language", wanted), quotes=True)
    return replace(reply, text=made.text, original=reply.text) if made.text != reply.text else reply


def _tell(ctx: Context, what: str, error: Exception) -> None:
    reason = getattr(error, "reason", "") or getattr(error, "error", "")
    ctx.log.log(logging.WARNING, "content: not %s: %s", what, reason or type(error).__name__)
