"""A made-up shop to try the desk with: the same on every run, in the form of a db.json.

Everything is invented. Two customers are there to be played, each with a pending and a delivered order of
several items, a card and a gift card:

- Mia Chen, mia.chen@example.com, zip 94110: orders #W1000001 (pending) and #W1000002 (delivered)
- 李娜, li.na@example.com, zip 200031: orders #W2000001 (pending) and #W2000002 (delivered)
"""

import itertools
from collections.abc import Iterator
from random import Random

from botkit_shop.records import Document

SEED = 20240601
USERS = 60
ORDERS = 200
UNAVAILABLE_SHARE = 0.2
MOST_ITEMS = 4
STATUSES = ("pending", "pending", "processed", "delivered", "delivered", "delivered", "cancelled")

# name, base price, options; a product has every combination of them as a variant
CATALOGUE: tuple[tuple[str, float, dict[str, tuple[str, ...]]], ...] = (
    ("T-Shirt", 19.9, {"color": ("blue", "black", "white", "red"), "size": ("S", "M", "L", "XL")}),
    ("Rain Jacket", 79.0, {"color": ("yellow", "navy", "green"), "size": ("S", "M", "L")}),
    ("Running Shoes", 89.5, {"color": ("white", "black"), "size": ("7", "8", "9", "10")}),
    ("Wool Scarf", 34.9, {"color": ("grey", "red", "navy"), "length": ("60 inch", "70 inch")}),
    ("Canvas Tote", 24.0, {"color": ("beige", "black", "green"), "size": ("small", "large")}),
    ("Backpack", 64.9, {"color": ("black", "grey", "blue"), "material": ("nylon", "canvas")}),
    ("Water Bottle", 21.5, {"capacity": ("500 ml", "750 ml"), "color": ("silver", "blue", "green")}),
    ("Teapot", 42.0, {"material": ("ceramic", "glass", "iron"), "capacity": ("0.8 l", "1.2 l")}),
    ("Desk Lamp", 55.0, {"color": ("black", "white", "brown"), "power source": ("USB", "battery")}),
    ("Headphones", 119.0, {"type": ("in-ear", "over-ear"), "color": ("black", "white", "blue")}),
    ("Notebook", 9.5, {"size": ("A5", "A4"), "ruling": ("lined", "dotted", "blank")}),
    ("Throw Blanket", 47.5, {"material": ("wool", "cotton"), "color": ("grey", "green", "beige")}),
)

