"""The dialogue core: `advance(flows, session, event, now)` is a pure function; a replay gives the same turns."""

from botkit.dialogue.advance import advance, new_session, set_aside
from botkit.dialogue.passages import wants_passages
from botkit.dialogue.prepared import steers

__all__ = ["advance", "new_session", "set_aside", "steers", "wants_passages"]
