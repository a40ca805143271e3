"""The shop's desk: the sixteen functions of the retail domain, on a database, for one identified customer.

Reads and writes of orders, payment methods and profiles need a `Caller` whose customer is identified, and
work on that customer's data alone; what belongs to others looks like what does not exist. Every refusal is
an `ActionError` with a code of `refusals`. Each write is one transaction and goes through the `ledger`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from botkit_shop import arithmetic, inputs, policy, records, schema
from botkit_shop.inputs import Items
from botkit_shop.ledger import Caller, once
from botkit_shop.records import Document
from botkit_shop.refusals import refuse


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of one shop; all its state is in the database."""

    engine: Engine

    # --- finding a customer -------------------------------------------------------------------

    def find_user_id_by_email(self, email: str) -> str:
        """Find a customer by e-mail address, in any case."""
        wanted = inputs.key(email)
        query = select(schema.users.c.user_id).where(schema.users.c.email_key == wanted)
        with self.engine.connect() as connection:
            found = connection.execute(query.order_by(schema.users.c.position)).scalars().first()
        if not wanted or found is None:
            raise refuse("not_found")
        return str(found)

    def find_user_id_by_name_zip(self, first_name: str, last_name: str, zip: str) -> str:  # noqa: A002
        """Find a customer by first name, last name and zip code, in any case."""
        first, last = inputs.key(first_name), inputs.key(last_name)
        for user_id, (their_first, their_last) in self._names_at(zip).items():
            if (inputs.key(their_first), inputs.key(their_last)) == (first, last):
                return user_id
        raise refuse("not_found")

    def find_user_id_by_full_name_zip(self, name: str, zip: str) -> str:  # noqa: A002
        """Find a customer by zip code and the whole name, in either order: 'Mia Chen', 'Chen Mia', '李娜'."""
        wanted = inputs.squeezed(name)
        for user_id, (first, last) in self._names_at(zip).items():
            if wanted in inputs.full_name_keys(first, last):
                return user_id
        raise refuse("not_found")

    def _names_at(self, zip: str) -> dict[str, tuple[str, str]]:  # noqa: A002
        table = schema.users
        query = select(table.c.user_id, table.c.first_name, table.c.last_name)
        query = query.where(table.c.zip_key == inputs.squeezed(zip)).order_by(table.c.position)
        with self.engine.connect() as connection:
            return {row.user_id: (row.first_name, row.last_name) for row in connection.execute(query)}

    # --- reading ------------------------------------------------------------------------------

    def get_user_details(self, caller: Caller, user_id: str) -> Document:
        """Give the customer's own profile."""
        if inputs.text(user_id) != caller.require():
            raise refuse("unknown_user")
        return self.profile(caller)

    def profile(self, caller: Caller) -> Document:
        """Give the profile of the identified customer."""
        with self.engine.connect() as connection:
            return _own_user(connection, caller)

    def get_order_details(self, caller: Caller, order_id: str) -> Document:
        """Give one of the customer's orders."""
        number = inputs.order_number(order_id)
        with self.engine.connect() as connection:
            return _own_order(connection, caller, number)

    def own_orders(self, caller: Caller) -> list[Document]:
        """Give all orders of the customer, in the order of the profile."""
        with self.engine.connect() as connection:
            numbers = _own_user(connection, caller)["orders"]
            found = [records.read_orders(connection, number).get(number) for number in numbers]
        return [order for order in found if order and order["user_id"] == caller.user_id]

    def get_product_details(self, product_id: str) -> Document:
        """Give a product with all its variants."""
        wanted = inputs.text(product_id)
        with self.engine.connect() as connection:
            found = records.read_products(connection, wanted).get(wanted)
        if found is None:
            raise refuse("unknown_product")
        return found

    def list_all_product_types(self) -> dict[str, str]:
        """Give the product id of each product name, sorted by name."""
        query = select(schema.products.c.name, schema.products.c.product_id)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(schema.products.c.position))
            return dict(sorted((row.name, row.product_id) for row in rows))

    def products(self) -> dict[str, Document]:
        """Give all products with their variants."""
        with self.engine.connect() as connection:
            return records.read_products(connection)

    # --- writing ------------------------------------------------------------------------------

    def cancel_pending_order(self, caller: Caller, order_id: str, reason: str) -> Document:
        """Cancel a pending order; the reason is 'no longer needed' or 'ordered by mistake'."""
        number, why = inputs.order_number(order_id), inputs.key(reason)

        def work(connection: Connection) -> Document:
            order, user = _own_order(connection, caller, number), _own_user(connection, caller)
            policy.cancel(order, user, why)
            return _saved(connection, order, user)

        return once(self.engine, caller, "cancel_pending_order", {"order_id": number, "reason": why}, work)

    def modify_pending_order_address(
        self,
        caller: Caller,
        order_id: str,
        address1: str,
        address2: str,
        city: str,
        state: str,
        country: str,
        zip: str,  # noqa: A002
    ) -> Document:
        """Send a pending order to another address."""
        number = inputs.order_number(order_id)
        parts = _address(address1, address2, city, state, country, zip)

        def work(connection: Connection) -> Document:
            order = _own_order(connection, caller, number)
            policy.change_address(order, parts)
            return _saved(connection, order)

        arguments = {"order_id": number, **parts}
        return once(self.engine, caller, "modify_pending_order_address", arguments, work)

    def modify_pending_order_items(
        self,
        caller: Caller,
        order_id: str,
        item_ids: Items,
        new_item_ids: Items,
        payment_method_id: str,
    ) -> Document:
        """Replace items of a pending order by other variants of the same products, once."""
        arguments = _exchange_arguments(order_id, item_ids, new_item_ids, payment_method_id)
        old, new, method_id = (arguments[name] for name in ("item_ids", "new_item_ids", "payment_method_id"))

        def work(connection: Connection) -> Document:
            order, user = _own_order(connection, caller, arguments["order_id"]), _own_user(connection, caller)
            policy.change_items(order, user, _products_for(connection, order, new), old, new, method_id)
            return _saved(connection, order, user)

        return once(self.engine, caller, "modify_pending_order_items", arguments, work)

    def modify_pending_order_payment(self, caller: Caller, order_id: str, payment_method_id: str) -> Document:
        """Pay a pending order by another method."""
        number, method_id = inputs.order_number(order_id), inputs.text(payment_method_id)

        def work(connection: Connection) -> Document:
            order, user = _own_order(connection, caller, number), _own_user(connection, caller)
            policy.change_payment(order, user, method_id)
            return _saved(connection, order, user)

        arguments = {"order_id": number, "payment_method_id": method_id}
        return once(self.engine, caller, "modify_pending_order_payment", arguments, work)

    def modify_user_address(
        self,
        caller: Caller,
        user_id: str,
        address1: str,
        address2: str,
        city: str,
        state: str,
        country: str,
        zip: str,  # noqa: A002
    ) -> Document:
        """Change the customer's own default address; orders keep theirs."""
        parts = _address(address1, address2, city, state, country, zip)
        if inputs.text(user_id) != caller.require():
            raise refuse("unknown_user")

        def work(connection: Connection) -> Document:
            user = _own_user(connection, caller)
            user["address"] = dict(parts)
            records.save_user(connection, user)
            return user

        arguments = {"user_id": caller.require(), **parts}
        return once(self.engine, caller, "modify_user_address", arguments, work)

    def return_delivered_order_items(
        self, caller: Caller, order_id: str, item_ids: Items, payment_method_id: str
    ) -> Document:
        """Ask for items of a delivered order to be taken back, once."""
        number, items = inputs.order_number(order_id), inputs.item_list(item_ids)
        method_id = inputs.text(payment_method_id)

        def work(connection: Connection) -> Document:
            order, user = _own_order(connection, caller, number), _own_user(connection, caller)
            policy.request_return(order, user, items, method_id)
            return _saved(connection, order)

        arguments = {"order_id": number, "item_ids": items, "payment_method_id": method_id}
        return once(self.engine, caller, "return_delivered_order_items", arguments, work)

    def exchange_delivered_order_items(
        self,
        caller: Caller,
        order_id: str,
        item_ids: Items,
        new_item_ids: Items,
        payment_method_id: str,
    ) -> Document:
        """Ask for items of a delivered order to be exchanged for variants of the same products, once."""
        arguments = _exchange_arguments(order_id, item_ids, new_item_ids, payment_method_id)
        old, new, method_id = (arguments[name] for name in ("item_ids", "new_item_ids", "payment_method_id"))

        def work(connection: Connection) -> Document:
            order, user = _own_order(connection, caller, arguments["order_id"]), _own_user(connection, caller)
            policy.request_exchange(order, user, _products_for(connection, order, new), old, new, method_id)
            return _saved(connection, order)

        return once(self.engine, caller, "exchange_delivered_order_items", arguments, work)

    # --- the rest -----------------------------------------------------------------------------

    def calculate(self, expression: str) -> str:
        """Work out an expression of numbers, + - * / and parentheses, to two digits."""
        return arithmetic.calculate(expression)

    def think(self, thought: str) -> str:
        """Take note of a thought; nothing happens and nothing is said."""
        inputs.note(thought)
        return ""

    def transfer_to_human_agents(self, summary: str) -> str:
        """Acknowledge a transfer; the hand-off itself is the flow's step."""
        inputs.note(summary)
        return "Transfer successful"


