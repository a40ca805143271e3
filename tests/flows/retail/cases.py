"""Cases: a customer, what they want done, and what the shop must hold afterwards.

A case is played in one conversation. Its requests are calls of the desk's functions; what must come out of them
is worked out by calling the desk directly, in order, on a fresh copy of the shop.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import Engine

from botkit.errors import ActionError
from botkit_shop import demo
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller, ledger
from botkit_shop.loading import digest, load, snapshot
from botkit_shop.schema import open_engine

Document = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One call that the customer wants; `refused` says that the desk must not do it, `out` is its result's digest."""

    function: str
    arguments: Mapping[str, Any]
    refused: bool = False
    out: str = ""


@dataclass(frozen=True)
class Case:
    """One conversation. `stranger` is a user whose data no reply may show."""

    name: str
    locale: str
    user_id: str
    by_email: bool
    requests: tuple[Request, ...]
    stranger: str = ""
    shop: Document = field(repr=False, default_factory=dict)
    final: str = ""
    """The digest of the shop's data that the recorded case gives; worked out by the desk where it is empty."""


@dataclass(frozen=True)
class Outcome:
    """What the shop holds after a case, and the writes that were done, in order."""

    digest: str
    writes: tuple[tuple[str, str], ...]


def shop_data() -> Document:
    """Give the demo shop, with an item bought twice in every ninth order."""
    data = demo.data()
    for number, order in enumerate(data["orders"].values()):
        if number % 9 == 0 and order["status"] in {"pending", "delivered"}:
            order["items"].append(copy.deepcopy(order["items"][0]))
            order["payment_history"][0]["amount"] = round(sum(item["price"] for item in order["items"]), 2)
    return data


def call_desk(desk: Desk, user_id: str, request: Request) -> None:
    """Call one function of the desk for a customer; raises what the desk refuses."""
    function = getattr(desk, request.function)
    function(Caller(user_id), **request.arguments)


def outcome_of(engine: Engine) -> Outcome:
    """Read what a shop's database holds, its ledger included."""
    return Outcome(digest(snapshot(engine)), tuple(_signature(line) for line in ledger(engine)))


def _signature(line: Mapping[str, Any]) -> tuple[str, str]:
    """Name a write so that the order in which items were named does not matter: the digest knows about that."""
    arguments = dict(line["arguments"])
    if "new_item_ids" in arguments:
        pairs = zip(arguments.pop("item_ids"), arguments.pop("new_item_ids"), strict=True)
        arguments["pairs"] = sorted(map(list, pairs))
    elif "item_ids" in arguments:
        arguments["item_ids"] = sorted(arguments["item_ids"])
    return str(line["action"]), digest(arguments)


def expect(case: Case) -> Outcome:
    """Work out what a case must come to, by the desk alone."""
    engine = open_engine("sqlite:///:memory:")
    try:
        load(engine, case.shop)
        desk = Desk(engine)
        for request in case.requests:
            if request.function.startswith("get_"):
                continue
            try:
                call_desk(desk, case.user_id, request)
            except ActionError:
                if not request.refused:
                    raise
            else:
                assert not request.refused, f"{case.name}: the desk does what it should refuse"
        return outcome_of(engine)
    finally:
        engine.dispose()


# --- making cases -----------------------------------------------------------------------------

PLACES = {
    "en": (
        ("452 Cedar Avenue", "Suite 641", "Denver", "CO", "USA", "80202"),
        ("77 Lakeview Drive", "", "Austin", "TX", "USA", "78701"),
        ("1508 Sunset Drive", "Apt 12", "San Diego", "CA", "USA", "92101"),
    ),
    "zh": (
        ("中山北路 315 号", "3 单元 1201 室", "南京", "江苏", "中国", "210008"),
        ("人民路 26 号", "", "苏州", "江苏", "中国", "215005"),
        ("解放大道 1098 号", "B 座 7 楼", "武汉", "湖北", "中国", "430030"),
    ),
}
ADDRESS = ("address1", "address2", "city", "state", "country", "zip")
MOST_REQUESTS = 3


def generate(seed: int, count: int) -> Iterator[Case]:
    """Make cases from the demo shop: legal requests only, one to three each, half of them in Chinese."""
    random = Random(seed)
    shop = shop_data()
    users = [user for user in shop["users"].values() if user["orders"]]
    engine = open_engine("sqlite:///:memory:")
    try:
        made = 0
        while made < count:
            user = random.choice(users)
            locale = ("en", "zh")[made % 2]
            load(engine, shop)
            requests = _requests(random, engine, shop, user["user_id"], locale)
            if requests:
                made += 1
                yield Case(f"{made:03d}", locale, user["user_id"], random.random() < 0.5, requests, shop=shop)
    finally:
        engine.dispose()


