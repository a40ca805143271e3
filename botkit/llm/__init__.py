"""Language models: their prompts, who asks them, and the gateway before them. Loaded when a bot names one.

require()                                     # raises ConfigError where OpenAI's library is missing
model, media = await open_model(endpoint)
gateway = Gateway([Served(model, endpoint.prices)], clock, media=media)
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from botkit.llm.settings import Budget, Endpoint, ModelSettings, Prices, Timeouts, require

if TYPE_CHECKING:
    from botkit.ports.models import LanguageModel, Media

__all__ = ["Budget", "Endpoint", "ModelSettings", "Prices", "Timeouts", "open_model", "require"]


async def open_model(endpoint: Endpoint) -> "tuple[LanguageModel, Media | None]":
    """Give a model and what else its server has; one in a folder has nothing else. Raises ConfigError.

    OpenAI's library takes a second to load, which happens off the event loop.
    """
    if endpoint.local:
        from botkit.llm.local import open_local

        folder = Path(endpoint.local)
        return open_local(folder, max_tokens=endpoint.max_tokens, temperature=endpoint.temperature), None
    require()
    return await asyncio.to_thread(_open, endpoint)


def _open(endpoint: Endpoint) -> "tuple[LanguageModel, Media]":
    from botkit.llm.media import OpenAIMedia
    from botkit.llm.openai_model import OpenAIModel

    model = OpenAIModel(endpoint)
    _ = model.client.chat.completions, model.client.responses  # they load what they are made of
    return model, OpenAIMedia(endpoint, model.client)
