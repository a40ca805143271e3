"""What a customer's sentence names: products, options, items; in English and Chinese, without a model.

A name counts as said where its words stand together, in any case and with or without hyphens, spaces and
a plural s.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from botkit_shop import labels, words
from botkit_shop.records import Document

HAN = r"\u3400-\u9fff"
TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:\.\d+[^\W_{HAN}]*)?")
SHORTENED = re.compile(r"(?<=\w)['’](?:s|m|d|t|ll|re|ve)\b")  # I'm and there's name no size
LONGEST_MESSAGE = 600
CLOSE = 87
CLOSE_WORD = 75
SHORTEST_TO_GUESS = 5
LOCALES = ("en", "zh")
EVERYTHING = {
    "all", "everything", "allofthem", "allitems", "bothofthem", "both", "thewholeorder", "wholeorder",
    "全部", "所有", "都要", "全都", "全部商品", "所有商品", "整个订单", "都退", "全退",
}  # fmt: skip


def tokens(text: str) -> list[str]:
    """Split a text into words and single Chinese characters, folded."""
    folded = words.in_digits(unicodedata.normalize("NFKC", text[:LONGEST_MESSAGE]).casefold())
    return TOKEN.findall(SHORTENED.sub("", folded))


def means_everything(text: str) -> bool:
    """Tell whether the whole message says 'all of them'."""
    return "".join(tokens(text)) in EVERYTHING


def says(said: list[str], phrase: str, *, roughly: bool = False) -> bool:
    """Tell whether the words of a phrase stand together; `roughly` forgives a plural and misspelling."""
    wanted = tokens(phrase)
    joined = "".join(wanted)
    if not wanted:
        return False
    windows = _windows(said, len(joined))
    return any("".join(window) == joined or (roughly and _alike(window, wanted)) for window in windows)


def _windows(said: list[str], length: int) -> Iterable[list[str]]:
    """Give the runs of words that are about as long as the phrase."""
    for start in range(len(said)):
        end, width = start, 0
        while end < len(said) and width < length + 2:
            width += len(said[end])
            end += 1
            yield said[start:end]


def _alike(window: list[str], wanted: list[str]) -> bool:
    """Tell whether the words are those of the phrase but for a plural s or a slip of the keyboard."""
    one, other = "".join(window), "".join(wanted)
    if one in {other + "s", other.removesuffix("s")}:
        return True
    if len(window) != len(wanted) or len(other) < SHORTEST_TO_GUESS or fuzz.ratio(one, other) < CLOSE:
        return False
    return all(fuzz.ratio(*pair) >= CLOSE_WORD for pair in zip(window, wanted, strict=True))


def says_product(said: list[str], name: str) -> bool:
    """Tell whether a product is named in full, in any locale."""
    return any(says(said, labels.product(name, locale), roughly=True) for locale in LOCALES)


def without_parts_of_others(said: list[str], names: set[str]) -> set[str]:
    """Leave out the products whose Chinese name is said only within a longer one: 手表 in 智能手表."""
    chinese = {name: labels.product(name, "zh") for name in names}
    longer = [word for word in chinese.values() if says(said, word)]
    return {name for name, word in chinese.items() if not any(word != other and word in other for other in longer)}


def short_names(name: str) -> set[str]:
    """Give what a product is called for short: 'lamp' for 'Desk Lamp', '耳机' for '无线耳机'."""
    english, chinese = name.casefold(), labels.product(name, "zh")
    also = words.PRODUCTS_ALSO.get(english, ())
    return {english.rsplit(maxsplit=1)[-1] if name else name, chinese[-2:], *also} - {""}


def short_names_said(said: list[str], name: str) -> set[str]:
    """Give the short names of a product that are said."""
    return {short for short in short_names(name) if says(said, short, roughly=True)}


def options_said(said: list[str], options: Mapping[str, str]) -> set[str]:
    """Give the names of those options whose value is said."""
    return {name for name, value in options.items() if _says_option(said, name, str(value))}


def _says_option(said: list[str], name: str, value: str) -> bool:
    if labels.says_nothing_alone(value):
        named = {labels.named_option(name, value, locale) for locale in LOCALES}
        counted = {f"{value}码", f"{value}号", f"尺码{value}"} if name.casefold().endswith("size") else set()
        return any(says(said, phrase) for phrase in {*named, *counted, f"{name} {value}", f"{value} {name}"})
    return any(says(said, phrase) for phrase in {value, *(words.value(value, locale) for locale in LOCALES)})


def place_said(text: str, count: int) -> int | None:
    """Give the index that a text names in a list of so many: 0 for 'the first one' and '第一个', -1 for the last."""
    said = tokens(text)
    if count and any(says(said, word) for word in words.LAST_PLACE):
        return -1
    found = [at for at, called in enumerate(words.ORDINALS[:count]) if any(says(said, word) for word in called)]
    return found[0] if len(found) == 1 else None


def status_said(text: str, status: str) -> bool:
    """Tell whether a text names an order's status."""
    said = tokens(text)
    return any(says(said, word) for word in (status, *words.STATUSES_ALSO.get(status, ())))