def _own_user(connection: Connection, caller: Caller) -> Document:
    user_id = caller.require()
    user = records.read_users(connection, user_id).get(user_id)
    if user is None:
        raise refuse("not_identified")
    return user


def _own_order(connection: Connection, caller: Caller, number: str) -> Document:
    owner = caller.require()
    order = records.read_orders(connection, number).get(number)
    if order is None or order["user_id"] != owner:
        raise refuse("unknown_order")
    return order


def _products_for(connection: Connection, order: Document, items: list[str]) -> dict[str, Document]:
    """Read the products of the order's items and of the new ones."""
    wanted = {item["product_id"] for item in order["items"]}
    wanted |= {product for item in items if (product := records.product_of_item(connection, item))}
    found: dict[str, Document] = {}
    for product_id in sorted(wanted):
        found |= records.read_products(connection, product_id)
    return found


def _saved(connection: Connection, order: Document, user: Document | None = None) -> Document:
    records.save_order(connection, order)
    if user is not None:
        records.save_user(connection, user)
    return order


def _address(address1: str, address2: str, city: str, state: str, country: str, zip_code: str) -> Document:
    fields = (address1, address2, city, state, country, zip_code)
    return dict(inputs.address(dict(zip(inputs.ADDRESS_FIELDS, fields, strict=True))))


def _exchange_arguments(order_id: str, item_ids: Items, new_item_ids: Items, payment_method_id: str) -> Document:
    return {
        "order_id": inputs.order_number(order_id),
        "item_ids": inputs.item_list(item_ids),
        "new_item_ids": inputs.item_list(new_item_ids),
        "payment_method_id": inputs.text(payment_method_id),
    }
