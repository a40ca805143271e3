"""What expressions and slot types can do, each with an example whose result is computed."""

import inspect
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from botkit.app.directories import Locales
from botkit.expressions import value
from botkit.expressions.sandbox import FILTERS
from botkit.model.hours import Hours, Span
from botkit.model.parsers import Reading
from botkit.model.values import File, Money
from botkit.understanding.values import PARSERS

NOW = datetime(2026, 5, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))
SCOPE: dict[str, Any] = {
    "n": 3,
    "total": 1234.5,
    "price": Money(Decimal("20.00"), "EUR"),
    "name": "Ann Miller",
    "names": ["Bob", "ann", "Bob"],
    "orders": [{"id": "A-1", "total": 20, "open": True}, {"id": "A-2", "total": 5, "open": False}],
    "day": NOW.date(),
    "now": NOW,
    "nothing": None,
}
"""What the examples of expressions know."""


class Sample(NamedTuple):
    """An expression that shows what something does, with a sentence for what has none in the code."""

    source: str
    doc: str = ""


FILTER_SAMPLES = {
    "abs": Sample("-3 | abs"),
    "capitalize": Sample("'ANN miller' | capitalize", "Make the first letter large and the others small."),
    "count": Sample("names | count"),
    "d": Sample("nothing | d('none')"),
    "date": Sample("day | date('long')"),
    "datetime": Sample("now | datetime"),
    "default": Sample("nothing | default('nobody')"),
    "duration": Sample("5400 | duration"),
    "first": Sample("names | first"),
    "float": Sample("'2.50' | float"),
    "int": Sample("'12' | int"),
    "items": Sample("{'a': 1} | items"),
    "join": Sample("orders | join(', ', 'id')"),
    "last": Sample("names | last"),
    "length": Sample("name | length"),
    "list": Sample("'abc' | list", "List the items, the keys of a mapping, or the characters of a text."),
    "lower": Sample("name | lower", "Make letters small."),
    "map": Sample("orders | map(attribute='id')"),
    "mask": Sample("'4111111111111111' | mask"),
    "max": Sample("[3, 12, 5] | max"),
    "min": Sample("[3, 12, 5] | min"),
    "money": Sample("price | money"),
    "next_close": Sample("now | next_close | time"),
    "next_open": Sample("day | next_open | time"),
    "number": Sample("total | number(2)"),
    "percent": Sample("0.256 | percent"),
    "plural": Sample("n | plural('item', 'items')", "Choose the word that goes with a number."),
    "quote": Sample("name | quote"),
    "reject": Sample("[1, 2, 3] | reject('odd')"),
    "rejectattr": Sample("orders | rejectattr('open') | map(attribute='id')"),
    "replace": Sample("name | replace('Ann', 'A.')"),
    "reverse": Sample("'abc' | reverse"),
    "round": Sample("2.675 | round(2)"),
    "select": Sample("[1, 2, 3] | select('odd')"),
    "selectattr": Sample("orders | selectattr('total', 'gt', 9) | map(attribute='id')"),
    "sort": Sample("names | sort"),
    "string": Sample("n | string"),
    "sum": Sample("orders | sum('total')", "Add numbers, or amounts of one currency."),
    "time": Sample("now | time"),
    "told": Sample("day | told"),
    "title": Sample("'ann miller' | title", "Make the first letter of every word large."),
    "tojson": Sample("{'a': [1, true]} | tojson"),
    "trim": Sample("'  abc ' | trim"),
    "truncate": Sample("'a rather long sentence' | truncate(12)"),
    "unique": Sample("names | unique"),
    "upper": Sample("name | upper", "Make letters large."),
    "urlencode": Sample("'a b&c' | urlencode", "Write a text so that it can stand in an address."),
    "label": Sample("word | label"),
    "weekday": Sample("day | weekday"),
}

