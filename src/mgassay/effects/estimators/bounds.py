"""What bounds in place of values do to a result, as pure algebra on the text of its flags.

A cell at the floor is at most its value, one above the curve at least. A result made of such cells is `lower_bound`
(the truth is at least this), `upper_bound` (at most), or open: a bound is among its cells and does not say which way
the truth lies. Decision: docs/decisions/0010-floor-and-bounds.md.
"""

from collections.abc import Iterable

from mgassay.flags import join_flags

LOWER, UPPER = "lower_bound", "upper_bound"
AT_MOST, AT_LEAST = "floor", "above_curve"
_TURNED = {LOWER: UPPER, UPPER: LOWER}


def is_censored(flag: str) -> bool:
    """Whether flags of a cell or a result tell of a bound in place of a value."""
    return not {AT_MOST, AT_LEAST}.isdisjoint(flag.split(";"))


def is_open(flag: str) -> bool:
    """Whether bounds stand for values in a result and do not say which way the truth lies."""
    return is_censored(flag) and _TURNED.keys().isdisjoint(flag.split(";"))


def lies_above(low: float, high: float, flag: str, value: float) -> bool:
    """Whether an interval shows that the truth lies above a value; False without an interval.

    What is at most .7, or either side of .7, may be less than any value below .7.
    """
    return bool(value < low <= high) and UPPER not in flag.split(";") and not is_open(flag)


def lies_below(low: float, high: float, flag: str, value: float) -> bool:
    """Whether an interval shows that the truth lies below a value; False without an interval (see `lies_above`)."""
    return bool(low <= high < value) and LOWER not in flag.split(";") and not is_open(flag)


def side_of(low: float, high: float, flag: str, value: float) -> int:
    """1 or -1 where an interval shows that the truth lies above or below a value, else 0 (see `lies_above`)."""
    return int(lies_above(low, high, flag, value)) - int(lies_below(low, high, flag, value))


def excludes_zero(low: float, high: float, flag: str) -> bool:
    """Whether an interval lies on one side of 0, a bound only on its own; False without an interval."""
    return side_of(low, high, flag, 0.0) != 0


def sum_flag(cells: Iterable[tuple[float, str]]) -> str:
    """Flags of a weighted sum of cells, from (weight, flags) of each; those of weight 0 have no part in it.

    A lower bound where every censored cell can only raise it, an upper bound where every one can only lower it, open
    where they differ.
    """
    used = [(weight, flag) for weight, flag in cells if weight]
    bounds = [(weight, word) for weight, flag in used for word in flag.split(";") if is_censored(word)]
    may_rise = {(weight > 0) == (word == AT_LEAST) for weight, word in bounds}
    direction = "" if len(may_rise) != 1 else LOWER if may_rise == {True} else UPPER
    return join_flags(*(flag for _, flag in used), direction)


def censored_words(flags: Iterable[str]) -> str:
    """Only the words of these flags that tell of a bound: an open flag, or nothing."""
    return join_flags(*(word for flag in flags for word in flag.split(";") if is_censored(word)))


def difference_flag(first: str, second: str) -> str:
    """Flags of first - second: the bound of the second is turned round, and none is left where they differ.

    Nor is one left where either is open: bounds that pull it both ways pull the difference both ways too.
    """
    words = [*first.split(";"), *(_TURNED.get(word, word) for word in second.split(";"))]
    one_way = len({word for word in words if word in _TURNED}) < 2 and not is_open(first) and not is_open(second)
    return join_flags(*(word for word in words if one_way or word not in _TURNED))


def negative_flag(flag: str) -> str:
    """Flags of -x, or of a constant less x, from those of x."""
    return difference_flag("", flag)


def ratio_flag(numerator: str, total: str, part: tuple[float, float], whole: tuple[float, float]) -> str:
    """Flags of numerator / T, from the flags of both and their 95 % intervals (`part`, `whole`: low, high).

    A larger numerator raises the ratio where T > 0, a larger T lowers it where the numerator is positive; each turns
    round with the other's sign. A sign counts only where the interval excludes 0: the direction of a bound must not
    hang on that of an estimate about 0. A T that is known to be nearer to 0 than its estimate may be 0: the ratio is
    open, as it is where a bound meets a sign that is not known.
    """
    of_part, of_whole = (side_of(*interval, "", 0.0) for interval in (part, whole))
    to_zero = {1: UPPER, -1: LOWER}.get(of_whole, "")
    known = join_flags(*(word for word in total.split(";") if word != to_zero))
    return difference_flag(_times(of_whole, numerator), _times(of_part, known))


def _times(sign: int, flag: str) -> str:
    """Flags of x times something of this sign; without a sign no direction is left."""
    if sign:
        return flag if sign > 0 else negative_flag(flag)
    return join_flags(*(word for word in flag.split(";") if word not in _TURNED))
