"""The plugin `shop`: the desk and its choices as actions of a bot.

A customer is identified by `shop.identify`, `shop.find_user_id_by_email` or `shop.find_user_id_by_name_zip`;
from then on the conversation is theirs, and every action works on their data alone. Refusals are ActionErrors
whose message is in the conversation's locale.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, Field

from botkit import ActionError, Context, Plugin
from botkit_shop import addresses, choices, demo, inputs, labels, loading, schema
from botkit_shop.desk import Desk
from botkit_shop.ledger import Caller
from botkit_shop.refusals import REFUSALS, refuse, wording

Document = dict[str, Any]
OrderId = Annotated[str, Field(description="the order's number with its #, such as #W1000001")]
UserId = Annotated[str, Field(description="the customer's user id, as it was found")]
ProductId = Annotated[str, Field(description="a product's id, which is not that of an item")]
ItemIds = Annotated[
    list[str],
    BeforeValidator(inputs.parted),
    Field(description="ids of items of the order, one more than once if several of it are meant"),
]
NewItemIds = Annotated[
    list[str],
    BeforeValidator(inputs.parted),
    Field(description="for each of item_ids, in that order, the item of the same product that replaces it"),
]
PaymentMethodId = Annotated[str, Field(description="the id of one of the customer's payment methods")]
Reason = Annotated[  # the desk says itself which reasons it takes, in the customer's language
    str, Field(json_schema_extra={"enum": ["no longer needed", "ordered by mistake"]})
]


class ShopSettings(BaseModel):
    """Where the shop's data is: a SQLite URL, a db.json to begin with, or else the demo shop.

    `data` and `demo` fill an empty database only; what is there stays.
    """

    database: str = "sqlite:///:memory:"
    data: Path | None = None
    demo: bool = True


plugin = Plugin("shop", settings=ShopSettings)


@plugin.start
async def start(settings: ShopSettings) -> Desk:
    """Open the database, and fill it if it is empty."""
    return await asyncio.to_thread(open_desk, settings)


@plugin.stop
async def stop(state: Desk) -> None:
    """Close the database."""
    await asyncio.to_thread(state.engine.dispose)


def open_desk(settings: ShopSettings) -> Desk:
    """Open the desk that the settings describe."""
    engine = schema.open_engine(settings.database)
    if loading.is_empty(engine):
        if settings.data is not None:
            loading.load(engine, settings.data)
        elif settings.demo:
            loading.load(engine, demo.data())
    return Desk(engine)


@contextmanager
def _desk(ctx: Context) -> Iterator[tuple[Desk, Caller]]:
    """Give the desk and who asks; what the desk refuses is said in the customer's language."""
    caller = Caller(_user_id(ctx), ctx.idempotency_key or None, ctx.now)
    try:
        yield cast("Desk", ctx.state), caller
    except ActionError as error:
        if error.error not in REFUSALS:
            raise
        raise ActionError(wording(error.error, ctx.locale), error=error.error) from error


def _user_id(ctx: Context) -> str | None:
    found = ctx.customer.get("user_id")
    return str(found) if found else None


def _identified(ctx: Context, desk: Desk, user_id: UserId) -> str:
    """Remember who the customer is; a conversation helps one customer only."""
    if (_user_id(ctx) or user_id) != user_id:
        raise refuse("already_identified")
    name = desk.profile(Caller(user_id))["name"]
    ctx.identify(id=user_id, user_id=user_id, **name)
    return user_id


@contextmanager
def _search(ctx: Context) -> Iterator[Desk]:
    """Give the desk for finding a customer; once one is known, nobody else can be found or found missing."""
    with _desk(ctx) as (desk, caller):
        try:
            yield desk
        except ActionError as error:
            if caller.user_id and error.error == "not_found":
                raise refuse("already_identified") from error
            raise


# --- who the customer is ----------------------------------------------------------------------


@plugin.action(effect="read", timeout=5)
def identify(ctx: Context, email: str = "", name: str = "", zip: str = "") -> Document:  # noqa: A002
    """Identify the customer by e-mail address, or by whole name and zip code, which `name` may hold as well."""
    with _search(ctx) as desk:
        found = choices.identity(desk, email, name, zip)
        _identified(ctx, desk, found["user_id"])
        return found


@plugin.action(effect="read", timeout=5)
def find_user_id_by_email(ctx: Context, email: str) -> str:
    """Identify the customer by e-mail address and give the user id."""
    with _search(ctx) as desk:
        return _identified(ctx, desk, desk.find_user_id_by_email(email))


