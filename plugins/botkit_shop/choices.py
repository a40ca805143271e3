"""What a conversation needs beside the sixteen functions: choices with labels, summaries, and lookups.

All are reads for the identified customer. A choice is `{"value", "label", ...}`, its label in the
customer's locale and unlike the others'.
"""

from collections import Counter
from typing import Any

from rapidfuzz import fuzz

from botkit_shop import inputs, introductions, labels, mentions, policy, wishes, words
from botkit_shop.desk import Desk
from botkit_shop.inputs import Items
from botkit_shop.ledger import Caller
from botkit_shop.records import Document
from botkit_shop.refusals import refuse

LIKELY = 70
MOST_PRODUCTS = 5
FROM_HERE = {
    "pending": ("cancel", "change_address", "change_items", "change_payment"),
    "delivered": ("return", "exchange"),
}


def my_orders(desk: Desk, caller: Caller, locale: str = "en", status: str = "", naming: str = "") -> list[Document]:
    """Give the customer's orders as choices, or those in one status.

    With `naming`, only what that text names: by an item, by the place in the list, or by the status.
    """
    fitting = [order for order in desk.own_orders(caller) if status in {"", order["status"]}]
    return [_order_choice(order, locale) for order in _named_orders(fitting, naming)]


def _named_orders(orders: list[Document], naming: str) -> list[Document]:
    if not naming:
        return orders
    with_item = [order for order in orders if _has_item(order, naming)]
    place = mentions.place_said(wishes.without_denied(inputs.note(naming)), len(orders))
    if with_item or place is None:
        return with_item or [order for order in orders if mentions.status_said(inputs.note(naming), order["status"])]
    return [orders[place]]


def _has_item(order: Document, naming: str) -> bool:
    return any(mentions.named_items(inputs.note(naming), order["items"]))


def _order_choice(order: Document, locale: str) -> Document:
    status = labels.status(order["status"], locale)
    names = labels.comma(locale).join(labels.product(item["name"], locale) for item in order["items"])
    about = f"{status}：{names}" if words.is_chinese(locale) else f"{status}, {names}"
    return {
        "value": order["order_id"],
        "label": order["order_id"] + labels.aside(about, locale),
        "status": order["status"],
        "status_label": status,
        "total": _total(order),
    }


def order(desk: Desk, caller: Caller, number: str, locale: str = "en") -> Document:
    """Summarise an order: status, items with labels, total, address, payment, parcels, and what may be done."""
    found = desk.get_order_details(caller, number)
    items = _items(found, locale)
    return {
        "number": found["order_id"],
        "status": found["status"],
        "status_label": labels.status(found["status"], locale),
        "items": items,
        "items_label": labels.semicolon(locale).join(item["label"] for item in items),
        "total": _total(found),
        "address": found["address"],
        "address_label": labels.address(found["address"], locale),
        "paid_with": policy.original_payment(found),
        "paid_with_label": _paid_with(desk, caller, found, locale),
        "tracking": [number for part in found.get("fulfillments", []) for number in part.get("tracking_id", [])],
        "can": {what: found["status"] == status for status, acts in FROM_HERE.items() for what in acts},
    }


def _items(order: Document, locale: str) -> list[Document]:
    """Give an order's items, each id once with its `count`."""
    counts = Counter(item["item_id"] for item in order["items"])
    unique = {item["item_id"]: item for item in reversed(order["items"])}
    items = [unique[item_id] for item_id in counts]
    shown = labels.distinct(items, locale, lambda item: str(item["name"]))
    return [
        {
            "value": item["item_id"],
            "label": label,
            "item_id": item["item_id"],
            "product_id": item["product_id"],
            "name": labels.product(item["name"], locale),
            "options": item["options"],
            "price": item["price"],
            "count": counts[item["item_id"]],
        }
        for item, label in zip(items, shown, strict=True)
    ]


def _total(order: Document) -> float:
    return float(round(sum(item["price"] for item in order["items"]), policy.CENTS))


def _paid_with(desk: Desk, caller: Caller, order: Document, locale: str) -> str:
    methods = desk.profile(caller)["payment_methods"].values()
    shown = dict(zip((method["id"] for method in methods), labels.methods(methods, locale), strict=True))
    return str(shown.get(policy.original_payment(order), ""))


def item_choices(desk: Desk, caller: Caller, number: str, locale: str = "en") -> list[Document]:
    """Give the items of an order as choices; an item bought twice is one choice with `count` 2."""
    return _items(desk.get_order_details(caller, number), locale)


