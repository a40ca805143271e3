"""Series: counters and histograms by a few labels, as many of each as there may be."""

from bisect import bisect_left
from typing import Final

MOST_SERIES: Final = 500  # of one metric; what comes after them is counted as OTHER
OTHER: Final = "other"

Labels = tuple[str, ...]


class Counts:
    """A counter for each of some label values."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values: dict[Labels, float] = {}

    def add(self, *labels: str, by: float = 1) -> None:
        """Count."""
        key = labels if labels in self.values or len(self.values) < MOST_SERIES else (OTHER,) * len(labels)
        self.values[key] = self.values.get(key, 0) + by


class Histogram:
    """How many observations were at most so many seconds; `counts` has one more than the bounds, for the rest."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """Note a duration."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds


class Histograms:
    """A histogram for each of some label values."""

    __slots__ = ("bounds", "values")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.values: dict[Labels, Histogram] = {}

    def observe(self, seconds: float, *labels: str) -> None:
        """Note a duration."""
        key = labels if labels in self.values or len(self.values) < MOST_SERIES else (OTHER,) * len(labels)
        if key not in self.values:
            self.values[key] = Histogram(self.bounds)
        self.values[key].observe(seconds)
