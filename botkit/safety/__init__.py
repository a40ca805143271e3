"""Safety: what may identify a person is masked, what may harm is refused, what is secret is hidden."""

from botkit.safety.finding import KINDS, find
from botkit.safety.guarding import PATTERN, REPEATED, TOO_FAST, WORD, Guarding, host_of
from botkit.safety.masking import NOTHING_MASKED, Masked, mask
from botkit.safety.outbound import open_client
from botkit.safety.rules import EVERY, NO_RULES, Rules
from botkit.safety.sights import Kind, Sight

__all__ = [
    "EVERY",
    "KINDS",
    "NOTHING_MASKED",
    "NO_RULES",
    "PATTERN",
    "REPEATED",
    "TOO_FAST",
    "WORD",
    "Guarding",
    "Kind",
    "Masked",
    "Rules",
    "Sight",
    "find",
    "host_of",
    "mask",
    "open_client",
]
