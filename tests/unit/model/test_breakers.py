"""What fails is left alone for a while."""

from botkit.model.breakers import CLOSED, FAILURES, OPEN_FOR, Circuit, admit, after_failure


def test_a_circuit_opens_after_failures_in_a_row_and_lets_one_try() -> None:
    circuit = CLOSED
    for _ in range(FAILURES):
        assert admit(circuit, 100.0) == circuit
        circuit = after_failure(circuit, 100.0)
    assert circuit == Circuit(FAILURES, 100.0 + OPEN_FOR)
    assert admit(circuit, 129.9) is None
    trying = admit(circuit, 130.0)
    assert trying is not None
    assert admit(trying, 130.0) is None
    assert admit(after_failure(trying, 131.0), 160.9) is None
