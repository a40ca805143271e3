"""Every benchmark, one after the other: `python -m tests.benchmarks`. Read the ratios, not the figures."""

from tests.benchmarks import startup, turns

turns.main()
startup.main()