@plugin.action(effect="read", timeout=5)
def find_user_id_by_name_zip(ctx: Context, first_name: str, last_name: str, zip: str) -> str:  # noqa: A002
    """Identify the customer by first name, last name and zip code and give the user id."""
    with _search(ctx) as desk:
        return _identified(ctx, desk, desk.find_user_id_by_name_zip(first_name, last_name, zip))


@plugin.action(effect="read", timeout=5)
def profile(ctx: Context) -> Document:
    """Summarise the customer's own profile: name, e-mail, address, order numbers."""
    with _desk(ctx) as (desk, caller):
        return choices.profile(desk, caller, ctx.locale)


@plugin.action(effect="read", timeout=5)
def read_address(ctx: Context, text: str) -> Document:
    """Take a Chinese address in one line apart: street, unit, city, state, country and zip, or empty."""
    with _desk(ctx):
        return addresses.read(text)


@plugin.action(effect="read", timeout=5)
def show_address(
    ctx: Context,
    address1: str,
    city: str,
    country: str,
    zip: str,  # noqa: A002
    address2: str = "",
    state: str = "",
) -> str:
    """Show an address in one line, as the customer's language writes it."""
    parts = {"address1": address1, "address2": address2, "city": city, "state": state, "zip": zip, "country": country}
    return labels.address(parts, ctx.locale)


@plugin.action(effect="read", timeout=5)
def get_user_details(ctx: Context, user_id: UserId) -> Document:
    """Give the customer's own profile as the shop keeps it."""
    with _desk(ctx) as (desk, caller):
        return desk.get_user_details(caller, user_id)


# --- orders and products ----------------------------------------------------------------------


@plugin.action(effect="read", timeout=5)
def my_orders(ctx: Context, status: str = "", naming: str = "") -> list[Document]:
    """List the customer's orders as choices, or those in one status, or with an item that a text names."""
    with _desk(ctx) as (desk, caller):
        return choices.my_orders(desk, caller, ctx.locale, status, naming)


@plugin.action(effect="read", timeout=5)
def order(ctx: Context, number: str) -> Document:
    """Summarise one of the customer's orders, and say what may be done with it."""
    with _desk(ctx) as (desk, caller):
        return choices.order(desk, caller, number, ctx.locale)


@plugin.action(effect="read", timeout=5)
def get_order_details(ctx: Context, order_id: OrderId) -> Document:
    """Give one of the customer's orders as the shop keeps it."""
    with _desk(ctx) as (desk, caller):
        return desk.get_order_details(caller, order_id)


@plugin.action(effect="read", timeout=5)
def item_choices(ctx: Context, number: str) -> list[Document]:
    """List the items of an order as choices."""
    with _desk(ctx) as (desk, caller):
        return choices.item_choices(desk, caller, number, ctx.locale)


@plugin.action(effect="read", timeout=5)
def items_named(ctx: Context, number: str, text: str, chosen: list[str] | str = "") -> Document:
    """Find the items of an order that the customer's words name, leave open, or take off what is chosen."""
    with _desk(ctx) as (desk, caller):
        return choices.items_named(desk, caller, number, text, ctx.locale, chosen)


@plugin.action(effect="read", timeout=5)
def variant_choices(ctx: Context, number: str, item_id: str) -> list[Document]:
    """List what an item of an order can be replaced by, as choices."""
    with _desk(ctx) as (desk, caller):
        return choices.variant_choices(desk, caller, number, item_id, ctx.locale)


@plugin.action(effect="read", timeout=5)
def variants_named(ctx: Context, number: str, item_id: str, text: str) -> list[Document]:
    """Find the replacements for an item that the customer's words describe."""
    with _desk(ctx) as (desk, caller):
        return choices.variants_named(desk, caller, number, item_id, text, ctx.locale)


@plugin.action(effect="read", timeout=5)
def payment_choices(ctx: Context, number: str = "", purpose: str = "") -> list[Document]:
    """List the customer's payment methods as choices; purpose 'refund' or 'change' narrows them to an order's."""
    with _desk(ctx) as (desk, caller):
        return choices.payment_choices(desk, caller, number, purpose, ctx.locale)


@plugin.action(effect="read", timeout=5)
def price_difference(ctx: Context, number: str, item_ids: ItemIds, new_item_ids: NewItemIds) -> Document:
    """Tell what replacing items of an order would cost or give back."""
    with _desk(ctx) as (desk, caller):
        return choices.price_difference(desk, caller, number, item_ids, new_item_ids)


@plugin.action(effect="read", timeout=5)
def find_product(ctx: Context, text: str) -> list[Document]:
    """Find products by a word or a question, the likeliest first."""
    with _desk(ctx) as (desk, _):
        return choices.find_product(desk, text, ctx.locale)


