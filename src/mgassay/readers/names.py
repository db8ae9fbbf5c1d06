"""Names that should be one: a donor or rep spelt in two ways would pair with nothing, without a word."""

import re
import unicodedata
from collections.abc import Mapping

import pandas as pd

from mgassay.problems import Problems


def same_name(text: str) -> str:
    """What is left of a name without its case, blanks, signs and leading zeros.

    >>> same_name("D01"), same_name("d 1"), same_name("D-1"), same_name("D10")
    ('d1', 'd1', 'd1', 'd10')
    """
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)


def cannot_name(text: str) -> bool:
    """Whether a text holds what parts names in the results (| and ;) or a sign that cannot be printed."""
    return any(c in "|;" or not c.isprintable() for c in text)


def check_names(maps: Mapping[str, pd.DataFrame], problems: Problems) -> None:
    """Errors for donors and reps that tables (by the name of their file) spell in two ways, or that cannot be names.

    Spellings that the first table holds beside each other are two donors, since the lab saw them there; it is warned.
    """
    for column in ("donor", "rep"):
        homes: dict[str, list[str]] = {}
        for file, table in maps.items():
            for name in dict.fromkeys(t for t in table[column] if t):
                homes.setdefault(name, []).append(file)
        for name in filter(cannot_name, homes):
            problems.add("MG087", file=homes[name][0], place=column, seen=name, column=column)
        _tell_spellings(column, homes, problems)
        if column == "donor":
            _tell_alike(homes, problems)


def _tell_spellings(column: str, homes: Mapping[str, list[str]], problems: Problems) -> None:
    """One problem per table for its names that others spell otherwise; the rarer spelling is the wrong one."""
    alike: dict[str, list[str]] = {}
    for name in homes:
        alike.setdefault(same_name(name) or name, []).append(name)
    wrong: dict[str, list[tuple[str, str]]] = {}
    for names in alike.values():
        usual, *others = sorted(names, key=lambda n: -len(homes[n]))
        for other in (n for n in others if homes[n][0] != homes[usual][0]):
            wrong.setdefault(homes[other][0], []).append((other, usual))
    for file, pairs in wrong.items():
        spelt = ", ".join(f"“{other}” (“{usual}”)" for other, usual in pairs)
        where = ", ".join(homes[pairs[0][1]][:3])
        problems.add("MG086", file=file, place=column, seen=spelt, column=column, files=where)


def _tell_alike(homes: Mapping[str, list[str]], problems: Problems) -> None:
    """One warning per table for donors that it spells alike beside each other."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, files in homes.items():
        alike.setdefault((files[0], same_name(name) or name), []).append(name)
    for file in dict.fromkeys(f for f, _ in alike):
        pairs = [
            " and ".join(f"“{n}”" for n in names) for (f, _), names in alike.items() if f == file and len(names) > 1
        ]
        if pairs:
            problems.add("MG088", file=file, place="donor", seen=", ".join(pairs))
