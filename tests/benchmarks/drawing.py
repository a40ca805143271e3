"""The curves as one SVG picture, legible on light and on dark pages."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from typing import NamedTuple

WIDTH, HEIGHT = 760, 150  # of the picture, and of a curve's row
LEFT, RIGHT, TOP, BOTTOM = 24, 24, 46, 34  # around a curve
FLAT = 1.3  # times the smallest size's cost
SIZES = (10, 1_000_000)  # the ends of the axis
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 } .small { fill: #59636e; font-size: 12px }
  .axis { stroke: #8c959f; fill: none } .band { fill: #0969da; opacity: .1 }
  .line { stroke: #0969da; stroke-width: 2.5; fill: none } .dot { fill: #0969da }
  .ground { fill: #fff }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 } .ground { fill: #0d1117 }
    .axis { stroke: #656c76 } .band { fill: #4493f8; opacity: .15 } .line { stroke: #4493f8 } .dot { fill: #4493f8 }
  }
"""


class Curve(NamedTuple):
    """The cost of a turn, in microseconds, for each size, the smallest first."""

    title: str
    costs: Mapping[int, float]

    @property
    def ratio(self) -> float:
        """The dearest size's cost to the smallest size's."""
        costs = list(self.costs.values())
        return max(costs) / costs[0]


def draw(curves: Sequence[Curve]) -> str:
    """Draw one row for each curve; the band ends where a curve is not flat any more."""
    height = HEIGHT * len(curves) + 30
    rows = "".join(_row(curve, HEIGHT * number) for number, curve in enumerate(curves))
    title = "What a turn costs as a bot and its store grow"
    said = "; ".join(f"{curve.title}: {_spoken(curve)}" for curve in curves)
    note = f"µs of the processor's for a turn; the band is up to {FLAT} times the smallest size's cost"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-labelledby="title said">\n<title id="title">{title}</title>\n<desc id="said">{escape(said)}</desc>\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="6"/>\n{rows}'
        f'<text class="small" x="{LEFT}" y="{height - 12}">{note}</text>\n</svg>\n'
    )


def _spoken(curve: Curve) -> str:
    return ", ".join(f"{cost:.0f} µs at {size:,}" for size, cost in curve.costs.items())


def _row(curve: Curve, down: int) -> str:
    first = next(iter(curve.costs.values()))
    highest = max(1.5 * first, 1.1 * max(curve.costs.values()))
    bottom, tall = down + HEIGHT - BOTTOM, HEIGHT - TOP - BOTTOM
    end = WIDTH - RIGHT

    def across(size: int) -> float:
        low, high = map(log10, SIZES)
        return LEFT + 40 + (log10(size) - low) / (high - low) * (end - LEFT - 80)

    def up(cost: float) -> float:
        return bottom - tall * cost / highest

    points = [(across(size), up(cost), size, cost) for size, cost in curve.costs.items()]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
    band = up(FLAT * first)
    marks = "".join(
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{cost:.0f}</text>'
        f'<text class="small" x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{size:,}</text>\n'
        for x, y, size, cost in points
    )
    return (
        f'<text class="title" x="{LEFT}" y="{down + 24}">{escape(curve.title)}</text>'
        f'<text x="{end}" y="{down + 24}" text-anchor="end">{curve.ratio:.2f} times the smallest</text>\n'
        f'<rect class="band" x="{LEFT}" y="{band:.1f}" width="{end - LEFT}" height="{bottom - band:.1f}"/>\n'
        f'<path class="axis" d="M{LEFT} {bottom}H{end}"/><polyline class="line" points="{line}"/>\n{marks}'
    )