@plugin.action(effect="read", timeout=5)
def product(ctx: Context, product_id: ProductId) -> Document:
    """Summarise a product: its options, prices and available variants."""
    with _desk(ctx) as (desk, _):
        return choices.product(desk, product_id, ctx.locale)


@plugin.action(effect="read", timeout=5)
def get_product_details(ctx: Context, product_id: ProductId) -> Document:
    """Give a product with all its variants as the shop keeps it."""
    with _desk(ctx) as (desk, _):
        return desk.get_product_details(product_id)


@plugin.action(effect="read", timeout=5)
def list_all_product_types(ctx: Context) -> dict[str, str]:
    """Give the product id of each product name."""
    with _desk(ctx) as (desk, _):
        return desk.list_all_product_types()


# --- changes ----------------------------------------------------------------------------------


@plugin.action(effect="write", timeout=10, idempotent=True)
def cancel_pending_order(ctx: Context, order_id: OrderId, reason: Reason) -> Document:
    """Cancel a pending order; reason is 'no longer needed' or 'ordered by mistake'."""
    with _desk(ctx) as (desk, caller):
        return desk.cancel_pending_order(caller, order_id, reason)


@plugin.action(effect="write", timeout=10, idempotent=True)
def modify_pending_order_address(
    ctx: Context,
    order_id: OrderId,
    address1: str,
    address2: str,
    city: str,
    state: str,
    country: str,
    zip: str,  # noqa: A002
) -> Document:
    """Send a pending order to another address."""
    with _desk(ctx) as (desk, caller):
        return desk.modify_pending_order_address(caller, order_id, address1, address2, city, state, country, zip)


@plugin.action(effect="write", timeout=10, idempotent=True)
def modify_pending_order_items(
    ctx: Context, order_id: OrderId, item_ids: ItemIds, new_item_ids: NewItemIds, payment_method_id: PaymentMethodId
) -> Document:
    """Replace items of a pending order by other variants of the same products, once."""
    with _desk(ctx) as (desk, caller):
        return desk.modify_pending_order_items(caller, order_id, item_ids, new_item_ids, payment_method_id)


@plugin.action(effect="write", timeout=10, idempotent=True)
def modify_pending_order_payment(ctx: Context, order_id: OrderId, payment_method_id: PaymentMethodId) -> Document:
    """Pay a pending order by another method."""
    with _desk(ctx) as (desk, caller):
        return desk.modify_pending_order_payment(caller, order_id, payment_method_id)


@plugin.action(effect="write", timeout=10, idempotent=True)
def modify_user_address(
    ctx: Context,
    user_id: UserId,
    address1: str,
    address2: str,
    city: str,
    state: str,
    country: str,
    zip: str,  # noqa: A002
) -> Document:
    """Change the customer's own default address."""
    with _desk(ctx) as (desk, caller):
        return desk.modify_user_address(caller, user_id, address1, address2, city, state, country, zip)


@plugin.action(effect="write", timeout=10, idempotent=True)
def return_delivered_order_items(
    ctx: Context, order_id: OrderId, item_ids: ItemIds, payment_method_id: PaymentMethodId
) -> Document:
    """Ask for items of a delivered order to be taken back, once."""
    with _desk(ctx) as (desk, caller):
        return desk.return_delivered_order_items(caller, order_id, item_ids, payment_method_id)


@plugin.action(effect="write", timeout=10, idempotent=True)
def exchange_delivered_order_items(
    ctx: Context, order_id: OrderId, item_ids: ItemIds, new_item_ids: NewItemIds, payment_method_id: PaymentMethodId
) -> Document:
    """Ask for items of a delivered order to be exchanged for variants of the same products, once."""
    with _desk(ctx) as (desk, caller):
        return desk.exchange_delivered_order_items(caller, order_id, item_ids, new_item_ids, payment_method_id)


# --- the rest ---------------------------------------------------------------------------------


@plugin.action(effect="read", timeout=5)
def calculate(ctx: Context, expression: str) -> str:
    """Work out an expression of numbers, + - * / and parentheses."""
    with _desk(ctx) as (desk, _):
        return desk.calculate(expression)


@plugin.action(effect="read", timeout=5)
def think(ctx: Context, thought: str) -> str:
    """Take note of a thought; nothing happens."""
    with _desk(ctx) as (desk, _):
        return desk.think(thought)


@plugin.action(effect="read", timeout=5)
def transfer_to_human_agents(ctx: Context, summary: str) -> str:
    """Acknowledge a transfer to a person; the hand-off itself is the flow's step."""
    with _desk(ctx) as (desk, _):
        return desk.transfer_to_human_agents(summary)
