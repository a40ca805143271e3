"""Figures: how many turns there were on a day, by channel, flow, route and outcome; of those that went, too."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from botkit.ports.stored import Figure
from botkit.ports.stores import Store, each_turn
from botkit.stores.erasing import Tally

_PAGE = 500


async def count_figures(store: Store) -> Sequence[Figure]:
    """Give the figures of all turns, those that were removed included, in order. Every turn that is kept is read."""
    tally, after = Tally(), ""
    while page := await store.conversations(_PAGE, after=after):
        for one in page:
            async for record in each_turn(store, one.conversation):
                tally.count(one.channel, record)
        after = page[-1].cursor
    counts: Counter[Figure] = Counter()
    for figure in (*await store.figures(), *tally.figures()):
        counts[msgspec.structs.replace(figure, count=0)] += figure.count
    ordered = sorted(counts, key=msgspec.structs.astuple)
    return [msgspec.structs.replace(figure, count=counts[figure]) for figure in ordered]
