"""Every number in a sentence of the verdict is one of the row that the sentence names, rounded as it is printed.

Which number of the row it is, and which way round, is held in `told_numbers` (test_words, workflow/test_told_numbers).
"""

import html
import math
import re

import pytest

from mgassay.effects.verdict.address import key_of
from mgassay.report.page import report_page
from mgassay.report.rows import rows_equal

NUMBER = re.compile(r"(?<![\w.,-])[−-]?\d+(?:\.\d+)?(?![\w-]|\.\d)")
NOT_OF_ROWS = (0.0, 90.0, 95.0)  # no effect; levels of intervals


def plain(text):
    return html.unescape(re.sub("<[^>]+>", "", text)).replace("\N{NO-BREAK SPACE}", " ")


def sentences_of(page):
    """(text, table, keys) of every sentence of the verdict, the headline first; only it may rest on two rows."""
    box = page[page.index('<section id="verdict"') :].partition("</section>")[0]
    head = re.findall(
        r'<p class="headline" data-table="([^"]+)" data-key="([^"]+)"(?: data-key-beside="([^"]+)")?>(.*?)</p>', box
    )
    told = re.findall(r'class="sentence">(.*?) <a class="source" href="tables/([^"]+)" title="[^:]+: ([^"]+)"', box)
    found = [(text, table, (key, beside)) for table, key, beside, text in head]
    found += [(text, table, (key,)) for text, table, key in told]
    return [
        (plain(text), table.removesuffix(".csv"), [html.unescape(k) for k in keys if k]) for text, table, keys in found
    ]


def numbers_of(row):
    """What a sentence may print of a row: its numbers, as percent and fold too, and those within its texts."""
    values = [float(v) for v in row.values() if isinstance(v, int | float) and not isinstance(v, bool)]
    values = [v for v in values if math.isfinite(v)]
    inside = [float(m.replace("−", "-")) for v in row.values() if isinstance(v, str) for m in NUMBER.findall(v)]
    folds = [math.exp(abs(v)) for v in values] + [math.exp(-abs(v)) for v in values]
    return [*values, *(100 * v for v in values), *folds, *inside]


def is_printed(text, values):
    """Whether a number is one of the values, rounded to the decimals that it is printed with."""
    value, half = float(text.replace("−", "-")), 0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-9
    return any(abs(value - v) <= half for v in values)


def without_least_p(text, row):
    """The text without `p < 0.001`, where that is true of the row's p."""
    least = [p for p in (row.get("p"), row.get("p_adjusted")) if p is not None and p < 0.001]
    return text.replace("p < 0.001", "") if least else text


def beside(given, table, row):
    """The number of donors, which shares.csv does not hold: that of T − B, or of A; and the declared levels."""
    contrast = given.experiment.settings.contrast
    held = [r for r in rows_equal(given.tables["effects"]) if r["readout"] == row.get("readout")]
    counts = [float(r["n_donors"]) for r in held] if table in ("shares", "checks") else []
    return [*NOT_OF_ROWS, contrast.mg_reference_mM, contrast.mg_raised_mM, *counts]


@pytest.fixture(params=["make_input", "every_question", "unidentifiable"])
def given(hand, request):
    return getattr(hand, request.param)()


def test_numbers_of_a_sentence_are_those_of_its_row(given):
    told = sentences_of(report_page(given))
    assert len(told) >= 8
    for text, table, keys in told:
        rows = [r for r in rows_equal(given.tables[table]) if key_of(table, r) in keys]
        assert len(rows) == len(keys), (table, keys)
        allowed = [n for row in rows for n in (*numbers_of(row), *beside(given, table, row))]
        assert [n for n in NUMBER.findall(without_least_p(text, rows[0])) if not is_printed(n, allowed)] == [], (
            text,
            rows[0],
        )


def test_a_number_that_is_none_of_the_row_is_found_out(hand):
    """That the check above can fail: the same sentences held against a row whose estimate is another."""
    given = hand.make_input()
    text, table, keys = sentences_of(report_page(given))[1]
    (row,) = [r for r in rows_equal(given.tables[table]) if key_of(table, r) in keys]
    assert not is_printed("1.20", numbers_of({**row, "estimate": 1.3}))
    assert "1.20" in text
