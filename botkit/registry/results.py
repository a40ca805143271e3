"""Results of actions: plain data of a bounded size."""

from typing import Any

import msgspec

from botkit.errors import ResultError
from botkit.model.values import plain, to_json
from botkit.registry.signatures import Signature, check_result

MOST_BYTES = 1_048_576


def read_result(signature: Signature, value: Any) -> Any:
    """Give what an action returned in `values.to_json` form.

    Raises ResultError for what does not fit the signature, has no plain form, or is larger than 1 MiB.
    """
    check_size(value)
    try:
        data = to_json(plain(check_result(signature, value)))
        size = len(msgspec.json.encode(data))
    except RecursionError:
        raise ResultError("it is nested too deeply") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise ResultError(str(error)) from None
    if size > MOST_BYTES:
        raise ResultError(f"it is larger than {MOST_BYTES:,} bytes")
    return data


def check_size(value: Any) -> None:
    """Refuse what is plainly too large before any work is done on it; every item counts as one byte at least."""
    size, open_items = 0, [value]
    while open_items:
        item = open_items.pop()
        if isinstance(item, (str, bytes)):
            size += len(item)
        elif isinstance(item, (list, tuple, set, frozenset, dict)):
            size += len(item)
            if size <= MOST_BYTES:
                open_items.extend(item.values() if isinstance(item, dict) else item)
        size += 1
        if size > MOST_BYTES:
            raise ResultError(f"it is larger than {MOST_BYTES:,} bytes, or contains itself")