ENGLISH_NAMES = (
    ("Oliver", "Amelia", "Noah", "Isla", "Theo", "Ruby", "Felix", "Clara", "Hugo", "Nora", "Leon", "Ida"),
    ("Bennett", "Harlow", "Quinn", "Marsh", "Whitfield", "Ellery", "Brook", "Tanner", "Sorensen", "Okafor"),
)
CHINESE_NAMES = (
    ("伟", "芳", "敏", "静", "磊", "洋", "婷", "浩然", "雨桐", "子轩", "思远", "佳怡"),
    ("王", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐"),
)
ENGLISH_PLACES = (
    ("Portland", "OR", "USA", "972"),
    ("Madison", "WI", "USA", "537"),
    ("Savannah", "GA", "USA", "314"),
    ("Boulder", "CO", "USA", "803"),
    ("Burlington", "VT", "USA", "054"),
)
CHINESE_PLACES = (
    ("上海", "上海", "中国", "2000"),
    ("杭州", "浙江", "中国", "3100"),
    ("成都", "四川", "中国", "6100"),
    ("广州", "广东", "中国", "5100"),
)
ENGLISH_STREETS = ("Maple Lane", "Harbor Street", "Juniper Road", "Mill Avenue", "Orchard Way")
CHINESE_STREETS = ("梧桐路", "长乐街", "湖滨大道", "青年路", "桂花巷")
PINYIN_NAMES = (
    ("wei", "fang", "min", "jing", "lei", "yang", "ting", "haoran", "yutong", "zixuan", "siyuan", "jiayi"),
    ("wang", "zhang", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu", "xu"),
)
PINYIN = dict(
    zip(itertools.chain(*CHINESE_NAMES), itertools.chain(*PINYIN_NAMES), strict=True),
)
BRANDS = ("visa", "mastercard")


def data(seed: int = SEED) -> Document:
    """Make the demo shop: `{"users", "orders", "products"}`, the same for the same seed."""
    random = Random(seed)  # noqa: S311 - invented data, no secret
    products = {product["product_id"]: product for product in _products(random)}
    users = {user["user_id"]: user for user in _played_users()}
    orders = {order["order_id"]: order for order in _played_orders(users, products)}
    for number in range(USERS - len(users)):
        user = _user(random, number)
        users[user["user_id"]] = user
    numbers = _numbers(random, 3_000_000, 9_999_999)
    customers = list(users.values())
    while len(orders) < ORDERS:
        order = _order(random, f"#W{next(numbers)}", random.choice(customers[2:]), products)
        orders[order["order_id"]] = order
    for order in orders.values():
        users[order["user_id"]]["orders"].append(order["order_id"])
    return {"users": users, "orders": orders, "products": products}


def _numbers(random: Random, low: int, high: int) -> Iterator[int]:
    used: set[int] = set()
    while True:
        number = random.randint(low, high)
        if number not in used:
            used.add(number)
            yield number


def _products(random: Random) -> Iterator[Document]:
    ids = _numbers(random, 1_000_000_000, 9_999_999_999)
    for name, base, options in CATALOGUE:
        variants = {}
        for values in itertools.product(*options.values()):
            item_id = str(next(ids))
            variants[item_id] = {
                "item_id": item_id,
                "options": dict(zip(options, values, strict=True)),
                "available": random.random() >= UNAVAILABLE_SHARE,
                "price": round(base * random.uniform(0.9, 1.25), 2),
            }
        yield {"name": name, "product_id": str(next(ids)), "variants": variants}


def _played_users() -> Iterator[Document]:
    mia = _address("12 Valencia Street", "Apt 3", "San Francisco", "CA", "USA", "94110")
    yield _profile("mia_chen_1204", "Mia", "Chen", "mia.chen@example.com", mia, "visa", "4242", 150.0)
    na = _address("淮海中路 88 号", "6 楼 602 室", "上海", "上海", "中国", "200031")
    yield _profile("li_na_2088", "娜", "李", "li.na@example.com", na, "mastercard", "8866", 200.0)


def _profile(
    user_id: str,
    first: str,
    last: str,
    email: str,
    address: Document,
    brand: str,
    digits: str,
    balance: float,
) -> Document:
    card, gift = f"credit_card_555{digits}", f"gift_card_777{digits}"
    return {
        "user_id": user_id,
        "name": {"first_name": first, "last_name": last},
        "address": address,
        "email": email,
        "payment_methods": {
            card: {"source": "credit_card", "brand": brand, "last_four": digits, "id": card},
            gift: {"source": "gift_card", "balance": balance, "id": gift},
        },
        "orders": [],
    }


def _address(first: str, second: str, city: str, state: str, country: str, zip_code: str) -> Document:
    return {
        "address1": first,
        "address2": second,
        "city": city,
        "country": country,
        "state": state,
        "zip": zip_code,
    }


def _played_orders(users: dict[str, Document], products: dict[str, Document]) -> Iterator[Document]:
    wanted = {
        "mia_chen_1204": (
            ("#W1000001", "pending", (("T-Shirt", 0), ("Desk Lamp", 0), ("Water Bottle", 1))),
            ("#W1000002", "delivered", (("Rain Jacket", 0), ("Headphones", 1), ("T-Shirt", 1), ("T-Shirt", 5))),
        ),
        "li_na_2088": (
            ("#W2000001", "pending", (("Backpack", 0), ("Teapot", 0))),
            ("#W2000002", "delivered", (("Running Shoes", 1), ("Wool Scarf", 0), ("Notebook", 2))),
        ),
    }
    by_name = {product["name"]: product for product in products.values()}
    for user_id, orders in wanted.items():
        card = next(iter(users[user_id]["payment_methods"]))
        for number, status, picks in orders:
            items = [_item(by_name[name], list(by_name[name]["variants"])[at]) for name, at in picks]
            yield _finished(number, users[user_id], items, status, card, f"90{number[2:]}001")


def _user(random: Random, number: int) -> Document:
    chinese = number % 3 == 0
    names, places, streets = (
        (CHINESE_NAMES, CHINESE_PLACES, CHINESE_STREETS)
        if chinese
        else (ENGLISH_NAMES, ENGLISH_PLACES, ENGLISH_STREETS)
    )
    first, last = random.choice(names[0]), random.choice(names[1])
    latin = [PINYIN.get(part, part.lower()) for part in ((last, first) if chinese else (first, last))]
    user_id = f"{latin[0]}_{latin[1]}_{3000 + number}"
    house = random.randint(1, 400)
    street = random.choice(streets)
    city, state, country, prefix = random.choice(places)
    address = _address(
        f"{street} {house} 号" if chinese else f"{house} {street}",
        "" if random.random() < 0.5 else (f"{random.randint(1, 20)} 单元" if chinese else f"Unit {house % 30 + 1}"),
        city,
        state,
        country,
        f"{prefix}{random.randint(0, 99):02d}",
    )
    return {
        "user_id": user_id,
        "name": {"first_name": first, "last_name": last},
        "address": address,
        "email": f"{latin[0]}.{latin[1]}{number}@example.com",
        "payment_methods": {method["id"]: method for method in _methods(random, number)},
        "orders": [],
    }


def _methods(random: Random, number: int) -> Iterator[Document]:
    card: Document = {
        "source": "credit_card",
        "brand": random.choice(BRANDS),
        "last_four": f"{random.randint(0, 9999):04d}",
        "id": f"credit_card_{1_000_000 + number * 137}",
    }
    gift: Document = {
        "source": "gift_card",
        "balance": random.randint(0, 300),
        "id": f"gift_card_{2_000_000 + number * 139}",
    }
    account: Document = {"source": "paypal", "id": f"paypal_{3_000_000 + number * 149}"}
    yield from random.sample([card, gift, account], random.randint(1, 3))


def _order(random: Random, number: str, user: Document, products: dict[str, Document]) -> Document:
    picked = random.sample(list(products.values()), random.randint(1, MOST_ITEMS))
    items = [_item(product, random.choice(list(product["variants"]))) for product in picked]
    method = random.choice(list(user["payment_methods"]))
    tracking = str(random.randint(10**11, 10**12 - 1))
    return _finished(number, user, items, random.choice(STATUSES), method, tracking)


def _item(product: Document, item_id: str) -> Document:
    variant = product["variants"][item_id]
    return {
        "name": product["name"],
        "product_id": product["product_id"],
        "item_id": item_id,
        "price": variant["price"],
        "options": dict(variant["options"]),
    }


def _finished(
    number: str, user: Document, items: list[Document], status: str, method_id: str, tracking: str
) -> Document:
    paid = {
        "transaction_type": "payment",
        "amount": round(sum(item["price"] for item in items), 2),
        "payment_method_id": method_id,
    }
    sent = [{"tracking_id": [tracking], "item_ids": [item["item_id"] for item in items]}]
    order = {
        "order_id": number,
        "user_id": user["user_id"],
        "address": dict(user["address"]),
        "items": items,
        "fulfillments": sent if status in {"processed", "delivered"} else [],
        "status": status,
        "payment_history": [paid],
    }
    if status == "cancelled":
        order["payment_history"] = [paid, {**paid, "transaction_type": "refund"}]
        order["cancel_reason"] = "no longer needed"
    return order
