"""Block Kit, as strict as the API is: https://docs.slack.dev/reference/block-kit.

`faults` tells what the API would refuse, in its words; `seen` what a customer sees of blocks that it takes.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from tests.slack import mrkdwn

Params = dict[str, Any]
Faults = Iterator[str]

BLOCKS: Final = 50
ACTIONS: Final = 25
OPTIONS: Final = 100
LABEL: Final = 75  # characters of a button, and of an option
VALUE: Final = 2000
OPTION_VALUE: Final = 150
SECTION: Final = 3000
HEADER: Final = 150
ALL_TEXT: Final = (
    13_200  # characters, over all blocks, with some for each block: github.com/slackapi/bolt-js/issues/2509
)
_A_BLOCK: Final = 60

_STYLES = {"bold", "italic", "strike", "code", "underline"}
_ADDRESS = re.compile(r"https?://\S+")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

_ELEMENT_KEYS: Final = {
    "button": {"text", "value", "url", "style", "confirm", "accessibility_label"},
    "static_select": {"placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load"},
    "multi_static_select": {"placeholder", "options", "option_groups", "initial_options", "max_selected_items"},
    "overflow": {"options", "confirm"},
    "radio_buttons": {"options", "initial_option", "confirm", "focus_on_load"},
    "checkboxes": {"options", "initial_options", "confirm", "focus_on_load"},
    "datepicker": {"placeholder", "initial_date", "confirm", "focus_on_load"},
    "timepicker": {"placeholder", "initial_time", "confirm", "focus_on_load", "timezone"},
    "datetimepicker": {"initial_date_time", "confirm", "focus_on_load"},
    "plain_text_input": {"placeholder", "initial_value", "multiline", "min_length", "max_length"},
    "image": {"image_url", "slack_file", "alt_text"},
}
_BLOCK_KEYS: Final = {
    "section": {"text", "fields", "accessory", "expand"},
    "header": {"text"},
    "divider": set[str](),
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "actions": {"elements"},
    "context": {"elements"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "rich_text": {"elements"},
    "markdown": {"text"},
}
_ACCESSORIES = set(_ELEMENT_KEYS) - {"plain_text_input", "datetimepicker"}
_IN_ACTIONS = set(_ELEMENT_KEYS) - {"plain_text_input", "image"}
_INPUTS = set(_ELEMENT_KEYS) - {"image", "button", "overflow"}


def faults(blocks: Any, images: Callable[[str], bool] = lambda _: True) -> list[str]:
    """Give what the API says of blocks, each fault with its place; `images` tells which it can fetch."""
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        return ["expected an array of objects [json-pointer:/blocks]"]
    found = [] if len(blocks) <= BLOCKS else [f"no more than {BLOCKS} items allowed [json-pointer:/blocks]"]
    for number, block in enumerate(blocks):
        found += [f"[json-pointer:/blocks/{number}".join(fault.rsplit("[", 1)) for fault in _block(block, images)]
    names = [block["block_id"] for block in blocks if block.get("block_id")]
    found += [f"`block_id` {name!r} already exists [json-pointer:/blocks]" for name in _twice(names)]
    return found


def length(blocks: list[Params]) -> int:
    """Give how much the blocks hold, by which the API refuses a message with msg_blocks_too_long."""
    return sum(_A_BLOCK + _texts(block) for block in blocks)


def _texts(value: Any) -> int:
    if isinstance(value, dict):
        return sum(len(one) if key == "text" and isinstance(one, str) else _texts(one) for key, one in value.items())
    return sum(map(_texts, value)) if isinstance(value, list) else 0


def _block(block: Params, images: Callable[[str], bool]) -> Faults:
    kind = block.get("type")
    if kind not in _BLOCK_KEYS:
        yield f"unsupported type: {kind} [/type]"
        return
    for key in sorted(set(block) - _BLOCK_KEYS[kind] - {"type", "block_id"}):
        yield f"invalid additional property: {key} []"
    yield from _string(block.get("block_id"), "/block_id", 255, least=0)
    if kind in ("actions", "context"):
        yield from _elements(block, kind, images)
    else:
        yield from _BLOCKS.get(kind, _nothing)(block, images)


def _nothing(_block: Params, _images: Callable[[str], bool]) -> Faults:
    yield from ()


def _section(block: Params, images: Callable[[str], bool]) -> Faults:
    if "text" not in block and "fields" not in block:
        yield "missing required field: text or fields []"
    if "text" in block:
        yield from _text(block["text"], "/text", SECTION)
    if "fields" in block:
        fields = block["fields"]
        yield from _count(fields, "/fields", 10)
        for number, field in enumerate(fields):
            yield from _text(field, f"/fields/{number}", 2000)
    if "accessory" in block:
        yield from _element(block["accessory"], "/accessory", _ACCESSORIES, images)


def _header(block: Params, _: Callable[[str], bool]) -> Faults:
    yield from _text(block.get("text"), "/text", HEADER, plain=True)


def _image(block: Params, images: Callable[[str], bool]) -> Faults:
    yield from _picture(block, "", images)
    if "title" in block:
        yield from _text(block["title"], "/title", 2000, plain=True)


def _input(block: Params, images: Callable[[str], bool]) -> Faults:
    yield from _text(block.get("label"), "/label", 2000, plain=True)
    yield from _element(block.get("element"), "/element", _INPUTS, images)


def _markdown(block: Params, _: Callable[[str], bool]) -> Faults:
    yield from _string(block.get("text"), "/text", 12_000, required=True)


def _rich_text(block: Params, _: Callable[[str], bool]) -> Faults:
    elements = block.get("elements")
    if not isinstance(elements, list):
        yield "missing required field: elements []"
        return
    for number, element in enumerate(elements):
        yield from _rich(element, f"/elements/{number}", nested=False)


def _rich(element: Any, place: str, *, nested: bool) -> Faults:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind == "rich_text_list" and not nested:
        if element.get("style") not in ("bullet", "ordered"):
            yield f"must be a valid enum value [{place}/style]"
        for number, item in enumerate(element.get("elements", ())):
            yield from _rich(item, f"{place}/elements/{number}", nested=True)
    elif kind == "rich_text_section" or (kind in ("rich_text_quote", "rich_text_preformatted") and not nested):
        for number, inline in enumerate(element.get("elements", ())):
            yield from _inline(inline, f"{place}/elements/{number}")
    else:
        yield f"unsupported type: {kind} [{place}/type]"


def _inline(inline: Any, place: str) -> Faults:
    kind = inline.get("type") if isinstance(inline, dict) else None
    wanted = {"text": "text", "link": "url", "emoji": "name", "user": "user_id", "channel": "channel_id"}
    if kind == "broadcast":
        if inline.get("range") not in ("here", "channel", "everyone"):
            yield f"must be a valid enum value [{place}/range]"
        return
    if kind not in wanted:
        yield f"unsupported type: {kind} [{place}/type]"
        return
    yield from _string(inline.get(wanted[kind]), f"{place}/{wanted[kind]}", 100_000, required=True)
    style = inline.get("style", {})
    if not isinstance(style, dict) or set(style) - _STYLES or not all(one in (True, False) for one in style.values()):
        yield f"must be a valid style [{place}/style]"


def _elements(block: Params, kind: str, images: Callable[[str], bool]) -> Faults:
    elements = block.get("elements")
    if not isinstance(elements, list):
        yield "missing required field: elements []"
        return
    yield from _count(elements, "/elements", ACTIONS if kind == "actions" else 10)
    for number, element in enumerate(elements):
        place = f"/elements/{number}"
        if kind == "context" and isinstance(element, dict) and element.get("type") in ("mrkdwn", "plain_text"):
            yield from _text(element, place, SECTION)
        else:
            yield from _element(element, place, _IN_ACTIONS if kind == "actions" else {"image"}, images)
    names = [one["action_id"] for one in elements if isinstance(one, dict) and one.get("action_id")]
    for name in _twice(names):
        yield f"`action_id` {name!r} already exists [/elements]"


def _element(element: Any, place: str, allowed: set[str], images: Callable[[str], bool]) -> Faults:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in allowed:
        yield f"unsupported type: {kind} [{place}/type]"
        return
    for key in sorted(set(element) - _ELEMENT_KEYS[kind] - {"type", "action_id"}):
        yield f"invalid additional property: {key} [{place}]"
    yield from _string(element.get("action_id"), f"{place}/action_id", 255, least=1)
    if "placeholder" in element:
        yield from _text(element["placeholder"], f"{place}/placeholder", 150, plain=True)
    if kind == "image":
        yield from _picture(element, place, images)
    elif kind == "button":
        yield from _button(element, place)
    elif "options" in _ELEMENT_KEYS[kind]:
        yield from _options(element, place)
    elif kind in _INITIAL:
        key, check = _INITIAL[kind]
        if key in element and not check(element[key]):
            yield f"must be a valid {key} [{place}/{key}]"


_INITIAL: Final[dict[str, tuple[str, Callable[[Any], bool]]]] = {
    "datepicker": ("initial_date", lambda one: isinstance(one, str) and _DATE.fullmatch(one) is not None),
    "timepicker": ("initial_time", lambda one: isinstance(one, str) and _TIME.fullmatch(one) is not None),
    "datetimepicker": ("initial_date_time", lambda one: isinstance(one, int) and len(str(one)) == 10),
}


def _button(element: Params, place: str) -> Faults:
    yield from _text(element.get("text"), f"{place}/text", LABEL, plain=True)
    yield from _string(element.get("value"), f"{place}/value", VALUE, least=1)
    yield from _string(element.get("url"), f"{place}/url", 3000, least=1)
    if "url" in element and not _ADDRESS.fullmatch(str(element["url"])):
        yield f"must be a valid url [{place}/url]"
    if element.get("style", "primary") not in ("primary", "danger"):
        yield f"must be a valid enum value [{place}/style]"


def _options(element: Params, place: str) -> Faults:
    groups = element.get("option_groups")
    if (groups is None) == ("options" not in element):
        yield f"must have either options or option_groups [{place}]"
        return
    lists = [("/options", element["options"])] if groups is None else []
    for number, group in enumerate(groups or ()):
        yield from _text(group.get("label"), f"{place}/option_groups/{number}/label", LABEL, plain=True)
        lists.append((f"/option_groups/{number}/options", group.get("options")))
    known: list[Params] = []
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(element["type"], OPTIONS)
    for where, options in lists:
        yield from _count(options, place + where, most)
        for number, option in enumerate(options or ()):
            yield from _text(option.get("text"), f"{place}{where}/{number}/text", LABEL, plain=True)
            yield from _string(option.get("value"), f"{place}{where}/{number}/value", OPTION_VALUE, required=True)
        known += options or ()
    initial = element.get("initial_option")
    if initial is not None and initial not in known:
        yield f"must be one of the options [{place}/initial_option]"


def _picture(element: Params, place: str, images: Callable[[str], bool]) -> Faults:
    yield from _string(element.get("alt_text"), f"{place}/alt_text", 2000, required=True)
    if ("image_url" in element) == ("slack_file" in element):
        yield f"must have either image_url or slack_file [{place}]"
    elif "image_url" in element:
        yield from _string(element["image_url"], f"{place}/image_url", 3000, required=True)
        address = str(element["image_url"])
        if not _ADDRESS.fullmatch(address) or not images(address):
            yield f"downloading image failed [{place}/image_url]"


def _text(text: Any, place: str, most: int, *, plain: bool = False) -> Faults:
    if not isinstance(text, dict):
        yield f"missing required field or not a text object [{place}]"
        return
    kind = text.get("type")
    if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        yield f"unsupported type: {kind} [{place}/type]"
    allowed = {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}
    for key in sorted(set(text) - allowed):
        yield f"invalid additional property: {key} [{place}]"
    yield from _string(text.get("text"), f"{place}/text", most, required=True)


def _string(text: Any, place: str, most: int, *, least: int = 1, required: bool = False) -> Faults:
    if text is None:
        if required:
            yield f"missing required field [{place}]"
    elif not isinstance(text, str):
        yield f"must be a string [{place}]"
    elif len(text) < least:
        yield f"must be more than {least - 1} characters [{place}]"
    elif len(text) > most:
        yield f"must be less than {most + 1} characters [{place}]"


def _count(items: Any, place: str, most: int) -> Faults:
    if not isinstance(items, list) or not items:
        yield f"no fewer than 1 items allowed [{place}]"
    elif len(items) > most:
        yield f"no more than {most} items allowed [{place}]"


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


_BLOCKS: Final[dict[str, Callable[[Params, Callable[[str], bool]], Faults]]] = {
    "section": _section,
    "header": _header,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
}

# What is seen


class Sight(NamedTuple):
    """What a customer sees of a message: text, labels of buttons and options, pickers, pictures; whom it would call."""

    text: str
    labels: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    pickers: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


class _Looker:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.labels: list[str] = []
        self.images: list[str] = []
        self.links: list[str] = []
        self.pickers: list[str] = []
        self.calls: list[str] = []

    def text(self, one: Params) -> str:
        if one["type"] == "plain_text":
            return mrkdwn.read_plain(one["text"], emoji=one.get("emoji", True))
        seen = mrkdwn.read(one["text"], verbatim=one.get("verbatim", False))
        self.calls += seen.calls
        return seen.text

    def block(self, block: Params) -> None:
        kind = block["type"]
        if kind in ("section", "header"):
            texts = [block["text"]] if "text" in block else []
            self.lines += [self.text(one) for one in texts + block.get("fields", [])]
        elif kind == "markdown":
            self.lines.append(block["text"])
        elif kind == "rich_text":
            self.lines.append("\n".join(line for one in block["elements"] for line in self.rich(one)))
        elif kind == "image":
            self.element(block)
            if "title" in block:
                self.lines.append(self.text(block["title"]))
        elif kind == "context":
            self.lines += [self.text(one) for one in block["elements"] if one["type"] != "image"]
        for element in [*block.get("elements", ()), block.get("accessory"), block.get("element")]:
            if element and kind != "rich_text":
                self.element(element)

    def element(self, element: Params) -> None:
        kind = element["type"]
        if kind == "button":
            self.labels.append(self.text(element["text"]))
            self.links += [element["url"]] if "url" in element else []
        elif kind == "image":
            self.images.append(str(element.get("image_url") or element["slack_file"]))
        elif kind.endswith("picker"):
            self.pickers.append(kind)
        elif "options" in element or "option_groups" in element:
            groups = element.get("option_groups", [element])
            self.labels += [self.text(one["text"]) for group in groups for one in group["options"]]

    def rich(self, element: Params) -> list[str]:
        kind = element["type"]
        if kind == "rich_text_list":
            style, indent = element["style"], "  " * element.get("indent", 0)
            first = element.get("offset", 0) + 1
            items = ["".join(map(self.inline, item["elements"])) for item in element["elements"]]
            marks = [f"{first + n}. " if style == "ordered" else "- " for n in range(len(items))]
            return [indent + mark + item for mark, item in zip(marks, items, strict=True)]
        return ["".join(map(self.inline, element["elements"]))]

    def inline(self, inline: Params) -> str:
        kind = inline["type"]
        if kind == "text":
            return str(inline["text"])
        if kind == "link":
            label = inline.get("text", "") or inline["url"]
            return label if label == inline["url"] else f"{label} ({inline['url']})"
        if kind == "emoji":
            return mrkdwn.EMOJI.get(inline["name"], f":{inline['name']}:")
        called = {"user": "@{user_id}", "channel": "#{channel_id}", "broadcast": "!{range}"}[kind].format(**inline)
        self.calls.append(called)
        return called.replace("!", "@")


def look(message: Params) -> Sight:
    """Give what is seen of a message: its blocks if it has any, else its text. What `text` calls counts as well."""
    looker = _Looker()
    said = mrkdwn.read(message.get("text", ""), parse=message.get("parse", "none"))
    looker.calls += said.calls
    for block in message.get("blocks", ()):
        looker.block(block)
    text = "\n".join(looker.lines) if message.get("blocks") else said.text
    return Sight(
        text,
        tuple(looker.labels),
        tuple(looker.images),
        tuple(looker.links),
        tuple(looker.pickers),
        tuple(dict.fromkeys(looker.calls)),
    )
