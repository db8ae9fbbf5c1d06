"""Labels of a lab in files that other programs open: no formulas, no signs that would break a row or a document."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence

from mgassay.problems import Problems, listed

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_NAMED = 3


def xml_text(text: str) -> str:
    r"""A text with signs that XML 1.0 does not allow replaced; it is not escaped yet.

    Source: XML 1.0, production 2 (Char).

    >>> xml_text("D1\x00"), xml_text("Mg2+ <5>")
    ('D1\ufffd', 'Mg2+ <5>')
    """
    return _NOT_IN_XML.sub(_REPLACEMENT, text)


def cell_text(text: str) -> str:
    r"""A text that stays one cell, and text: an apostrophe before what a spreadsheet would take for a formula.

    >>> cell_text("=1+1"), cell_text("-RT"), cell_text("a\tb"), cell_text("D1")
    ("'=1+1", "'-RT", 'a b', 'D1')
    """
    whole = _BREAKS.sub(" ", xml_text(text))
    return f"'{whole}" if whole.lstrip()[:1] in {"=", "+", "-", "@"} else whole


def rows_text(rows: Iterable[Sequence[str]], mark: str) -> str:
    """Rows of harmless cells as lines, cells parted by `mark`, LF at the end of each.

    With a comma for a mark, cells that hold one or a quotation mark are quoted (RFC 4180); tab-separated files know no
    quotation.
    """
    out = io.StringIO()
    if mark == "\t":
        csv.writer(out, delimiter=mark, quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n").writerows(rows)
    else:
        csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    return out.getvalue()


def tell_changes(
    name: str, labels: Iterable[str], problems: Problems, change: Callable[[str], str] = cell_text
) -> None:
    """Says of which labels an export holds another spelling, by `change` (MG573)."""
    changed = [label for label in dict.fromkeys(labels) if change(label) != label]
    if changed:
        problems.add("MG573", name=name, seen=listed((repr(label)[1:-1] for label in changed), _NAMED))
