"""Patterns that find wells in the names of images: the groups they may have, and those that could never end.

A regular expression may try more ways to fit a name than there are seconds; Python sets no limit. What is known to do
so (a repeated group whose inside repeats too, or many stretches of anything) is therefore refused before it is used.
"""

import re
import warnings
from collections.abc import Iterator

GROUPS = ("well", "row", "column", "field", "tile", "plate", "time", "z", "channel", "step")
LONGEST = 500
_MOST_OPEN = 4  # stretches of anything, such as .* and [^_]+; each one multiplies the ways to fit a name
_SIGN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<\w+>|\(\?[a-zA-Z-]*[:)]|\(\?[=!]|\(\?<[=!]|\(|\)|[|]|.", re.DOTALL
)
_REPEAT = re.compile(r"[*+]|\{(\d*),(\d*)\}|\{(\d+)\}")
_OPEN = re.compile(r"\.|\\[SWDw]|\[\^.*", re.DOTALL)
_FEW = 16  # a group may be repeated so often at most when its inside repeats as well


def reason_against(pattern: str) -> str:
    """Why a pattern cannot be used, in words that follow a colon; "" where it can.

    >>> reason_against("_(?P<well>[A-H][0-9]+)_f(?P<field>[0-9]+)"), reason_against("(?P<well>[A-H]")
    ('', 'missing ), unterminated subpattern at position 0')
    >>> reason_against("(?P<well>(a+)+)")
    'a group that repeats holds something that repeats, so that some names would keep it busy for ever'
    """
    if len(pattern) > LONGEST:
        return f"it has {len(pattern)} signs, and at most {LONGEST} are taken"
    try:
        with warnings.catch_warnings(action="ignore"):  # of signs that a later Python may read otherwise
            groups = re.compile(pattern).groupindex
    except (re.error, OverflowError) as error:
        return str(error)
    except RecursionError:
        return "its brackets are nested too deeply"
    if "well" not in groups and not {"row", "column"} <= set(groups):
        return "it has no group (?P<well>...), nor the groups (?P<row>...) and (?P<column>...)"
    if unknown := [g for g in groups if g not in GROUPS]:
        return f"the group {unknown[0]} is none of {', '.join(GROUPS)}"
    return _endless(pattern)


def _endless(pattern: str) -> str:
    """Why a pattern might never end, or ""."""
    repeats_inside, open_stretches, before = [False], 0, 1.0
    for sign, most in _signs(pattern):
        if sign == ")":
            inside = repeats_inside.pop() if len(repeats_inside) > 1 else False
            if inside and most > _FEW:
                return (
                    "a group that repeats holds something that repeats, so that some names would keep it busy for ever"
                )
            repeats_inside[-1] |= inside or most > _FEW
        elif sign.startswith("(") and not sign.endswith(")"):
            repeats_inside.append(False)
        elif sign == "|":  # the ways through a repeated group multiply by its branches
            repeats_inside[-1] |= len(repeats_inside) > 1
        elif most > _FEW:
            repeats_inside[-1] = True
            open_stretches += bool(_OPEN.fullmatch(sign)) or before > _FEW
        before = before if sign[0] in "()" else most
    if open_stretches > _MOST_OPEN:
        return f"it has {open_stretches} stretches of anything (such as .*), and at most {_MOST_OPEN} are taken"
    return ""


def _signs(pattern: str) -> Iterator[tuple[str, float]]:
    """The signs, classes and brackets of a pattern, each with how often it may stand there at most."""
    at = 0
    while at < len(pattern):
        found = _SIGN.match(pattern, at)
        sign = found[0] if found else pattern[at]
        at += len(sign)
        repeat = _REPEAT.match(pattern, at)
        at = repeat.end() if repeat else at
        at += repeat is not None and pattern[at : at + 1] in ("?", "+")  # lazy, or possessive
        yield sign, _most(repeat)


def _most(repeat: re.Match[str] | None) -> float:
    """The upper bound of a quantifier; 1 where there is none."""
    if repeat is None:
        return 1.0
    if repeat[0] in ("*", "+"):
        return float("inf")
    bound = repeat[2] if repeat[3] is None else repeat[3]
    return float(bound) if bound else float("inf")
