"""What customers say in a play, and what they have to hear."""

import msgspec


class Move(msgspec.Struct, frozen=True):
    """A customer says something, and the bot's replies to it, in order.

    `unknown` are the replies instead if it is not known whether a write was done; the talk ends with them.
    """

    says: str
    replies: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Talk(msgspec.Struct, frozen=True):
    """One chat from its first message to its end.

    `writes` is what the ledger has to hold of it then (`Entry.what`), each once. A customer in a hurry says
    everything without waiting for replies.
    """

    moves: tuple[Move, ...]
    writes: tuple[str, ...] = ()
    hurried: bool = False

    @property
    def replies(self) -> tuple[str, ...]:
        """What the chat shows if nothing remains unknown."""
        return tuple([text for move in self.moves for text in move.replies])

    @property
    def endings(self) -> tuple[tuple[str, ...], ...]:
        """What the chat may show in the end: the way without doubts first."""
        found, said = [self.replies], list[str]()
        for move in self.moves:
            if move.unknown:
                found.append((*said, *move.unknown))
            said += move.replies
        return tuple(found)
