"""Binding arguments, and the values of botkit's own in signatures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, TypeAdapter, field_validator

from botkit import Context, File, Money
from botkit.errors import ArgumentsError
from botkit.model.values import plain, to_json
from botkit.registry.signatures import bind, read_signature


class Size(StrEnum):
    SMALL = "small"


@dataclass
class Line:
    number: str
    count: int = 1


class Address(BaseModel):
    city: str

    @field_validator("city")
    @classmethod
    def known(cls, city: str) -> str:
        if city == "Atlantis":
            raise ValueError("it sank")
        return city


def act(
    ctx: Context,
    text: str = "",
    number: int = 0,
    share: float = 0.0,
    yes: bool = False,
    day: date | None = None,
    at: datetime | None = None,
    hour: time | None = None,
    span: timedelta | None = None,
    price: Money | None = None,
    file: File | None = None,
    amount: Decimal | None = None,
    size: Size = Size.SMALL,
    lines: list[Line] | None = None,
    address: Address | None = None,
    kind: Literal["a", "b"] = "a",
    *,
    self: str = "",
    model_config: str = "",
) -> None: ...


SIGNATURE = read_signature(act)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("text", 12, "12"),
        ("text", Decimal("1.5"), "1.5"),
        ("number", "2", 2),
        ("number", 2.0, 2),
        ("share", "0.5", 0.5),
        ("yes", "true", True),
        ("day", "2026-05-01", date(2026, 5, 1)),
        ("day", date(2026, 5, 1), date(2026, 5, 1)),
        ("at", NOON, NOON),
        ("hour", "12:30", time(12, 30)),
        ("span", 90, timedelta(seconds=90)),
        ("price", Money(Decimal(3), "EUR"), Money(Decimal(3), "EUR")),
        ("price", "12.50 EUR", Money(Decimal("12.50"), "EUR")),
        ("price", {"amount": 12.5, "currency": "EUR"}, Money(Decimal("12.5"), "EUR")),
        ("file", File(ref="r"), File(ref="r")),
        ("file", {"kind": "image", "ref": "r"}, File(kind="image", ref="r")),
        ("amount", "1.10", Decimal("1.10")),
        ("size", "small", Size.SMALL),
        ("lines", [{"number": 1}], [Line("1")]),
        ("address", {"city": "Bonn"}, Address(city="Bonn")),
        ("self", "me", "me"),
        ("model_config", "mine", "mine"),
        ("number", None, 0),
    ],
)
def test_arguments_are_read_as_they_are_meant(name: str, given: Any, taken: Any) -> None:
    assert bind(SIGNATURE, {name: given})[name] == taken


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"number": "two"}, "number: Input should be a valid integer"),
        ({"number": 2.5}, "number: "),
        ({"text": ["a"]}, "text: Input should be a valid string"),
        ({"price": "12"}, "price: .* an amount and a currency are needed"),
        ({"price": "a lot EUR"}, "price: "),
        ({"price": "NaN EUR"}, "price: "),
        ({"price": {"amount": 1e30, "currency": "EUR"}}, "price: "),
        ({"price": {"amount": True, "currency": "euro"}}, "price: "),
        ({"price": 12}, "price: "),
        ({"file": "x"}, "file: .* a file is needed"),
        ({"file": {"size": "big"}}, "file: "),
        ({"kind": "c"}, "kind: Input should be 'a' or 'b'"),
        ({"lines": [{"number": "1", "count": "x"}]}, r"lines\.0\.count: "),
        ({"address": {"city": "Atlantis"}}, r"address\.city: .*it sank"),
        ({"nothing": 1}, "nothing: Extra inputs are not permitted"),
        ({f"n{n}": 1 for n in range(9)}, r"; \.\.\.$"),
    ],
)
def test_what_does_not_fit_is_told(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentsError, match=message):
        bind(SIGNATURE, given)


def test_values_of_botkit_have_a_schema() -> None:
    properties = SIGNATURE.parameters["properties"]
    assert properties["price"]["anyOf"][0]["required"] == ["amount", "currency"]
    assert properties["file"]["anyOf"][0] == {"type": "object", "format": "file"}
    assert TypeAdapter(list[Money]).json_schema()["items"]["format"] == "money"


def test_results_lose_their_classes() -> None:
    uuid = UUID(int=1)
    value = plain({"size": Size.SMALL, "id": uuid, "lines": (Line("1"),), "set": {Size.SMALL}})
    assert value == {"size": "small", "id": str(uuid), "lines": [{"number": "1", "count": 1}], "set": ["small"]}
    assert type(value["size"]) is str
    assert to_json(value) == value
