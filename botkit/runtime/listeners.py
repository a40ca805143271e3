"""Listeners: who is told of the turns of a conversation."""

from collections.abc import Callable

from botkit.model.turn import Turn

Listener = Callable[[Turn], None]


class Listeners:
    """Knows who listens, by conversation (`known`)."""

    def __init__(self) -> None:
        self.known: dict[str, list[Listener]] = {}

    def add(self, conversation: str, listener: Listener) -> Callable[[], None]:
        """Tell a function of every turn of a conversation after it is stored; gives what ends that."""
        listeners = self.known.setdefault(conversation, [])
        listeners.append(listener)

        def end() -> None:
            listeners.remove(listener)
            if not listeners:
                self.known.pop(conversation, None)

        return end
