"""What can be asked about opening hours: `now is open`, `order.delivery | next_open('care')`.

The scope's `__hours__` gives the hours of a team, those of the bot for an empty name: None where none are written,
which is always open. Hours know seconds since the epoch.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Protocol

from botkit.errors import ExpressionError
from botkit.expressions.access import kind_of
from botkit.expressions.evaluation import Evaluation

_WORK = 500  # units: as much as a loop over so many items


class Opening(Protocol):
    """When somebody is there."""

    def is_open(self, at: float) -> bool:
        """Tell whether it is open at a moment."""
        ...

    def next_open(self, at: float) -> float | None:
        """Give from when on it is open."""
        ...

    def next_close(self, at: float) -> float | None:
        """Give until when it is open."""
        ...


def is_open(run: Evaluation, value: Any, team: Any = "") -> bool:
    """Tell whether people are there at a moment; those of a team, if one is named."""
    at, hours = _seconds(run, value), _hours(run, team)
    return at is not None and (hours is None or hours.is_open(at))


def next_open(run: Evaluation, value: Any, team: Any = "") -> Any:
    """Give the moment from which people are there again: the same one, if they are there then."""
    at, hours = _seconds(run, value), _hours(run, team)
    return None if at is None else _moment(run, at if hours is None else hours.next_open(at))


def next_close(run: Evaluation, value: Any, team: Any = "") -> Any:
    """Give the moment until which people are there, now or when they are there next; none if they always are."""
    at, hours = _seconds(run, value), _hours(run, team)
    return None if at is None or hours is None else _moment(run, hours.next_close(at))


def _hours(run: Evaluation, team: Any) -> Opening | None:
    run.spend(_WORK)
    find = run.scope.get("__hours__")
    hours: Opening | None = None if find is None else find("" if team is None else str(team))
    return hours


def _zone(run: Evaluation) -> tzinfo:
    return run.zone or UTC


def _seconds(run: Evaluation, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ExpressionError(f"{kind_of(value)} is not a moment")
    return (value if value.tzinfo else value.replace(tzinfo=_zone(run))).timestamp()


def _moment(run: Evaluation, at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, _zone(run))


FILTERS: dict[str, Callable[..., Any]] = {"next_close": next_close, "next_open": next_open}
PREDICATES: dict[str, Callable[..., bool]] = {"open": is_open}
"""The tests; `predicates` has them among all."""
