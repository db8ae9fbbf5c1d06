"""Names that should be one: a donor or rep spelt in two ways would pair with nothing, without a word."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

import pandas as pd

from mgassay.problems import Problems


def same_name(text: str) -> str:
    """What is left of a name without its case, blanks, signs and leading zeros.

    >>> same_name("D01"), same_name("d 1"), same_name("D-1"), same_name("D10")
    ('d1', 'd1', 'd1', 'd10')
    """
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)


def check_names(maps: Mapping[str, pd.DataFrame], problems: Problems) -> None:
    """An error for each donor, and each rep, that two tables (by the name of their file) spell in two ways.

    Spellings that the first table holds beside each other are two donors: the lab saw them there.
    """
    for column in ("donor", "rep"):
        spelt: dict[str, dict[str, str]] = {}
        for file, table in maps.items():
            for name in dict.fromkeys(t for t in table[column] if t):
                spelt.setdefault(same_name(name) or name, {}).setdefault(name, file)
        for names in (n for n in spelt.values() if len(n) > 1 and len(set(n.values())) > 1):
            _tell(column, names, maps, problems)


def _tell(column: str, names: Mapping[str, str], maps: Mapping[str, pd.DataFrame], problems: Problems) -> None:
    """One problem for a name that is spelt in several ways, at the file with the spelling that fewest tables have."""
    tables_with = {n: [f for f, t in maps.items() if (t[column] == n).any()] for n in names}
    rare = min(names, key=lambda n: (len(tables_with[n]), -list(names).index(n)))
    others = [n for n in names if n != rare]
    words = {"seen": rare, "other": _quoted(others), "column": column, "files": ", ".join(tables_with[others[0]][:3])}
    problems.add("MG086", file=tables_with[rare][0], place=column, **words)


def _quoted(names: Iterable[str]) -> str:
    """Names in quotation marks."""
    return ", ".join(f"“{n}”" for n in names)
