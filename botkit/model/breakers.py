"""The circuit breaker of what may be away: after failures in a row it is left alone for a while. Pure policy."""

import msgspec

FAILURES = 5
OPEN_FOR = 30.0  # seconds


class Circuit(msgspec.Struct, frozen=True):
    """How something has been doing: failures in a row, and until when it is left alone."""

    failures: int = 0
    until: float = 0.0


CLOSED = Circuit()


def admit(circuit: Circuit, now: float) -> Circuit | None:
    """Give the circuit under which a call may be made at `now`, or None while it is left alone.

    Once the pause is over one call may try; the others go on waiting until its end is known.
    """
    if not is_open(circuit):
        return circuit
    if now < circuit.until:
        return None
    return msgspec.structs.replace(circuit, until=now + OPEN_FOR)


def is_open(circuit: Circuit) -> bool:
    """Tell whether something is left alone, but for the one call that may try."""
    return circuit.failures >= FAILURES


def after_failure(circuit: Circuit, now: float) -> Circuit:
    """Give the circuit after a call that failed in a way its author did not foresee."""
    failures = circuit.failures + 1
    return Circuit(failures, now + OPEN_FOR if failures >= FAILURES else 0.0)
