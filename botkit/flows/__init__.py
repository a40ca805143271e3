"""Flows: text to located nodes to a checked FlowSet. Collects all problems, never only the first.

    node, problems = read(text, "bot.yaml")
    flowset, problems = load({"flows/a/returns.yaml": text}, settings, catalogue, locales)

The language itself is data: `STEP_KINDS` and `MAPPINGS`, from which the parser, `schema()` and `reference()` are
made. Mappings of other files (bot.yaml, conversation tests) are read with `botkit.flows.shapes`.
"""

from botkit.flows.defaults import repair_flows, repair_keys, repair_names
from botkit.flows.durations import age, seconds, seconds_or_never
from botkit.flows.keys import Key, Kind
from botkit.flows.language import MAPPINGS, RESERVED, TYPES, reference
from botkit.flows.loading import load
from botkit.flows.locales import read_locale
from botkit.flows.nodes import Node, describe
from botkit.flows.patterns import refuse
from botkit.flows.reader import read
from botkit.flows.schemas import schema
from botkit.flows.shapes import Report
from botkit.flows.stepkinds import STEP_KINDS

__all__ = [
    "MAPPINGS",
    "RESERVED",
    "STEP_KINDS",
    "TYPES",
    "Key",
    "Kind",
    "Node",
    "Report",
    "age",
    "describe",
    "load",
    "read",
    "read_locale",
    "reference",
    "refuse",
    "repair_flows",
    "repair_keys",
    "repair_names",
    "schema",
    "seconds",
    "seconds_or_never",
]