def items_named(
    desk: Desk, caller: Caller, number: str, text: str, locale: str = "en", chosen: Items = ""
) -> Document:
    """Find the items of an order that a customer names: `{"found", "unclear", "off": [choice], "only"}`.

    `unclear` are those between which the text leaves the choice open ('the t-shirt', of which there are two),
    `off` those of the `chosen` that it does not want ('without the jacket'); `only` tells that it wants
    nothing else. While nothing is chosen, 'I don't want the jacket any more' names the jacket.
    """
    found = desk.get_order_details(caller, number)
    shown = {choice["item_id"]: choice for choice in _items(found, locale)}
    items = list({item["item_id"]: item for item in found["items"]}.values())
    wish, before = wishes.read(inputs.note(text)), inputs.item_list(chosen)
    sure, unclear = mentions.named_items(wish.wanted, items)
    off, off_unclear = mentions.named_items(wish.unwanted, items) if wish.unwanted else ([], [])
    if not (before or sure or unclear):
        sure, unclear, off, off_unclear = off, off_unclear, [], []
    gone = [item["item_id"] for item in off + off_unclear]
    return {
        "found": [shown[item["item_id"]] for item in sure if item["item_id"] not in gone],
        "unclear": _in_turn([shown[item["item_id"]] for item in unclear if item["item_id"] not in gone]),
        "off": [shown[item_id] for item_id in gone if item_id in before],
        "only": wish.only,
    }


def _in_turn(unclear: list[Document]) -> list[Document]:
    """Let a customer name each by its place as well: 'the first t-shirt'."""
    return [
        {**choice, "also": words.places(index, choice["name"]) if index < len(words.PLACES) else []}
        for index, choice in enumerate(unclear)
    ]


def variant_choices(desk: Desk, caller: Caller, number: str, item_id: str, locale: str = "en") -> list[Document]:
    """Give what an item of an order can be replaced by: the product's available variants, itself (`same`) too.

    `difference` is what the variant costs more than was paid.
    """
    found = desk.get_order_details(caller, number)
    item = _item_of(found, item_id)
    variants = [v for v in _variants(desk, item) if v["available"]]
    shown = labels.distinct(variants, locale)
    return [
        {
            "value": variant["item_id"],
            "label": label,
            "item_id": variant["item_id"],
            "options": variant["options"],
            "price": variant["price"],
            "difference": round(variant["price"] - item["price"], policy.CENTS),
            "same": variant["item_id"] == item["item_id"],
        }
        for variant, label in zip(variants, shown, strict=True)
    ]


def variants_named(
    desk: Desk, caller: Caller, number: str, item_id: str, text: str, locale: str = "en"
) -> list[Document]:
    """Find the replacements that a customer describes; what is not said stays as the item is now.

    A description that fits only what is sold out finds nothing.
    """
    item = _item_of(desk.get_order_details(caller, number), item_id)
    offered = {choice["item_id"]: choice for choice in variant_choices(desk, caller, number, item_id, locale)}
    named = mentions.named_variants(inputs.note(text), _variants(desk, item), item["options"])
    return [offered[variant["item_id"]] for variant in named if variant["item_id"] in offered]


def _item_of(order: Document, item_id: str) -> Document:
    wanted = inputs.text(item_id)
    policy.require_items(order, [wanted])
    found: Document = next(item for item in order["items"] if item["item_id"] == wanted)
    return found


def _variants(desk: Desk, item: Document) -> list[Document]:
    return list(desk.get_product_details(item["product_id"])["variants"].values())


def payment_choices(
    desk: Desk, caller: Caller, number: str = "", purpose: str = "", locale: str = "en"
) -> list[Document]:
    """Give the customer's payment methods as choices.

    With an order, `purpose` narrows them: 'refund' to the original one and gift cards, 'change' to those
    other than the original one. Gift cards come with their `balance`; whether it is enough the desk tells.
    `also` is what else a customer may call a method, where no other of the choices is called so.
    """
    methods = list(desk.profile(caller)["payment_methods"].values())
    shown = labels.methods(methods, locale)
    order = desk.get_order_details(caller, number) if number else None
    chosen = [
        {"value": method["id"], "label": label, "source": method["source"], "balance": method.get("balance")}
        for method, label in zip(methods, shown, strict=True)
        if order is None or _serves(method, order, purpose)
    ]
    called = [_called(method, order) for choice in chosen for method in methods if method["id"] == choice["value"]]
    times = Counter(name for names in called for name in names)
    return [
        {**choice, "also": [name for name in names if times[name] == 1]}
        for choice, names in zip(chosen, called, strict=True)
    ]


def _called(method: Document, order: Document | None) -> list[str]:
    original = order is not None and method["id"] == policy.original_payment(order)
    brand = str(method.get("brand") or "")
    return [
        *words.PAYMENTS_ALSO.get(method["source"], ()),
        *([brand] if brand else ()),
        *(words.ORIGINAL_ALSO if original else ()),
    ]


