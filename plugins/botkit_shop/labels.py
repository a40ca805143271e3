"""How items, variants, orders and payment methods are shown to a customer.

A label is short ('T-Shirt, blue, M'; 'T恤（蓝色、M）'); it says more only where two would look the same.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from botkit_shop import words
from botkit_shop.records import Document

SAYS_NOTHING_ALONE = {"yes", "no", "none", "fixed", "standard"}


def comma(locale: str) -> str:
    """Give what stands between the parts of a label."""
    return "、" if words.is_chinese(locale) else ", "


def aside(text: str, locale: str) -> str:
    """Put what is said beside a label in parentheses."""
    return f"（{text}）" if words.is_chinese(locale) else f" ({text})"


def semicolon(locale: str) -> str:
    """Give what stands between labels that have commas themselves."""
    return "；" if words.is_chinese(locale) else "; "


def option(name: str, value: str, locale: str) -> str:
    """Show an option: 'blue', but 'waterproof: yes' and 'size: 9', in Chinese '9 码'."""
    if words.is_chinese(locale) and name.casefold() == "size" and is_number(value):
        return words.size(value)
    if says_nothing_alone(value):
        return named_option(name, value, locale)
    return words.value(value, locale)


def says_nothing_alone(value: str) -> bool:
    """Tell a value that needs its option's name beside it."""
    return value.casefold() in SAYS_NOTHING_ALONE or is_number(value)


def is_number(value: str) -> bool:
    """Tell a value of digits."""
    return value.replace(".", "").isdigit()


def named_option(name: str, value: str, locale: str) -> str:
    """Show an option with its name: 'color: blue'."""
    colon = "：" if words.is_chinese(locale) else ": "
    return words.translated(name, words.OPTIONS, locale) + colon + words.value(value, locale)


def product(name: str, locale: str) -> str:
    """Show a product's name."""
    return words.translated(name, words.PRODUCTS, locale)


def item(document: Document, locale: str, *, name: str = "", full: bool = False) -> str:
    """Show an item: its name, if it is to be said, and its options."""
    show = named_option if full else option
    options = [show(key, str(value), locale) for key, value in document["options"].items()]
    if not (name and options and words.is_chinese(locale)):
        return comma(locale).join([product(name, locale)] * bool(name) + options)
    return product(name, locale) + aside(comma(locale).join(options), locale)


def distinct(
    documents: Iterable[Document], locale: str, name_of: Callable[[Document], str] = lambda _: ""
) -> list[str]:
    """Show several items; equal labels are told apart by the options' names, and if need be by the id."""
    documents = list(documents)
    short = [item(document, locale, name=name_of(document)) for document in documents]
    full = [item(document, locale, name=name_of(document), full=True) for document in documents]
    labels = _unless_repeated(short, full)
    return _unless_repeated(
        labels, [label + aside(doc["item_id"], locale) for label, doc in zip(labels, documents, strict=True)]
    )


def methods(found: Iterable[Document], locale: str) -> list[str]:
    """Show several payment methods; equal labels are told apart by the last digits of the id."""
    found = list(found)
    short = [words.payment(method, locale) for method in found]
    longer = [label + aside(method["id"][-4:], locale) for label, method in zip(short, found, strict=True)]
    return _unless_repeated(short, longer)


def status(word: str, locale: str) -> str:
    """Show the status of an order."""
    return words.translated(word, words.STATUSES, locale)


def address(parts: dict[str, Any], locale: str) -> str:
    """Show an address in one line; a Chinese one from the country down to the door, whoever reads it in Chinese."""
    if words.is_chinese(locale) and words.HAN.search(str(parts.get("address1", ""))):
        return _chinese_address(parts)
    fields = ("address1", "address2", "city", "state", "zip", "country")
    return ", ".join(str(parts[field]) for field in fields if parts.get(field))


def _chinese_address(parts: dict[str, Any]) -> str:
    city, state = str(parts.get("city") or ""), str(parts.get("state") or "")
    region = "" if state.removesuffix("市") == city.removesuffix("市") else state
    place = f"{parts.get('country') or ''}{region}{city}{parts['address1']} {parts.get('address2') or ''}".rstrip()
    return f"{place}，邮编 {parts['zip']}" if parts.get("zip") else place


def _unless_repeated(labels: list[str], otherwise: list[str]) -> list[str]:
    times = Counter(labels)
    return [label if times[label] == 1 else longer for label, longer in zip(labels, otherwise, strict=True)]
