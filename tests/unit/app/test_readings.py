"""Values as plain JSON."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from botkit.app.readings import readable
from botkit.model.values import File, Money


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (2.5, 2.5),
        ("€", "€"),
        (Decimal("54.040"), "54.040"),
        (Money(Decimal("54.04"), "EUR"), "54.04 EUR"),
        (date(2026, 5, 1), "2026-05-01"),
        (time(10, 30), "10:30:00"),
        (datetime(2026, 5, 1, 10, tzinfo=UTC), "2026-05-01T10:00:00+00:00"),
        (timedelta(minutes=2), 120.0),
        (File(name="a.png", mime="image/png"), {"kind": "file", "name": "a.png", "mime": "image/png"}),
        ({"a": [Money(Decimal(1), "EUR")], 2: ()}, {"a": ["1 EUR"], "2": []}),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_readable(value: Any, plain: Any) -> None:
    assert readable(value) == plain
    json.dumps(readable(value))
