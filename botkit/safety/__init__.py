"""Safety: what may identify a person is masked, what may harm is refused, what is secret is hidden."""

from botkit.safety.guarding import TOO_FAST, Guarding
from botkit.safety.masking import Masked, mask
from botkit.safety.outbound import open_client
from botkit.safety.rules import EVERY, NO_RULES, Rules
from botkit.safety.sights import Kind

__all__ = [
    "EVERY",
    "NO_RULES",
    "TOO_FAST",
    "Guarding",
    "Kind",
    "Masked",
    "Rules",
    "mask",
    "open_client",
]