def _serves(method: Document, order: Document, purpose: str) -> bool:
    original = method["id"] == policy.original_payment(order)
    if purpose == "refund":
        return original or policy.is_gift_card(method)
    return not (purpose == "change" and original)


def price_difference(desk: Desk, caller: Caller, number: str, item_ids: Items, new_item_ids: Items) -> Document:
    """Tell what a replacement would cost: `{"difference", "amount", "direction"}`, rounded.

    `direction` is 'pay', 'refund' or 'even'. Raises what the replacement itself would.
    """
    found = desk.get_order_details(caller, number)
    old, new = inputs.item_list(item_ids), inputs.item_list(new_item_ids)
    difference = round(policy.price_difference(found, desk.products(), old, new), policy.CENTS)
    direction = "pay" if difference > 0 else "refund" if difference < 0 else "even"
    return {"difference": difference, "amount": abs(difference), "direction": direction}


def product(desk: Desk, product_id: str, locale: str = "en") -> Document:
    """Summarise a product: name, options that can be had, prices, and its available variants with labels."""
    found = desk.get_product_details(product_id)
    available = [variant for variant in found["variants"].values() if variant["available"]]
    prices = [variant["price"] for variant in available]
    return {
        "value": found["product_id"],
        "label": labels.product(found["name"], locale),
        "product_id": found["product_id"],
        "available": len(available),
        "variants": [
            {"value": variant["item_id"], "label": label, "price": variant["price"]}
            for variant, label in zip(available, labels.distinct(available, locale), strict=True)
        ],
        "options": _offered(available, locale),
        "price_from": min(prices, default=None),
        "price_to": max(prices, default=None),
    }


def _offered(variants: list[Document], locale: str) -> list[Document]:
    offered: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant["options"].items():
            offered.setdefault(name, {})[str(value)] = None
    return [
        {
            "name": words.translated(name, words.OPTIONS, locale),
            "values": [words.value(value, locale) for value in values],
        }
        for name, values in offered.items()
    ]


def find_product(desk: Desk, text: str, locale: str = "en") -> list[Document]:
    """Find products by a word or a question, in English or Chinese, the likeliest first; at most five."""
    said = mentions.tokens(inputs.note(text))
    products = list(desk.products().values())
    names = mentions.without_parts_of_others(said, {str(product["name"]) for product in products})
    scored = [(_likeness(said, product["name"]), product) for product in products if product["name"] in names]
    likely = sorted((pair for pair in scored if pair[0] >= LIKELY), key=lambda pair: -pair[0])
    return [
        {"score": round(score), **_without_variants(product(desk, found["product_id"], locale))}
        for score, found in likely[:MOST_PRODUCTS]
    ]


def _without_variants(summary: Document) -> Document:
    return {name: value for name, value in summary.items() if name != "variants"}


def _likeness(said: list[str], name: str) -> float:
    if not said:
        return 0
    if any(mentions.says(said, labels.product(name, locale)) for locale in mentions.LOCALES):
        return 100
    if mentions.says_product(said, name):
        return 95
    if mentions.short_names_said(said, name):
        return 90
    return max(_token_likeness(said, labels.product(name, locale)) for locale in mentions.LOCALES)


def _token_likeness(said: list[str], name: str) -> float:
    return min(fuzz.token_sort_ratio(" ".join(said), " ".join(mentions.tokens(name))), 89)


def profile(desk: Desk, caller: Caller, locale: str = "en") -> Document:
    """Summarise the customer's own profile."""
    user = desk.profile(caller)
    return {
        "user_id": user["user_id"],
        **user["name"],
        "email": user["email"],
        "address": user["address"],
        "address_label": labels.address(user["address"], locale),
        "orders": list(user["orders"]),
    }


def identity(desk: Desk, email: str = "", name: str = "", zip: str = "") -> dict[str, Any]:  # noqa: A002
    """Find a customer by e-mail, or by whole name and zip code: `{"user_id", "first_name", "last_name"}`.

    The name may come as a sentence ("I'm Mia Chen"), and with the zip code or an e-mail address in it.
    """
    said = introductions.read(name)
    email, name, zip = email or said.email, said.name, words.in_digits(zip) or said.zip  # noqa: A001
    if email:
        user_id = desk.find_user_id_by_email(email)
    elif name and zip:
        user_id = desk.find_user_id_by_full_name_zip(name, zip)
    else:
        raise refuse("not_identified" if any(map(str.isalpha, name)) or not (name or zip) else "not_a_name")
    return {"user_id": user_id, **desk.profile(Caller(user_id))["name"]}
