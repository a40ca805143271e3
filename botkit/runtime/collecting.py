"""The garbage collector of a process that serves a bot."""

import gc

YOUNG = 20_000  # objects more than before, at which the youngest are looked at; Python's own is 700
MIDDLE, OLD = 20, 50  # of those looks before one at older ones


def spare_collector() -> None:
    """Let the collector pass over what is loaded, which stays for good, and look at the rest less often.

    Turns make values without cycles, which go without it. With 200 conversations at once this saves a tenth of the
    time of a turn. It changes the whole process: for one that serves, not for a library in another's.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
