"""Keys: what a mapping of the flow language is made of, and the keys that several of them have."""

from typing import NamedTuple

STEP_ID = r"^[^\W\d][\w.-]*$"
NAME = r"^[^\W\d]\w*$"


class Key(NamedTuple):
    """One key of a mapping: its name, the shape of its value, what it is for, and an example and the default
    in YAML."""

    name: str
    shape: str
    doc: str
    example: str
    required: bool = False
    default: str = ""


class Kind(NamedTuple):
    """A mapping with known keys: a kind of step (its first key names it), a flow, a slot, a button, ..."""

    name: str
    doc: str
    keys: tuple[Key, ...]
    example: str

    def key(self, name: str) -> Key | None:
        """Give the key of that name."""
        return next((key for key in self.keys if key.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys, in the table's order."""
        return tuple(key.name for key in self.keys)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the keys that must be there."""
        return tuple(key.name for key in self.keys if key.required)


_VARIANTS = Key(
    "variants", "variants", "Further ways to say it; one is chosen, the same for the same turn.", "[Hi!, Hello!]"
)
BUTTONS_KEY = Key("buttons", "buttons", "Buttons below the text.", "[{label: Returns, run: return_item}]")
IMAGE_KEY = Key("image", "template", "The address of an image.", "https://example.com/map.png")
_FILE = Key("file", "template", "The address of a file.", "https://example.com/terms.pdf")
_CARDS = Key("cards", "cards", "Things to look at or choose from.", "[{title: A lamp, text: 20 EUR}]")
SPEECH_KEYS = (_VARIANTS, BUTTONS_KEY, IMAGE_KEY, _FILE, _CARDS)
BESIDE_KEYS = (_VARIANTS, IMAGE_KEY, _FILE, _CARDS)
SAVE_KEY = Key("save", "slot", "The slot that keeps the result.", "order")
ON_ERROR_KEY = Key(
    "on_error",
    "steps",
    "Steps for when it fails; without them the flow on_error runs and this one ends.",
    "[{handoff: orders}]",
)
RETRY_KEY = Key(
    "retry",
    "retry",
    "What each unusable reply gets, in order; the last one repeats, three times at most.",
    "[It looks like A-10293.]",
)
SILENCE_KEY = Key(
    "silence", "silence", "What happens when no reply comes.", "{after: 10m, say: Are you still there?, end: 24h}"
)

SLOT_KEYS = (
    Key("type", "type", "What may be in it: text, number, date, ... or a plugin's type.", "date"),
    Key("pattern", "pattern", "A regular expression that the value matches.", "'[A-Z]-\\d{5}'"),
    Key("options", "options", "The values to choose from, with their labels.", "{small: Small, large: Large}"),
    Key("many", "boolean", "Several options may be chosen; the value is a list.", "true", default="false"),
    Key(
        "optional",
        "boolean",
        "Of several options none may be chosen, too; then the value is an empty list.",
        "true",
        default="false",
    ),
    Key(
        "check",
        "checks",
        "Rules: a value for which `if` is true is refused with `say`.",
        "[{if: amount > 9, say: At most nine.}]",
    ),
    Key(
        "past",
        "boolean",
        "A date without a year is the latest one that is not to come.",
        "true",
        default="false",
    ),
    Key(
        "title",
        "titles",
        "What the bot calls it to a customer, who may call it so too; of a list it says the first, customers all.",
        "[order number, booking]",
    ),
    Key("description", "words", "What it means, for people and for the LLM.", "The number of an order"),
    Key("secret", "boolean", "Nobody is shown the value, nor what is written for it.", "true", default="false"),
    Key(
        "carry",
        "carry",
        "Whether a shared slot that an earlier flow filled is offered or taken silently.",
        "silent",
        default="offer",
    ),
)
