"""Cases in which the desk must do nothing: calls against its rules, and reaching for what is not the customer's."""

from collections.abc import Iterator
from random import Random

from tests.flows.retail.cases import Case, Document, Request, cancel, change_items, exchange, give_back, shop_data

WRONG_STATUS = (("delivered", cancel), ("pending", give_back), ("processed", cancel), ("cancelled", exchange))


def refused_calls(seed: int, count: int) -> Iterator[Case]:
    """Make calls that the desk refuses: orders in a wrong status, and gift cards without enough money."""
    random = Random(seed)
    shop = shop_data()
    made = 0
    while made < count:
        locale = ("en", "zh")[made % 2]
        found: tuple[str, Request] | None
        if made % 5 == 4:
            found = _short_gift_card(random, shop)
        else:
            status, make = WRONG_STATUS[made % 5]
            order = random.choice([o for o in shop["orders"].values() if o["status"] == status])
            wanted = make(random, shop, order, locale)
            found = (order["user_id"], wanted) if wanted is not None else None
        if found is not None:
            made += 1
            user_id, request = found
            yield _case(f"refused {made:02d}", locale, shop, user_id, request)


def _short_gift_card(random: Random, shop: Document) -> tuple[str, Request]:
    while True:
        order = random.choice([o for o in shop["orders"].values() if o["status"] == "pending"])
        total = order["payment_history"][0]["amount"]
        for method in shop["users"][order["user_id"]]["payment_methods"].values():
            paid = order["payment_history"][0]["payment_method_id"]
            if method["source"] == "gift_card" and method["balance"] < total and method["id"] != paid:
                arguments = {"order_id": order["order_id"], "payment_method_id": method["id"]}
                return order["user_id"], Request("modify_pending_order_payment", arguments)


def _case(name: str, locale: str, shop: Document, user_id: str, request: Request, stranger: str = "") -> Case:
    refused = Request(request.function, request.arguments, refused=True)
    return Case(name, locale, user_id, by_email=True, requests=(refused,), stranger=stranger, shop=shop)


def others_orders(seed: int, count: int) -> Iterator[Case]:
    """Ask for something to be done with an order of somebody else."""
    random = Random(seed)
    shop = shop_data()
    open_orders = [o for o in shop["orders"].values() if o["status"] in {"pending", "delivered"}]
    made = 0
    while made < count:
        mine, theirs = random.sample(open_orders, 2)
        if mine["user_id"] == theirs["user_id"] or mine["status"] != theirs["status"]:
            continue
        make = cancel if theirs["status"] == "pending" else random.choice((give_back, exchange))
        request = make(random, shop, theirs, "en")
        if request is not None:
            made += 1
            locale = ("en", "zh")[made % 2]
            yield _case(f"other's order {made:02d}", locale, shop, mine["user_id"], request, theirs["user_id"])


def unavailable_items(seed: int, count: int) -> Iterator[Case]:
    """Ask for a version that is sold out."""
    random = Random(seed)
    shop = shop_data()
    made = 0
    while made < count:
        order = random.choice([o for o in shop["orders"].values() if o["status"] in {"pending", "delivered"}])
        item = random.choice(order["items"])
        variants = shop["products"][item["product_id"]]["variants"].values()
        sold_out = [variant["item_id"] for variant in variants if not variant["available"]]
        if not sold_out:
            continue
        make = change_items if order["status"] == "pending" else exchange
        request = make(random, shop, {**order, "items": [item]}, "en")
        if request is not None:
            made += 1
            arguments = {**request.arguments, "new_item_ids": [random.choice(sold_out)]}
            locale = ("en", "zh")[made % 2]
            wanted = Request(request.function, arguments)
            yield _case(f"sold out {made:02d}", locale, shop, order["user_id"], wanted)


def others_payments(seed: int, count: int) -> Iterator[Case]:
    """Ask for money to go to, or come from, a method of somebody else."""
    random = Random(seed)
    shop = shop_data()
    made = 0
    while made < count:
        order = random.choice([o for o in shop["orders"].values() if o["status"] in {"pending", "delivered"}])
        own = shop["users"][order["user_id"]]["payment_methods"]
        theirs = random.choice(list(shop["users"].values()))
        cards = [m for m in theirs["payment_methods"].values() if m["source"] != "paypal" and m["id"] not in own]
        if not cards or theirs["user_id"] == order["user_id"] or len(own) < 2:
            continue
        make = change_items if order["status"] == "pending" else give_back
        request = make(random, shop, order, "en")
        if request is not None:
            made += 1
            arguments = {**request.arguments, "payment_method_id": random.choice(cards)["id"]}
            locale = ("en", "zh")[made % 2]
            wanted = Request(request.function, arguments)
            yield _case(f"other's payment {made:02d}", locale, shop, order["user_id"], wanted, theirs["user_id"])
