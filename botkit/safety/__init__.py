"""Safety: what may identify a person is masked, what may harm is refused, what is secret is hidden."""

from botkit.safety.finding import KINDS, find
from botkit.safety.masking import NOTHING_MASKED, Masked, mask
from botkit.safety.sights import Kind, Sight

__all__ = ["KINDS", "NOTHING_MASKED", "Kind", "Masked", "Sight", "find", "mask"]
