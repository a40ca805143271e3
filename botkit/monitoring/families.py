"""Families: every metric that `/metrics` gives, and where its values come from."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from botkit.monitoring.exposition import Family, Values, write
from botkit.monitoring.meter import Meter
from botkit.monitoring.series import Counts, Labels
from botkit.ports.stored import Backlog


class State(msgspec.Struct, frozen=True):
    """How a bot stands at the moment of a look, beside what its meter has counted.

    Without a `backlog` and a queue the store could not be asked. `queue` has by team how many wait for a person and
    for how many seconds the first of them does, `served` how many a person has.
    """

    version: str = ""
    uptime: float = 0.0
    messages: int = 0
    duplicates: int = 0
    sent: int = 0
    refused: int = 0
    backlog: Backlog | None = None
    queue: Mapping[str, tuple[int, float]] = {}
    served: Mapping[str, int] = {}
    channels: Mapping[str, bool] = {}  # whether each is up
    down: int = 0
    trouble: bool = False
    unloaded: bool = False
    lost: Mapping[str, int] = {}  # by plugin
    paused: Mapping[str, bool] = {}  # by action
    away: bool | None = None  # whether the embedder is; None: there is none
    files_away: bool | None = None  # whether the bucket of files is; None: there is none
    models_away: bool | None = None  # whether all language models are; None: there is none


Read = Callable[[Meter, State], Values]


def _by(values: Mapping[str, float]) -> Mapping[Labels, float]:
    return {(name,): value for name, value in values.items()}


def _backlog(read: Callable[[Backlog], int]) -> Read:
    return lambda _, state: {} if state.backlog is None else read(state.backlog)


def _unmatched(meter: Meter) -> Mapping[Labels, float]:
    counts = Counts()
    for (channel, route), count in meter.turns.values.items():
        counts.add(channel, by=count if route == "no_match" else 0)
    return counts.values


_METRICS: Final[tuple[tuple[Family, Read], ...]] = (
    (
        Family("botkit_info", "gauge", "The version of botkit, always 1.", ("version",)),
        lambda _, s: _by({s.version: 1}),
    ),
    (Family("botkit_uptime_seconds", "gauge", "Seconds since the start."), lambda _, s: s.uptime),
    (
        Family("botkit_turns_total", "counter", "Turns that were stored.", ("channel", "route")),
        lambda m, _: m.turns.values,
    ),
    (
        Family("botkit_no_match_total", "counter", "Messages that nothing was near enough to.", ("channel",)),
        lambda m, _: _unmatched(m),
    ),
    (
        Family("botkit_turn_seconds", "histogram", "From a delivery to its turn being stored."),
        lambda m, _: m.stored,
    ),
    (
        Family("botkit_reply_seconds", "histogram", "From a delivery to the platform having its first reply."),
        lambda m, _: m.delivered,
    ),
    (
        Family("botkit_messages_total", "counter", "Deliveries of all channels, repeated ones included."),
        lambda _, s: s.messages,
    ),
    (
        Family("botkit_duplicates_total", "counter", "Deliveries that were known and dropped."),
        lambda _, s: s.duplicates,
    ),
    (
        Family("botkit_waiting_messages", "gauge", "Messages and other events without a turn yet."),
        _backlog(lambda b: b.waiting),
    ),
    (Family("botkit_open_calls", "gauge", "Calls of actions without a result yet."), _backlog(lambda b: b.calling)),
    (
        Family("botkit_replies_sent_total", "counter", "Replies that a platform took."),
        lambda _, s: s.sent,
    ),
    (
        Family("botkit_replies_refused_total", "counter", "Tries to send that a platform refused."),
        lambda _, s: s.refused,
    ),
    (Family("botkit_unsent_replies", "gauge", "Replies in the outbox."), _backlog(lambda b: b.unsent)),
    (
        Family("botkit_dead_letters", "gauge", "What failed for good: replies, events, calls."),
        _backlog(lambda b: b.failed),
    ),
    (
        Family("botkit_action_calls_total", "counter", "Calls of actions by how they ended.", ("action", "outcome")),
        lambda m, _: m.calls.values,
    ),
    (
        Family("botkit_action_seconds", "histogram", "Duration of calls, all tries included.", ("action",)),
        lambda m, _: m.call_seconds.values,
    ),
    (
        Family("botkit_action_paused", "gauge", "1 while an action that failed is left alone.", ("action",)),
        lambda _, s: _by(s.paused),
    ),
    (
        Family("botkit_files_away", "gauge", "1 while the bucket of files fails."),
        lambda _, s: {} if s.files_away is None else s.files_away,
    ),
    (
        Family("botkit_embedder_away", "gauge", "1 while an embedder that failed is left alone."),
        lambda _, s: {} if s.away is None else s.away,
    ),
    (
        Family(
            "botkit_model_requests_total",
            "counter",
            "Tries to ask a language model, by how they ended.",
            ("model", "purpose", "reason"),
        ),
        lambda m, _: m.asked.values,
    ),
    (
        Family("botkit_model_seconds", "histogram", "Duration of such a try.", ("model",)),
        lambda m, _: m.model_seconds.values,
    ),
    (
        Family("botkit_model_first_token_seconds", "histogram", "Until the first token of an answer.", ("model",)),
        lambda m, _: m.first_token.values,
    ),
    (
        Family("botkit_model_tokens_total", "counter", "Tokens that were used.", ("model", "tokens")),
        lambda m, _: m.tokens.values,
    ),
    (
        Family("botkit_model_cost_total", "counter", "What they cost, in the bot's currency.", ("model",)),
        lambda m, _: m.cost.values,
    ),
    (
        Family("botkit_model_away", "gauge", "1 while all language models that failed are left alone."),
        lambda _, s: {} if s.models_away is None else s.models_away,
    ),
    (
        Family("botkit_lost_calls", "gauge", "Calls that were given up and still run.", ("plugin",)),
        lambda _, s: _by(s.lost),
    ),
    (
        Family("botkit_handoffs_total", "counter", "Conversations that were given to a team.", ("team",)),
        lambda m, _: m.handoffs.values,
    ),
    (
        Family("botkit_queue_conversations", "gauge", "Conversations that wait for a person.", ("team",)),
        lambda _, s: _by({team: count for team, (count, _age) in s.queue.items()}),
    ),
    (
        Family("botkit_queue_oldest_seconds", "gauge", "How long the first of them waits.", ("team",)),
        lambda _, s: _by({team: age for team, (_count, age) in s.queue.items()}),
    ),
    (
        Family("botkit_people_conversations", "gauge", "Conversations that a person has.", ("team",)),
        lambda _, s: _by(s.served),
    ),
    (
        Family("botkit_claims_total", "counter", "Conversations that a person took.", ("team",)),
        lambda m, _: m.claims.values,
    ),
    (
        Family("botkit_claim_seconds", "histogram", "How long customers waited until then.", ("team",)),
        lambda m, _: m.claim_seconds.values,
    ),
    (
        Family("botkit_refusals_total", "counter", "What safety refused, or took out.", ("kind",)),
        lambda m, _: m.refusals.values,
    ),
    (
        Family("botkit_channels_down", "gauge", "Channels that do not receive, and are begun again."),
        lambda _, s: s.down,
    ),
    (
        Family("botkit_channel_up", "gauge", "Whether a channel receives.", ("channel",)),
        lambda _, s: _by(s.channels),
    ),
    (
        Family("botkit_store_trouble", "gauge", "1 while the store fails."),
        lambda _, s: int(s.trouble),
    ),
    (
        Family("botkit_version_refused", "gauge", "1 while a published version does not load here."),
        lambda _, s: int(s.unloaded),
    ),
    (
        Family("botkit_store_failures_total", "counter", "Times that the store failed."),
        lambda m, _: m.store_failures,
    ),
)

FAMILIES: Final = tuple(family for family, _ in _METRICS)


def write_metrics(meter: Meter, state: State) -> str:
    """Write all metrics as Prometheus reads them."""
    return "".join(write(family, read(meter, state)) for family, read in _METRICS)
