"""What a bot asks its language model through: prompts, the nearest flows, guards, in front of the gateway."""

from typing import TYPE_CHECKING

import msgspec

from botkit.app.confidences import confidences_of
from botkit.app.config import Config
from botkit.app.directories import Checked, sees_pictures
from botkit.app.models import settings_of
from botkit.app.nearest import NearestFlows
from botkit.llm import Endpoint, ModelSettings
from botkit.llm.prompting import Prompts
from botkit.model.flowset import FlowSet
from botkit.ports.models import ModelGateway
from botkit.runtime.models import Models

if TYPE_CHECKING:
    from botkit.safety.answering import Answering


def models_of(checked: Checked, gateway: ModelGateway | None) -> Models | None:
    """Give what asks the models of a bot; None where it has none."""
    if gateway is None:
        return None
    return Models(
        gateway,
        checked.registry,
        Prompts(checked.prompts),
        guards=(answering_of(checked),),
        nearest=NearestFlows(),
        moderates=moderates_of(checked),
    )


def moderates_of(checked: Checked) -> bool:
    """Tell whether a model looks at what customers and models write."""
    settings = checked.config.models
    return settings is not None and bool(settings.endpoint.moderation)


def answering_of(checked: Checked) -> "Answering":
    """Give the guard of what a bot's model writes."""
    from botkit.safety.answering import LONGEST, Answering  # most bots have no model

    config, settings = checked.config, checked.config.models
    links = (*(config.safety.links or ()), *(settings.links if settings is not None else ()))
    length = settings.length if settings is not None and settings.length else LONGEST
    return Answering(links, confidences_of(checked.directory), length=length)


def with_model(flows: FlowSet, config: Config) -> FlowSet:
    """Give flows for which a language model is there, whatever bot.yaml lacks for its own."""
    known = config.models or ModelSettings(Endpoint(""), mode=config.llm_mode)
    return msgspec.structs.replace(
        flows,
        settings=msgspec.structs.replace(flows.settings, **settings_of(known)),
        catalogue=msgspec.structs.replace(flows.catalogue, models=True, sees=sees_pictures(config)),
    )
