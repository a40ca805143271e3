"""A checked bot: its flows, with the settings and the catalogue that they were checked against."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from botkit.model.articles import Article
from botkit.model.catalogue import Catalogue
from botkit.model.definitions import Answer, Flow, Intent, SlotDef
from botkit.model.hours import Hours
from botkit.model.locales import Locale

USUAL_THRESHOLD = 0.6


class Settings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What flows and the core need to know of bot.yaml."""

    name: str = "bot"
    locales: tuple[str, ...] = ("en",)
    timezone: str = "UTC"
    currency: str = "EUR"
    country: str = ""
    channels: tuple[str, ...] = ()
    intent_threshold: float | None = None  # None: the classifier's own
    clarify_margin: float = 0.1
    answer_threshold: float | None = None
    knowledge_threshold: float = 0.5
    idle: float = 86_400.0  # seconds after which a session ends
    verified_for: float = 3600.0  # seconds for which it holds who a customer is
    teams: tuple[str, ...] | None = None  # None: every name is accepted
    default_team: str = "support"
    merge_within: float = 0.0  # seconds after a message in which another one becomes part of it
    longest_message: int = 4000  # characters
    most_waiting: int = 100  # messages of a conversation that wait for their turn
    hours: Hours | None = None  # when people are there; None: always
    team_hours: Mapping[str, Hours] = {}  # of the teams that have their own
    patience: float = 300.0  # seconds in the queue after which a customer hears that nobody came; 0: never
    agent_silence: float = 900.0  # seconds without an answer after which a person counts as gone; 0: never
    tell_position: bool = True  # customers in the queue hear how many are before them
    llm_mode: Literal["off", "fallback", "first"] = "off"  # when a language model routes; off if none is there
    llm_answers: Literal["quote", "compose"] = "quote"  # how articles answer; by a quote if no model is there
    llm_check: Literal["quotes", "numbers", "off"] = "quotes"  # what a composed answer is held to

    def sure_enough(self, kind: Literal["intent", "answer"], own: float) -> float:
        """Give the score from which on a match is taken: bot.yaml's, else the classifier's, else the usual one."""
        given = self.answer_threshold if kind == "answer" else self.intent_threshold
        return given if given is not None else own or USUAL_THRESHOLD

    def hours_of(self, team: str = "") -> Hours | None:
        """Give when a team is there, or anybody; None is always."""
        return self.team_hours.get(team, self.hours)


class FlowSet(msgspec.Struct, frozen=True):
    """A checked bot, ready for `dialogue.advance`. `version` is the digest of its sources."""

    version: str
    settings: Settings
    flows: Mapping[str, Flow]
    intents: Mapping[str, Intent] = {}
    answers: Mapping[str, Answer] = {}
    slots: Mapping[str, SlotDef] = {}
    locales: Mapping[str, Locale] = {}  # in the order of settings.locales
    catalogue: Catalogue = Catalogue()
    starts: Mapping[str, tuple[str, ...]] = {}  # intent → flows that it starts
    commands: Mapping[str, str] = {}  # command → flow
    events: Mapping[str, tuple[str, ...]] = {}  # event from outside → flows
    articles: tuple[Article, ...] = ()  # help articles, by path
