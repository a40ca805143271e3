from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from tests.values.moments import same_moment

REF = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
BOTH = {
    "FutureResolution": {"date": "2027-05-03"},
    "PastResolution": {"date": "2026-05-03"},
    "Timex": "XXXX-05-03",
}


def listed(*values: str) -> dict[str, object]:
    return {"values": [{"timex": "?", "type": "?", "value": value} for value in values]}


@pytest.mark.parametrize(
    ("kind", "resolution", "got"),
    [
        ("date", listed("2026-05-03", "2027-05-03"), date(2026, 5, 3)),
        ("date", listed("2026-05-03", "2027-05-03"), date(2027, 5, 3)),
        ("datetimeV2.date", listed("2026-05-03"), date(2026, 5, 3)),
        ("date", {"value": "2026-05-03"}, date(2026, 5, 3)),
        ("date", BOTH, date(2026, 5, 3)),
        ("date", BOTH, date(2027, 5, 3)),
        ("time", listed("15:30:00"), time(15, 30)),
        ("time", listed("03:00:00", "15:00:00"), time(15)),
        ("datetime", listed("2026-05-03 15:30:00"), datetime(2026, 5, 3, 15, 30, tzinfo=UTC)),
        ("datetime", listed("2026-05-03 15:30:00"), datetime.fromisoformat("2026-05-03 15:30")),
        (
            "datetime",
            listed("2026-05-03T15:30:00Z"),
            datetime(2026, 5, 3, 17, 30, tzinfo=timezone(timedelta(hours=2))),
        ),
        ("duration", listed("5400"), timedelta(hours=1.5)),
        ("duration", listed("3.5"), timedelta(seconds=3.5)),
        ("duration", {"FutureResolution": {"duration": "60"}}, timedelta(minutes=1)),
        ("date", listed("not resolved"), None),
        ("date", {"FutureResolution": {"date": "0001-01-01"}}, None),
    ],
)
def test_the_same(kind: str, resolution: dict[str, object], got: object) -> None:
    assert same_moment(kind, resolution, got, REF)


@pytest.mark.parametrize(
    ("kind", "resolution", "got"),
    [
        ("date", listed("2026-05-03"), date(2026, 5, 4)),
        ("date", listed("2026-05-03"), None),
        ("date", listed("2026-05-03"), datetime(2026, 5, 3, tzinfo=UTC)),
        ("date", listed("not resolved"), date(2026, 2, 28)),
        ("date", listed("nonsense"), date(2026, 5, 3)),
        ("date", listed(), date(2026, 5, 3)),
        ("date", {}, None),
        ("date", {"values": "2026-05-03"}, date(2026, 5, 3)),
        ("time", listed("15:30:00"), time(3, 30)),
        ("datetime", listed("2026-05-03 15:30:00"), datetime(2026, 5, 3, 15, 31, tzinfo=UTC)),
        ("datetime", listed("2026-05-03 15:30:00"), date(2026, 5, 3)),
        ("duration", listed("5400"), 5400),
        ("duration", listed("5400"), timedelta(hours=1)),
        ("duration", listed("nonsense"), timedelta(hours=1)),
    ],
)
def test_another(kind: str, resolution: dict[str, object], got: object) -> None:
    assert not same_moment(kind, resolution, got, REF)
