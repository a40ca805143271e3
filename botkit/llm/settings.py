"""Which models a bot has, as bot.yaml says under `llm:`."""

from importlib.util import find_spec
from typing import Final, Literal

import msgspec

from botkit.errors import ConfigError

Api = Literal["chat", "responses"]
Mode = Literal["off", "fallback", "first"]
Answers = Literal["compose", "quote"]
Check = Literal["quotes", "numbers", "off"]
Scope = Literal["conversation", "visitor", "bot", "day"]

OPENAI: Final = "https://api.openai.com/v1"
DAY: Final = 86_400.0
EVER: Final = 100 * 365 * DAY  # seconds; of a budget that does not begin anew
PERIODS: Final[dict[Scope, float]] = {"conversation": EVER, "visitor": DAY, "bot": 30 * DAY, "day": DAY}


class Timeouts(msgspec.Struct, frozen=True):
    """For how many seconds what is waited: a connection, the first token of a streamed answer, an answer with all
    its tries, and a picture or a sound."""

    connect: float = 5.0
    first: float = 15.0
    total: float = 45.0
    media: float = 120.0


class Prices(msgspec.Struct, frozen=True):
    """What a million tokens cost, in the bot's currency. `cached` None: what is cached costs as much as the rest."""

    input: float = 0.0
    output: float = 0.0
    cached: float | None = None

    def of(self, put_in: int, cached: int, given: int) -> float:
        """Give what so many tokens cost: `cached` are those of `put_in` that the server had."""
        cheaper = self.input if self.cached is None else self.cached
        return ((put_in - cached) * self.input + cached * cheaper + given * self.output) / 1e6


class Budget(msgspec.Struct, frozen=True):
    """What may be used in a period of so many seconds. 0: as much as anybody likes."""

    tokens: int = 0
    money: float = 0.0
    period: float = DAY


class Endpoint(msgspec.Struct, frozen=True):
    """A model at a server that speaks OpenAI's API, and the models there for what is not text.

    `azure` is a version of Azure's API; `base_url` then is the resource's. An empty name of a model: there is none.
    With `local`, a folder, it is a model in this process instead, and there is none for anything else than text.
    """

    model: str
    base_url: str = OPENAI
    api_key: str = ""
    api: Api = "chat"
    azure: str = ""
    temperature: float | None = None
    max_tokens: int = 1000
    timeouts: Timeouts = Timeouts()
    prices: Prices = Prices()
    vision: bool = False
    image: str = ""
    speech: str = ""
    voice: str = "alloy"
    transcribe: str = ""
    moderation: str = ""
    local: str = ""

    def __repr__(self) -> str:
        """Give it without the key."""
        return f"Endpoint({self.shown})"

    @property
    def shown(self) -> str:
        """What it is called for people."""
        return f"{self.model} in {self.local}" if self.local else f"{self.model} at {self.base_url}"


class ModelSettings(msgspec.Struct, frozen=True):
    """`llm:` of bot.yaml. `lacks` names the variables without whose values the models cannot be asked.

    `links` are the hosts to which links lead that a model may write, beside those of `safety`; `length` is the most
    characters of what it says (0: as the guard has it).
    """

    endpoint: Endpoint
    mode: Mode = "fallback"
    retries: int = 2
    fallback: Endpoint | None = None
    budgets: dict[Scope, Budget] = {}
    mask: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    length: int = 0
    answers: Answers | None = None
    check: Check = "quotes"

    @property
    def composes(self) -> Answers:
        """How articles answer: composed where the model routes, unless `answers` says otherwise."""
        return self.answers or ("quote" if self.mode == "off" else "compose")


def require() -> None:
    """Raise ConfigError, with the mend, where OpenAI's library is not there; it is not loaded."""
    if find_spec("openai") is None:
        raise ConfigError("a language model needs the package openai", hint="pip install 'botkit[llm]'")
