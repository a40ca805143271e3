"""Monitoring: what operators see of a bot at work. No customer's text is in any of it."""

from botkit.monitoring.exposition import CONTENT_TYPE
from botkit.monitoring.families import FAMILIES, State, write_metrics
from botkit.monitoring.meter import Meter
from botkit.monitoring.turns import log_turn

__all__ = ["CONTENT_TYPE", "FAMILIES", "Meter", "State", "log_turn", "write_metrics"]
