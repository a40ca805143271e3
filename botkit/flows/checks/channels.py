"""What a configured channel cannot show as it is written."""

from collections.abc import Iterator

from botkit.errors import Place
from botkit.flows.checks.findings import Findings
from botkit.flows.checks.formulas import is_template, speeches_of
from botkit.flows.checks.survey import Survey
from botkit.model.catalogue import Capabilities
from botkit.model.definitions import Ask, Confirm, Rate, Speech, Step, Text


def check_channels(survey: Survey, found: Findings) -> None:
    """Warn of what a channel would drop, cut or turn into something else."""
    catalogue, configured = survey.bot.catalogue.channels, survey.bot.settings.channels
    channels = {name: catalogue[name] for name in configured if name in catalogue}
    if not channels:
        return
    for flow in survey.own:
        for step in flow.steps.values():
            for speech in speeches_of(step):
                _check(channels, speech, _labels(step, speech), step.place, found, own=_own_buttons(step))
    for answer in survey.bot.answers.values():
        _check(channels, answer.speech, [button.label for button in answer.speech.buttons], answer.place, found)


def _labels(step: Step, speech: Speech) -> list[Text]:
    options = [option.label for option in step.body.slot.options] if isinstance(step.body, Ask) else []
    return [*options, *(button.label for button in speech.buttons)]


def _own_buttons(step: Step) -> int:
    """Give how many buttons the question of a step has of itself."""
    match step.body:
        case Rate(scale=scale):
            return scale
        case Confirm():
            return 2
        case _:
            return 0


def _check(
    channels: dict[str, Capabilities],
    speech: Speech,
    labels: list[Text],
    place: Place,
    found: Findings,
    *,
    own: int = 0,
) -> None:
    for name, channel in channels.items():
        for what, hint in _refused(channel, speech, len(labels) + own):
            found.warning(place, "channel-cannot-show", f"channel '{name}' cannot show {what}", hint)
        for label in labels:
            longest = max((len(source) for source in label.sources.values() if not is_template(source)), default=0)
            if channel.buttons and longest > channel.button_length:
                message = f"channel '{name}' cuts labels at {channel.button_length} characters; this has {longest}"
                found.warning(
                    label.place if label.place.file else place, "channel-cannot-show", message, "shorten it"
                )


def _refused(channel: Capabilities, speech: Speech, buttons: int) -> Iterator[tuple[str, str]]:
    if 0 < channel.buttons < buttons:
        yield f"{buttons} buttons at once, at most {channel.buttons}", "they become a numbered list there"
    if (speech.cards or speech.cards_from) and not channel.cards:
        yield "cards", "they become plain text there"
    if (speech.image or any(card.image for card in speech.cards)) and not channel.images:
        yield "images", "the address is shown in place of it there"
    if speech.file and not channel.files:
        yield "files", "the address is shown in place of it there"