TEST_SAMPLES = {
    "boolean": Sample("true is boolean", "It is true or false."),
    "contains": Sample("names is contains('Bob')", "The list, text or mapping on the left has the one on the right."),
    "defined": Sample("nothing is defined", "It is set: anything but none."),
    "divisibleby": Sample("n is divisibleby(3)", "It can be divided without rest."),
    "equalto": Sample("n is equalto(3)", "The same as `==`; also `eq`."),
    "even": Sample("n is even", "An even number."),
    "false": Sample("0 is false", "It is `false`, and not only empty or 0."),
    "float": Sample("total is float", "A number with a fraction."),
    "ge": Sample("n is ge(3)", "The same as `>=`."),
    "greaterthan": Sample("n is greaterthan(3)", "The same as `>`; also `gt`."),
    "in": Sample("'Bob' is in(names)", "The same as `in`."),
    "integer": Sample("n is integer", "A whole number."),
    "iterable": Sample("names is iterable", "A list, a mapping or a text."),
    "le": Sample("n is le(3)", "The same as `<=`."),
    "lessthan": Sample("n is lessthan(3)", "The same as `<`; also `lt`."),
    "lower": Sample("'abc' is lower", "All letters are small."),
    "mapping": Sample("orders[0] is mapping", "A mapping."),
    "ne": Sample("n is ne(3)", "The same as `!=`."),
    "none": Sample("nothing is none", "It is not set."),
    "number": Sample("total is number", "A number."),
    "odd": Sample("n is odd", "An odd number."),
    "open": Sample(
        "now is open", "People are there at that moment ([hours](hours.md)); `open('care')`: those of a team."
    ),
    "sequence": Sample("names is sequence", "A list or a text."),
    "string": Sample("name is string", "A text."),
    "true": Sample("n is true", "It is `true`, and not only something."),
    "undefined": Sample("nothing is undefined", "It is not set."),
    "upper": Sample("name is upper", "All letters are large."),
}
OTHER_NAMES = {"eq", "gt", "lt", "==", "!=", "<", "<=", ">", ">="}
"""Tests that stand in the row of another one, as a name or as the operator."""

OPERATOR_SAMPLES = {
    "+": Sample("n + 1", "Adds numbers, amounts of one currency, durations and dates; joins lists, and texts."),
    "-": Sample("total - 0.5", "Subtracts."),
    "*": Sample("price * 2", "Multiplies."),
    "/": Sample("n / 2", "Divides."),
    "//": Sample("n // 2", "Divides, without the rest."),
    "%": Sample("n % 2", "The rest."),
    "~": Sample("n ~ ' items'", "Joins anything as texts."),
    "==": Sample("names | first == 'Bob'", "The same value; `!=` another one."),
    "<": Sample("1 < n <= 3", "Smaller; also `<=`, `>`, `>=`. With none it is false."),
    "in": Sample("'Bob' in names", "The list, mapping or text has it; also `not in`."),
    "is": Sample("nothing is none", "A [test](#tests) holds; also `is not`."),
    "and": Sample("n > 1 and not nothing", "Both hold; `or`: one of both; `not`: it does not."),
    "if": Sample("'many' if n > 2 else 'few'", "One or the other."),
    "|": Sample("name | upper", "A [filter](#filters)."),
    ".": Sample(
        "orders[0].id",
        "The key of a mapping, or `year`, `month`, `day`, `hour`, `minute`, `second` of a date or "
        "time; never a method; none if there is none.",
    ),
    "[]": Sample("names[-1]", "An item by its number from 0 (from the end: -1), a key, or a part: `[1:3]`."),
}

NAMES = {
    "your slots": "What was asked, set or saved; none as long as it is not. The flow's own come before shared ones.",
    "channel": "Where the conversation is: `web`.",
    "locale": "The language of the customer: `en`.",
    "now": "The moment of the turn, in the bot's time zone.",
    "customer": "Facts that a plugin has identified: `customer.email`.",
    "message": "What the customer wrote last: `message.text`, `message.files`, `message.id`.",
    "conversation": "`conversation.id`; `conversation.number`, of its sessions; `conversation.turns`, so far; "
    "`conversation.owner`: `bot`, `queue` or `human`; `conversation.text`, the last lines; `conversation.waiting`, "
    "whether an interrupted flow waits; `conversation.asking`, whether a question is open.",
    "error": "In `on_error`: `error.code`, `error.message`.",
}

