"""The whole table, side by side with its floors in one run: `python -m tests.benchmarks`. Read the ratios.

The medians of five rounds. The figures of the curves are `curves`'s, those of the readers of values `values`'s and
`moments`'s; what an installation takes is tested in `tests/packaging`.
"""

from tests.benchmarks import database, startup, turns, webhook
from tests.benchmarks.goals import describe_machine, write


def main() -> None:
    """Measure and print."""
    rows = [*turns.compare(), *database.compare(), *webhook.compare(), *startup.compare()]
    print(f"{describe_machine()}\n\n{write(rows)}")


if __name__ == "__main__":
    main()
