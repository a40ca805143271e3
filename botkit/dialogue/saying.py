"""Saying: a step's texts, buttons and cards become replies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botkit.dialogue.work import Work
from botkit.errors import ExpressionError
from botkit.expressions import render, value
from botkit.model.definitions import ButtonDef, CardDef, Flow, SlotDef, Speech, Text
from botkit.model.replies import Button, Card
from botkit.model.secrecy import HIDDEN

MOST_CHOICES = 100  # buttons or cards that one expression may give


def say_speech(
    work: Work,
    speech: Speech,
    step: str,
    *,
    buttons: tuple[Button, ...] = (),
    question: str = "",
    unsaid: str = "",
) -> None:
    """Say what a step says, with further `buttons` after its own; `unsaid` is the text of one that has none."""
    text = work.text(work.choose(speech.variants, step)) if speech.variants else unsaid
    scope = work.scope() if speech.image or speech.file or speech.cards_from or speech.buttons_from else {}
    work.say(
        text,
        buttons=(*render_buttons(work, speech), *buttons) if speech.buttons or speech.buttons_from else buttons,
        image=render(speech.image, scope) if speech.image else "",
        file=render(speech.file, scope) if speech.file else "",
        cards=render_cards(work, speech) if speech.cards or speech.cards_from else (),
        question=question,
    )


def render_buttons(work: Work, speech: Speech) -> tuple[Button, ...]:
    """Render a speech's buttons, the written ones first, then those that its expression gives."""
    made = [_button(work, button) for button in speech.buttons]
    if speech.buttons_from:
        made.extend(_computed_button(item) for item in _listed(value(speech.buttons_from, work.scope())))
    return tuple(button for button in made if button.label)


def _button(work: Work, button: ButtonDef) -> Button:
    label = work.text(button.label).strip()
    scope = work.scope()
    url = render(button.url, scope) if button.url else ""
    given = render(button.value, scope) if button.value else ("" if button.run or url else label)
    return Button(label=label, value=given, run=button.run, url=url)


def _computed_button(item: Any) -> Button:
    if isinstance(item, Mapping):
        label = _text(item.get("label", item.get("value", "")))
        run, url = _text(item.get("run", "")), _text(item.get("url", ""))
        given = _text(item.get("value", "" if run or url else label))
        return Button(label=label, value=given, run=run, url=url)
    return Button(label=_text(item), value=_text(item))


def render_cards(work: Work, speech: Speech) -> tuple[Card, ...]:
    """Render a speech's cards, the written ones first."""
    made = [_card(work, card) for card in speech.cards]
    if speech.cards_from:
        made.extend(_computed_card(item) for item in _listed(value(speech.cards_from, work.scope())))
    return tuple(card for card in made if card.title)


def _card(work: Work, card: CardDef) -> Card:
    scope = work.scope()
    return Card(
        title=work.text(card.title),
        text=work.text(card.text) if card.text else "",
        image=render(card.image, scope) if card.image else "",
        url=render(card.url, scope) if card.url else "",
        buttons=tuple(_button(work, button) for button in card.buttons),
    )


def _computed_card(item: Any) -> Card:
    if not isinstance(item, Mapping):
        return Card(title=_text(item))
    return Card(
        title=_text(item.get("title", "")),
        text=_text(item.get("text", "")),
        image=_text(item.get("image", "")),
        url=_text(item.get("url", "")),
        buttons=tuple(_computed_button(button) for button in _listed(item.get("buttons"))),
    )


def _listed(data: Any) -> Sequence[Any]:
    """Give what an expression yields as a list: a mapping is value → label."""
    if isinstance(data, Mapping):
        return [{"value": key, "label": label} for key, label in list(data.items())[:MOST_CHOICES]]
    if isinstance(data, Iterable) and not isinstance(data, str | bytes):
        return list(data)[:MOST_CHOICES]
    return [] if data is None or data == "" else [data]


def listed_options(work: Work, source: str) -> list[tuple[Any, str]]:
    """Evaluate a question's computed options to (value, label) pairs."""
    pairs: list[tuple[Any, str]] = []
    for item in _listed(value(source, work.scope())):
        if isinstance(item, Mapping):
            given = item.get("value", item.get("label"))
            pairs.append((given, _text(item.get("label", given))))
        else:
            pairs.append((item, _text(item)))
    return [(given, label) for given, label in pairs if given is not None]


def listed_names(work: Work, source: str) -> list[tuple[Any, tuple[str, ...]]]:
    """Evaluate what else computed options may be called: `also` of each that has it."""
    return [
        (item.get("value", item.get("label")), tuple(_text(name) for name in _listed(item["also"])))
        for item in _listed(value(source, work.scope()))
        if isinstance(item, Mapping) and item.get("also")
    ]


def _text(item: Any) -> str:
    return "" if item is None else str(item)


def title_of(work: Work, named: Flow | SlotDef) -> str:
    """Give what the bot calls a flow or a slot: its title, or its name in plain words where that is none or fails."""
    try:
        title = work.text(named.title).strip() if named.title is not None else ""
    except ExpressionError:
        title = ""
    return title or named.name.replace("_", " ")


def shown(work: Work, slot: SlotDef, value: Any) -> Any:
    """Give a slot's value as the customer is shown it; a secret one is not."""
    if slot.secret:
        return HIDDEN
    return work.phrase("none") if value == [] else work.labelled(slot, value)


def told_values(work: Work, values: Sequence[tuple[SlotDef, Any]]) -> str:
    """Give the values of some slots in words: 'amount: €20.00, size: large'."""
    told = [f"{title_of(work, slot)}: {_written(work, shown(work, slot, value))}" for slot, value in values]
    return work.formats().list_separator.join(told)


def _written(work: Work, value: Any) -> str:
    return render("{{ value | told }}", work.scope(value=value))


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that a `check` refuses: with a text, which may name the value by the slot's name, or with none.

    An amount that has to be of another currency is refused with that.
    """

    slot: SlotDef
    value: Any
    said: Text | None = None
    currency: str = ""


def refused_text(work: Work, refused: Refused | None) -> str:
    """Give why a value is refused, or nothing where nothing is said of that."""
    if refused is None:
        return ""
    if refused.currency:
        return work.phrase("other_currency", currency=refused.currency)
    return work.text(refused.said, {refused.slot.name: refused.value}) if refused.said is not None else ""


def say_refused(work: Work, refused: Refused) -> None:
    """Say why a value is refused."""
    told = refused.said is not None or refused.currency
    work.say(refused_text(work, refused) if told else work.phrase("unusable"))