TYPE_SAMPLES = {
    "text": ("Anything that was written.", "the green one"),
    "number": ("A number, in digits or words; per cent and fractions too.", "about two and a half"),
    "integer": ("A whole number.", "I take 3 of them"),
    "money": ("An amount, in the bot's currency where none is said.", "20 bucks"),
    "date": ("A day.", "next Friday"),
    "time": ("A time of day.", "at half past ten"),
    "datetime": ("A day with a time.", "tomorrow at 3 pm"),
    "duration": ("A length of time.", "two weeks"),
    "boolean": ("Yes or no.", "yes please"),
    "email": ("An e-mail address.", "it is Mia.Chen@example.com"),
    "phone": ("A phone number, written out with the country's prefix.", "call me at 030 123456"),
    "choice": ("One of the `options`; the type need not be written.", "the large one"),
    "file": ("An attached file, with `name`, `mime`, `size` and `ref`.", "(a PDF)"),
    "image": ("An attached image; as a file.", "(a photo)"),
    "location": ("A place on the map, with `latitude` and `longitude`.", "(a place)"),
    "contact": ("A contact, with `name` and `phone`.", "(a contact)"),
    "any": ("Anything, a file as well.", "the green one"),
}

CHOICES = {"small": "The small lamp", "large": "The large lamp"}
ATTACHED = {
    "file": (File(name="bill.pdf", mime="application/pdf", size=20_000, ref="f1"), "name"),
    "image": (File(kind="image", name="lamp.jpg", mime="image/jpeg", size=90_000, ref="f2"), "name"),
    "location": (File(kind="location", latitude=52.52, longitude=13.405), "latitude"),
    "contact": (File(kind="contact", name="Mia Chen", phone="+4930123456"), "phone"),
}
"""What is attached in the examples of types, and the part of it that is shown."""


def computed(source: str) -> str:
    """Give what an expression gives in `SCOPE`, as an expression would write it."""
    scope = {**SCOPE, "locale": "en", "__formats__": Locales()["en"].formats, "__currency__": "EUR"}
    hours = Hours(((Span(540, 1080),),) * 7, "Europe/Berlin")
    around = {"__timezone__": "Europe/Berlin", "__hours__": lambda _: hours}
    return shown(value(f"{{{{ {source} }}}}", {**scope, **around}))


def shown(found: Any) -> str:
    """Write a value as expressions do, and those that have no such form as their text."""
    if isinstance(found, str):
        return f"'{found}'"
    if isinstance(found, bool) or found is None:
        return str(found).lower()
    if isinstance(found, timedelta):
        return f"{found / timedelta(days=1):g} days"
    if isinstance(found, list):
        return f"[{', '.join(map(shown, found))}]"
    return str(found)


def signature(name: str) -> str:
    """Write a filter with its arguments and their defaults."""
    arguments = []
    for argument in list(inspect.signature(FILTERS[name]).parameters.values())[2:]:
        if argument.kind is argument.VAR_KEYWORD:
            continue
        prefix = "*" if argument.kind is argument.VAR_POSITIONAL else ""
        plain = prefix or argument.default is argument.empty
        arguments.append(prefix + argument.name + ("" if plain else f"={shown(argument.default)}"))
    return f"{name}({', '.join(arguments)})" if arguments else name


def filter_doc(name: str) -> str:
    """Give what a filter does: the first sentence of its docstring, or else of its sample."""
    return FILTER_SAMPLES[name].doc or (inspect.getdoc(FILTERS[name]) or "").split("\n")[0]


def read_as(kind: str, text: str) -> str:
    """Give what a slot of a type reads, in a bot of Germany with a customer who writes English."""
    if kind == "choice":
        return shown(next(value for value, label in CHOICES.items() if value in text and value in label))
    if kind in ATTACHED:
        file, part = ATTACHED[kind]
        return f"{part}: {getattr(file, part)}"
    if kind not in PARSERS:
        return shown(text)
    locales = Locales()
    found = PARSERS[kind](text, Reading((locales["en"], locales["zh"]), NOW, "EUR", "DE"))
    return shown(found[0].value)