def named_items(text: str, items: list[Document]) -> tuple[list[Document], list[Document]]:
    """Give the items that a text names, and those between which it leaves the choice open.

    An item is a document with `item_id`, `name` and `options`; each comes once.
    """
    if means_everything(text):
        return items, []
    said = tokens(text)
    found: list[Document] = []
    unclear: list[Document] = []
    for group, named in _groups(said, items):
        sure, open_ = _named_in_group(said, group, named)
        found += sure
        unclear += open_
    if not found and not unclear:
        return _described(said, items)
    return found, unclear


def _groups(said: list[str], items: list[Document]) -> Iterable[tuple[list[Document], bool]]:
    """Give the items by product, and whether it is named; products known by one short name stay together."""
    names = dict.fromkeys(str(item["name"]) for item in items)
    in_full = without_parts_of_others(said, {name for name in names if says_product(said, name)})
    taken = {short for name in in_full for short in short_names(name)}
    for name in (name for name in names if name in in_full):
        yield [item for item in items if item["name"] == name], True
    clusters: dict[frozenset[str], list[Document]] = {}
    for item in items:
        if item["name"] not in in_full:
            short = frozenset(short_names_said(said, item["name"]) - taken)
            clusters.setdefault(short, []).append(item)
    for short, group in clusters.items():
        yield group, bool(short)


def _named_in_group(said: list[str], group: list[Document], named: bool) -> tuple[list[Document], list[Document]]:
    by_id = [item for item in group if says(said, item["item_id"])]
    if by_id:
        return by_id, []
    in_full = [item for item in group if _says_label(said, item)]
    if in_full:
        return _one_of_each_label(in_full)
    if not named:
        return [], []
    return (group, []) if len(group) == 1 else _described(said, group, otherwise=group)


def _says_label(said: list[str], item: Document) -> bool:
    shown = [labels.item(item, locale, name=item["name"], full=full) for locale in LOCALES for full in (False, True)]
    return any(says(said, label) for label in shown)


def _one_of_each_label(items: list[Document]) -> tuple[list[Document], list[Document]]:
    keys = [labels.item(item, "en", full=True) for item in items]
    alone = [item for item, key in zip(items, keys, strict=True) if keys.count(key) == 1]
    return alone, [item for item in items if item not in alone]


def _described(
    said: list[str], items: list[Document], otherwise: Iterable[Document] = ()
) -> tuple[list[Document], list[Document]]:
    """Choose the items of which the text names the most options."""
    scores = [len(options_said(said, item["options"])) for item in items]
    best = max(scores, default=0)
    if best == 0:
        return [], list(otherwise)
    leading = [item for item, score in zip(items, scores, strict=True) if score == best]
    return (leading, []) if len(leading) == 1 else ([], leading)


def named_variants(text: str, variants: list[Document], current: Mapping[str, str]) -> list[Document]:
    """Give the available variants that a text asks for; what it leaves unsaid stays as it is, where that exists.

    Where all that fit what is said are sold out there is none, however near another comes.
    """
    said = tokens(text)
    by_id = [variant for variant in variants if says(said, variant["item_id"])]
    if by_id:
        return by_id
    scores = [len(options_said(said, variant["options"])) for variant in variants]
    best = max(scores, default=0)
    if best == 0:
        return []
    fitting = [variant for variant, score in zip(variants, scores, strict=True) if score == best]
    leading = [variant for variant in fitting if variant.get("available", True)]
    kept = [sum(variant["options"].get(k) == v for k, v in current.items()) for variant in leading]
    return [variant for variant, same in zip(leading, kept, strict=True) if same == max(kept, default=0)]
