"""Colours and shapes of figures, and round ends of their axes.

Colours are those of Okabe and Ito, told apart by every common kind of colour vision, and a grey; every colour goes with
a shape.
"""

import math

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, VERMILION, YELLOW, GREY = "#56B4E9", "#D55E00", "#F0E442", "#6E6E6E"
DONOR_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY, YELLOW, GREY)
DONOR_SHAPES = ("o", "s", "^", "D", "v", "P", "X", "p", "*", "h", "<", ">")


def donor_marks(donors: list[str]) -> dict[str, tuple[str, str]]:
    """Donor -> colour and shape, the same on the whole page; both go on when the list is longer than either.

    No pair of the two comes twice among as many donors as there are pairs (96): where both lists end together (24), the
    shapes move on by one.
    """
    colours, shapes = len(DONOR_COLOURS), len(DONOR_SHAPES)
    both = math.lcm(colours, shapes)
    return {d: (DONOR_COLOURS[i % colours], DONOR_SHAPES[(i + i // both) % shapes]) for i, d in enumerate(donors)}


def step_below(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is at most `value` (> 0).

    >>> step_below(0.7), step_below(20.0)
    (0.5, 20.0)
    """
    return max(s for s in _steps(value) if s <= value * (1 + 1e-9))


def step_above(value: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten that is at least `value` (> 0)."""
    return min(s for s in _steps(value) if s >= value * (1 - 1e-9))


def _steps(value: float) -> list[float]:
    """1, 2 and 5 times the powers of ten around a value."""
    exponent = int(f"{value:e}".split("e")[1])
    return [float(f"{m}e{e}") for e in range(exponent - 1, exponent + 2) for m in (1, 2, 5)]
