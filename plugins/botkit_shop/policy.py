"""The shop's rules: what may be changed in an order, and what the change does to it.

Pure functions on documents (see `records`). Each checks first and changes the given documents only when all
is allowed; a refusal is an `ActionError`. The arithmetic is that of the retail domain's own desk, to the
digit: floats are added in the order of the items, and rounded only where stated.
"""

from collections.abc import Mapping, Sequence

from botkit_shop.records import Document
from botkit_shop.refusals import refuse
from botkit_shop.schema import Number

CANCEL_REASONS = ("no longer needed", "ordered by mistake")
ITEMS_CHANGED = "pending (item modified)"
CENTS = 2

Products = Mapping[str, Document]


def require_status(order: Document, status: str) -> None:
    """Refuse unless the order is exactly `pending` or `delivered`."""
    if order["status"] != status:
        raise refuse(f"not_{status}")


def payment_method(user: Document, method_id: str) -> Document:
    """Give the customer's payment method, or refuse."""
    method: Document | None = user["payment_methods"].get(method_id)
    if method is None:
        raise refuse("unknown_payment")
    return method


def is_gift_card(method: Document) -> bool:
    """Tell a gift card, whose balance changes at once, from a card or an account."""
    return bool(method["source"] == "gift_card")


def cancel(order: Document, user: Document, reason: str) -> None:
    """Cancel a pending order and refund each of its payments; a gift card has the money at once."""
    require_status(order, "pending")
    if reason not in CANCEL_REASONS:
        raise refuse("bad_reason")
    history = order["payment_history"]
    cards = [_gift_card_of(user, payment["payment_method_id"]) for payment in history]
    for card, payment in zip(cards, history, strict=True):
        _move(card, payment["amount"])
    order["status"] = "cancelled"
    order["cancel_reason"] = reason
    order["payment_history"] = history + [
        _payment("refund", payment["amount"], payment["payment_method_id"]) for payment in history
    ]


def change_address(order: Document, address: Document) -> None:
    """Send a pending order to another address."""
    require_status(order, "pending")
    order["address"] = dict(address)


def change_payment(order: Document, user: Document, method_id: str) -> None:
    """Pay a pending order by another method and refund the first; possible once."""
    require_status(order, "pending")
    method = payment_method(user, method_id)
    history = order["payment_history"]
    if len(history) != 1 or history[0]["transaction_type"] != "payment":
        raise refuse("payment_settled")
    first, amount = history[0]["payment_method_id"], history[0]["amount"]
    if first == method_id:
        raise refuse("same_payment")
    _require_cover(method, amount)
    former = _gift_card_of(user, first)
    _move(method if is_gift_card(method) else None, -amount)
    _move(former, amount)
    order["payment_history"] = [
        *history,
        _payment("payment", amount, method_id),
        _payment("refund", amount, first),
    ]


def change_items(
    order: Document, user: Document, products: Products, old: Sequence[str], new: Sequence[str], method_id: str
) -> None:
    """Replace items of a pending order by other variants of their products; possible once.

    The difference, not rounded, is paid or refunded by the method; nothing to pay counts as a refund of 0.
    """
    require_status(order, "pending")
    difference = price_difference(order, products, old, new)
    method = payment_method(user, method_id)
    _require_cover(method, difference)
    kind = "payment" if difference > 0 else "refund"
    order["payment_history"] = [*order["payment_history"], _payment(kind, abs(difference), method_id)]
    _move(method if is_gift_card(method) else None, -difference)
    for item_id, new_id in zip(old, new, strict=True):
        item = _item(order, item_id)
        variant = products[item["product_id"]]["variants"][new_id]
        item.update(item_id=new_id, price=variant["price"], options=variant["options"])
    order["status"] = ITEMS_CHANGED


def request_return(order: Document, user: Document, items: Sequence[str], method_id: str) -> None:
    """Ask for items of a delivered order to be taken back, the money going where it came from or to a gift card."""
    require_status(order, "delivered")
    method = payment_method(user, method_id)
    if not is_gift_card(method) and method_id != original_payment(order):
        raise refuse("refund_target")
    require_items(order, items)
    order["status"] = "return requested"
    order["return_items"] = sorted(items)
    order["return_payment_method_id"] = method_id


def request_exchange(
    order: Document, user: Document, products: Products, old: Sequence[str], new: Sequence[str], method_id: str
) -> None:
    """Ask for items of a delivered order to be exchanged; the rounded difference is noted, not yet moved."""
    require_status(order, "delivered")
    difference = round(price_difference(order, products, old, new), CENTS)
    _require_cover(payment_method(user, method_id), difference)
    order["status"] = "exchange requested"
    order["exchange_items"] = sorted(old)
    order["exchange_new_items"] = sorted(new)
    order["exchange_payment_method_id"] = method_id
    order["exchange_price_difference"] = difference


def original_payment(order: Document) -> str | None:
    """Give the method by which the order was first paid."""
    history = order["payment_history"]
    return history[0]["payment_method_id"] if history else None


def require_items(order: Document, items: Sequence[str]) -> None:
    """Refuse items that the order does not hold, or not as often."""
    held = [item["item_id"] for item in order["items"]]
    if not items:
        raise refuse("no_items")
    if any(items.count(item_id) > held.count(item_id) for item_id in items):
        raise refuse("unknown_item")


def price_difference(order: Document, products: Products, old: Sequence[str], new: Sequence[str]) -> Number:
    """Add up what the new items cost more than the old ones; refuse a pair that may not be exchanged.

    An item may be replaced by itself (a defective one by a fresh one) as long as it is available.
    """
    require_items(order, old)
    if len(old) != len(new):
        raise refuse("count_mismatch")
    difference: Number = 0
    for item_id, new_id in zip(old, new, strict=True):
        item = _item(order, item_id)
        difference += _replacement(products, item["product_id"], new_id)["price"] - item["price"]
    return difference


def _replacement(products: Products, product_id: str, new_id: str) -> Document:
    variant: Document | None = products.get(product_id, {}).get("variants", {}).get(new_id)
    if variant is None:
        elsewhere = any(new_id in product["variants"] for product in products.values())
        raise refuse("not_same_product" if elsewhere else "unknown_item")
    if not variant["available"]:
        raise refuse("unavailable_item")
    return variant


def _item(order: Document, item_id: str) -> Document:
    found: Document = next(item for item in order["items"] if item["item_id"] == item_id)
    return found


def _payment(kind: str, amount: Number, method_id: str) -> Document:
    return {"transaction_type": kind, "amount": amount, "payment_method_id": method_id}


def _gift_card_of(user: Document, method_id: str) -> Document | None:
    """Give the gift card of that id, None for other methods; refuse a gift card that is no longer there."""
    method: Document | None = user["payment_methods"].get(method_id)
    if method is None and "gift_card" in method_id:
        raise refuse("unknown_payment")
    return method if method is not None and is_gift_card(method) else None


def _require_cover(method: Document, amount: Number) -> None:
    if is_gift_card(method) and method["balance"] < amount:
        raise refuse("gift_card_short")


def _move(card: Document | None, amount: Number) -> None:
    if card is not None:
        card["balance"] = round(card["balance"] + amount, CENTS)
