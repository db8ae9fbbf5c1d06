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
_REPEAT = re.compile(r"[*+?]|\{(\d*),(\d*)\}|\{(\d+)\}")
_OPEN = re.compile(r"\.|\\[SWDw]|\[\^.*", re.DOTALL)
_NO_SIGN = ("^", "$", r"\b", r"\B", r"\A", r"\Z")  # they fit between signs
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
_KNOWN_SIGNS = [chr(code) for code in range(32, 127)]
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
    repeats_inside = [False]
    for sign, _, most in _signs(pattern):
        if sign == ")":
            inside = repeats_inside.pop() if len(repeats_inside) > 1 else False
            if inside and most > _FEW:
                return (
                    "a group that repeats holds something that repeats, so that some names would keep it busy for ever"
                )
            repeats_inside[-1] |= inside or most > _FEW
        elif _opens(sign):
            repeats_inside.append(False)
        elif sign == "|":  # the ways through a repeated group multiply by its branches
            repeats_inside[-1] |= len(repeats_inside) > 1
        elif most > _FEW:
            repeats_inside[-1] = True
    if (stretches := _open_stretches(pattern)) > _MOST_OPEN:
        return f"it has {stretches} stretches of anything (such as .*), and at most {_MOST_OPEN} are taken"
    return ""


def _open_stretches(pattern: str) -> int:
    """How many repeats of a pattern may end at more than one place: those of anything, and those that meet another.

    Two repeats meet as long as nothing must stand between them that the first does not fit: [A-Z]*A?[A-Z]*.
    """
    found, alone, before, groups = (
        0,
        False,
        "",
        [("", "", False)],
    )  # the last repeat; of groups, that in front, bracket, branches
    for sign, least, most in _signs(pattern):
        if sign == ")" and len(groups) > 1:
            in_front, bracket, branches = groups.pop()
            if bracket in _LOOKS or ((least == 0 or branches) and in_front):
                before = in_front
        elif _opens(sign):
            groups.append((before, sign, False))
        elif sign == "|":
            groups[-1] = (*groups[-1][:2], True)
            before = groups[-1][0] or before
        elif most > _FEW:
            meets = _overlap(before, sign)
            found += meets and alone  # the one before, which had met none
            alone = not (meets or _OPEN.fullmatch(sign))
            found += not alone
            before = sign
        elif least > 0 and sign not in _NO_SIGN and not _overlap(before, sign):
            before = ""
    return found


def _overlap(one: str, other: str) -> bool:
    """Whether two signs or classes of a pattern fit a letter, number or mark alike; no sign fits none."""
    if not one:
        return False
    try:
        with warnings.catch_warnings(action="ignore"):
            fits = [re.compile(sign, re.IGNORECASE | re.DOTALL).fullmatch for sign in (one, other)]
    except re.error:  # what fitted before, once more
        return True
    return any(fits[0](sign) and fits[1](sign) for sign in _KNOWN_SIGNS)


def _opens(sign: str) -> bool:
    """Whether a sign opens a bracket that is closed further on."""
    return sign.startswith("(") and not sign.endswith(")")


def _signs(pattern: str) -> Iterator[tuple[str, float, float]]:
    """The signs, classes and brackets of a pattern, each with how often it must and may stand there."""
    at = 0
    while at < len(pattern):
        found = _SIGN.match(pattern, at)
        sign = found[0] if found else pattern[at]
        at += len(sign)
        repeat = _REPEAT.match(pattern, at)
        at = repeat.end() if repeat else at
        at += repeat is not None and pattern[at : at + 1] in ("?", "+")  # lazy, or possessive
        yield sign, *_bounds(repeat)


def _bounds(repeat: re.Match[str] | None) -> tuple[float, float]:
    """The bounds of a quantifier; 1 and 1 where there is none."""
    if repeat is None:
        return 1.0, 1.0
    if repeat[0] in ("*", "+", "?"):
        return float(repeat[0] == "+"), 1.0 if repeat[0] == "?" else float("inf")
    least, most = (repeat[3], repeat[3]) if repeat[3] else (repeat[1], repeat[2])
    return float(least or 0), float(most) if most else float("inf")
