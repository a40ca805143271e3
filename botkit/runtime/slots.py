"""Slots: what a rate is called by in the store, whose names are short."""

from hashlib import blake2b

LONGEST = 400  # characters


def name_of(what: str) -> str:
    """Give the name of a rate, the same one in every process; a long one by its digest."""
    return what if len(what) <= LONGEST else blake2b(what.encode("utf-8", "surrogatepass")).hexdigest()
