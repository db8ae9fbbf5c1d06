"""The one place where numbers are rounded, and how they are printed.

Signs: a true minus (−), a no-break space before %, and an interval always beside its estimate.
"""

import math
from collections.abc import Callable

from mgassay.problems import count as count

NOTHING = "–"
NO_BREAK = "\N{NO-BREAK SPACE}"


def _signed(text: str) -> str:
    """A true minus sign, and none before a zero.

    >>> _signed("-0.00"), _signed("-1.20")
    ('0.00', '−1.20')
    """
    bare = text.lstrip("-")
    return bare if bare == text or not any(c in "123456789" for c in bare) else f"−{bare}"


def decimal(value: float, places: int = 2) -> str:
    """A number with that many decimals; a dash when it is missing.

    >>> decimal(1.204), decimal(-0.5, 1), decimal(float("nan"))
    ('1.20', '−0.5', '–')
    """
    return NOTHING if math.isnan(value) else _signed(f"{value:.{places}f}")


def percent(proportion: float) -> str:
    """A proportion as whole percent, two decimals of the share itself.

    >>> percent(0.574).replace(NO_BREAK, " ")
    '57 %'
    """
    return NOTHING if math.isnan(proportion) else f"{_signed(f'{100 * proportion:.0f}')}{NO_BREAK}%"


def fine_percent(proportion: float) -> str:
    """A proportion as percent with one decimal, for stained areas and curve errors.

    >>> fine_percent(0.0123).replace(NO_BREAK, " ")
    '1.2 %'
    """
    return NOTHING if math.isnan(proportion) else f"{_signed(f'{100 * proportion:.1f}')}{NO_BREAK}%"


def area_percent(proportion: float) -> str:
    """A proportion as percent with one decimal, with two below 1 %, since a hundredth tells clean wells apart.

    >>> [area_percent(x).replace(NO_BREAK, " ") for x in (0.161, 0.00021, 0.00001, 0.0)]
    ['16.1 %', '0.02 %', '< 0.01 %', '0 %']
    """
    if proportion == 0:
        return f"0{NO_BREAK}%"
    if 0 < proportion < 5e-5:
        return f"<{NO_BREAK}0.01{NO_BREAK}%"
    fine = abs(proportion) < 0.00995
    return f"{decimal(100 * proportion)}{NO_BREAK}%" if fine else fine_percent(proportion)


def significant(value: float, digits: int = 3) -> str:
    """A measured value to that many significant digits, never with an exponent between 0.001 and 100 000.

    >>> significant(0.123456), significant(1234.5), significant(12345678.0), significant(0.0)
    ('0.123', '1234', '1.23e+07', '0')
    """
    if math.isnan(value):
        return NOTHING
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if not -4 < magnitude < 5:
        return _signed(f"{value:.{digits - 1}e}")
    return _signed(f"{value:.{max(digits - 1 - magnitude, 0)}f}")


def trimmed(value: float, digits: int = 4) -> str:
    """A reading to that many significant digits at most, without zeros that nobody read.

    >>> trimmed(0.0630000010132789), trimmed(25.95703125), trimmed(2.0)
    ('0.063', '25.96', '2')
    """
    return NOTHING if math.isnan(value) else level(float(f"{value:.{digits}g}"))


def level(value: float) -> str:
    """A declared level (mM Mg, standard) as the lab wrote it, without a trailing .0.

    >>> level(2.0), level(0.8)
    ('2', '0.8')
    """
    return NOTHING if math.isnan(value) else _signed(f"{value:.12g}")


def _first_digit(value: float) -> str:
    """A number below 1 down to its first digit, never with an exponent.

    >>> _first_digit(-0.0042), _first_digit(0.00035)
    ('−0.004', '0.0003')
    """
    return decimal(value, -math.floor(math.log10(abs(value))))


def interval(low: float, high: float, word: Callable[[float], str] = decimal) -> str:
    """The ends of an interval in brackets; says so when there is none.

    An end that would be rounded to 0 has one digit of its own, so that what excludes 0 is seen to do so.

    >>> interval(0.5, 1.25), interval(-0.466, -0.00035)
    ('[0.50, 1.25]', '[−0.47, −0.0003]')
    """
    if math.isnan(low) or math.isnan(high):
        return "[no interval]"
    fine = [word is decimal and 5e-5 <= abs(end) < 0.005 for end in (low, high)]
    ends = (_first_digit(v) if f else word(v) for v, f in zip((low, high), fine, strict=True))
    return f"[{', '.join(ends)}]"


def with_interval(estimate: float, low: float, high: float, word: Callable[[float], str] = decimal) -> str:
    """An estimate and its interval.

    >>> with_interval(1.2, 0.9, 1.5)
    '1.20 [0.90, 1.50]'
    """
    return NOTHING if math.isnan(estimate) else f"{word(estimate)} {interval(low, high, word)}"


def p_value(p: float) -> str:
    """A p value: three decimals below 0.1, two above, never 0 and never 1; "" when it is missing.

    >>> p_value(0.0031), p_value(0.0002), p_value(0.43), p_value(0.999)
    ('p = 0.003', 'p < 0.001', 'p = 0.43', 'p > 0.99')
    """
    if math.isnan(p):
        return ""
    if p < 0.001:
        return "p < 0.001"
    if p > 0.99:
        return "p > 0.99"
    return f"p = {p:.3f}" if p < 0.0995 else f"p = {p:.2f}"
