"""Whether a date, a time, a point in time or a duration is the one that a row of the recognizers' cases means."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

_NEAR = timedelta(seconds=1)  # the cases know whole seconds, and a few fractions of one
_NOTHING = ("not resolved", "0001-01-01")  # the second is what the parsers' cases say


def same_moment(type_name: str, resolution: Mapping[str, object], got: object, ref: datetime) -> bool:
    """Tell whether a value of a slot is one of those that a resolution lists.

    `type_name` is the slot's type: date, time, datetime or duration, with or without what the cases write in
    front of it (`datetimeV2.date`). Of several values (the past and the coming one, morning and afternoon) any is
    right. A date and time without a zone are meant in the zone of `ref`. A resolution that says `not resolved`
    (the 30th of February) is met by None, which is the value where nothing was found.
    """
    kind = type_name.rpartition(".")[2]
    return any(_is(kind, written, got, ref) for written in _written(resolution))


def _written(resolution: Mapping[str, object]) -> Iterator[str]:
    """Give every value of a resolution in either of the forms that the cases have.

    A recognizer lists `values`, each with a `value`; a parser has `FutureResolution` and `PastResolution`, each a
    mapping of the kind to the value. A resolution may be a single value too.
    """
    value = resolution.get("value")
    if isinstance(value, str | int | float):
        yield str(value)
    values = resolution.get("values")
    for each in values if isinstance(values, list | tuple) else ():
        if isinstance(each, Mapping):
            yield from _written(each)
    for side in ("FutureResolution", "PastResolution"):
        one = resolution.get(side)
        if isinstance(one, Mapping):
            yield from (str(part) for part in one.values())


def _is(kind: str, written: str, got: object, ref: datetime) -> bool:
    if written.startswith(_NOTHING):
        return got is None
    try:
        if kind == "date":
            return type(got) is date and got == date.fromisoformat(written[:10])
        if kind == "time":
            return isinstance(got, time) and got.replace(tzinfo=None) == time.fromisoformat(written)
        if kind == "datetime":
            return isinstance(got, datetime) and abs(_aware(got, ref) - _moment(written, ref)) < _NEAR
        return isinstance(got, timedelta) and got == timedelta(seconds=float(written))
    except ValueError:
        return False


def _moment(written: str, ref: datetime) -> datetime:
    return _aware(datetime.fromisoformat(written), ref)


def _aware(moment: datetime, ref: datetime) -> datetime:
    return moment if moment.tzinfo or not ref.tzinfo else moment.replace(tzinfo=ref.tzinfo)