def _requests(random: Random, engine: Engine, shop: Document, user_id: str, locale: str) -> tuple[Request, ...]:
    desk = Desk(engine)
    wanted = random.randint(1, MOST_REQUESTS)
    found: list[Request] = []
    for _ in range(wanted * 8):
        request = _request(random, shop, user_id, locale)
        if request is None or len(found) == wanted:
            continue
        try:
            call_desk(desk, user_id, request)
        except ActionError:
            continue
        found.append(request)
        shop = snapshot(engine)
    return tuple(found)


def _request(random: Random, shop: Document, user_id: str, locale: str) -> Request | None:
    make, status = random.choice(MAKERS)
    orders = [shop["orders"][number] for number in shop["users"][user_id]["orders"]]
    fitting = [order for order in orders if order["status"] == status or not status]
    return make(random, shop, random.choice(fitting), locale) if fitting else None


def cancel(random: Random, shop: Document, order: Document, locale: str) -> Request:
    """Ask for an order to be cancelled."""
    reason = random.choice(("no longer needed", "ordered by mistake"))
    return Request("cancel_pending_order", {"order_id": order["order_id"], "reason": reason})


def _place(random: Random, locale: str) -> Document:
    return dict(zip(ADDRESS, random.choice(PLACES[locale]), strict=True))


def change_address(random: Random, shop: Document, order: Document, locale: str) -> Request:
    """Ask for an order to go elsewhere."""
    address = shop["users"][order["user_id"]]["address"] if random.random() < 0.2 else _place(random, locale)
    parts = {name: address[name] for name in ADDRESS}
    return Request("modify_pending_order_address", {"order_id": order["order_id"], **parts})


def profile_address(random: Random, shop: Document, order: Document, locale: str) -> Request:
    """Ask for another default address."""
    return Request("modify_user_address", {"user_id": order["user_id"], **_place(random, locale)})


def change_payment(random: Random, shop: Document, order: Document, locale: str) -> Request:
    """Ask for an order to be paid by another method."""
    method = random.choice(list(shop["users"][order["user_id"]]["payment_methods"]))
    return Request("modify_pending_order_payment", {"order_id": order["order_id"], "payment_method_id": method})


def give_back(random: Random, shop: Document, order: Document, locale: str) -> Request:
    """Ask for items to be taken back."""
    method = random.choice(list(shop["users"][order["user_id"]]["payment_methods"]))
    items = [item["item_id"] for item in _some(random, order["items"])]
    arguments = {"order_id": order["order_id"], "item_ids": items, "payment_method_id": method}
    return Request("return_delivered_order_items", arguments)


def change_items(random: Random, shop: Document, order: Document, locale: str) -> Request | None:
    """Ask for other versions of items before they are sent."""
    return _replacing(random, shop, order, "modify_pending_order_items")


def exchange(random: Random, shop: Document, order: Document, locale: str) -> Request | None:
    """Ask for other versions of items that were delivered."""
    return _replacing(random, shop, order, "exchange_delivered_order_items")


def _replacing(random: Random, shop: Document, order: Document, function: str) -> Request | None:
    items = _some(random, order["items"])
    new = []
    for item in items:
        variants = shop["products"][item["product_id"]]["variants"].values()
        free = [variant["item_id"] for variant in variants if variant["available"]]
        if not free:
            return None
        new.append(random.choice(free))
    method = random.choice(list(shop["users"][order["user_id"]]["payment_methods"]))
    arguments = {
        "order_id": order["order_id"],
        "item_ids": [item["item_id"] for item in items],
        "new_item_ids": new,
        "payment_method_id": method,
    }
    return Request(function, arguments)


def _some(random: Random, items: list[Document]) -> list[Document]:
    return random.sample(items, random.randint(1, len(items)))


Maker = Callable[[Random, Document, Document, str], Request | None]
MAKERS: tuple[tuple[Maker, str], ...] = (
    (cancel, "pending"),
    (change_address, "pending"),
    (change_items, "pending"),
    (change_payment, "pending"),
    (profile_address, ""),
    (give_back, "delivered"),
    (exchange, "delivered"),
)
