"""What a customer knows, and how they put it: products with their options, payment methods, addresses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botkit.model.words import fold
from botkit_shop import words
from tests.flows.retail.cases import Case, Document

BARE = {"yes", "no", "none", "fixed", "standard"}


@dataclass(frozen=True)
class Customer:
    """One customer of a shop, who speaks one language."""

    shop: Document
    user: Document
    locale: str
    by_email: bool

    @classmethod
    def of(cls, case: Case) -> "Customer":
        """Give the customer of a case."""
        return cls(case.shop, case.shop["users"][case.user_id], case.locale, case.by_email)

    @property
    def name(self) -> str:
        """The whole name, as it is written where they live."""
        first, last = self.user["name"]["first_name"], self.user["name"]["last_name"]
        return f"{last}{first}" if not last.isascii() else f"{first} {last}"

    def _variant(self, item_id: str) -> tuple[str, Mapping[str, str]]:
        for product in self.shop["products"].values():
            if item_id in product["variants"]:
                return product["name"], product["variants"][item_id]["options"]
        for order in self.shop["orders"].values():
            for item in order["items"]:
                if item["item_id"] == item_id:
                    return item["name"], item["options"]
        raise KeyError(item_id)

    def options(self, item_id: str, locale: str = "") -> list[str]:
        """Say an item's options: 'blue', but 'size 9', in Chinese '9 码'."""
        locale = locale or self.locale
        said = []
        for option, value in self._variant(item_id)[1].items():
            shown = words.value(str(value), locale)
            if locale == "zh" and option == "size" and str(value).replace(".", "").isdigit():
                said.append(f"{value} 码")
                continue
            bare = str(value).casefold() in BARE or str(value).replace(".", "").isdigit()
            said.append(f"{words.translated(option, words.OPTIONS, locale)} {shown}" if bare else shown)
        return said

    def item(self, item_id: str) -> str:
        """Name an item: the product and its options."""
        product, _ = self._variant(item_id)
        if self.locale == "zh":
            return f"{'，'.join(self.options(item_id))}的{words.translated(product, words.PRODUCTS, 'zh')}"
        return f"the {product} ({', '.join(self.options(item_id))})"

    def version(self, item_id: str) -> str:
        """Say which version is wanted."""
        return ("，" if self.locale == "zh" else ", ").join(self.options(item_id))

    def is_named(self, item_id: str, text: str) -> bool:
        """Tell whether a text of the bot shows this item: its product and all its options, in either language."""
        product, _ = self._variant(item_id)
        shown = fold(text)
        names = (product, words.translated(product, words.PRODUCTS, "zh"))
        return any(fold(name) in shown for name in names) and self.fits(item_id, text)

    def fits(self, item_id: str, text: str) -> bool:
        """Tell whether a label shows all options of an item, and as many as it has."""
        parts = Counter(fold(text).split())
        squeezed = fold(text).replace(" ", "")
        for locale in ("en", "zh"):
            said = self.options(item_id, locale)
            if all(self._stands(option, parts, squeezed) for option in said):
                return True
        return False

    @staticmethod
    def _stands(option: str, parts: Counter[str], squeezed: str) -> bool:
        wanted = fold(option).split()
        return all(part in parts for part in wanted) or (len(fold(option)) > 2 and "".join(wanted) in squeezed)

    def payment(self, method_id: str, labels: Sequence[str]) -> str:
        """Name a payment method; more exactly where the bot shows several that fit."""
        users = self.shop["users"].values()
        method = next(user["payment_methods"][method_id] for user in users if method_id in user["payment_methods"])
        digits = str(method.get("last_four") or method["id"][-4:])
        chinese = self.locale == "zh"
        if method["source"] == "paypal":
            return "PayPal"
        if method["source"] == "gift_card":
            word = "礼品卡" if chinese else "gift card"
            if sum(fold("gift card") in fold(label) or "礼品卡" in label for label in labels) == 1 and any(
                digits in label for label in labels
            ):
                return word
            return f"尾号 {digits} 的礼品卡" if chinese else f"the gift card ending in {digits}"
        brand = str(method.get("brand") or "card").capitalize()
        return f"尾号 {digits} 的 {brand} 卡" if chinese else f"the {brand} ending in {digits}"

    def facts(self) -> list[str]:
        """List what nobody else may be shown: e-mail, street, user id, order numbers."""
        user: Mapping[str, Any] = self.user
        return [user["email"], user["address"]["address1"], user["user_id"], *user["orders"]]
